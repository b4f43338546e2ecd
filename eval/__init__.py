"""Question set → run → score → compare → report: what an index and an assistant are worth, in numbers.

A run is recorded first and scored later: scoring and comparing are pure functions of run files, so that an old run can
be scored again by a new metric. In the order data passes through them:

* ``questions``, ``set_check``, ``slices``   a question set: its faults, what is doubtful about it, its parts
* ``making``                  a set made from the index, or from the log of what was asked
* ``records``                 what a run file holds
* ``provenance``              what a run is made with: settings, models, versions, machine
* ``journal``, ``run``        the questions put to an assistant, row by row, so that a killed run goes on
* ``judging``                 a language model as judge (RAGAS), optional; its verdicts become part of the run
* ``metrics``                 of what was found and of what was answered
* ``scoring``                 a run to means with 95% intervals, and slices
* ``differences``, ``compare``  two runs, question by question: which differences are more than chance
* ``sweeping``                many settings on one question set
* ``agreement``               whether two answers agree
* ``variants``, ``consistency``   the same question in other words, in the other language: are the answers alike?
* ``shadow``                  a candidate beside what is in service, on logged questions
* ``reporting``               a run and a comparison for people
* ``bench``                   what the product is worth in figures; ``make bench`` prints them
* ``fitting``                 where the weights and thresholds in ``rag`` come from
"""
