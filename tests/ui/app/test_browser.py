"""The chat as a reader meets it: ``serve`` in a process of its own, Debian's Chromium in front of it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from rag.assistant import Assistant
from rag.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
ANSWERED = "RRF는 무엇을 쓰나요?"
UNANSWERED = "몽골의 수도는 어디인가요?"
SERVE = (
    "import sys; from pathlib import Path; from rag.settings import load_settings; from ui.app.server import serve; "
    "sys.exit(serve(load_settings(None, index={'path': Path(sys.argv[1])}, ui={'port': 0}, "
    "llm={'model': sys.argv[2], 'base_url': sys.argv[3] or None}), config=None, open_browser=False))"
)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    missing = "" if CHROMIUM.exists() else f"{CHROMIUM} is not installed"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing = "playwright is not installed"
    if missing and "CI" not in os.environ:
        pytest.skip(missing)
    assert not missing
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield started
        started.close()


@contextmanager
def served(
    index: Path, *, llm: str = "extractive", base_url: str = "", env: dict[str, str] | None = None
) -> Iterator[str]:
    """The address of a running chat; it is stopped with Ctrl-C, and must take that well."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(index), llm, base_url],
        stdout=subprocess.PIPE,
        env=os.environ | {"OPENAI_API_KEY": "none"} | (env or {}),
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode("utf-8")
        assert line.startswith("The chat is at http://127.0.0.1:"), line
        yield line.split()[4]
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # Streamlit too: a killed server cannot stop it
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def opened(
    browser: "Browser", url: str, *, width: int = 1200, dark: bool = False, locale: str = "ko-KR"
) -> Iterator["Page"]:
    """A page at the address; nothing it asked for may have come from anywhere but there."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme="dark" if dark else "light", locale=locale
    )
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(url)
    page.get_by_test_id("stChatInputTextArea").wait_for(timeout=60_000)
    yield page
    hosts = {urlsplit(address).hostname for address in asked if not address.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    context.close()


def ask(page: "Page", question: str) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(question)
    field.press("Enter")
    page.locator(".cr-sources").last.wait_for(timeout=30_000)
    # The page is at rest when the field takes the next question.
    page.wait_for_function("!document.querySelector('[data-testid=stChatInputTextArea]').disabled")


def test_a_question_is_answered_and_its_source_opened(
    browser: "Browser", sample: Settings, tmp_path: Path, closed_processes: tuple[dict[str, str], Path]
) -> None:
    expected = Assistant(sample).ask(ANSWERED)
    env, connections = closed_processes
    with served(sample.index.path, env=env) as url, opened(browser, url) as page:
        page.get_by_text("무엇이 궁금한가요?").wait_for()
        page.screenshot(path=tmp_path / "empty.png")
        ask(page, ANSWERED)
        first = expected.citations[0]
        source = page.locator(".cr-sources details").first
        assert source.get_attribute("open") is None
        assert source.locator("summary").inner_text().startswith(f"[{first.mark}] {first.chunk.source} · ")

        page.locator("a.cr-mark").first.click()
        quote = source.locator("mark")
        quote.wait_for(timeout=5_000)
        assert quote.is_visible()
        assert quote.text_content() == first.quote
        page.screenshot(path=tmp_path / "answer.png")

        ask(page, UNANSWERED)
        assert (
            page.get_by_test_id("stAlert").locator("p").inner_text()
            == "강의 자료에서 이 질문에 대한 답을 찾지 못했습니다."
        )
        assert page.locator(".cr-sources").count() == 2
        assert quote.is_visible(), "an opened source stays open"
        page.screenshot(path=tmp_path / "refusal.png")
    assert connections.read_text("utf-8").splitlines() == ["closed"] * 2  # serve and Streamlit; no attempt to get out


@pytest.mark.parametrize(("width", "dark"), [(1200, True), (390, False), (390, True)])
def test_it_reads_well_on_a_phone_and_in_the_dark(
    browser: "Browser", sample: Settings, tmp_path: Path, width: int, dark: bool
) -> None:
    with served(sample.index.path) as url, opened(browser, url, width=width, dark=dark) as page:
        page.get_by_text("무엇이 궁금한가요?").wait_for()
        page.screenshot(path=tmp_path / "empty.png")
        ask(page, ANSWERED)
        page.locator("a.cr-mark").first.click()
        page.locator(".cr-sources mark").first.wait_for()
        page.screenshot(path=tmp_path / "answer.png")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        answer = page.locator(".cr-answer").bounding_box()
        assert answer is not None
        assert answer["x"] >= 0
        assert answer["x"] + answer["width"] <= width
        assert _contrast(page, ".cr-answer") >= 7
        assert _contrast(page, ".cr-passage mark") >= 4.5
        assert _contrast(page, "a.cr-mark") >= 4.5
        assert _contrast(page, ".cr-note") >= 4.5


def test_an_english_browser_gets_english(browser: "Browser", sample: Settings) -> None:
    with served(sample.index.path) as url, opened(browser, url, locale="en-GB") as page:
        page.get_by_text("What would you like to know?").wait_for()
        page.get_by_text("한국어", exact=True).click()
        page.get_by_text("무엇이 궁금한가요?").wait_for()


def test_nothing_a_document_says_runs_or_is_drawn(
    browser: "Browser", hostile: Settings, attack_sentence: str, attack_heading: str, tmp_path: Path
) -> None:
    with served(hostile.index.path) as url, opened(browser, url) as page:
        example = page.get_by_test_id("stButton").filter(has_text="$y$").inner_text().replace("\u2060", "")
        assert example == f"“{attack_heading}”에 대해 설명해 주세요."
        ask(page, f"phlogiston constant? {attack_sentence}")
        page.locator(".cr-sources summary").first.click()
        page.locator(".cr-documents summary").click()
        page.wait_for_timeout(500)
        page.screenshot(path=tmp_path / "hostile.png")
        assert page.title() == "course-rag"
        assert page.locator("main img, [data-testid=stMain] img, [data-testid=stSidebar] img").count() == 0
        assert page.locator(".katex").count() == 0
        assert page.get_by_text("<img src=x onerror=alert(1)> $a$ :smile:.html").first.is_visible()
        assert page.locator(".cr-question").inner_text() == f"phlogiston constant? {attack_sentence}"


def test_an_answer_is_seen_while_it_is_written(browser: "Browser", sample: Settings) -> None:
    go_on = threading.Event()
    with (
        _model_server(go_on) as base_url,
        # Kept as it was written: what is looked at is how it is shown.
        served(
            sample.index.path, llm="openai:slow", base_url=base_url, env={"COURSE_RAG_LLM__UNSUPPORTED": "keep"}
        ) as url,
        opened(browser, url) as page,
    ):
        field = page.get_by_test_id("stChatInputTextArea")
        field.fill(ANSWERED)
        field.press("Enter")
        page.locator(".cr-answer strong").wait_for(timeout=30_000)
        assert page.locator(".cr-answer").inner_text().strip() == "순위를 씁니다"
        assert page.locator(".cr-sources").count() == 0
        go_on.set()
        page.locator(".cr-sources").wait_for(timeout=30_000)
        assert page.locator(".cr-answer").inner_text().strip() == "순위를 씁니다 [1] ![x](http://198.51.100.1/x.png)"


@contextmanager
def _model_server(go_on: threading.Event) -> Iterator[str]:
    """A server that speaks OpenAI's protocol, streams half an answer, and waits before the other half."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self._send("**순위를 ")
            time.sleep(0.1)
            self._send("씁니다**")
            # The page paints at intervals; something must follow for the second half of the phrase to be painted.
            time.sleep(0.1)
            self._send(" ")
            go_on.wait(30)
            self._send("[1] ![x](http://198.51.100.1/x.png)", "stop")
            self.wfile.write(b"data: [DONE]\n\n")

        def _send(self, text: str, finished: str | None = None) -> None:
            choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finished}
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "slow", "choices": [choice]}
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _contrast(page: "Page", selector: str) -> float:
    """Contrast of an element's text to what is painted behind it, as WCAG 2.2 defines it (1 to 21)."""
    return float(page.locator(selector).first.evaluate(_CONTRAST))


_CONTRAST = """element => {
    const context = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    const layers = [], chain = [];
    for (let at = element; at; at = at.parentElement) chain.unshift(at);
    for (const at of chain) layers.push([getComputedStyle(at).backgroundColor, 1]);
    // Opacity of an element fades what it paints, its text too.
    const faded = chain.reduce((product, at) => product * Number(getComputedStyle(at).opacity), 1);
    const paint = colours => {
        context.globalAlpha = 1; context.fillStyle = 'white'; context.fillRect(0, 0, 1, 1);
        for (const [colour, alpha] of colours) {
            context.globalAlpha = alpha; context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
        }
        const light = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
    };
    const behind = paint(layers), text = paint([...layers, [getComputedStyle(element).color, faded]]);
    return (Math.max(behind, text) + 0.05) / (Math.min(behind, text) + 0.05);
}"""
