"""Question → retrieve → prompt → LLM → cited answer, and the vocabulary the other packages share.

Reading order:

* ``errors``, ``extras``, ``settings``        what can go wrong, what is optional, what can be set
* ``language``, ``analyzer``, ``sentences``   text: which language, which terms, which sentences
* ``chunks``                                  what is searched and cited
* ``embeddings``                              texts to vectors; ``models`` holds the bundled one
* ``query``                                   what is done to a question before it is searched
* ``index``                                   the index on disk: written by ``ingest``, read here
* ``answer``                                  hits, citations, answers, and their JSON
* ``retrieval``                               question to passages
* ``extractive``, ``llm``                     the model without a model, any other model
* ``grounding``                               whether a passage supports a sentence that a language model wrote
* ``answering``                               passages to a prompt, and what a model wrote to a checked, cited answer
* ``assistant``                               a course that can be asked: what both doors talk to
"""
