"""Markdown, MDX and what programs make of it, as elements.

Reading order: ``document.py``: the parser; ``front_matter.py``; ``source.py``: the mending of real-world exports, by
``containers.py`` (boxes), ``jsx.py``, ``marks.py`` (what programs leave in a line) and ``rows.py`` (broken table rows);
``inline.py``, ``titles.py``: inline marks, and headings set in bold.
"""
