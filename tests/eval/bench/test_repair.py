import json
import random
from pathlib import Path

import pytest
from rapidfuzz.distance import OSA

from eval.bench.damage import DAMAGES, first_consonants, slip
from eval.bench.repair import main, measured
from rag.query.typed.jamo import strokes
from rag.query.typed.words import CourseWords

WORDS = CourseWords({"경사하강법": 3, "임베딩": 5})
QUESTION = "경사하강법은 무엇인가 Gradient descent"


def test_one_slip_is_one_edit_of_the_strokes() -> None:
    rng = random.Random(1)
    for word in ["경사하강법은", "괜찮다", "gradient"] * 60:
        assert OSA.distance(strokes(word), strokes(slip(word, rng))) <= 1


@pytest.mark.parametrize(
    ("kind", "damaged"),
    [
        ("unspaced", "경사하강법은무엇인가 Gradient descent"),
        ("other layout", "rudtkgkrkdqjqdms andjtdlsrk Gradient descent"),
        ("first consonants", "ㄱㅅㅎㄱㅂ 은 무엇인가 Gradient descent"),
    ],
)
def test_damage_by_rule(kind: str, damaged: str) -> None:
    assert DAMAGES[kind](QUESTION, random.Random(0), WORDS) == damaged


@pytest.mark.parametrize("kind", sorted(DAMAGES))
def test_the_same_seed_damages_alike_and_english_is_not_lost(kind: str) -> None:
    one, other = (DAMAGES[kind](QUESTION, random.Random(3), WORDS) for _ in range(2))
    assert one == other != QUESTION
    assert DAMAGES[kind]("?", random.Random(3), WORDS).rstrip("\u200b") == "?"


def test_only_nouns_of_the_course_become_initials() -> None:
    assert first_consonants("냉장고는 어디에", random.Random(0), WORDS) == "냉장고는 어디에"


@pytest.mark.slow
def test_rows_of_a_small_set(tmp_path: Path) -> None:
    passages = {"a": "경사하강법은 손실을 줄인다.", "b": "임베딩은 벡터이다.", "c": "트랜스포머는 어텐션을 쓴다."}
    passages |= {name: f"{name} 자리를 채우는 {number}번째 글" for number, name in enumerate("defghij")}
    rows = [{"id": key, "title": "", "text": text} for key, text in passages.items()]
    asked = {"a": "경사하강법이 뭐야?", "b": "임베딩을 알려줘", "c": "트랜스포머가 쓰는 것은?"}
    queries = [
        {"id": f"q{key}", "text": text, "answer": [], "positive": [key], "answerable": True}
        for key, text in asked.items()
    ]
    for name, lines in (("corpus", rows), ("queries", queries)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    found = {row.damage: row for row in measured(tmp_path, 10, 0)}
    assert list(found) == ["none", *(kind for kind in DAMAGES if kind in found)]
    assert (found["none"].questions, found["none"].changed, found["none"].restored) == (3, 0.0, 1.0)
    keyword = {kind: row.recalls[0] for kind, row in found.items()}
    assert keyword["none"] == (1.0, 1.0, 1.0)
    assert keyword["other layout"] == (1.0, 0.0, 1.0)
    assert keyword["decomposed"] == (1.0, 1.0, 1.0)
    assert found["first consonants"].restored == 1.0
    assert keyword["first consonants"][2] == 1.0 > keyword["first consonants"][1]


def test_a_missing_set_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "--only", "nothing"]) == 1
    assert "nothing" in capsys.readouterr().err
