"""Two names of one term, mined from the passages of a course, so that a question with one finds the other.

In the order the data passes through:

* ``names``     what counts as a name, in Hangul or in Latin letters
* ``glosses``   terms with another name in parentheses
* ``sightings`` every place of a passage where two names stand for each other, and how they stand
* ``scoring``   how sure it is that two names mean the same
* ``own``       the instructor's own file: pairs to add and pairs to forbid
* ``mining``    all of it: passages to the pairs of a version
"""
