"""Hangul (아래아한글): HWPX, a zip of XML, and HWP 5, a compound file of records.

Reading order: ``hwpx.py``, ``hwpx_header.py``, ``hwpx_body.py``; ``hwp.py``, ``hwp_records.py``, ``hwp_body.py``; then
``numbering.py`` and ``blocks.py``: what both come to.
"""
