"""Texts to vectors, behind LangChain's ``Embeddings``.

* ``tokens``   how many tokens a text has, counted without an embedder
* ``base``     what an embedder must tell of itself
* ``static``   the bundled model: token vectors, averaged; numpy only
* ``neural``   any sentence-transformers model, on CPU or GPU
* ``loading``  which of them the settings name
"""
