"""What drives a sentence-transformers model at the speed the hardware allows, in the order a text passes through.

* ``device``     where the model runs, in which precision, and why; want of memory
* ``weights``    loading without code or pickles, and the hash of what changes a vector
* ``tokenised``  texts to token ids, many at once, and those of a batch to one padded array
* ``budget``     how many tokens make a batch: found by doubling, halved by want of memory
* ``runners``    one batch through the model: on one device, or on several by the library's pool
* ``batches``    all texts, longest first, batch by batch, tokenised ahead; nothing is lost to want of memory
"""
