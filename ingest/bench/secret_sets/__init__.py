"""Templates of texts with secrets, and look-alikes, both in Korean and English.

Each set was written before masking was measured on it; what it then missed was mended, and the next one written. Recall
at first sight, from ``second`` to ``held_out``: 0.951, 0.950, 0.882, 0.858, 0.962; precision never below 0.987. These
are what to expect of forms never seen; what the command prints now is measured after mending.

* ``first``, ``second``, ``third``, ``fourth``, ``fifth``  to develop by
* ``held_out``  the last one, mended for in two places
"""
