"""Metrics of one question, and how sure a mean of them is; all free and deterministic.

* ``evidence``, ``ranking``   what was found
* ``answers``                 what was answered
* ``values``                  all metrics of one question, each a value or the reason why there is none
* ``intervals``               how sure a mean is
"""
