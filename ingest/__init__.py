"""Load → parse → clean → filter → chunk → dedup → embed → publish.

In the order data passes through them:

* ``sources``                          what a build is given, to files
* ``workers``, ``reading``             a map over files, with limits; all files prepared, cached or not
* ``prepare``                          one file, from bytes to chunk spans: what a worker does
* ``elements``, ``parsers``            a file to its elements; one parser per format
* ``cleaning``                         noise out of the elements
* ``document``                         elements to one text with units
* ``masking``                          secrets and personal data out of the text
* ``chunking``                         the text to spans that will be chunks
* ``inspection``                       one file so far, to be looked at
* ``assembly``                         prepared files to the chunks of a version
* ``dedup``                            each passage once, the newest
* ``pictures``                         pages that could not be read, as files of the version
* ``terms``                            names that mean the same, mined from the chunks
* ``windows``                          the few sentences at a time for which a passage is found
* ``artifacts``, ``embedding``         vectors and terms, from the cache or made
* ``ahead``, ``monitor``               vectors made while files are still read; what making them took
* ``publish``, ``diff``                a version into service, back, and compared
* ``build``, ``report``, ``progress``  all of it in order, what it did, and how it tells
* ``training``                         how the bundled embedder was made
* ``bench``                            commands that measure it
"""
