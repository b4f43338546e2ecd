"""Question sets made rather than written.

Without a language model, from an index:

* ``passages``          what questions are made from: passages, sentences, names of terms
* ``made``, ``wording``   a made question, how some are drawn from many, how they are worded
* ``definitions``       "what is X?" of sentences that define
* ``term_questions``    what an abbreviation stands for, what a term is called in the other language
* ``tables``            what stands in a cell
* ``headings``          what a section says
* ``crosslingual``      in one language about passages in the other
* ``unanswerable``      what the course, or the course without some documents, does not say
* ``course_questions``  a set of all of these

With one:

* ``ragas_prompt``      RAGAS's prompt for a question and its answer
* ``sections``          what a model asks of passages, checked

From use:

* ``logged``            the log of questions that were asked
* ``curating``          candidates from a log, for a person to accept

* ``writing``           rows to a file
"""
