"""Where the weights and thresholds in ``rag`` come from: each module prints the lines to put there.

* ``fusion_fit``      the weights of hybrid search, for an embedder
* ``sentence_fit``    the scores of the sentences it answers with
* ``unanswerable``    makes questions that a course answers, and ones that it does not
* ``calibration``     when the extractive model refuses
"""
