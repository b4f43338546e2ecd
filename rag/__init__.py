"""Question → retrieve → prompt → LLM → cited answer, and the vocabulary the other packages share.

Reading order:

* ``errors``, ``extras``, ``settings``        what can go wrong, what is optional, what can be set
* ``language``, ``analyzer``, ``sentences``   text: which language, which terms, which sentences
* ``chunks``                                  what is searched and cited
* ``embeddings``                              texts to vectors; ``models`` holds the bundled one
* ``query``                                   what is done to a question before it is searched
* ``index``                                   the index on disk: written by ``ingest``, read here
* ``fusion``, ``candidates``                  what both sides say of the passages, as one score
* ``mmr``, ``retriever``                      question to passages
* ``answer``                                  hits, citations, answers, and their JSON
* ``neighbours``, ``contexts``                passages to the sections they stand in
* ``prompts``, ``extractive``, ``llm``        the prompt, the model without a model, any other model
* ``grounding``                               whether a passage supports a sentence that a language model wrote
* ``not_shown``                               questions for what was masked, which no model is asked
* ``told``, ``running``                       what a reader is told of an answer; what a run remembers
* ``agent``                                   a model that searches itself
* ``steps``, ``writing``                      from the question to its passages; what a model makes of them
* ``citations``, ``checking``, ``chain``      checked marks, the checked answer, and the chain that joins it all
* ``assistant``                               a course that can be asked: what both doors talk to
"""
