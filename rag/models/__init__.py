"""Models that come with the package; the README.md of each is its model card.

* ``duo-ko-en``     the two others side by side, run by ``rag.embeddings.combined``; the default
* ``mini-ko-en``    a Korean-English transformer in eight bits, run by ``rag.embeddings.transformer``
* ``static-ko-en``  static Korean-English embeddings, run by ``rag.embeddings.static``; the fastest
"""
