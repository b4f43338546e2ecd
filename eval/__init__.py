"""Question set → run → score → compare → report: what an index and an assistant are worth, in numbers.

A run is recorded first and scored later: scoring and comparing are pure functions of run files, so that an old run can
be scored again by a new metric. In the order data passes through them:

* ``questions``, ``generate``       a question set, read and checked, or made from the index
* ``records``, ``run``              what a run file holds; the questions put to an assistant
* ``judge_prompts``, ``judge``      a language model as judge (RAGAS), optional; its verdicts become part of the run
* ``evidence``, ``ranking``         metrics of what was found
* ``answers``, ``values``           metrics of what was answered; all metrics of one question, or why there is none
* ``intervals``, ``scoring``        a run to means with 95% intervals, and slices
* ``compare``                       two runs, question by question
* ``report``                        Markdown of a run and of a comparison
* ``course_sets``, ``stated_places``      retrieval sets as courses; where a passage stands, told by its file alone
* ``support``               whether each cited sentence stands where its citation says
* ``launcher``, ``processes``, ``measures``, ``bench``      the figures that ``make bench`` prints
* ``correlation``, ``embedders``, ``embedder_table``  what ``course-rag embedder evaluate`` measures and prints
* ``fusion_fit``            fits the weights of hybrid search to an embedder
* ``ablation``              what each part of the search is worth, one switched off at a time
* ``damage``, ``repair_bench``  questions mistyped by rule; what repairing them is worth
* ``sentence_fit``          fits the scores of the sentences it answers with
* ``unanswerable``          makes questions that a course answers, and ones that it does not
* ``corruptions``, ``grounding_sets``, ``grounding_bench``  sentences made false by rule; fits what the guard stops
* ``contradictions``        whether documents that say otherwise are told apart: copies changed by rule
* ``calibration``           fits when the extractive model refuses
"""
