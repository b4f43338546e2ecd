"""reStructuredText as Sphinx courses write it."""

import time

import pytest
from langchain_core.document_loaders import Blob

from ingest.cleaning import clean
from ingest.elements import ParsedFile
from ingest.parsers.restructured.document import RstParser


def parsed(text: str) -> ParsedFile:
    return clean(RstParser().parse_elements(Blob.from_data(text.encode(), path="page.rst")))


def told(text: str) -> list[str]:
    return [f"{element.kind[0]}{element.level or ''} {element.text}" for element in parsed(text).elements]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Headings by the order of their rules; one with a rule above is of another kind
        (
            "====\n제목\n====\n\n절\n====\n\n소절\n----\n\n다른 절\n====\n",
            ["h1 제목", "h2 절", "h3 소절", "h2 다른 절"],
        ),
        ("앞의 문단\n\n----------\n\n뒤의 문단", ["p 앞의 문단", "p 뒤의 문단"]),
        # Directives
        (".. code-block:: cpp\n   :linenos:\n   :caption: main.cpp\n\n   int x;\n", ["p main.cpp", "c int x;"]),
        (".. note:: 첫 줄은\n   이어진다.\n\n   둘째.", ["p 첫 줄은 이어진다.", "p 둘째."]),
        (".. admonition:: 제목\n   :class: tip\n\n   본문", ["p 제목", "p 본문"]),
        (".. tip::\n\n\t탭으로 시작한\n  문단", ["p 탭으로 시작한 문단"]),
        (".. figure:: a.png\n   :alt: 그림\n\n   그림 1. 구조", ["p 그림 1. 구조"]),
        (".. image:: a.png\n   :alt: 신경망의 층과 가중치\n", ["p 신경망의 층과 가중치"]),
        (".. toctree::\n   :maxdepth: 2\n\n   a\n   b\n\n본문", ["p 본문"]),
        (".. math:: a^2 + b\n\n.. math::\n   :label: x\n\n   c", ["p $$a^2 + b$$", "p $$c$$"]),
        (".. unknown:: 제목\n   :option: 1\n\n   본문", ["p 제목", "p 본문"]),
        (".. only:: html\n\n   본문", ["p 본문"]),
        (".. 주석이다\n   아직 주석\n\n.. _target:\n\n본문", ["p 본문"]),
        ("..\n\n   인용이다.", ["p 인용이다."]),
        # Tables
        (
            "====  =====\n이름  뜻\n====  =====\na     ``b``\n      더\nc     d\n====  =====\n",
            ["t | 이름 | 뜻 |\n| --- | --- |\n| a | `b` 더 |\n| c | d |"],
        ),
        (
            "+----+-----+\n| 이 | 뜻  |\n+====+=====+\n"
            "| a  | b   |\n|    | 더  |\n+----+-----+\n| c merged |\n+----+-----+\n",
            ["t | 이 | 뜻 |\n| --- | --- |\n| a | b 더 |\n| c merged | |"],
        ),
        (
            ".. list-table:: 표 제목\n   :header-rows: 1\n\n   * - a\n     - b\n   * - c\n     - d\n       e\n",
            ["p 표 제목", "t | a | b |\n| --- | --- |\n| c | d e |"],
        ),
        (
            '.. csv-table::\n   :header: "a", "b"\n\n   "c, d", e\n',
            ["t | a | b |\n| --- | --- |\n| c, d | e |"],
        ),
        # Inline
        ("식 :math:`x_1^*` 과 :func:`~torch.add` 과 :doc:`안내 </a/b>`", ["p 식 $x_1^*$ 과 `torch.add` 과 안내"]),
        (":ref:`제목 <label>` 과 `글 <https://a.org/b>`__ 과 ``a*b*c_``", ["p 제목 과 글 과 `a*b*c_`"]),
        ("|이름| 은 쓴다\n\n.. |이름| replace:: 긴\n   이름", ["p 긴 이름 은 쓴다"]),
        (
            "글 [1]_ 과 [Kim2020]_\n\n.. [1] 각주\n.. [Kim2020] 문헌",
            ["p 글 과 [Kim2020]", "p 각주", "p [Kim2020] 문헌"],
        ),
        (r"별 \*은\ 별 **굵은** *기운* 글", ["p 별 *은별 굵은 기운 글"]),
        # Lists and fields
        ("- a\n\n  - b\n    c\n\n- d\n\n#. e\n#. f", ["l - a\n  - b c\n- d", "l 1. e\n2. f"]),
        ("1. a\n\n   .. code-block:: sh\n\n      ls\n\n2. b", ["l 1. a", "c ls", "l 2. b"]),
        ("문단 뒤에\n- a\n- b", ["p 문단 뒤에", "l - a\n- b"]),
        ("용어\n   뜻이다.\n\n   더 있다.", ["p 용어: 뜻이다.", "p 더 있다."]),
        (":orphan:\n:저자: 김\n  철수", ["l - 저자: 김 철수"]),
        # Code
        ("다음과 같다::\n\n   x = 1\n\n     y\n\n끝", ["p 다음과 같다:", "c x = 1\n\n  y", "p 끝"]),
        ("::\n\n   x = 1", ["c x = 1"]),
        (">>> 1 + 1\n2\n\n끝", ["c >>> 1 + 1\n2", "p 끝"]),
        ("| 첫 줄\n| 둘째 줄", ["p 첫 줄\n둘째 줄"]),
    ],
)
def test_blocks(text: str, expected: list[str]) -> None:
    assert told(text) == expected


def test_what_is_in_another_file_is_told() -> None:
    result = parsed("본문\n\n.. literalinclude:: code/a.py\n   :language: python\n\n.. csv-table::\n   :file: b.csv\n")
    assert [skip.why for skip in result.skipped] == [
        "literalinclude takes its text from another file: code/a.py",
        "csv-table takes its text from another file: b.csv",
    ]


def test_links_language_and_date() -> None:
    result = parsed(
        "제목\n====\n\n:date: 2025-09-01\n\n.. highlight:: rust\n\n코드::\n\n  let x;\n\n"
        "`글 <https://a.org/b>`_ `글`_\n\n.. _글: https://c.org/d\n"
    )
    assert (result.title, result.date, result.metadata["links"]) == (
        "제목",
        "2025-09-01",
        ["https://a.org/b", "https://c.org/d"],
    )
    assert [element.language for element in result.elements if element.language] == ["rust"]


@pytest.mark.parametrize(
    "text",
    [
        "`" * 100_000,
        "*" * 100_000,
        "a_ " * 60_000,
        ":ref:`a` " * 30_000,
        "|a " * 60_000,
        "| a\n" * 60_000,
        "- a\n" * 60_000,
        "".join(" " * level + "- x\n" for level in range(1_000)),
        "".join(" " * level + ".. note::\n\n" for level in range(1_000)),
        "ab\n==\n" * 30_000,
        "= =\n" * 30_000,
        "+-+\n" * 30_000,
        "a\n b\n" * 30_000,
        "`a <" * 50_000,
    ],
    ids=lambda text: text[:6].strip().replace("\n", " "),
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    started = time.process_time()
    parsed("가\n\n" + text)
    assert time.process_time() - started < 10
