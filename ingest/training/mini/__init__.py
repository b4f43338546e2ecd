"""Train the bundled transformer: an English teacher's weights, taught Korean.

In the order the data passes through:

- ``wordpieces.py``  the teacher's vocabulary, and Korean word pieces behind it
- ``transplant.py``  rows for the Korean pieces in the teacher's embedding
- ``texts.py``       texts as token ids, batches, vectors of a batch
- ``teacher.py``     the teacher's vectors of English texts
- ``distil.py``      the losses and the loop
- ``checkpoint.py``  a stopped training goes on
- ``train.py``       all of it, and the export in eight bits
- ``card.py``        the model card
"""
