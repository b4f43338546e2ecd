"""What the product is worth in figures that anyone can print again; nothing here is needed to use it.

* ``course_sets``, ``stated_places``   retrieval sets as courses; where a passage stands, told by its file alone
* ``support``                          whether each cited sentence stands where its citation says
* ``launcher``, ``processes``, ``measures``   builds and questions in processes of their own, and their figures
* ``figures``, ``__main__``            all figures of the product, beside those of an earlier version
* ``ablation``                         what each part of the search is worth, one switched off at a time
* ``correlation``, ``embedders``, ``embedder_table``   what ``course-rag embedder evaluate`` measures and prints
* ``damage``, ``repair``               questions mistyped by rule; what repairing them is worth
* ``corruptions``, ``grounding_sets``, ``grounding``   sentences made false by rule; fits what the guard stops
* ``contradictions``                   whether documents that say otherwise are told apart: copies changed by rule
* ``comparison``                       how often ``eval compare`` is right, on runs drawn by rule
"""
