"""PDF: characters with places on pages to elements.

Reading order:

1. ``pdf_file.py``: the file; ``facts.py``: what it says about itself;
2. ``pages.py``: its pages, with ``gate.py``, ``glyphs.py``, ``drawing.py`` for those whose text is not to be believed,
   ``visible.py`` (text that nobody sees) and ``strays.py`` (single fonts that are damaged);
3. ``page_lines.py``, ``rules.py``: characters to lines with their place, and what is drawn; ``addresses.py``: links
   over several lines; ``running.py``: headers and footers away;
4. ``layout.py``: lines to elements, by ``columns.py`` (reading order), ``bullets.py`` (drawn ones), ``page_tables.py``
   and ``grids.py`` (tables without and with rules), ``headings.py`` with ``looks.py`` (what looks like a heading), and
   ``words.py`` (words over line breaks); ``slides.py``: each slide under its own titles.
"""
