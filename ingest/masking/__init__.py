"""Secrets and personal data out of a text.

Reading order:

* ``spans``                           all of it: a text to spans
* ``keys``, ``values``, ``personal``      what has a form of its own: keys, made values, personal numbers
* ``labels``, ``beside_label``          the words that announce a value, and the value beside them
* ``below_label``, ``sentences``        the value below it, or further on in a sentence
* ``credentials``, ``table_cells``, ``commands``    passwords, logins and keys: in lines, tables and commands
"""
