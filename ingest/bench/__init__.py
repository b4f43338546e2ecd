"""Commands that measure the ingestion on real and made files, each ``python -m ingest.bench.NAME``.

* ``speed``                           parsers beside pypdf and LangChain community's loaders
* ``recovery``                        words of unreadable PDF pages that come back
* ``fuzz``, ``hostile``                 a build over damaged and crafted files, each accounted for
* ``masking``, ``secret_sets``, ``secret_values``, ``secret_documents``   recall and precision of what is masked
* ``vectors``                            kinds of vector index: time, recall, size
* ``duplicates``, ``semesters``         repeated passages searched twice, text lost, over made semesters
* ``made_models``, ``gpu``                the neural path on a GPU: texts/s, padding, share of the card's rate
* ``embedding``                          texts/s of the bundled embedders beside sentence-transformers in float32
* ``made_index``, ``latency``            what a question waits at 1,000 and 100,000 passages, by stage
"""
