"""One file per format; each yields the elements of ``ingest.elements``.

Reading order:

1. ``registry.py``: which suffix is read by which parser;
2. ``decoding.py``: bytes to text, for every format that is text;
3. ``lines.py``: what plain lines are: paragraph, list, table or code without a fence;
4. ``text.py``, ``rst.py``: plain text and reStructuredText;
5. ``html_page.py``, ``html_blocks.py``: the main content of a page, then its blocks;
6. ``markdown.py``, ``markdown_source.py``, ``markdown_inline.py``: mending of real-world exports, blocks, inline marks;
7. ``notebook.py``: cells, in order;
8. ``pdf.py``: the file and its pages; ``pdf_lines.py``: characters to lines with their place; ``pdf_running.py``:
   headers and footers away; ``pdf_tables.py``, ``pdf_words.py``, ``pdf_layout.py``: lines to tables, words over line
   breaks, and all the rest.
"""
