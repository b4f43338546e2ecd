"""Question sets made rather than written.

* ``headings``   from the headings of the index, without a language model
"""
