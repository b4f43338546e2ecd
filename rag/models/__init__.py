"""Models that come with the package.

* ``static-ko-en``  static Korean-English embeddings, run by ``rag.embeddings.static``; its README.md is the model card
"""
