"""reStructuredText, with the directives and roles of Sphinx, as elements.

Reading order: ``document.py``: the parser; ``blocks.py``, ``indentation.py``: its blocks; ``directives.py``: what
stands behind ``.. name::``; ``lists.py``, ``tables.py``: lists, definitions and fields, and tables in all their forms;
``inline.py``: roles, links, substitutions and notes in a line.
"""
