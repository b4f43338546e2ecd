"""Train the bundled static Korean-English embedding model.

In the order the data passes through:

- ``pairs.py``       read the parallel and paired texts into tasks of pairs, and hold some out
- ``vocabulary.py``  train the tokenizer on the texts of both languages
- ``batches.py``     tokens of the pairs, and batches in which no wrong answer is a right one
- ``train.py``       learn the token vectors, write the model folder
- ``evaluate.py``    recall at 1 and 5 on question sets that were not trained on
- ``card.py``        the model card: data, licences, figures, the command
"""
