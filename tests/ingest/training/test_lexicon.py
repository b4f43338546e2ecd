"""IBM Model 1 on texts so few that its result can be worked out, and on real aligned sentences."""

import json
from pathlib import Path

import pytest

from ingest.training.lexicon import aligned_terms, learned, main, translations
from rag.query.lexicon import Lexicon

KOREAN = [("집", "크다"), ("집",), ("책", "크다"), ("책",)] * 4
ENGLISH = [("hous", "big"), ("hous",), ("book", "big"), ("book",)] * 4


def test_a_term_that_stands_alone_explains_its_neighbour() -> None:
    found = translations(ENGLISH, KOREAN).probability
    assert found["hous", "집"] > 0.8
    assert found["big", "크다"] > 0.6
    assert ("big", "집") not in found  # less than one in a hundred


def test_the_probabilities_of_a_term_add_up_to_less_than_one() -> None:
    found = translations(ENGLISH, KOREAN).probability
    for source in ("hous", "big", "book"):
        assert 0.5 < sum(value for (of, _), value in found.items() if of == source) < 1


def test_both_directions_have_to_agree() -> None:
    pairs = {(korean, english): weight for korean, english, weight in learned(KOREAN, ENGLISH)}
    there = translations(ENGLISH, KOREAN).probability["hous", "집"]
    back = translations(KOREAN, ENGLISH).probability["집", "hous"]
    assert pairs["집", "hous"] == round((there * back) ** 0.5, 2)
    assert max(pairs, key=lambda pair: pairs[pair])[0] in {"집", "책"}


def test_no_text_has_terms() -> None:
    assert learned([(), ("집",)], [("hous",), ()]) == []


def test_rare_terms_and_texts_that_are_too_long_teach_nothing() -> None:
    assert translations([("one",)] * 3, [("하나",)] * 3).probability == {}
    long = tuple(f"w{number}" for number in range(51))
    assert translations([long] * 9, [("하나",)] * 9).probability == {}


@pytest.mark.slow
def test_it_is_learned_from_aligned_texts_and_written(tmp_path: Path) -> None:
    sentences = [
        ("학습률이 너무 크면 손실이 발산합니다.", "If the learning rate is too large, the loss diverges."),
        ("손실은 배치마다 계산됩니다.", "The loss is computed for each batch."),
        ("가중치는 역전파로 갱신됩니다.", "The weights are updated by backpropagation."),
        ("가중치와 손실을 출력합니다.", "Print the weights and the loss."),
    ]
    rows = [
        {
            "source": "made",
            "file": f"{number}-{index}.md",
            "kind": "p",
            "ko": f"{ko} {number}번.",
            "en": f"{en} No {number}.",
        }
        | {"section_ko": "", "section_en": ""}
        for number in range(12)
        for index, (ko, en) in enumerate(sentences)
    ]
    (tmp_path / "parallel").mkdir()
    (tmp_path / "parallel" / "made.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "pairs").mkdir()
    korean, english = aligned_terms(tmp_path)
    assert len(korean) == len(english)
    assert not any(term.isdigit() for terms in (*korean, *english) for term in terms)
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    lexicon = Lexicon.open(tmp_path / "out")
    assert next(iter(lexicon.translations("loss"))) == "손실"
    assert next(iter(lexicon.translations("weight"))) == "가중"


def test_data_without_pairs_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "out").exists()
