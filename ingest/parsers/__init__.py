"""One parser per format; each yields the elements of ``ingest.elements``.

Reading order:

1. ``registry.py``: which suffix is read by which parser;
2. ``decoding.py``: bytes to text, for every format that is text; ``archives.py``: zip files, within limits;
3. ``lines.py``: what plain lines are: paragraph, list, table or code without a fence; ``tables.py``: rows to table
   elements;
4. ``text.py``, ``delimited.py``: plain text, CSV and TSV; ``restructured``: reStructuredText;
5. ``markdown``, then ``notebook.py``, whose cells are Markdown;
6. ``web_page``: HTML and MHTML, then ``book``: EPUB, whose chapters are HTML;
7. ``pdf``, with ``ocr.py`` for pages and ``picture.py`` for pictures;
8. ``office``: Word, PowerPoint, Excel; ``hangul``: HWP and HWPX;
9. ``spoken``: subtitles and recordings.
"""
