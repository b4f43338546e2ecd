"""Continue a model's training on the user's own documents, and keep the result only if it finds more.

In the order the data passes through:

- ``terms.py``          a text without one of a term's names
- ``sections.py``       the chunks of an index by section, and which sections are held out
- ``probes.py``         what a section's heading, sentences and terms ask, and the passages that answer
- ``judging.py``        ranks, figures before and after, and whether the difference is beyond chance
- ``progress.py``       how long a model is adapted
- ``token_vectors.py``  go on with a static model
- ``small_bert.py``     go on with a small transformer
- ``adapted_card.py``   the model card of what was adopted
- ``adapting.py``       all of it: measure, train, measure, decide
"""
