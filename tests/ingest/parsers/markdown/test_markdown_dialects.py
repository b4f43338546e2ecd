"""What note-taking programs and site generators write, and what stays of it."""

import time

import pytest
from langchain_core.document_loaders import Blob

from ingest.cleaning import clean
from ingest.document import join
from ingest.elements import Element, Kind, ParsedFile
from ingest.parsers.markdown.document import MarkdownParser


def parsed(text: str, name: str = "notes.md") -> ParsedFile:
    return clean(MarkdownParser().parse_elements(Blob.from_data(text.encode(), path=name)))


def told(text: str, name: str = "notes.md") -> list[str]:
    return [f"{element.kind[0]}{element.level or ''} {element.text}" for element in parsed(text, name).elements]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Boxes
        (":::note 꼭 읽기\n본문이다.\n:::", ["p 꼭 읽기", "p 본문이다."]),
        (":::tip[제목]\n본문이다.\n:::", ["p 제목", "p 본문이다."]),
        ('::: {.callout-note title="제목"}\n본문이다.\n:::', ["p 제목", "p 본문이다."]),
        (
            '!!! note "제목"\n    본문이다.\n\n    둘째 문단.\n밖이다.',
            ["p 제목", "p 본문이다.", "p 둘째 문단.", "p 밖이다."],
        ),
        ("??? tip\n    ```python\n    x = 1\n    ```", ["c x = 1"]),
        ('=== "Python"\n    ```python\n    x = 1\n    ```', ["p Python", "c x = 1"]),
        ("> [!warning]- 접힌 제목\n> 본문이다.", ["p 접힌 제목\n본문이다."]),
        ('{% hint style="info" %}\n본문이다.\n{% endhint %}', ["p 본문이다."]),
        ("```{note} 제목\n:class: dropdown\n본문이다.\n```", ["p 제목", "p 본문이다."]),
        (":::{figure} images/a.png\n:name: fig\n그림 설명이다.\n:::", ["p 그림 설명이다."]),
        ("```{math}\n:label: eq\na^2 + b^2\n```", ["p $$a^2 + b^2$$"]),
        ("```{code-cell} python\n:tags: [hide]\nx = 1\n```", ["c x = 1"]),
        ("```{r, echo=FALSE}\nx <- 1\n```", ["c x <- 1"]),
        # Obsidian
        ("[[노트|보이는 이름]]과 [[다른 노트]], [[노트#절]], [[#절]]", ["p 보이는 이름과 다른 노트, 노트 > 절, 절"]),
        ("앞 ![[그림.png]] 뒤 ==강조==는 %%숨은 말%% 남는다. ^block1", ["p 앞 뒤 강조는 남는다."]),
        ("x == y 와 a==b 는 그대로", ["p x == y 와 a==b 는 그대로"]),
        ("보인다.\n\n%%\n숨은 말\n%%\n\n다시 보인다.", ["p 보인다.", "p 다시 보인다."]),
        ("#태그 는 제목이 아니다", ["p #태그 는 제목이 아니다"]),
        # Jekyll, Hugo, kramdown
        ("{% highlight python linenos %}\n# 주석\nx = 1\n{% endhighlight %}\n\n뒤", ["c # 주석\nx = 1", "p 뒤"]),
        ("{% raw %}{{ site.url }}{% endraw %} 는 보인다", ["p {{ site.url }} 는 보인다"]),
        ("{{ site.url }} 는 없다, {{question}} 은 있다", ["p 는 없다, {{question}} 은 있다"]),
        ("[글]({{ site.baseurl }}/a/b)이다 {% include x.html %}", ["p 글이다"]),
        ('## 제목 {#id .cls}\n문단{:.external} 안\n{: .note}\n{{< figure src="a.png" >}}', ["h2 제목", "p 문단 안"]),
        ("[TOC]\n\n본문", ["p 본문"]),
        # Formulas
        (r"식 \(x^2\) 과 \[a_i = \frac{1}{2}\] 이다", [r"p 식 $x^2$ 과 $$a_i = \frac{1}{2}$$ 이다"]),
        ("\\[\n\\sum_i x_i\n\\]", [r"p $$\sum_i x_i$$"]),
        (r"\[참고\] 와 \(설명\) 은 말이다", ["p [참고] 와 (설명) 은 말이다"]),
        ("$$\na \\\\\nb\n$$", ["p $$a \\\\\nb$$"]),
        # Links
        ("![그림][ref1] [글][ref2]\n본문 끝\n[ref1]: a/b.png\n[ref2]: https://a.org/b", ["p 글\n본문 끝"]),
        ("[PAD]: 0\n\n[MASK]: 1", ["p [PAD]: 0", "p [MASK]: 1"]),
        ("![없는 그림.png] 뒤", ["p 뒤"]),
        # Headings
        ("**1. 제목**\n본문\n\n**1.1 아래**\n본문", ["h1 1. 제목", "p 본문", "h2 1.1 아래", "p 본문"]),
        ("**꼭 기억하세요**\n\n본문이다.", ["p 꼭 기억하세요", "p 본문이다."]),
        ("- 항목은 있다\n**[다음 절]**<br>\n- 둘째", ["l - 항목은 있다", "h1 [다음 절]", "l - 둘째"]),
        ("- 항목\n1\\. 번호를 손으로 쓴 줄", ["l - 항목", "l 1. 번호를 손으로 쓴 줄"]),
        ("- 앞의 것과\n**이어지는 말**\n- 둘째", ["l - 앞의 것과 이어지는 말\n- 둘째"]),
        ("**이 코드는 그림을 만듭니다:**\n\n본문이다.", ["p 이 코드는 그림을 만듭니다:", "p 본문이다."]),
        ("**해결법:**\n\n- 하나", ["h1 해결법:", "l - 하나"]),
        ("본문이다.\n\n**코드 예:**", ["p 본문이다.", "p 코드 예:"]),  # what follows is not in this text
        (
            "**→ 넓은 주제를 다룸**\n**“남의 말”**\n**최종 loss = a + b**",
            ["p → 넓은 주제를 다룸\n“남의 말”\n최종 loss = a + b"],
        ),
        # Below a table there is no row without a bar
        (
            "| a | b |\n|---|---|\n| c | d |\n**다음 절**\n본문",
            ["t | a | b |\n| --- | --- |\n| c | d |", "h1 다음 절", "p 본문"],
        ),
        # Code without a fence: # is a comment
        (
            "import torch\n# 모델 정의\nmodel = Net()\n# 학습\nmodel.fit(x)",
            ["c import torch\n# 모델 정의\nmodel = Net()\n# 학습\nmodel.fit(x)"],
        ),
        ("# 제목\nx = 1\n", ["h1 제목", "c x = 1"]),
        # Lines
        ("짧은 줄\\\n둘째 줄  \n셋째 줄", ["p 짧은 줄\n둘째 줄\n셋째 줄"]),
        # Tables
        (
            "|🧾\n**이름**|뜻\n\n|---|---|\n|a\n**b**|c\nd|\n\n| e | f |",
            ["t | 🧾 이름 | 뜻 |\n| --- | --- |\n| a b | c d |\n| e | f |"],
        ),
        (
            "| a | b |\n|---|---|\n| c\n\nd | e |\n\n밖 | 이다",
            ["t | a | b |\n| --- | --- |\n| c d | e |", "p 밖 | 이다"],
        ),
        ("| a | b |\n|---|---|\n| c | d\n| e | f |\\", ["t | a | b |\n| --- | --- |\n| c | d |\n| e | f |"]),
        ("||P - Q||₁ 은 거리다", ["p ||P - Q||₁ 은 거리다"]),
    ],
)
def test_dialects(text: str, expected: list[str]) -> None:
    assert told(text) == expected


LONG = "which goes on and on until it is far longer than any name of a section could ever be in notes " * 2


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ("1. Estimators", "2. Bias ― The bias is defined as:", "3. Remark: it may be zero.", "4. Variance"),
            [
                "h1 1. Estimators",
                "h1 2. Bias",
                "p 2. Bias ― The bias is defined as:",
                "h1 3. Remark",
                "p 3. Remark: it may be zero.",
                "h1 4. Variance",
            ],
        ),
        (("1. Title", "2. It is so."), ["h1 1. Title", "h1 2. It is so."]),
        (("1.1 Title", "1.2 It is so.", "2. So is this."), ["h2 1.1 Title", "h2 1.2 It is so.", "h1 2. So is this."]),
        (("1. Title", f"2. This {LONG.strip()}."), ["h1 1. Title", f"p1 2. This {LONG.strip()}."]),
        # No number of the series
        (("1. Title", "7. It is so."), ["h1 1. Title", "l 7. It is so."]),
        (("1. It is so.", "2. It is not."), ["l 1. It is so.", "l 2. It is not."]),
    ],
)
def test_numbered_bold_lines_are_peers(lines: tuple[str, ...], expected: list[str]) -> None:
    text = "".join(f"**{line}**\n\nText {at}.\n\n" for at, line in enumerate(lines))
    assert [each for each in told(text) if not each.startswith("p Text")] == expected


def test_text_below_a_long_numbered_line_does_not_stand_under_the_item_before() -> None:
    document = join(parsed(f"# Course\n\n**1. Title**\n\nOne.\n\n**2. This {LONG.strip()}.**\n\nTwo."))
    places = {document.text[unit.start : unit.end]: unit.heading for unit in document.units}
    assert places["One."] == ("Course", "1. Title")
    assert places["Two."] == ("Course",)


def test_components_of_mdx() -> None:
    text = (
        'import T from "x"\n\n<Tip title="제목">\n본문 <sos> 이다.\n</Tip>\n\n'
        '<Tabs>\n<TabItem label="파이썬">\n\n글\n\n</TabItem>\n</Tabs>'
    )
    assert told(text, "a.mdx") == ["p 제목", "p 본문 <sos> 이다.", "p 파이썬", "p 글"]


@pytest.mark.parametrize(
    ("matter", "title", "date"),
    [
        ("---\ntitle: 제목\ndate: 2025-03-01\nlast_modified_at: 2025-09-01T10:00:00\n---\n", "제목", "2025-09-01"),
        ('+++\ntitle = "제목"\ndate = 2025-03-01\n+++\n', "제목", "2025-03-01"),
        ('{\n "title": "제목",\n "lastmod": "2025년 9월 1일"\n}\n', "제목", "2025-09-01"),
        ("---\ntitle: 제목\ndate: 2025-02-31\n---\n", "제목", None),
    ],
)
def test_front_matter(matter: str, title: str, date: str | None) -> None:
    result = parsed(matter + "\n본문이다.")
    assert (result.title, result.date) == (title, date)
    assert result.elements == [Element(Kind.PARAGRAPH, "본문이다.")]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "*" * 100_000,
        "**a " * 30_000,
        "![[" * 50_000,
        "> " * 5_000 + "a",
        "| a " * 100_000,
        "|" * 100_000,
        "\\(" * 50_000,
        "{% " * 50_000,
        "<a " * 50_000,
        "`" * 100_000,
        "$" * 100_000,
        "|a\n" * 30_000,
        "- a\n" * 30_000,
        "{% endcomment %}\n" * 30_000,
        "a" * 3_000_000,
        "a\n\n" * 60_000,
        "\\begin{a}" * 60_000,
    ],
    ids=lambda text: text[:6].strip().replace("\n", " "),
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    started = time.process_time()
    parsed("가 " + text)
    assert time.process_time() - started < 10
