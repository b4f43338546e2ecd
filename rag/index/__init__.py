"""The index on disk, as the one who writes it and the one who reads it must agree on it.

Reading order, as a search passes through them:

* ``folder``    where versions lie, which one is in service
* ``manifest``  the birth certificate of a version, and its checksums
* ``table``     chunks with their provenance, in SQLite
* ``kinds``     kinds of vector index, from exact to fast
* ``gpu``       FAISS on a GPU
* ``scanning``  one search by several threads
* ``grouped``   the vectors of a passage's windows, as one
* ``dense``     vectors, in FAISS
* ``recall``    how many of the true neighbours an index finds
* ``choosing``  which kind a corpus gets
* ``lexical``   terms, in BM25 arrays
* ``store``     table and vectors together, as a LangChain ``VectorStore``
* ``course``    one opened version: what the retriever searches
"""
