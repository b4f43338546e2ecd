"""Whether a passage supports a sentence that a language model wrote.

* ``figures``       the numbers of a text, however they are written
* ``polarity``      the terms of a text, and which of them it negates
* ``instructions``  sentences of a document that speak to a model: never evidence
* ``reading``       a sentence and a passage as they are compared
* ``support``       a sentence against passages: features, and how likely it is that they say it
* ``sentences``     an answer in pieces that are claims, and pieces that are none
* ``guard``         an answer with what its passages do not support dropped or marked
"""
