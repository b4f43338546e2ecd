"""EPUB: ``epub.py``: the chapters of a book; ``contents.py``: its table of contents."""
