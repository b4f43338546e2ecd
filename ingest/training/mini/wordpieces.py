"""The vocabulary: that of the English teacher, and Korean word pieces behind it.

The teacher's pieces keep their numbers, so its embeddings can be taken over row by row. Its normaliser strips accents,
which takes Hangul apart into letters; here only the accents of other scripts go, and Hangul stays in whole syllables.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kiwipiepy import Kiwi
from tokenizers import Regex, Tokenizer, normalizers

from ingest.training.vocabulary import hangul_syllables

CONTINUING = "##"

_HANGUL = re.compile(r"[가-힣]+")
_ENDINGS = ("J", "E", "VCP", "XSV", "XSA")
"""Kiwi's tags of particles, endings, the copula and the suffixes that make verbs."""
_LONGEST = 8


def bilingual_tokenizer(teacher: Tokenizer, texts: Iterable[str], least: int) -> Tokenizer:
    """The teacher's tokenizer with Korean pieces, learned from the Hangul of the texts.

    Args:
        teacher: a BERT tokenizer: WordPiece with ``##``, and ``[CLS] … [SEP]`` around a text.
        texts: in any language; runs of Hangul in them are what is learned from.
        least: how often a piece must be needed; every syllable of KS X 1001 is added whatever its count.
    """
    parts = json.loads(teacher.to_str())
    vocabulary: dict[str, int] = parts["model"]["vocab"]
    for piece in korean_pieces(texts, least):
        vocabulary.setdefault(piece, len(vocabulary))
    tokenizer = Tokenizer.from_str(json.dumps(parts))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.Replace(Regex("[\u0300-\u036f]"), ""),
            normalizers.NFC(),
            normalizers.BertNormalizer(strip_accents=False, lowercase=True),
        ]
    )
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def korean_pieces(texts: Iterable[str], least: int) -> list[str]:
    """Word pieces of the Hangul in the texts, sorted; the same texts in any order give the same pieces.

    Stems and endings are counted apart, so that "바그너는" and "바그너를" share the name instead of ending in pieces
    such as "##너는". WordPiece takes the longest piece that fits from the left, and so do the counts: a piece is kept
    if ``least`` words need it that no longer piece serves. (The trainers of the library ``tokenizers`` break ties at
    random, so that no two runs give the same vocabulary.)
    """
    words = Counter(word for text in texts for word in _HANGUL.findall(text))
    stems: Counter[str] = Counter()
    inner: Counter[str] = Counter()
    for word, cut in _ending_starts(sorted(words)):
        stems[word[:cut]] += words[word]
        inner[word[cut:]] += words[word]
    initial = _needed_prefixes(stems, least)
    inner += _remainders(stems, initial)
    # A second round for what the first leaves over of the inner parts.
    inner += _remainders(inner, _needed_prefixes(inner, least))
    syllables = set(hangul_syllables())
    continuing = {CONTINUING + piece for piece in _needed_prefixes(inner, least) | syllables}
    return sorted(initial | syllables | continuing, key=lambda piece: (len(piece), piece))


def _ending_starts(words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each word, and where its particles and endings begin (its length: it has none)."""
    for word, morphemes in zip(words, Kiwi().tokenize(words), strict=True):
        starts = [each.start for each in morphemes if each.start > 0 and each.tag.startswith(_ENDINGS)]
        yield word, min(starts, default=len(word))


def _needed_prefixes(parts: Counter[str], least: int) -> set[str]:
    """Prefixes of two syllables and more that ``least`` parts need because no longer prefix was kept for them."""
    needed: Counter[str] = Counter()
    for part, count in parts.items():
        for length in range(2, min(len(part), _LONGEST) + 1):
            needed[part[:length]] += count
    kept = set()
    for prefix in sorted(needed, key=lambda prefix: (-len(prefix), prefix)):
        served = needed[prefix]
        if served >= least:
            kept.add(prefix)
            for length in range(2, len(prefix)):
                needed[prefix[:length]] -= served
    return kept


def _remainders(parts: Counter[str], prefixes: set[str]) -> Counter[str]:
    """What is left of the parts behind the longest prefix, or behind the first syllable where none fits."""
    left: Counter[str] = Counter()
    for part, count in parts.items():
        longest = min(len(part), _LONGEST)
        fitting = (length for length in range(longest, 1, -1) if part[:length] in prefixes)
        left[part[next(fitting, 1) :]] += count
    del left[""]
    return left
