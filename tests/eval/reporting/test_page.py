"""The HTML of a run: everything a reader needs stands there, and nothing that anybody wrote becomes markup."""

import re
from dataclasses import replace
from html.parser import HTMLParser

from eval.records import Run
from eval.reporting.page import render_run_html
from eval.reporting.views import facts_of, families_of, slices_of
from eval.scoring import score

VOID = {"meta", "line", "path", "rect", "circle", "br"}


class _Read(HTMLParser):
    """Elements with their attributes, and the text; fails on an element that is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words += data


def _read(run: Run) -> _Read:
    return _Read(render_run_html(run, score(run)))


def test_the_report_has_all_its_parts(run: Run) -> None:
    page = _read(run)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {"summary", "metrics", "plots", "slices", "worst", "gaps", "made-with"} <= set(ids)
    assert {"plot-depth", "plot-ranks", "plot-refusal", "plot-latency"} <= set(ids)
    words = " ".join(page.words.split())
    assert "Of 5 answerable questions, 1 was answered with a citation of the evidence" in words
    assert "LLMError: the server is gone. Start it." in words
    assert "Refused despite the evidence The evidence was handed over: answering lost it." in words
    assert "support 0.10; an answer needs 0.24" in words
    assert "✗ holds no evidence" in words
    assert "numpy2.0" in words
    assert "Nothing failed" not in words


def test_every_link_leads_to_a_place_of_the_page_and_every_picture_has_words(run: Run) -> None:
    page = _read(run)
    ids = {attributes.get("id") for _, attributes in page.elements}
    links = [attributes["href"] or "" for tag, attributes in page.elements if tag == "a"]
    assert len(links) > 10
    assert [link for link in links if not link.startswith("#") or link[1:] not in ids] == []
    for tag, attributes in page.elements:
        if tag == "svg":
            assert (
                attributes.get("aria-label") or attributes.get("aria-labelledby") in ids or "aria-hidden" in attributes
            )
        assert tag not in {"script", "img", "iframe", "link", "form", "object"}
        assert not [name for name in attributes if name.startswith("on") or name == "src"]


def test_the_evidence_is_marked_where_it_was_found(run: Run) -> None:
    html = render_run_html(run, score(run))
    assert "Some words before. <mark>Dropout is a trick that turns neurons off.</mark> Some after." in html
    assert '<span class="cite">[1]</span>' in html


def test_what_was_written_is_never_markup(hostile: Run) -> None:
    page = _read(hostile)
    assert {"script", "img", "b"} & {tag for tag, _ in page.elements} == {"b"}
    assert "<script>document.title='attacked'</script>" in page.words
    assert "{{ 7 * 7 }}{% raw %}" in page.words
    assert "&lt;b&gt;" in page.words
    assert not re.search("[\u202e\u2066\x1b]", page.words)


def test_endless_texts_are_cut_where_they_are_shown(hostile: Run) -> None:
    html = render_run_html(hostile, score(hostile))
    assert len(html) < 200_000
    assert "[… 4,000 characters …]" in html


def test_half_a_character_can_be_written(run: Run) -> None:
    broken = replace(run.rows[0], question=replace(run.rows[0].question, user_input="half \ud800 a character"))
    html = render_run_html(replace(run, rows=(broken, *run.rows[1:])), score(run))
    assert "half � a character".encode() in html.encode("utf-8")


def test_nothing_may_run_or_be_fetched(run: Run) -> None:
    html = render_run_html(run, score(run))
    assert "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" in html
    assert re.findall(r"(?:https?:)?//[a-z0-9.]+", html) == []
    assert "@import" not in html
    assert "url(" not in html


def test_a_run_without_answers_or_faults_is_a_report_too(run: Run) -> None:
    passages = replace(run, rows=(replace(run.rows[0], answer=None),), answered=False, judged=(), threshold=None)
    words = " ".join(_read(passages).words.split())
    assert "None: every question found its evidence, and every answer holds." in words
    assert "Nothing failed: every value that was due is there." in words
    assert "Refusals, by threshold" not in words
    assert "not asked for" in words


def test_only_the_worst_are_shown_in_full(run: Run) -> None:
    html = render_run_html(run, score(run), most=2)
    assert html.count('<details class="card"') == 2
    assert "the worst 2, some of each outcome, are shown" in html
    assert "What of invented?" in html  # in the table of all questions


def test_metrics_stand_in_families_and_slices_by_kind(run: Run) -> None:
    families = {family.title: family for family in families_of(score(run))}
    assert families["Finding"].cuts == (1, 3, 5, 10)
    assert [base for base, _ in families["Finding"].deep] == ["evidence_hit", "evidence_recall", "recall", "hit"]
    assert [name for name, _ in families["Finding"].plain] == ["mrr", "ndcg@10"]
    assert [name for name, _ in families["Judged by a language model"].plain] == ["faithfulness"]
    tables = {table.title: table.rows for table in slices_of(score(run))}
    assert [(name, size) for name, size, _ in tables["Tag"]] == [("lookup", 9)]
    assert [(name, size) for name, size, _ in tables["Answerable"]] == [("false", 2), ("true", 7)]
    assert facts_of(run)["Judge"] == "openai:rules"
