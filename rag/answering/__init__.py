"""A question and the passages found for it → a prompt → what a model writes → a checked, cited answer.

In the order data passes through them:

* ``not_shown``              questions for what was masked, which no model is asked
* ``neighbours``, ``contexts``   passages to the sections they stand in
* ``prompts``                the prompt, and numbered context that a document cannot close
* ``agent``                  a model that searches itself
* ``steps``, ``writing``     from the question to its passages; what a model makes of them
* ``citations``, ``checking``    checked marks, and the checked answer
* ``told``, ``running``      what a reader is told of an answer; what a run remembers
* ``chain``                  the chain that joins it all
"""
