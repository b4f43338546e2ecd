"""One file per format; each yields the elements of ``ingest.elements``.

Reading order:

1. ``registry.py``: which suffix is read by which parser;
2. ``decoding.py``: bytes to text, for every format that is text;
3. ``lines.py``: what plain lines are: paragraph, list, table or code without a fence;
4. ``text.py``, ``rst.py``: plain text and reStructuredText;
5. ``html_page.py``, ``html_main.py``: a page and its main content; ``html_blocks.py``, ``html_inline.py``,
   ``html_tables.py``: its blocks, their text, its tables; ``mhtml.py``: a page saved with all its parts;
6. ``markdown.py``: Markdown to blocks; ``front_matter.py``, ``markdown_source.py``: the mending of real-world exports,
   by ``markdown_containers.py`` (boxes), ``markdown_jsx.py``, ``markdown_marks.py`` (what programs leave in a line) and
   ``markdown_rows.py`` (broken table rows); ``markdown_inline.py``, ``markdown_titles.py``: inline marks, headings in bold;
7. ``notebook.py``: cells, in order;
8. ``pdf.py``: the file; ``pdf_facts.py``: what it says about itself; ``pdf_pages.py``: its pages, with ``pdf_gate.py``,
   ``pdf_glyphs.py``, ``pdf_picture.py`` and ``ocr.py`` for those whose text is not to be believed; ``pdf_lines.py``,
   ``pdf_rules.py``: characters to lines with their place, and what is drawn; ``pdf_running.py``: headers and footers
   away; ``pdf_columns.py``, ``pdf_bullets.py``, ``pdf_tables.py``, ``pdf_grids.py``, ``pdf_headings.py``,
   ``pdf_words.py``, ``pdf_layout.py``: reading order, drawn bullets, tables without and with rules, headings, words
   over line breaks, and all of it to elements;
9. ``archives.py``: zip files within limits; ``tables.py``: rows to table elements;
10. ``office.py``, ``office_runs.py``, ``office_math.py``, ``office_drawings.py``: what the Office formats share;
11. ``word_document.py``: ``word_styles.py``, ``word_text.py``, ``word_blocks.py``: styles and numbers, a paragraph's
    text, blocks to elements;
12. ``slides.py``, ``slide_text.py``: a deck and its shapes, then the text of a shape;
13. ``spreadsheet.py``, ``sheet_cells.py``, ``number_formats.py``, ``sheet_tables.py``: a workbook, its cells, as they
    are shown, as tables; ``delimited.py``: CSV and TSV;
14. ``epub.py``, ``epub_contents.py``: a book's chapters and its table of contents;
15. ``hwpx.py``, ``hwpx_header.py``, ``hwpx_body.py``: Hangul's zip of XML; ``hwp.py``, ``hwp_records.py``,
    ``hwp_body.py``: its binary format; ``hangul_numbers.py``, ``hangul_blocks.py``: what both come to;
16. ``spoken.py``: what is said, as paragraphs with times; ``subtitles.py``; ``sound.py``, ``speech.py``: recordings;
17. ``picture.py``: pictures by ``ocr.py``.
"""
