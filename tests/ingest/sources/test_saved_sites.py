"""Saved pages and built sites: their text is read, their machinery is told in a line."""

from pathlib import Path

from ingest.sources.discovery import Discovery, discover

PAGE = "<!doctype html><html><body><main><p>본문이다. {}</p></main></body></html>"


def site(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            PAGE.format(name) if "." not in path.name or ".ht" in name or ".php" in name else "x", encoding="utf-8"
        )


def found(*roots: Path) -> Discovery:
    return discover(list(roots), ignore=(), max_file_mib=1)


def told(discovery: Discovery) -> dict[str, str]:
    return {skip.source: skip.why for skip in discovery.skipped}


def test_a_page_saved_with_its_parts(tmp_path: Path) -> None:
    site(tmp_path, "강의.html", "강의_files/a.js", "강의_files/b.png", "강의_files/saved.html", "other_files/c.md")
    result = found(tmp_path)
    assert sorted(file.source for file in result.files) == ["other_files/c.md", "강의.html"]
    assert told(result) == {"강의_files": "3 files that were saved with the page 강의.html"}


def test_a_built_site(tmp_path: Path) -> None:
    pages = ("index.html", "week1/index.html", "week2.html")
    no_text = ("search.html", "genindex.html", "404.html", "print.html")
    site(tmp_path, *pages, *no_text, "searchindex.js", "objects.inv", "_static/a.css", "_static/b.js")
    site(tmp_path, "_sources/week2.rst.txt", "fonts/a.woff2", "fonts/b.ttf")
    result = found(tmp_path)
    assert sorted(file.source for file in result.files) == sorted(pages)
    assert told(result) == {
        **dict.fromkeys(no_text, "a page of the site without text of its own"),
        ".": "2 files that are only parts of web pages (.inv, .js)",
        "_static": "2 files: scripts and styles of the site",
        "_sources": "1 files: the sources its pages were made from",
        "fonts": "2 files that are only parts of web pages (.woff2, .ttf)",
    }


def test_names_of_a_mirror(tmp_path: Path) -> None:
    site(tmp_path, "page.html@id=3", "view.php?id=4", "about", "noise.bin")
    (tmp_path / "script.php").write_text("<?php echo 1; ?>", encoding="utf-8")
    result = found(tmp_path)
    assert sorted(file.source for file in result.files) == ["about", "page.html@id=3", "view.php?id=4"]
    assert sorted(told(result)) == ["noise.bin", "script.php"]


def test_pictures_that_pages_show_are_one_line(tmp_path: Path) -> None:
    site(tmp_path, *(f"images/{number}.png" for number in range(40)), "board.jpg", "shown.png", "deep/figures/x.png")
    (tmp_path / "a.md").write_text("![그림](shown.png)", encoding="utf-8")
    result = found(tmp_path)
    assert sorted(file.source for file in result.files) == ["a.md", "board.jpg", "deep/figures/x.png"]
    assert told(result)["images"] == "40 pictures that pages show, which are not read on their own"
    assert "give the picture itself" in told(result)["shown.png"]
    assert [file.source for file in found(tmp_path / "shown.png", tmp_path / "a.md").files] == ["shown.png", "a.md"]


def test_pictures_without_pages_are_read(tmp_path: Path) -> None:
    site(tmp_path, "images/a.png", "b.jpg")
    assert [file.source for file in found(tmp_path).files] == ["b.jpg", "images/a.png"]


def test_formats_that_are_not_read_say_what_to_do(tmp_path: Path) -> None:
    site(
        tmp_path,
        "a.doc",
        "b.zip",
        "c.tar.gz",
        "d.url",
        "e.key",
        "f.xyz",
        *(f"data/{number}.npy" for number in range(30)),
    )
    assert told(found(tmp_path)) == {
        "a.doc": "the format .doc is not read yet: save it as .docx or PDF",
        "b.zip": "the format .zip is not read yet: unpack it and give the folder",
        "c.tar.gz": "the format .gz is not read yet: unpack it and give the folder",
        "d.url": "the format .url is not read yet: a shortcut: give what it leads to, a web page by its address",
        "e.key": "the format .key is not read yet: save it as .pptx or PDF",
        "f.xyz": "the format .xyz is not read yet",
        "data": "30 files of the format .npy, which is not read yet",
    }
