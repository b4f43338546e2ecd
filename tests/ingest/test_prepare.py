"""One file, from bytes to chunk spans, and what its cache key depends on."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.document import Unit
from ingest.elements import Kind, Skipped
from ingest.prepare import Job, Prepared, artifact_key, prepare, shaping_settings
from rag.settings import Settings, load_settings


def job(path: Path, **sections: dict[str, object]) -> Job:
    settings = load_settings(**sections)
    return Job(path, path.name, settings.parse, settings.mask, settings.chunk)


def test_a_file_becomes_text_units_and_chunks(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# 검색\n\nBM25는 단어로 찾는다.\n\n```python\nscore = 1\n```\n", encoding="utf-8")
    prepared = prepare(job(path))
    assert prepared.failure is None
    assert prepared.text == "검색\n\nBM25는 단어로 찾는다.\n\nscore = 1"
    assert [(unit.kind, prepared.text[unit.start : unit.end]) for unit in prepared.units] == [
        (Kind.HEADING, "검색"),
        (Kind.PARAGRAPH, "BM25는 단어로 찾는다."),
        (Kind.CODE, "score = 1"),
    ]
    assert [(prepared.text[chunk.start : chunk.end], chunk.heading) for chunk in prepared.chunks] == [
        ("BM25는 단어로 찾는다.\n\nscore = 1", ("검색",))
    ]


def test_what_was_prepared_survives_the_cache(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# 검색\n\npassword: hunter22x!\n\n- a\n- b\n", encoding="utf-8")
    prepared = prepare(job(path))
    assert prepared.masked == {"password": 1}
    assert Prepared.load(prepared.dump()) == prepared
    failure = Prepared(failure="why", skipped=[Skipped("page 2", "no text")])
    assert Prepared.load(failure.dump()) == failure
    assert Prepared.load(Prepared(units=[Unit(Kind.TABLE, 0, 1, ("a",), 1, 2)]).dump()).units[0].kind is Kind.TABLE


def test_it_does_not_depend_on_where_the_file_lies(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text("경사 하강법을 배운다.", encoding="utf-8")
        texts.append(prepare(job(tmp_path / name / "a.txt")).dump())
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"garbage" * 100, "PDF"),
        ("a.ipynb", b"{", "notebook"),
        ("a.md", b"", "empty"),
        ("a.txt", b"  \n", "empty"),
        ("a.md", b"---\ntitle: x\n---\n", "no text"),
        ("a.pptx", b"PK", ".pptx"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    prepared = prepare(job(path))
    assert prepared.failure is not None
    assert why.lower() in prepared.failure.lower()
    assert prepared.failure.endswith(".")
    assert (prepared.text, prepared.chunks) == ("", [])


def test_a_page_that_is_left_out_is_named_without_its_file(tmp_path: Path, make_pdf: Callable[..., bytes]) -> None:
    path = tmp_path / "week1.pdf"
    path.write_bytes(make_pdf("역전파는 연쇄 법칙으로 기울기를 구한다.", " "))
    prepared = prepare(job(path))
    assert [skip.source for skip in prepared.skipped] == ["page 2"]


def test_a_secret_that_stands_in_the_title_alone_is_masked_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    secret = "ghp_q8Zx81qPw93LmTbV05rKdY72nHcG64Wu"
    path.write_text(
        f"<html><head><title>Key {secret}</title></head><body><p>A page about keys.</p></body></html>", encoding="utf-8"
    )
    prepared = prepare(job(path))
    assert prepared.title == "Key [masked: key]"
    assert prepared.masked == {"api_key": 1}
    assert prepare(job(path, mask={"secrets": False})).title == f"Key {secret}"


def test_the_key_is_that_of_content_suffix_and_shape() -> None:
    base = artifact_key("0" * 64, ".md", load_settings())
    assert artifact_key("0" * 64, ".MD", load_settings()) == base
    others = [
        artifact_key("1" + "0" * 63, ".md", load_settings()),
        artifact_key("0" * 64, ".txt", load_settings()),
        artifact_key("0" * 64, ".md", load_settings(chunk={"max_tokens": 200})),
        artifact_key("0" * 64, ".md", load_settings(), "another tokenizer"),
        artifact_key("0" * 64, ".md", load_settings(mask={"emails": True})),
        artifact_key("0" * 64, ".md", load_settings(parse={"notebook_output_chars": 10})),
    ]
    assert len({base, *others}) == len(others) + 1


@pytest.mark.parametrize(
    "section",
    [{"parse": {"timeout_s": 1}}, {"parse": {"memory_mib": 999}}, {"parse": {"workers": 3}}, {"retrieval": {"k": 9}}],
)
def test_limits_do_not_change_the_key(section: dict[str, dict[str, object]]) -> None:
    assert artifact_key("0" * 64, ".md", load_settings(**section)) == artifact_key("0" * 64, ".md", Settings())


def test_the_shape_is_plain_json() -> None:
    shape = shaping_settings(load_settings())
    assert json.loads(json.dumps(shape)) == shape


def test_text_comes_out_in_nfc(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(unicodedata.normalize("NFD", "# 검색\n\n역전파를 배운다.\n"), encoding="utf-8")
    prepared = prepare(job(path))
    assert prepared.text == "검색\n\n역전파를 배운다."
    assert prepared.chunks[0].heading == ("검색",)
