"""Each passage once, the newest, and all places cited.

Reading order:

* ``recency``                         how new a source is
* ``duplicates``, ``passages``          which passages say what others say
* ``statements``, ``typos``, ``edits``    what of a passage is compared, and which differences count
* ``variants``                        what was left out of a version, and how it differs
"""
