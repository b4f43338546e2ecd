"""The page gate: sound text of any kind passes, each kind of damage is named."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsers.pdf.gate import GATE, judge, plausibility

ENGLISH = (
    "Gradient descent moves the weights of a network against the gradient of the loss. If the learning rate is too "
    "large, training diverges; if it is too small, training takes forever. Dropout switches off random neurons."
)
KOREAN = (
    "손실 함수의 기울기를 따라 가중치를 조금씩 옮기는 방법을 경사 하강법이라고 한다. 학습률이 너무 크면 발산하고, "
    "너무 작으면 학습이 오래 걸린다. 과적합은 훈련 자료를 외워 버리는 것이며 드롭아웃으로 줄일 수 있다."
)
GERMAN = (
    "Die größte Übung für Schüler: Lösungen über Gleichungen, schön erklärt, natürlich auch für häufige Fälle. " * 3
)

SOUND = {
    "English": ENGLISH,
    "Korean": KOREAN,
    "both": f"{KOREAN}\n{ENGLISH}",
    "decomposed Korean": unicodedata.normalize("NFD", KOREAN),
    "German": GERMAN,
    "Polish": "Źródłem błędu jest zbyt duża szybkość uczenia się sieci, więc zmniejszamy ją stopniowo. " * 3,
    "French": "Là où l'élève a échoué, la méthode du gradient a été modifiée à l'été dernier : évidemment. " * 3,
    "Russian": "Градиентный спуск изменяет веса сети в направлении, противоположном градиенту функции потерь.",
    "Japanese": "勾配降下法は損失関数の勾配に沿って重みを少しずつ動かす方法であり、学習率が大きすぎると発散する。" * 3,
    "formulas": "𝑉 𝜋(𝑠) = 𝔼[𝐺𝑡 ∣ 𝑆𝑡 = 𝑠] ∑ₖ γᵏ Rₜ₊ₖ₊₁ ≤ ‖∇f(x)‖² ⟹ ∂L/∂w ← w − η∇L ∀x ∈ ℝⁿ \uf8f1\uf8f2 α β θ̂ " * 4,
    "numbers": "1 0.912 0.845 12,300 -3.5% 2024-09-01 | 17 0.3e-5 (12) [3] 45.6±0.2 " * 8,
    "code": 'df.groupby("key").agg(np.mean)\nfor i, x in enumerate(xs):\n    lst.append(cfg["mlp_dim"] * x)\n' * 4,
    "addresses": "https://example.com/a/very/long/path-to-a-page?with=query&and=more#fragment-of-the-page \n" * 4,
    "letters of the alphabet": "ㄱ. 회귀 ㄴ. 분류 ㄷ. 군집 보기에서 고르시오 ㅋㅋㅋ 정답은 ㄱ과 ㄴ이다.",
    "one title": "III. Policy Evaluation",
}


@pytest.mark.parametrize("name", SOUND)
def test_sound_text_passes(name: str) -> None:
    assert judge(SOUND[name]).score >= 0.9


def shifted(text: str, by: int) -> str:
    """Letters put for one another, as by a code table that is off."""
    return "".join(chr((ord(char) - 97 + by) % 26 + 97) if "a" <= char <= "z" else char for char in text.casefold())


NO_TEXT = "its characters are no text (fonts without a usable code table)"
LOST_SPACES = "the spaces between its words are lost"
OTHER_ENCODING = "its letters are those of another encoding"
NO_WORDS = "its letters do not form words (fonts with a wrong code table)"

DAMAGED = {
    "nothing": (" \n", "no text layer"),
    "glyph numbers": ("".join(f"(cid:{ord(char)})" for char in ENGLISH), NO_TEXT),
    "some glyph numbers": (ENGLISH.replace("e", "(cid:12)"), NO_TEXT),
    "private use": ("".join(chr(0xE000 + ord(char)) if char.isalpha() else char for char in ENGLISH), NO_TEXT),
    "replacement": (
        KOREAN.replace("다", "\ufffd\ufffd").replace("이", "\ufffd").replace("는", "\ufffd\ufffd"),
        NO_TEXT,
    ),
    "codes of a subset": ("".join(chr(ord(char) - 29) if char.isalpha() else char for char in ENGLISH), NO_WORDS),
    "scripts at random": ("".join(chr(0x180 + 37 * ord(char) % 0x900) for char in ENGLISH), NO_TEXT),
    "other syllables": ("".join(chr(ord(c) + 1) if "가" <= c <= "힣" else c for c in KOREAN), NO_TEXT),
    "torn syllables": (
        "ㅅㅗㄴㅅㅣㄹ ㅎㅏㅁㅅㅜㅇㅢ ㄱㅣㅇㅜㄹㄱㅣㄹㅡㄹ ㄸㅏㄹㅏ ㄱㅏㅈㅜㅇㅊㅣㄹㅡㄹ 조금씩",
        "its Korean syllables are torn into letters",
    ),
    "Korean without spaces": (KOREAN.replace(" ", ""), LOST_SPACES),
    "English without spaces": (ENGLISH.replace(" ", ""), LOST_SPACES),
    "UTF-8 as Latin-1": (KOREAN.encode().decode("latin-1"), OTHER_ENCODING),
    "CP949 as Latin-1": (KOREAN.encode("cp949").decode("latin-1"), OTHER_ENCODING),
    **{f"letters off by {by}": (shifted(ENGLISH, by), NO_WORDS) for by in (1, 2, 3, 5, 7, 10, 17)},
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_named(name: str) -> None:
    text, why = DAMAGED[name]
    judged = judge(text)
    assert judged.score < GATE
    assert judged.why == why


@given(st.text())
def test_any_text_has_a_score(text: str) -> None:
    assert 0 <= plausibility(text) <= 1


@given(st.integers(0, len(ENGLISH)))
def test_more_damage_scores_no_higher(count: int) -> None:
    assert plausibility("\ue012" * count + ENGLISH[count:]) <= plausibility(ENGLISH)
