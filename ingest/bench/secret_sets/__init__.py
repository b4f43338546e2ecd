"""Templates of texts with secrets, and look-alikes, both in Korean and English.

Each set was written before masking was measured on it; what it then missed was mended, and the next one written. Recall
at first sight, from ``second`` to ``fifth`` and ``held_out``: 0.951, 0.950, 0.882, 0.858, 0.962; precision never below
0.987. ``sixth`` was written by one who had not read the masking: recall 0.779, precision 0.997 (0.772 and 0.973 before
five of its own marks were put right); ``seventh`` by the same one after mending for it, in forms further off: 0.749 and
0.987 (0.749 and 0.975). These two are what to expect of forms never seen, the rare ones among them; what the command
prints now is measured after mending.

* ``first``, ``second``, ``third``, ``fourth``, ``fifth``, ``sixth``, ``seventh``  to develop by
* ``held_out``  written after ``fifth``, mended for in two places
"""
