"""Train the bundled Korean-English embedding models, and adapt one to a course.

In the order the data passes through:

- ``pairs.py``       read the parallel and paired texts into tasks of pairs, and hold some out
- ``vocabulary.py``  the static tier: train the tokenizer on the texts of both languages
- ``batches.py``     tokens of the pairs, and batches in which no wrong answer is a right one
- ``train.py``       the static tier: learn the token vectors, write the model folder
- ``mini``           the transformer tier: an English teacher's weights, taught Korean
- ``rounding.py``    weights in eight bits, and the smoothing of what they meet
- ``bert_graph.py``  a BERT as an ONNX graph, in float or in eight bits
- ``export.py``      a checkpoint to the folder that runs without torch, and how near the two are
- ``restore.py``     such a folder back into torch, to train it further
- ``evaluate.py``    recall at 1 and 5 on question sets that were not trained on
- ``card.py``        the static tier's model card: data, licences, figures, the command
- ``lexicon.py``     which Korean and English terms stand for each other, and how common terms are
- ``adaptation``     go on training a bundled model on the sections of a course; kept if it wins
"""
