"""What is a web address, how it is asked for, and what citations call it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.web.addresses import is_address, normalised, source_of, suffix_of
from rag.errors import InputError


@pytest.mark.parametrize(
    ("address", "asked", "source"),
    [
        ("https://a.org", "https://a.org/", "a.org"),
        ("HTTPS://A.org:443/b/#part", "https://a.org/b/", "a.org/b"),
        (
            "http://a.org:8080/b.html?id=3&x=가",
            "http://a.org:8080/b.html?id=3&x=%EA%B0%80",
            "a.org:8080/b.html?id=3&x=가",
        ),
        (
            "https://ko.wikipedia.org/wiki/역전파",
            "https://ko.wikipedia.org/wiki/%EC%97%AD%EC%A0%84%ED%8C%8C",
            "ko.wikipedia.org/wiki/역전파",
        ),
        ("https://a.org/%EA%B0%80%20b", "https://a.org/%EA%B0%80%20b", "a.org/가 b"),
        ("https://a.org/%0Ab%FF", "https://a.org/%0Ab%FF", "a.org/%0Ab%FF"),
        ("https://한국.kr/a", "https://xn--3e0b707e.kr/a", "한국.kr/a"),
        ("http://[::1]:80/a", "http://[::1]/a", "[::1]/a"),
        # A decomposed syllable is the same page in a citation.
        ("https://a.org/\u1100\u1161", "https://a.org/%E1%84%80%E1%85%A1", "a.org/가"),
    ],
)
def test_an_address_is_asked_for_in_ascii_and_cited_as_it_is_read(address: str, asked: str, source: str) -> None:
    assert is_address(address)
    assert normalised(address) == asked
    assert normalised(asked) == asked
    assert source_of(asked) == source


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("ftp://a.org/b", "begins with ftp"),
        ("file:///etc/passwd", "begins with file"),
        ("https://", "not a web address"),
        ("https:///path", "not a web address"),
        ("http://a.org:port/", "not a web address"),
        ("http://a b/", "not a web address"),
        ("http://[::1/", "not a web address"),
        ("http://" + "a" * 70 + ".org/", "not a web address"),
    ],
)
def test_anything_else_is_told(address: str, message: str) -> None:
    assert is_address(address)
    with pytest.raises(InputError, match=message) as caught:
        normalised(address)
    assert "http" in caught.value.remedy


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(InputError, match="user name or password") as caught:
        normalised("https://me:geheim@a.org/")
    assert "geheim" not in caught.value.message + caught.value.remedy


@pytest.mark.parametrize("path", ["notes/a.md", "C:/notes", "a:b", "https", "notes/https:/a.org", "."])
def test_a_path_is_no_address(path: str) -> None:
    assert not is_address(path)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_told(text: str) -> None:
    try:
        address = normalised(f"https://a.org/{text}")
    except InputError:
        return
    assert address.isascii()
    assert normalised(address) == address
    assert source_of(address).startswith("a.org")
    assert "\n" not in source_of(address)


def test_suffix() -> None:
    assert [suffix_of(f"https://a.org/{path}") for path in ("b.PDF?x=1.txt", "b", "v1.0/")] == [".pdf", "", ".0"]
