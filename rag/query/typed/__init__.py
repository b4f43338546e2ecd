"""What was mistyped, put right by the words of the course, and told.

* ``jamo``, ``keyboard``     Hangul as strokes; the two layouts of a Korean keyboard
* ``nearest``, ``words``     the words nearest to a misspelt one; the words of a course, a file of each version
* ``particles``, ``lexicons``      what stands behind a noun; what is a word in either language
* ``pieces``                 a question cleaned, and which words in it may be looked at
* ``typos``                  the word that was meant
* ``changes``, ``repair``    what was changed; the question as it is searched
"""
