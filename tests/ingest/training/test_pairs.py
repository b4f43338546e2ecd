import json
import random
from pathlib import Path

import pytest

from ingest.training.pairs import (
    Pair,
    Row,
    cloze_pairs,
    heading_pairs,
    paraphrase_pairs,
    read_training_data,
    section_pairs,
    sentence_pairs,
    split_sentences,
)
from rag.errors import EmbedderError


def row(ko: str, en: str, file: str = "b.md", **more: str) -> Row:
    return {"source": "made-up", "file": file, "ko": ko, "en": en, **more}


def seeded() -> random.Random:
    return random.Random(1)


def write(file: Path, rows: list[Row]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows), encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("첫 문장입니다. 둘째 문장인가요? 셋째!", ["첫 문장입니다.", "둘째 문장인가요?", "셋째!"]),
        ("붙여 썼습니다.다음 문장입니다.", ["붙여 썼습니다.", "다음 문장입니다."]),
        ("See section 3. 14 of e.g.this file.", ["See section 3. 14 of e.g.this file."]),
        ("", [""]),
    ],
)
def test_split_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_sentences_are_paired_only_where_counts_and_lengths_agree() -> None:
    safe = row(
        "모델을 먼저 컴파일하세요. 그런 다음 데이터를 불러옵니다.", "Compile the model first. Then load the data."
    )
    merged = row("모델을 먼저 컴파일하세요. 그런 다음 불러옵니다.", "Compile the model and load the data.")
    skewed = row(
        "모델을 먼저 컴파일하세요. 그런 다음 데이터를 불러옵니다.",
        "Go. Then load all of the data that you have prepared into the memory of the device, in batches.",
    )
    assert [(p.anchor, p.positive) for p in sentence_pairs([safe, merged, skewed])] == [
        ("모델을 먼저 컴파일하세요.", "Compile the model first."),
        ("그런 다음 데이터를 불러옵니다.", "Then load the data."),
    ]


def test_a_heading_is_paired_with_its_text_in_both_languages() -> None:
    under = {"section_ko": "설치", "section_en": "Install", "kind": "p"}
    korean, english = (
        "패키지 관리자로 설치한 다음 확인합니다. " * 3,
        "Install it with the package manager and check. " * 2,
    )
    pairs = list(heading_pairs([row("설치", "Install", **{**under, "kind": "h"}), row(korean, english, **under)]))
    assert {(p.anchor, p.positive) for p in pairs} == {
        ("설치", korean), ("설치", english), ("Install", korean), ("Install", english)
    }  # fmt: skip
    assert {p.group for p in pairs} == {"Install"}


def test_cloze_leaves_the_sentence_out_in_about_half() -> None:
    rows = [
        row(
            f"{number}번째 단락은 {number}번 주제를 아주 길고 자세하게 설명합니다.",
            f"Paragraph {number} explains topic {number} in full detail.",
            section_ko=f"절 {number // 4}",
            section_en=f"Section {number // 4}",
        )
        for number in range(400)
    ]
    pairs = list(cloze_pairs(rows, seeded()))
    assert len(pairs) == 400 and len({pair.group for pair in pairs}) == 100
    by_side = {side: index for index, one in enumerate(rows) for side in (one["ko"], one["en"])}
    same = [p for p in pairs if ("번째" in p.anchor) == ("번째" in p.positive)]
    assert all(0 < by_side[p.anchor] // 4 == int(p.group.split("-")[1]) or p.group == "cloze-0" for p in pairs)
    assert 0.35 < sum(p.anchor in p.positive for p in same) / len(same) < 0.65
    assert 0.35 < len(same) / len(pairs) < 0.65


def test_section_pairs_use_title_and_heading() -> None:
    section = {"id": "s1", "title": "텐서", "heading": "모양", "text": "텐서는 모양을 가집니다. " * 5}
    first = next(section_pairs([section], seeded()))
    assert first == Pair("텐서 모양", section["text"], "s1")


def test_paraphrases_keep_only_what_means_the_same(tmp_path: Path) -> None:
    write(tmp_path / "parakqc.jsonl", [{"text": t, "group": g} for t, g in [("가", 1), ("나", 1), ("다", 2)]])
    write(tmp_path / "question-pair.jsonl", [{"a": "라", "b": "마", "label": 1}, {"a": "바", "b": "사", "label": 0}])
    write(tmp_path / "korsts-train.jsonl", [{"a": "아", "b": "자", "score": 4.0}, {"a": "차", "b": "카", "score": 3.9}])
    pairs = [frozenset((p.anchor, p.positive)) for p in paraphrase_pairs(tmp_path, seeded())]
    assert pairs == [{"가", "나"}, {"라", "마"}, {"아", "자"}]


def test_documents_and_repeated_paragraphs_are_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "some-docs__docs_beginner_data_loading.html").write_text("", encoding="utf-8")
    rows = [
        row("데이터를 불러옵니다.", "Load the data.", file="beginner_source/data_loading.py"),
        row("모델을 만듭니다.", "Build the model."),
        row("모델을 만듭니다!", "Make the model."),
        row("Keras", "Keras"),
        row("다른 모델을 만듭니다.", "Build another model.", file="advanced_source/data_loading.py"),
    ]
    write(tmp_path / "parallel" / "made-up.jsonl", rows)
    data = read_training_data(tmp_path, seed=1)
    assert [p.positive for p in data.tasks["translation"]] == ["Build the model.", "Build another model."]
    assert data.dropped == {
        "the source of a file in documents/: beginner_source/data_loading.py": 1,
        "a paragraph seen before": 1,
        "the same on both sides, or empty": 1,
    }


def test_held_out_files_are_not_trained_on(tmp_path: Path) -> None:
    rows = [
        row(f"이 단락은 파일 {n}의 내용을 길게 설명합니다.", f"This paragraph is about file {n}.", file=f"guide/{n}.md")
        for n in range(400)
    ]
    write(tmp_path / "parallel" / "made-up.jsonl", rows)
    data = read_training_data(tmp_path, seed=1)
    trained = {p.positive for p in data.tasks["translation"]}
    held_out = {p.positive for p in data.held_out}
    assert trained | held_out == {r["en"] for r in rows} and not trained & held_out
    assert 2 <= len(held_out) <= 25
    assert read_training_data(tmp_path, seed=2).held_out == data.held_out


def test_no_pairs_and_bad_lines_are_told(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="No Korean-English pairs") as none:
        read_training_data(tmp_path, seed=1)
    assert "parallel/*.jsonl" in none.value.remedy
    (tmp_path / "parallel").mkdir()
    (tmp_path / "parallel" / "x.jsonl").write_text('{"ko": "가", "en": "a"}\n{"ko"\n', encoding="utf-8")
    with pytest.raises(EmbedderError, match=r"x\.jsonl, line 2 is not a JSON object with ko, en"):
        read_training_data(tmp_path, seed=1)
    (tmp_path / "parallel" / "x.jsonl").write_text('{"ko": "가"}\n', encoding="utf-8")
    with pytest.raises(EmbedderError, match=r"x\.jsonl, line 1"):
        read_training_data(tmp_path, seed=1)
