"""What may be printed: nothing that steers a terminal."""

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError
from ui.cli.output import plain, say_error, say_json

TEXT = st.text(alphabet=st.characters(codec=None), max_size=50)
STEERING = {*map(chr, range(9)), *map(chr, range(11, 32)), *map(chr, range(127, 160)), *"\u202a\u202e\u2066\u2069"}


@given(TEXT)
def test_plain_keeps_everything_else(text: str) -> None:
    found = plain(text)
    assert len(found) == len(text)
    assert not STEERING & set(found)
    assert found.encode("utf-8").decode("utf-8") == found
    assert all(new in (old, "\ufffd") for old, new in zip(text, found, strict=True))


@pytest.mark.parametrize("text", ["줄\n바꿈\t탭", "emoji 👩🏽‍🎓", "“quotes” › …"])
def test_plain_text_stays(text: str) -> None:
    assert plain(text) == text


@given(st.dictionaries(TEXT, TEXT | st.lists(TEXT)))
def test_json_is_one_harmless_line_that_loses_nothing(value: dict[str, object]) -> None:
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        say_json(value)
    line = stream.getvalue()
    assert not STEERING & set(line)
    assert line.count("\n") == 1
    assert line.encode("utf-8")
    # Through the standard library on both sides, as it reads two halves that make a pair as one character.
    assert json.loads(line) == json.loads(json.dumps(value))


def test_an_error_is_a_sentence_and_a_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    say_error(InputError("It is \x1b[31mwrong.", remedy="Mend \x07it."))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "error: It is \ufffd[31mwrong.\n  → Mend \ufffdit.\n")
