"""Scores for people.

* ``markdown``   a run and a comparison in Markdown
"""
