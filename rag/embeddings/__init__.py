"""Texts to vectors, behind LangChain's ``Embeddings``.

* ``tokens``   how many tokens a text has, counted without an embedder
* ``base``     what an embedder must tell of itself
* ``model_folder``  a model on disk: configuration, tokenizer, and what is told of a damaged one
* ``static``   bundled, the fast tier: token vectors, averaged; numpy only
* ``transformer``  bundled, the tier that understands: a small BERT in eight bits, run by onnxruntime
* ``combined``   bundled, the default: both of them side by side
* ``neural``   any sentence-transformers model, on CPU or GPU
* ``engine``   what drives such a model: device, tokens, batches, memory
* ``loading``  which of them the settings name
"""
