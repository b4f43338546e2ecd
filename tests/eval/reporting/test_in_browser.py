"""The reports as a reader meets them, in Debian's Chromium: nothing runs, nothing is fetched, nothing is cut off."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import chromium, poor_contrasts

from eval.compare import compare
from eval.records import Run
from eval.reporting.comparison_page import render_comparison_html
from eval.reporting.page import render_run_html
from eval.scoring import score

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"
CUT_OFF = """() => [...document.querySelectorAll('main *, header *')].filter(each => {
    const box = each.getBoundingClientRect();
    if (!box.width || each.closest('.scroll, svg, .skip') && !each.matches('.scroll')) return false;
    return box.right > innerWidth + 1 || box.left < -1;
}).map(each => `${each.tagName}.${each.className} ${each.textContent.slice(0, 40)}`)"""


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as started:
        yield started


@contextmanager
def opened(browser: "Browser", html: str, folder: Path, *, width: int = 1200, dark: bool = False) -> Iterator["Page"]:
    """The page, from a file as a reader opens it; it may ask for nothing else, and say nothing on the console."""
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8", errors="replace")
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    asked: list[str] = []
    said: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(path.as_uri())
    yield page
    assert asked == [path.as_uri()]
    assert said == []
    context.close()


def _run_report(run: Run) -> str:
    return render_run_html(run, score(run))


def _comparison(run: Run) -> str:
    rows = (replace(run.rows[0], hits=()), *run.rows[1:])
    other = replace(run, rows=rows, settings={"retrieval": {"mode": "keyword", "k": 3}})
    return render_comparison_html(compare(run, other, gates=["recall@1"]), run, other)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("report", [_run_report, _comparison])
def test_it_reads_well(
    browser: "Browser", run: Run, tmp_path: Path, report: Callable[[Run], str], width: int, dark: bool
) -> None:
    with opened(browser, report(run), tmp_path, width=width, dark=dark) as page:
        page.evaluate(OPEN_ALL)
        page.screenshot(path=tmp_path / "report.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(CUT_OFF) == []
        assert poor_contrasts(page) == []


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("report", [_run_report, _comparison])
def test_nothing_anybody_wrote_runs_or_pushes_the_page_aside(
    browser: "Browser", hostile: Run, tmp_path: Path, report: Callable[[Run], str], width: int
) -> None:
    with opened(browser, report(hostile), tmp_path, width=width) as page:
        page.evaluate(OPEN_ALL)
        page.wait_for_timeout(200)
        page.screenshot(path=tmp_path / "hostile.png", full_page=True)
        assert "attacked'" in page.title() or page.title() == "Comparison · course-rag"  # as text
        assert page.title() != "attacked"
        assert page.locator("img, script, main style").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(CUT_OFF) == []
        assert page.get_by_text("<script>document.title='attacked'</script>").count() > 0


def test_a_worst_question_opens_and_shows_its_evidence(browser: "Browser", run: Run, tmp_path: Path) -> None:
    with opened(browser, _run_report(run), tmp_path) as page:
        card = page.locator("details.card").filter(has_text="What of timid?")
        assert not card.locator(".body").is_visible()
        card.locator("summary").first.click()
        assert card.locator("mark").is_visible()
        assert card.locator("mark").inner_text() == "Dropout is a trick that turns neurons off."
        page.get_by_role("link", name="Slices").click()
        assert page.locator("#h-slices").is_visible()
        assert page.get_by_role("img", name="Mean by the number k of passages").is_visible()


def test_it_prints_with_everything_unfolded(browser: "Browser", run: Run, tmp_path: Path) -> None:
    with opened(browser, _run_report(run), tmp_path) as page:
        page.emulate_media(media="print")
        assert page.locator("details.card").nth(1).locator(".body").is_visible()
        assert not page.locator("nav").is_visible()
        assert page.pdf()[:5] == b"%PDF-"
