"""PDF: characters with places on pages to elements.

Reading order:

1. ``pdf_file.py``: the file; ``facts.py``: what it says about itself;
2. ``pages.py``: its pages, with ``gate.py``, ``glyphs.py``, ``drawing.py`` for those whose text is not to be believed;
3. ``page_lines.py``, ``rules.py``: characters to lines with their place, and what is drawn; ``running.py``: headers and
   footers away;
4. ``layout.py``: lines to elements, by ``columns.py`` (reading order), ``bullets.py`` (drawn ones), ``page_tables.py``
   and ``grids.py`` (tables without and with rules), ``headings.py`` and ``words.py`` (words over line breaks).
"""
