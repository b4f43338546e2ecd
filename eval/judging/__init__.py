"""A language model as judge, through RAGAS; optional.

* ``prompts``   RAGAS's instructions in Korean
* ``judge``     every sample a value or a reason
"""
