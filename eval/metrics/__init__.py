"""Metrics of one question, and how sure a mean of them is; all free and deterministic.

* ``evidence``, ``ranking``   what was found
* ``answers``, ``characters``  what was answered, beside the reference; which metrics of RAGAS fail on Korean
* ``holding``, ``claims``     whether a cited passage holds a claim; citations claim by claim
* ``values``                  all metrics of one question, each a value or the reason why there is none
* ``intervals``               how sure a mean is
* ``significance``            which of many differences are more than chance
"""
