"""A document to the spans that will be chunks.

Reading order:

* ``sizes``                           how large a part of the text is, in tokens
* ``sections``                        units to runs that may share a chunk
* ``leads``, ``pieces``                 what stays together, and where it may be cut
* ``chunk_spans``                     runs to spans
"""
