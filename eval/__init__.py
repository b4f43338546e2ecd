"""Question set → run → score → compare → report: what an index and an assistant are worth, in numbers.

A run is recorded first and scored later: scoring and comparing are pure functions of run files, so that an old run can
be scored again by a new metric. In the order data passes through them:

* ``questions``             a question set, read and checked
* ``generate``              a question set made from the index
* ``run``                   the questions put to an assistant; the run file
* ``judge_prompts``, ``judge``   a language model as judge (RAGAS), optional; its verdicts become part of the run
* ``evidence``, ``ranking`` metrics of what was found
* ``answers``               metrics of what was answered
* ``intervals``, ``scoring``    a run to values, means and 95% intervals
* ``compare``               two runs, question by question
* ``report``                Markdown of a run and of a comparison
* ``course_sets``, ``launcher``, ``processes``, ``measures``, ``bench``   the figures that ``make bench`` prints
"""
