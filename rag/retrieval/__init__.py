"""A question → the passages that may answer it.

* ``candidates``   what BM25, the vectors, or both sides say of the passages
* ``fusion``       both sides as one score, and the places kept for what one side alone knows
* ``reranking``    the best candidates read again, each together with the question, by a cross-encoder
* ``mmr``          passages that differ from each other
* ``retriever``    the modes, for LangChain and for the doors
"""
