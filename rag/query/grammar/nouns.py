"""General nouns of the two languages: what something has (drawbacks, a size), and kinds that a pronoun goes with."""

import re

_KOREAN_ATTRIBUTES = (
    "장점|단점|장단점|약점|강점|특징|특성|성질|이점|이유|까닭|원인|목적|역할|기능|용도|쓰임|의미|뜻|정의|개념|원리|구조|구성|요소|"
    "방법|방식|과정|순서|절차|단계|조건|기준|종류|유형|예|예시|사례|차이|공통점|관계|한계|문제|해결책|해결법|대안|효과|결과|영향|"
    "성능|속도|시간|비용|크기|개수|수|길이|범위|값|식|공식|수식|정확도|메모리|용량|입력|출력|학습|훈련|구현|사용법|활용|이름|"
    "위험|주의사항|요약|핵심|때|경우|점"
)
_ATTRIBUTE = re.compile(
    rf"(?:{_KOREAN_ATTRIBUTES})|(?:문제|차이|주의|개선|유의|특이)점|(?:기본|초기|초깃|기준|최대|최소)값"
)

_SIDE = re.compile(
    r"장점|단점|장단점|약점|강점|특징|이점|이유|까닭|원인|목적|역할|용도|의미|뜻|정의|개념|원리|방법|과정|순서|절차|종류|유형|예|예시|"
    r"사례|차이|공통점|관계|한계|(?:문제|차이|주의|개선|유의)점"
)

_KOREAN_ASKING = re.compile(
    r"무엇|뭐|뭣|무슨|누구|언제|어디|어느|어떤|얼마|몇|거|것|게|수|줄|쪽|번|개|가지|식|데|정도|보통|실제|주로|다음|우리|저|나"
)
KOREAN_KINDS = (
    "방법|방식|기법|기술|모델|알고리즘|개념|용어|구조|색인|함수|지표|값|계수|과정|단계|절차|기능|도구|라이브러리|경우|문제|점수|"
    "이론|원리|규칙|식|공식|연산|층|네트워크|신경망|데이터셋|접근|전략|현상|명령|명령어|설정|옵션|것"
)
"""Kinds of things: 이 방법 points back; 이 수업 does not, it is the course one sits in."""

ENGLISH_KINDS = (
    "method|approach|technique|model|algorithm|concept|term|structure|index|function|metric|measure|value|process|step|"
    "procedure|feature|tool|library|case|problem|score|theory|principle|rule|formula|operation|layer|network|dataset|"
    "strategy|phenomenon|command|setting|option|idea|thing"
)
_ENGLISH_ATTRIBUTES = (
    "drawback|disadvantage|advantage|downside|upside|benefit|pro|con|weakness|strength|limit|limitation|risk|problem|issue|"
    "cost|purpose|role|use|usage|application|reason|cause|meaning|definition|example|difference|alternative|type|kind|"
    "property|feature|component|part|step|requirement|condition|effect|result|consequence|speed|size|time|memory|accuracy|"
    "performance|complexity|formula|range|length|number|dimension|parameter|default|value|goal|idea|name|input|output"
)
_ENGLISH_ATTRIBUTE = re.compile(
    rf"(?:{_ENGLISH_ATTRIBUTES})(?:s|es)?|properties|complexities|main|key|default|typical|any"
)


def is_attribute(noun: str) -> bool:
    """Whether a Korean noun names what something has or how it is: 단점, 기본값, 속도."""
    return _ATTRIBUTE.fullmatch(noun) is not None


def is_side(noun: str) -> bool:
    """Whether a Korean noun names a side of the thing before it even without 의: RAG 장점, but not 배치 크기."""
    return _SIDE.fullmatch(noun) is not None


def is_asking(noun: str) -> bool:
    """Whether a Korean noun only asks or counts: 무엇, 거, 가지."""
    return _KOREAN_ASKING.fullmatch(noun) is not None


def is_english_attribute(word: str) -> bool:
    """Whether an English word names what something has, or goes before such a word: drawbacks, default value."""
    return _ENGLISH_ATTRIBUTE.fullmatch(word.lower()) is not None
