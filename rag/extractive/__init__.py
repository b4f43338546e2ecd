"""The language model that needs no language model: it answers with the sentences that answer the question.

* ``segments``  a passage as sentences, list items and table rows, each with what stands above it
* ``terms``     where the question's terms stand in them
* ``asked``     what the question asks for: a number, a time, a list
* ``rarity``    how rare a term is, in a small course too
* ``features``  what is known of each segment, as numbers
* ``scoring``   how well a segment answers, and whether anything answers at all
* ``composing`` what is said of the candidates, and in which order
* ``differing`` whether two sentences contradict each other
* ``conflicts`` where passages of several documents do
* ``forms``     whole lists, both sides of a comparison, reasons, yes and no
* ``sought``    what a question that is refused has looked for
* ``model``     the LangChain chat model around them
"""
