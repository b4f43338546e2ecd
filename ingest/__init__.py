"""Load → parse → clean → filter → chunk → dedup → embed → publish.

In the order data passes through them:

* ``roots``                            what a build is given: paths and web addresses
* ``discovery``                        paths to files
* ``source_names``, ``unread``, ``saved_sites``  what they are called, why others are not read, parts of web pages
* ``web``                              pages and sitemaps named by their address, to files
* ``workers``, ``reading``               a map over files, with limits; all files prepared, cached or not
* ``prepare``                          one file, from bytes to chunk spans: what a worker does
* ``elements``, ``parsers``            a file to its elements; one parser per format
* ``cleaning``                         noise out of the elements
* ``document``                         elements to one text with units
* ``masking``                          secrets and personal data out of the text
* ``mask_keys``, ``mask_values``, ``mask_numbers``  what has a form of its own: keys, made values, personal numbers
* ``mask_labels``, ``mask_read``         the words that announce a value, and the value beside them
* ``mask_credentials``, ``mask_tables``, ``mask_commands``  passwords, logins and keys: in lines, tables and commands
* ``sizes``                            how large a part of the text is, in tokens
* ``sections``                         units to runs that may share a chunk
* ``leads``, ``pieces``                what stays together, and where it may be cut
* ``chunking``                         runs to spans that will be chunks
* ``inspection``                       one file so far, to be looked at
* ``assembly``, ``recency``            prepared files to the chunks of a version, those of the newest file first
* ``dedup``, ``passages``              each passage once: which of them say the same
* ``statements``, ``typos``            what of a passage is compared, and which differences count
* ``pictures``                         pages that could not be read, as files of the version
* ``artifacts``, ``embedding``         vectors and terms, from the cache or made
* ``publish``, ``diff``                a version into service, back, and compared
* ``variants``                         what was left out of a version as a repetition, and how it differs
* ``build``, ``report``, ``progress``  all of it in order, what it did, and how it tells
* ``training``                         how the bundled embedder was made
* ``bench``                            commands that measure it
"""
