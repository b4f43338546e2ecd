"""Tokens counted apart from the embedder, against the tokenizer itself."""

import pickle
import time

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from rag.embeddings.static import BUNDLED, StaticEmbeddings
from rag.embeddings.tokens import TokenCounter, TokenRule, bundled_rule, counter_of

TEXTS = st.text(alphabet="가나다 한국어abc RAG19.\n\t|-＃𝄞\ud800e\u0301", max_size=200)


@given(TEXTS)
def test_each_token_begins_where_the_tokenizer_has_it(text: str) -> None:
    starts = counter_of(bundled_rule()).starts(text)
    assert starts.tolist() == sorted(starts)
    tokenizer = Tokenizer.from_str(bundled_rule().tokenizer)
    encoding = tokenizer.encode(text.replace("\ud800", "?"), add_special_tokens=False)
    assert starts.tolist() == [start for start, _ in encoding.offsets]


def test_a_long_text_is_counted_in_blocks_as_in_one() -> None:
    text = "경사 하강법은 기울기를 따라 내려갑니다. " * 3_000
    tokenizer = Tokenizer.from_str(bundled_rule().tokenizer)
    assert counter_of(bundled_rule()).count(text) == len(tokenizer.encode(text).ids)


def test_a_line_without_end_takes_no_more_than_linear_time() -> None:
    counter = counter_of(bundled_rule())
    counter.count("가")
    started = time.perf_counter()
    assert counter.count("x" * 400_000) > 0
    assert time.perf_counter() - started < 10


def test_a_rule_is_handed_over_and_known_again() -> None:
    rule = StaticEmbeddings.load(BUNDLED).token_rule
    assert pickle.loads(pickle.dumps(rule)) == rule  # noqa: S301 - as a worker process gets it
    assert TokenCounter(rule).count("과적합을 막는다.") == counter_of(bundled_rule()).count("과적합을 막는다.")
    shorter = TokenRule(rule.tokenizer, 128)
    assert len({rule.identity, shorter.identity, TokenRule("{}", 128).identity}) == 3


def test_what_the_embedder_cuts_off_is_counted() -> None:
    tokenizer = Tokenizer.from_str(bundled_rule().tokenizer)
    tokenizer.enable_truncation(2)
    assert TokenCounter(TokenRule(tokenizer.to_str(), 2)).count("one two three four") == 4
