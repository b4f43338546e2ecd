"""Many settings on one question set: a grid, as few builds as it needs, retrieval metrics, and what is worth its time.

* ``grid``       settings to values, from a file or the command line, checked before anything is built
* ``building``   each distinct index built once, in a process, from the artifacts of those before
* ``searching``  every question searched under the settings of one index, and what that gave
* ``records``    what a sweep holds
* ``sweep``      all of it, in order
* ``front``      which settings nothing else beats in both quality and time
* ``text``       the table and the front for a terminal
* ``drawing``    the front as SVG
* ``page``       one HTML file
"""
