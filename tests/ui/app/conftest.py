"""Indexes to chat with: the sample course, a course that attacks its readers, and the page over any index."""

import html
import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from tokenizers import Tokenizer, models, pre_tokenizers

from ingest.build import Build
from rag.embeddings.static import save_static
from rag.settings import Settings, load_settings

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "data" / "sample"

ATTACK = '<img src="x" onerror="document.title=\'attacked\'"> $x^2$ **bold** :smile: [link](javascript:alert(1))'
"""HTML, LaTeX, Markdown and an emoji code, none of which may be anything but these characters on the page."""

ATTACK_HEADING = "x <y $y$ :smile: -> __z__"

ATTACK_SENTENCE = f"The phlogiston constant {ATTACK} is forty-two <script>document.title='attacked'</script>."

Builder = Callable[[Path, Path], Settings]
PageOf = Callable[[Path], AppTest]


@pytest.fixture(scope="session")
def attack_sentence() -> str:
    """What the hostile course says; nothing of it is markup."""
    return ATTACK_SENTENCE


@pytest.fixture(scope="session")
def attack_heading() -> str:
    """A heading of the hostile course, of which a question is offered on a button."""
    return ATTACK_HEADING


@pytest.fixture(autouse=True)
def _no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.upper().startswith("COURSE_RAG_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A static model with a random vector for every word of the sample: texts are near exactly as they share words.

    It is the real embedder with other weights, so that no test here changes when the bundled model is trained anew.
    """
    texts = [path.read_text(encoding="utf-8") for path in sorted(SAMPLE.iterdir()) if path.suffix in (".md", ".html")]
    words = dict.fromkeys(re.findall(r"\w+", " ".join([*texts, ATTACK_SENTENCE])))
    vocabulary = {word: number for number, word in enumerate(["<unk>", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    vectors = np.random.default_rng(0).standard_normal((len(vocabulary), 64)).astype(np.float32)
    vectors[0] = 0
    folder = tmp_path_factory.mktemp("model")
    save_static(folder, "words", tokenizer.to_str(), vectors)
    return folder


@pytest.fixture(scope="session")
def build(embedder: Path) -> Builder:
    """Index a folder into another one; returns the settings that ask it."""

    def run(documents: Path, index: Path) -> Settings:
        overrides = {"index": {"path": index}, "embedder": {"model": str(embedder)}, "parse": {"workers": 1}}
        settings = load_settings(None, **overrides)
        Build(settings).run([documents])
        return settings

    return run


@pytest.fixture(scope="session")
def sample(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The sample course."""
    return build(SAMPLE, tmp_path_factory.mktemp("indexes") / "sample")


@pytest.fixture(scope="session")
def hostile(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A course whose file name, title, headings, table and text are all attacks."""
    escaped, heading = html.escape(ATTACK_SENTENCE), html.escape(ATTACK_HEADING)
    documents = tmp_path_factory.mktemp("hostile")
    (documents / "<img src=x onerror=alert(1)> $a$ :smile:.html").write_text(
        f"<html><head><title>{escaped}</title></head><body><main><h1>{escaped}</h1><p>Introduction to attacks.</p>"
        f"<h2>{heading}</h2><p>{escaped}</p><p>Nothing else is known about it.</p>"
        f"<table><tr><th>{escaped}</th><th>Value</th></tr><tr><td>&lt;i&gt;cell&lt;/i&gt;</td><td>1</td></tr></table>"
        "</main></body></html>",
        encoding="utf-8",
    )
    return build(documents, tmp_path_factory.mktemp("indexes") / "hostile")


@pytest.fixture
def page_of(monkeypatch: pytest.MonkeyPatch) -> PageOf:
    """The page over an index folder, not yet run."""

    def page(index: Path) -> AppTest:
        monkeypatch.setattr("sys.argv", ["chat.py", "--index", str(index)])
        return AppTest.from_file(str(ROOT / "ui" / "app" / "chat.py"), default_timeout=60)

    return page
