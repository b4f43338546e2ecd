"""The judge's instructions and examples in Korean, written by hand; English ones are RAGAS's own.

RAGAS can have its prompts translated by the judge itself, but nobody reviews that translation, and it costs calls.
"""

from typing import Any

STATEMENTS = """질문과 답변이 주어진다. 답변의 각 문장을 살펴, 그 자체로 이해되는 진술 하나 이상으로 나누어라.
진술에는 대명사와 지시어를 쓰지 말고 가리키는 것을 그대로 써라. 답변에 없는 내용을 더하지 마라. 진술은 한국어로 쓴다."""

STATEMENTS_EXAMPLES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {
            "question": "세종대왕은 어떤 사람이고 무엇으로 알려져 있나요?",
            "answer": "그는 조선의 네 번째 왕으로, 1443년에 훈민정음을 창제했다. "
            "또한 그의 재위 중에 측우기가 만들어졌다.",
        },
        {
            "statements": [
                "세종대왕은 조선의 네 번째 왕이다.",
                "세종대왕은 1443년에 훈민정음을 창제했다.",
                "세종대왕의 재위 중에 측우기가 만들어졌다.",
            ]
        },
    )
]

VERDICTS = """주어진 문맥에 비추어 각 진술이 사실에 충실한지 판정하라.
진술을 문맥에서 곧바로 끌어낼 수 있으면 verdict를 1로, 끌어낼 수 없으면 0으로 하라. 문맥 밖의 지식은 쓰지 마라.
진술은 받은 그대로, 하나도 빠뜨리지 말고 돌려주고, 이유(reason)는 한국어로 쓴다."""

VERDICTS_EXAMPLES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {
            "context": "민수는 한국대학교 컴퓨터공학과 학생이다. 이번 학기에 자료구조와 데이터베이스를 듣는다. "
            "민수는 매일 밤 도서관에 남아 과제를 하는 성실한 학생이다.",
            "statements": [
                "민수는 생물학을 전공한다.",
                "민수는 데이터베이스 과목을 듣는다.",
                "민수는 아르바이트를 한다.",
            ],
        },
        {
            "statements": [
                {
                    "statement": "민수는 생물학을 전공한다.",
                    "reason": "문맥은 민수가 컴퓨터공학과 학생이라고 한다.",
                    "verdict": 0,
                },
                {
                    "statement": "민수는 데이터베이스 과목을 듣는다.",
                    "reason": "문맥에 민수가 이번 학기에 데이터베이스를 듣는다고 쓰여 있다.",
                    "verdict": 1,
                },
                {
                    "statement": "민수는 아르바이트를 한다.",
                    "reason": "문맥에는 아르바이트에 대한 말이 없다.",
                    "verdict": 0,
                },
            ]
        },
    )
]

ATTRIBUTIONS = """문맥과 답변이 주어진다. 답변을 진술로 나누고, 각 진술이 문맥에서 나온 것인지 판정하라.
문맥에서 나왔다고 할 수 있으면 attributed를 1로, 그렇지 않으면 0으로 하라. 둘 중 하나만 쓴다.
진술마다 이유(reason)를 한국어로 쓴다."""

ATTRIBUTIONS_EXAMPLES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {
            "question": "한라산에 대해 알려 주세요.",
            "context": "한라산은 제주도 가운데에 있는 산으로, 높이는 1,947미터이다. 1970년에 국립공원으로 지정되었다.",
            "answer": "한라산은 제주도에 있으며 높이가 1,947미터이다. 해마다 백만 명이 오른다.",
        },
        {
            "classifications": [
                {
                    "statement": "한라산은 제주도에 있으며 높이가 1,947미터이다.",
                    "reason": "위치와 높이가 문맥에 그대로 있다.",
                    "attributed": 1,
                },
                {
                    "statement": "해마다 백만 명이 오른다.",
                    "reason": "문맥에는 오르는 사람의 수가 없다.",
                    "attributed": 0,
                },
            ]
        },
    ),
    (
        {
            "question": "세계에서 가장 높은 산은 무엇인가요?",
            "context": "안데스산맥은 남아메리카에 있는, 세계에서 가장 긴 산맥이다.",
            "answer": "에베레스트산입니다.",
        },
        {
            "classifications": [
                {
                    "statement": "에베레스트산입니다.",
                    "reason": "문맥은 안데스산맥만 다루고 에베레스트산을 말하지 않는다.",
                    "attributed": 0,
                }
            ]
        },
    ),
]

QUESTIONS = """주어진 답변을 보고, 그 답변이 답이 되는 질문을 하나 만들고, 답변이 답을 피하고 있는지 판정하라.
답변이 얼버무리거나 모호하거나 답을 피하면 noncommittal을 1로, 내용이 있으면 0으로 하라. 질문은 한국어로 쓴다.
답을 피하는 답변의 예: "잘 모르겠습니다", "확실하지 않습니다", "경우에 따라 다릅니다"."""

QUESTIONS_EXAMPLES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"response": "세종대왕은 1443년에 훈민정음을 창제했다."},
        {"question": "세종대왕은 언제 훈민정음을 창제했나요?", "noncommittal": 0},
    ),
    (
        {"response": "대한민국의 수도는 한강을 끼고 있는 도시인 서울이다."},
        {"question": "대한민국의 수도는 어디인가요?", "noncommittal": 0},
    ),
    (
        {"response": "2022년 이후의 일은 알지 못하므로, 2023년에 나온 그 휴대전화의 새 기능이 무엇인지 모르겠습니다."},
        {"question": "2023년에 나온 그 휴대전화의 새 기능은 무엇인가요?", "noncommittal": 1},
    ),
]

USEFULNESS = """질문과 답변과 문맥이 주어진다. 그 문맥이 주어진 답변에 이르는 데 쓸모가 있었는지 판정하라.
쓸모가 있었으면 verdict를 1로, 없었으면 0으로 하라. 이유(reason)는 한국어로 쓴다."""

USEFULNESS_EXAMPLES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {
            "question": "한라산은 얼마나 높은가요?",
            "context": "한라산은 제주도 가운데에 있는 산으로, 높이는 1,947미터이다. 1970년에 국립공원으로 지정되었다.",
            "answer": "한라산의 높이는 1,947미터이다.",
        },
        {"reason": "답변에 있는 높이가 문맥에 그대로 쓰여 있다.", "verdict": 1},
    ),
    (
        {
            "question": "세계에서 가장 높은 산은 무엇인가요?",
            "context": "안데스산맥은 남아메리카에 있는, 세계에서 가장 긴 산맥이다. 일곱 나라에 걸쳐 있다.",
            "answer": "에베레스트산입니다.",
        },
        {"reason": "문맥은 안데스산맥을 다룰 뿐, 에베레스트산이나 가장 높은 산을 말하지 않는다.", "verdict": 0},
    ),
]

PROMPTS: dict[str, dict[str, tuple[str, list[tuple[dict[str, Any], dict[str, Any]]]]]] = {
    "faithfulness": {
        "statement_generator_prompt": (STATEMENTS, STATEMENTS_EXAMPLES),
        "nli_statement_prompt": (VERDICTS, VERDICTS_EXAMPLES),
    },
    "answer_relevancy": {"prompt": (QUESTIONS, QUESTIONS_EXAMPLES)},
    "context_recall": {"prompt": (ATTRIBUTIONS, ATTRIBUTIONS_EXAMPLES)},
    "context_precision": {"prompt": (USEFULNESS, USEFULNESS_EXAMPLES)},
}
"""By metric, and by the attribute of RAGAS's metric that holds the prompt."""
