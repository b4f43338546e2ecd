"""Word, PowerPoint and Excel, by their XML.

Reading order:

1. ``package.py``, ``runs.py``, ``equations.py``, ``drawings.py``: what the formats share: parts, text, OMML to LaTeX,
   charts;
2. ``word_document.py``; ``word_styles.py``, ``word_text.py``, ``word_blocks.py``: styles and numbers, the text of a
   paragraph, blocks to elements;
3. ``slides.py``, ``slide_text.py``: a deck and its shapes, then the text of a shape;
4. ``spreadsheet.py``; ``sheet_cells.py``, ``number_formats.py``, ``sheet_tables.py``: a workbook, its cells as they are
   shown, as tables.
"""
