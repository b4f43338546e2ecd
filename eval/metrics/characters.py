"""chrF: F score of character n-grams (Popović 2015, WMT, "chrF: character n-gram F-score for automatic MT evaluation").

The one among RAGAS's metrics without a language model that means for Korean what it means for English. It is computed
here, so that it needs neither ragas nor sacrebleu, and agrees with ``ragas.metrics.collections.CHRFScore`` to 1e-9
(tests). Of the others, each tried by hand-made cases in ``tests/eval/metrics/test_ragas_metrics.py``:

============================  ================================================================================
RougeScore                    drops every character that is not ASCII: 0 for equal Korean texts
BleuScore                     words are split at spaces: 검색은 is not 검색을, so a right sentence with other
                              particles has 0.0; and of texts with other numbers of sentences the rest is cut off
ExactMatch                    byte by byte: a citation mark, a full stop, or NFD Hangul (file names and text
                              from macOS) make 0
StringPresence                the same for a reference that is a sentence; a lone term is found, in NFC alone
NonLLMStringSimilarity        order before content: 0.4 for the same two clauses the other way round, 0.9 for the
                              negated sentence; falls with every sentence an answer adds
QuotedSpansAlignment          knows neither 「」 nor quotes of one or two words, which in Korean is most terms; 1.0
                              for an answer without quotes
NonLLMContextRecall,          similarity of a whole passage and a sentence of it is nearly 0, in any language; what
NonLLMContextPrecision…       they mean is ``eval.metrics.evidence``
IDBasedContextRecall          is ``recall@k`` here
============================  ================================================================================
"""

import unicodedata
from collections import Counter

_LONGEST = 6
_BETA = 2
"""Recall counts twice as much, as in the paper and in sacrebleu."""


def chrf(answer: str, reference: str) -> float:
    """Mean over n = 1 … 6 of precision and recall of character n-grams, joined as ``(1 + β²)·P·R / (β²·P + R)``.

    White space does not count. Of texts shorter than n, n is left out. NFC, so that Hangul typed on a Mac is the same.

    Returns:
        In [0, 1]; 0 if either text is empty.
    """
    said, wanted = ("".join(unicodedata.normalize("NFC", text).split()) for text in (answer, reference))
    precision = recall = 0.0
    orders = 0
    for n in range(1, _LONGEST + 1):
        mine, theirs = _grams(said, n), _grams(wanted, n)
        if not mine or not theirs:
            continue
        common = sum((mine & theirs).values())
        precision += common / mine.total()
        recall += common / theirs.total()
        orders += 1
    if not precision or not recall:
        return 0.0
    precision, recall = precision / orders, recall / orders
    return (1 + _BETA**2) * precision * recall / (_BETA**2 * precision + recall)


def _grams(text: str, n: int) -> Counter[str]:
    return Counter(text[start : start + n] for start in range(len(text) - n + 1))
