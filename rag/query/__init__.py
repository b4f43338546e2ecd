"""What is done to a question before it is searched.

* ``expansion``   other words for a question's words, and how much they are worth
* ``bridge``      names of a course that mean the same, looked up in a question
* ``lexicon``     Korean and English terms that stand for each other in any text, and how common terms are
* ``typed``       what was mistyped, put right by the words of the course
* ``grammar``     rules of the two languages: topics, particles, what leans on the turn before
* ``followup``    a follow-up to a question that stands on its own
* ``parts``       a question that asks two things, as two questions
* ``multi_query``, ``hyde``      other wordings of it, and a passage imagined as its answer, by a language model
* ``ranks``       the hits of several wordings, fused by their ranks
"""
