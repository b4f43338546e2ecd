"""Rules of Korean and English for questions that lean on others, and for questions that ask two things.

* ``josa``            particles that depend on the sound before them
* ``nouns``           general nouns: what something has (drawbacks), kinds of things (this method)
* ``turns``           what the turns before hold: topic, answer, its items
* ``smalltalk``       turns that ask nothing of the course
* ``korean_topic``    what a Korean question is about, and where it joins two things
* ``korean``          Korean follow-ups
* ``english_topic``   what an English question is about
* ``english``         English follow-ups
"""
