"""Made semesters: the edits notes get from one year to the next, and sentences that must not be taken for equal."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

Edit = Callable[[str, random.Random], str]

_HEADING = re.compile(r"^(#{1,6}) +(.+)$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_PROSE = re.compile(r"^[가-힣A-Za-z][^\n|<>$`!\[\]]{80,}$", re.MULTILINE)
"""A line of prose without marks, which an edit cannot break."""


def copied(text: str, rng: random.Random) -> str:
    """The same bytes."""
    return text


def sentence_added(text: str, rng: random.Random) -> str:
    """A new sentence after one line of prose in each section."""
    return _in_sections(
        text, rng, lambda line: f"{line} 올해는 이 부분을 {rng.randint(2, 99)}쪽의 예제와 함께 다시 다룬다."
    )


def sentence_changed(text: str, rng: random.Random) -> str:
    """One sentence of a line of prose in each section put in other words."""
    return _in_sections(text, rng, lambda line: _replaced_sentence(line, "이 내용은 강의에서 그림으로 설명한다."))


def dates_changed(text: str, rng: random.Random) -> str:
    """Each section says when its homework is due, and another day this year."""
    return _in_sections(
        text, rng, lambda line: f"{line}\n\n과제 마감은 {rng.randint(3, 12)}월 {rng.randint(1, 28)}일이다."
    )


def typos_fixed(text: str, rng: random.Random) -> str:
    """One word in each section has two letters swapped, or a vowel wrong."""
    return _in_sections(text, rng, lambda line: _mistyped(line, rng))


def headings_renamed(text: str, rng: random.Random) -> str:
    """Every heading has another wording."""
    return _outside_code(text, lambda part: _HEADING.sub(lambda match: f"{match[1]} 다시 보기: {match[2]}", part))


def formatted(text: str, rng: random.Random) -> str:
    """Other bullets, no emphasis, typographic quotation marks, lines broken at 80 characters."""

    def change(part: str) -> str:
        part = re.sub(r"^(\s*)- ", r"\1* ", part, flags=re.MULTILINE)
        part = re.sub(r"\*\*([^*\n]+)\*\*", r"\1", part)
        part = re.sub(r"(?<=\s)\"([^\"\n]+)\"", r"“\1”", part)
        return _PROSE.sub(lambda match: "\n".join(_wrapped(match[0], 80)), part)

    return _outside_code(text, change)


EDITS: dict[str, Edit] = {
    "copied": copied,
    "sentence added": sentence_added,
    "sentence changed": sentence_changed,
    "dates changed": dates_changed,
    "typos fixed": typos_fixed,
    "headings renamed": headings_renamed,
    "other formatting": formatted,
}

TRAPS = [
    ("과제 1의 마감은 5월 12일 자정이다.", "과제 1의 마감은 5월 19일 자정이다."),
    ("중간고사는 성적의 30%를 차지한다.", "중간고사는 성적의 40%를 차지한다."),
    ("늦게 낸 과제도 점수를 받을 수 있다.", "늦게 낸 과제도 점수를 받을 수 없다."),
    ("이 방법은 전역 최솟값을 보장한다.", "이 방법은 전역 최솟값을 보장하지 않는다."),
    ("이 과목의 조교는 김철수이고 연구실은 본관에 있다.", "이 과목의 조교는 김영희이고 연구실은 본관에 있다."),
    ("담당 교수는 김민수이다.", "담당 교수는 김민주이다."),
    ("학습률을 키우면 손실이 증가한다.", "학습률을 키우면 손실이 감소한다."),
    ("이 값은 정밀도를 나타내는 대표적인 지표이다.", "이 값은 정확도를 나타내는 대표적인 지표이다."),
    ("실습에는 PyTorch를 설치해야 한다.", "실습에는 TensorFlow를 설치해야 한다."),
    ("기본 모델은 GPT-3이다.", "기본 모델은 GPT-4이다."),
    ("수업은 월요일에 열린다.", "수업은 화요일에 열린다."),
    ("값이 0.05 < p 이면 기각한다.", "값이 0.05 > p 이면 기각한다."),
    ("초기값은 -1로 둔다.", "초기값은 1로 둔다."),
    ("선형 모델로 충분하다.", "비선형 모델로 충분하다."),
    ("신청은 5월부터 받는다.", "신청은 5월까지 받는다."),
    ("지도 학습으로 분류기를 만든다.", "비지도 학습으로 분류기를 만든다."),
    ("The final exam is open book for everyone.", "The final exam is not open book for everyone."),
    ("Late homework is accepted with a penalty.", "Late homework is never accepted with a penalty."),
    ("The grader of this part is Alice Kim.", "The grader of this part is Alice Lim."),
    ("Dropout increases the training loss here.", "Dropout decreases the training loss here."),
    ("The matrix must be symmetric in this case.", "The matrix must be asymmetric in this case."),
    ("Report the macroaveraged score at the end.", "Report the microaveraged score at the end."),
    ("The encoder is frozen in this exercise.", "The decoder is frozen in this exercise."),
    ("You may use any language, such as C, for it.", "You may use any language, such as C++, for it."),
    ("The project counts 1,500 points in total.", "The project counts 2,500 points in total."),
    ("Room 301 is open on Friday.", "Room 301 is open on Monday."),
    ("The margin grows as x^2 does.", "The margin grows as x^3 does."),
    ("✅ 이 자료는 시험 범위이다.", "❌ 이 자료는 시험 범위이다."),
]
"""Last year's sentence and this year's."""


def trapped(notes: dict[str, str]) -> dict[str, str]:
    """Two semesters of paragraphs that are equal but for one sentence."""
    prose = [match[0] for text in notes.values() for match in _PROSE.finditer(text)]
    contexts = [" ".join(prose[start : start + 3])[:650] for start in range(0, 3 * len(TRAPS), 3)]
    files = {}
    for number, (context, pair) in enumerate(zip(contexts, TRAPS, strict=True)):
        for year, sentence in zip(("2024", "2025"), pair, strict=True):
            files[f"{year}/trap{number}.md"] = f"# 안내 {number}\n\n{sentence} {context}\n"
    return files


def as_pdf(text: str, path: Path) -> None:
    """A text as a PDF page by page, its lines broken where the page ends."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("HYSMyeongJo-Medium"))
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas = Canvas(str(path), pagesize=A4, invariant=True)
    height = 0
    for paragraph in text.split("\n"):
        for line in [*_wrapped(paragraph, 48), ""][: None if not paragraph.startswith("|") else -1]:
            if height < 60:
                canvas.showPage()
                canvas.setFont("HYSMyeongJo-Medium", 10)
                height = 780
            canvas.drawString(60, height, line)
            height -= 14
    canvas.save()


def _in_sections(text: str, rng: random.Random, edit: Callable[[str], str]) -> str:
    """Edit one line of prose in each section that has one."""

    def change(part: str) -> str:
        lines = list(_PROSE.finditer(part))
        if not lines:
            return part
        line = rng.choice(lines)
        return part[: line.start()] + edit(line[0]) + part[line.end() :]

    return "".join(_outside_code(section, change) for section in _sections(text))


def _sections(text: str) -> Iterator[str]:
    cuts = [0, *[match.start() for match in _HEADING.finditer(text) if match.start()], len(text)]
    for start, end in zip(cuts, cuts[1:], strict=False):
        yield text[start:end]


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    if "```" in text or "~~~" in text:
        parts, end = [], 0
        for match in _FENCE.finditer(text):
            parts += [change(text[end : match.start()]), match[0]]
            end = match.end()
        return "".join([*parts, change(text[end:])])
    return change(text)


def _replaced_sentence(line: str, sentence: str) -> str:
    sentences = re.split(r"(?<=\.)\s+", line)
    return " ".join([*sentences[:-1], sentence])


def _mistyped(line: str, rng: random.Random) -> str:
    words = re.findall(r"[A-Za-z]{7,}|[가-힣]{4,}", line)
    if not words:
        return line
    word = rng.choice(words)
    if word.isascii():
        at = rng.randrange(2, len(word) - 2)
        wrong = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    else:
        code = ord(word[1]) - 0xAC00  # initial, vowel, final: the vowel becomes its neighbour
        wrong = word[0] + chr(0xAC00 + code + (28 if code // 28 % 21 < 20 else -28)) + word[2:]
    return line.replace(word, wrong, 1)


def _wrapped(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line
