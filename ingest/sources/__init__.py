"""Where documents come from: from what a build is given to the files to be read.

Reading order:

* ``roots``                           paths and web addresses, as they were given
* ``discovery``                       paths to files, each accounted for
* ``web``                             pages and sitemaps named by their address, to files
* ``source_names``, ``unread``, ``saved_sites``     what they are called, why others are not read, parts of web pages
"""
