"""HTML: the main content of a page as elements.

Reading order: ``page.py``: the parser; ``main_content.py``: what is not navigation; ``blocks.py``, ``inline.py``,
``tables.py``: its blocks, their text, its tables; ``mhtml.py``: a page saved with all its parts.
"""
