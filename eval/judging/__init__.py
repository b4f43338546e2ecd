"""A language model as judge, through RAGAS; optional.

* ``settings``       which model, by which metrics, how patiently, at what price
* ``failures``       why a sample has no verdict
* ``cost``           tokens counted, and a bound of the money that is never passed
* ``checking``       whether an answer is what was asked for
* ``cache``          good answers on disk, so that nothing is paid for twice
* ``caller``         one question to the server: retries, waits, time-outs
* ``asking``         the questions of one sample: from the cache, else from the judge
* ``prompts``        RAGAS's instructions in Korean
* ``ragas_metrics``  RAGAS's metrics with our judge and our embedder
* ``samples``        what goes before the judge, and what needs none
* ``planning``       what it will cost
* ``judge``          every sample a value or a reason
"""
