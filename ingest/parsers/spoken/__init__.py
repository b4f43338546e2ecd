"""What is said: subtitles and recordings, as paragraphs with times.

Reading order: ``subtitles.py``; ``sound.py``, ``speech.py``: a recording to windows, windows to words; ``cues.py``:
both to paragraphs.
"""
