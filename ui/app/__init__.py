"""The Streamlit chat. It shows what ``rag`` answers and decides nothing about it.

Reading order:

* ``server``              starts Streamlit on this machine, with ``theme.toml``
* ``chat``                the page: settings, course, conversation, question, answer
* ``state``               what outlives a run of the page: the conversation, the opened course
* ``sidebar``, ``facts``  what the reader chooses; what the index holds
* ``examples``            questions to begin with, from the course's own headings
* ``sources``             an answer with its marks, and the passages below it
* ``escaping``            foreign text to HTML and to labels, so that it stays text
* ``style``, ``texts``    how it looks, and what it says in Korean and English
"""
