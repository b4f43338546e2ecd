"""Builds over a web site: what is fetched, what is kept, and what is told when the site does not answer."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from langchain_core.document_loaders import Blob
from web_site import Page, Site

from ingest.build import Build
from ingest.parsers.web_page.page import HtmlParser
from ingest.report import BuildReport
from ingest.workers import serial_map
from rag.errors import InputError
from rag.index.course import Course
from rag.settings import load_settings

Run = Callable[..., BuildReport]
TEXT = "경사 하강법은 손실 함수의 기울기를 따라 가중치를 조금씩 옮긴다."


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def run(index: Path) -> Run:
    def build(*roots: Path | str, full: bool = False, **parse: object) -> BuildReport:
        settings = load_settings(index={"path": index}, parse={"web_timeout_s": 2.0, **parse})
        return Build(settings, full=full, file_map=serial_map).run(roots)

    return build


def texts(index: Path) -> dict[str, str]:
    """Text of every source in service."""
    course = Course.open(index)
    found = {source: course.store.table.source_text(source) or "" for source in course.manifest.sources}
    course.store.close()
    return found


def roots_of(index: Path) -> list[str]:
    course = Course.open(index)
    course.store.close()
    return course.manifest.roots


def told(report: BuildReport, site: Site) -> dict[str, str]:
    """Reasons by source, the host left out."""
    return {skip.source.removeprefix(site.host): skip.why for skip in report.skipped}


def test_a_page_and_a_folder(site: Site, run: Run, index: Path, tmp_path: Path) -> None:
    site.html("/%EA%B0%95%EC%9D%98/1.html?id=3", "강의 1", TEXT)
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text("# 노트\n\n과적합은 훈련 자료를 외우는 것이다.", encoding="utf-8")
    report = run(site.url("/강의/1.html?id=3#part"), folder)
    assert report.indexed == 2
    assert texts(index) == {
        site.source("/강의/1.html?id=3"): f"강의 1\n\n{TEXT}",
        "a.md": "노트\n\n과적합은 훈련 자료를 외우는 것이다.",
    }
    assert roots_of(index) == [str(folder), site.url("/%EA%B0%95%EC%9D%98/1.html?id=3")]
    assert site.headers[0]["user-agent"].startswith("course-rag")


def test_building_again_asks_only_what_has_changed(site: Site, run: Run, index: Path) -> None:
    site.html("/a", "A", TEXT, etag='"1"')
    run(site.url("/a"))
    report = run()
    assert (report.published, report.skipped) == (False, ())
    site.html("/a", "A", "학습률이 크면 발산한다.", etag='"2"')
    assert run().published
    assert site.asked == [("/a", 200), ("/a", 304), ("/a", 200)]
    assert texts(index)[site.source("/a")] == "A\n\n학습률이 크면 발산한다."
    run(full=True)
    assert site.asked[-1] == ("/a", 200)


def test_without_network_the_copies_are_used_and_told(site: Site, run: Run, index: Path) -> None:
    site.html("/a", "A", TEXT)
    address = site.url("/a")
    first = run(address)
    site.pages["/a"] = Page("down", status=503)
    report = run()
    (note,) = report.skipped
    assert note.source == site.source("/a")
    assert note.why.startswith("could not be fetched (503 Service Unavailable); its copy of 20")
    assert note.why.endswith(" is used")
    assert (report.published, report.version) == (False, first.version)
    report = run(full=True)
    assert (report.published, report.chunks) == (True, first.chunks)
    assert [skip.source for skip in report.skipped] == [site.source("/a")]
    site.html("/a", "A", TEXT)
    assert run().skipped == ()
    assert texts(index)[site.source("/a")] == f"A\n\n{TEXT}"


def test_a_page_that_is_gone_is_dropped_and_told(site: Site, run: Run, index: Path) -> None:
    for path in ("/a", "/b"):
        site.html(path, path, TEXT + path)
    run(site.url("/a"), site.url("/b"))
    site.pages["/b"] = Page("gone", status=410)
    for published in (True, False):
        report = run()
        assert (report.published, told(report, site)) == (published, {"/b": "the page is gone (410 Gone)"})
    assert list(texts(index)) == [site.source("/a")]
    assert len(list((index / "web").glob("*.html"))) == 1


def test_sitemap(site: Site, run: Run, index: Path) -> None:
    for number in range(4):
        site.html(f"/p{number}", f"Page {number}", f"{TEXT} {number}{number}")
    site.pages["/pic"] = Page(b"\x00", "application/x-shockwave-flash")
    paths = ("/p0", "/p1", "/p1", "/gone", "/pic", "/p2", "/p3")
    site.sitemap("/sitemap.xml", *map(site.url, paths), "https://elsewhere.org/x", "nonsense")
    report = run(site.url("/sitemap.xml"), web_max_pages=5)
    assert sorted(texts(index)) == [site.source(path) for path in ("/p0", "/p1", "/p2")]
    assert sorted(skip.why for skip in report.skipped) == [
        "1 pages more than the 5 of parse.web_max_pages are left out",
        "1 pages on other hosts are left out",
        "1 pages whose addresses are none are left out",
        "its type application/x-shockwave-flash is not read",
        "the page is gone (404 Not Found)",
    ]
    assert roots_of(index) == [site.url("/sitemap.xml")]


def test_index_of_sitemaps_packed_and_plain(site: Site, run: Run, index: Path) -> None:
    for name in "abc":
        site.html(f"/{name}", name, f"{TEXT} {name * 3}")
    site.sitemap("/one.xml", site.url("/a"))
    site.pages["/two.xml.gz"] = Page(
        gzip.compress(f"<urlset><url><loc>{site.url('/b')}</loc></url></urlset>".encode()), "application/x-gzip"
    )
    site.pages["/three.txt"] = Page(site.url("/c") + "\n", "text/plain")
    site.sitemap("/index.xml", *map(site.url, ("/one.xml", "/two.xml.gz", "/three.txt", "/index.xml")), index=True)
    run(site.url("/index.xml"))
    assert list(texts(index)) == [site.source(f"/{name}") for name in "abc"]
    # Without network: the sitemaps have their copies too; many pages with one reason are one line.
    for path in list(site.pages):
        site.pages[path] = Page("down", status=500)
    report = run(full=True)
    assert list(texts(index)) == [site.source(f"/{name}") for name in "abc"]
    assert all("its copy of" in skip.why for skip in report.skipped)


def test_pages_that_share_a_reason_are_one_line(site: Site, run: Run) -> None:
    site.html("/a", "A", TEXT)
    site.sitemap("/sitemap.xml", site.url("/a"), *(site.url(f"/gone{number}") for number in range(40)))
    report = run(site.url("/sitemap.xml"))
    assert told(report, site) == {"/sitemap.xml, 40 pages": "the page is gone (404 Not Found)"}


def test_a_host_that_fails_again_and_again_is_left_alone(site: Site, run: Run) -> None:
    pages = [f"/p{number}" for number in range(30)]
    for path in pages:
        site.html(path, path, f"{TEXT} {path}")
    site.sitemap("/sitemap.xml", *map(site.url, pages))
    run(site.url("/sitemap.xml"))
    site.asked.clear()
    for path in pages:
        site.pages[path] = Page("down", status=500)
    report = run()
    assert [path for path, _ in site.asked] == ["/sitemap.xml", *pages[:3]]
    assert report.indexed + report.unchanged == 30
    assert any("27 pages" in skip.source and "left alone" in skip.why for skip in report.skipped)


def test_redirects_are_followed_on_the_web_and_told(site: Site, run: Run, index: Path) -> None:
    site.html("/new", "새 주소", TEXT)
    site.pages["/old"] = Page(status=301, headers=(("Location", "/new"),))
    report = run(site.url("/old"))
    assert list(texts(index)) == [site.source("/new")]
    assert told(report, site) == {"/old": f"it has moved to {site.source('/new')}, which is read"}
    assert roots_of(index) == [site.url("/old")]


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (Page("x", status=404), "the page is gone .404 Not Found"),
        (Page("x", status=500), "could not be fetched .500 Internal Server Error"),
        (Page("x", status=403), "403 Forbidden: it is not open to everyone"),
        (Page(b"\x00\x01", "video/x-unknown"), "its type video/x-unknown is not read"),
        (Page(b"x" * ((1 << 20) + 1)), "more than the 1 MiB of parse.max_file_mib"),
        (Page(gzip.compress(b"x" * (9 << 20)), headers=(("Content-Encoding", "gzip"),)), "more than the 1 MiB"),
        (Page(b"no gzip", headers=(("Content-Encoding", "gzip"),)), "not the gzip it says"),
        (Page(gzip.compress(b"x" * 999)[:-20], headers=(("Content-Encoding", "gzip"),)), "broke off"),
        (Page(b"short", headers=(("Content-Length", "99"),)), "broke off"),
        (Page(status=302, headers=(("Location", "file:///etc/passwd"),)), "not the web"),
        (Page(status=302, headers=(("Location", "ftp://a.org/"),)), "not the web"),
        (Page(status=302, headers=(("Location", "/page"),)), "redirects in a circle"),
        (Page("slow", delay_s=2.0), "no answer within 0.3 s"),
        (Page("x" * 200, drip_s=0.01), "too slowly"),
    ],
    ids=lambda value: "" if isinstance(value, Page) else value[:20],
)
def test_a_page_that_cannot_be_fetched_is_an_error_with_a_remedy(
    site: Site, run: Run, index: Path, page: Page, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.sources.web.request._SLOWEST", 1 << 20)
    site.pages["/page"] = page
    with pytest.raises(InputError, match=message) as caught:
        run(site.url("/page"), max_file_mib=1, web_timeout_s=0.3)
    assert site.url("/page") in caught.value.message
    assert "browser" in caught.value.remedy
    assert not (index / "CURRENT").exists()


def test_hosts_that_do_not_answer(run: Run, site: Site) -> None:
    site.pages["/"] = Page("x")
    with pytest.raises(InputError, match="the server refuses the connection"):
        run("http://127.0.0.1:9/")
    with pytest.raises(InputError, match="encrypted connection failed"):
        run(f"https://{site.host}/")
    with pytest.raises(InputError, match="begins with ftp"):
        run("ftp://a.org/b")


@pytest.mark.parametrize(
    ("path", "page", "text"),
    [
        ("/h", Page(f"<main><h1>가</h1><p>{TEXT}</p></main>".encode("euc-kr"), "text/html; charset=euc-kr"), TEXT),
        ("/m", Page(f"<meta charset=euc-kr><main><p>{TEXT}</p></main>".encode("cp949"), "text/html"), TEXT),
        ("/w", Page(f"<main><p>{TEXT}</p></main>".encode(), "text/html; charset=iso-8859-1"), TEXT),
        ("/g", Page(gzip.compress(f"<p>{TEXT}</p>".encode()), headers=(("Content-Encoding", "gzip"),)), TEXT),
        ("/t", Page(TEXT.encode("cp949"), "text/plain; charset=EUC-KR"), TEXT),
        ("/raw/notes.md", Page(f"# 제목\n\n**{TEXT}** 끝", "text/plain; charset=utf-8"), f"제목\n\n{TEXT} 끝"),
        ("/s.rst", Page(f"제목\n====\n\n``{TEXT}``\n", "application/octet-stream"), f"제목\n\n`{TEXT}`"),
    ],
)
def test_types_and_encodings(site: Site, run: Run, index: Path, path: str, page: Page, text: str) -> None:
    site.pages[path] = page
    run(site.url(path))
    assert text in texts(index)[site.source(path)]


def test_a_pdf_is_a_pdf_whatever_the_server_calls_it(
    site: Site, run: Run, index: Path, make_pdf: Callable[..., bytes]
) -> None:
    site.pages["/slides"] = Page(make_pdf("Backpropagation is the chain rule."), "application/octet-stream")
    run(site.url("/slides"))
    assert texts(index)[site.source("/slides")] == "Backpropagation is the chain rule."


def test_relative_links_are_resolved(site: Site, run: Run, index: Path) -> None:
    site.pages["/a/b.html"] = Page(f'<main><p>{TEXT} <a href="../c.html">c</a> <a href="#x">x</a></p></main>')
    run(site.url("/a/b.html"))
    (copy,) = (index / "web").glob("*.html")
    parsed = HtmlParser().parse_elements(Blob.from_path(copy))
    assert parsed.metadata["links"] == [site.url("/c.html")]


def test_damaged_copies_are_fetched_again(site: Site, run: Run, index: Path) -> None:
    site.html("/a", "A", TEXT, etag='"1"')
    run(site.url("/a"))
    (index / "web" / "pages.json").write_text("{", encoding="utf-8")
    run()
    (copy,) = (index / "web").glob("*.html")
    copy.unlink()
    assert run(full=True).chunks == 1
    assert [status for _, status in site.asked] == [200, 200, 200]


def test_nothing_is_fetched_that_was_not_named(site: Site, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    page = Page(f'<main><p>{TEXT}</p><img src="{site.url("/i.png")}"><a href="{site.url("/b")}">b</a></main>')
    (folder / "a.html").write_text(str(page.body), encoding="utf-8")
    run(folder)
    assert site.asked == []
    site.pages["/a"] = replace(page)
    run(folder, site.url("/a"))
    assert site.asked == [("/a", 200)]


def test_the_copies_in_an_index_are_no_course_files(site: Site, run: Run, tmp_path: Path) -> None:
    site.html("/a", "A", TEXT)
    (tmp_path / "b.md").write_text("학습률이 크면 발산한다.", encoding="utf-8")
    run(site.url("/a"), tmp_path)
    report = run()
    assert (report.published, report.unchanged, report.skipped) == (False, 2, ())
