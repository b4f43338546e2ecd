"""Question set → run → score → compare → report: what an index and an assistant are worth, in numbers.

A run is recorded first and scored later: scoring and comparing are pure functions of run files, so that an old run can
be scored again by a new metric. In the order data passes through them:

* ``questions``, ``making``   a question set, read and checked, or made from the index
* ``records``, ``run``        what a run file holds; the questions put to an assistant
* ``judging``                 a language model as judge (RAGAS), optional; its verdicts become part of the run
* ``metrics``                 of what was found and of what was answered
* ``scoring``                 a run to means with 95% intervals, and slices
* ``compare``                 two runs, question by question
* ``reporting``               a run and a comparison for people
* ``bench``                   what the product is worth in figures; ``make bench`` prints them
* ``fitting``                 where the weights and thresholds in ``rag`` come from
"""
