"""Korean particles and endings that stand behind a noun without a space, as a closed set."""

import re
from collections.abc import Iterator

_PARTICLE = (
    "을 를 이 가 은 는 의 에 께 로 으로 와 과 도 만 나 이나 든 이든 랑 이랑 란 이란 야 이야 요 이요 들 뿐 씩 "
    "마다 조차 마저 까지 부터 처럼 보다 밖에 대로 만큼 같은 같이 하고 에서 에게 한테 께서 에게서 한테서 으로서 로서 "
    "으로써 로써 라는 이라는 라고 이라고 라면 이라면 라도 이라도 라서 이라서 라 이라 에 대해 관련"
).split()
_COPULA = (
    "다 이다 인 인가 인가요 인지 인데 일까 일까요 입니까 입니다 였다 이었다 이며 며 이면 면 이고 고 이지만 지만 "
    "이니까 예요 이에요 에요 인건 인걸 이죠 죠 이지 지 이냐 냐 "
    "게 것 거 건 걸 이란게 란게 이란건 란건 이라는게 라는게 이라는건 라는건"
).split()
_VERB = (
    "다 는 며 면 고 지 기 게 려면 나 나요 니 는지 는데 지만 도록 므로 는가 는가요 던 거나 기도 기에 기가 기를 기는 "
    "기위해 기위한 지않은 지않는"
).split()
_DONE = (
    "한 할 함 합니다 합니까 하여 해 해서 해야 해줘 해주세요 해도 했다 했던 했을 했나 했나요 한다 한다면 "
    "할까 할까요 할때 한지 된 될 됨 됩니다 됩니까 되어 돼 돼서 되어서 됐다 "
    "되었다 되었던 된다 된다면 될까 될때 시킨 시킬 시켜 시킨다 적 적인 적으로 "
    "화 화된 화한 화의 화를 성 성이 성을 성은 형 식"
).split()

_SUFFIX = re.compile(
    "(?:(?:{particles})(?:은|는|도|만|의|요|이|가|을|를|에|로|나)?|(?:{copula})|(?:하|되|시키)(?:{verb})|(?:{done}))".format(
        particles="|".join(_PARTICLE), copula="|".join(_COPULA), verb="|".join(_VERB), done="|".join(_DONE)
    )
)
_LONGEST = 6
"""Syllables of the longest of them."""


def is_suffix(text: str) -> bool:
    """Whether a text is nothing but particles or endings."""
    return _SUFFIX.fullmatch(text) is not None


def splits(word: str) -> Iterator[tuple[str, str]]:
    """Every way to see a word as a noun and what stands behind it, the whole word first.

    Yields:
        (noun, suffix), the noun of two letters or more.
    """
    yield word, ""
    for at in range(len(word) - 1, max(1, len(word) - _LONGEST - 1), -1):
        if is_suffix(word[at:]):
            yield word[:at], word[at:]
