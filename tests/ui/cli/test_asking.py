"""``search``, ``ask`` and ``chat``: shapes of the contract, question files, and what a terminal gets to see."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

HIT = {
    "rank": int,
    "text": str,
    "source": str,
    "title": str,
    "heading": list,
    "page": int | None,
    "start": int,
    "end": int,
    "scores": dict,
}
CITATION = {"mark": int, "source": str, "page": int | None, "heading": list, "quote": str}
SEARCH = {"question": str, "hits": list, "took_ms": float}
ASK = {
    "question": str,
    "answer": str,
    "refused": bool,
    "citations": list,
    "hits": list,
    "llm": str,
    "took_ms": float,
}


def assert_shape(value: dict[str, Any], shape: dict[str, Any]) -> None:
    assert list(value) == list(shape)
    for key, kind in shape.items():
        assert isinstance(value[key], kind), key
        assert kind is not int or not isinstance(value[key], bool), key


def test_search_json_is_the_contract(cli: Run, index: Path) -> None:
    result = cli("search", "하이브리드 검색", "--index", index, "--json", "-k", "3")
    assert (result.code, result.err) == (0, "")
    assert_shape(result.json, SEARCH)
    hits = result.json["hits"]
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    for hit in hits:
        assert_shape(hit, HIT)
        assert all(isinstance(value, float) for value in hit["scores"].values())
        assert hit["end"] - hit["start"] == len(hit["text"])
    assert hits[0]["source"] == "rag/01-검색.md"
    assert hits[0]["heading"] == ["검색 증강 생성", "하이브리드 검색"]
    assert hits[0]["page"] is None
    assert result.json["question"] == "하이브리드 검색"


@pytest.mark.parametrize(
    ("mode", "scores"),
    [
        ("hybrid", {"hybrid", "lexical", "similarity"}),
        ("mmr", {"hybrid", "lexical", "similarity"}),
        ("keyword", {"lexical"}),
        ("similarity", {"similarity"}),
    ],
)
def test_search_modes(cli: Run, index: Path, mode: str, scores: set[str]) -> None:
    hits = cli("search", "Which metric needs a reference?", "--index", index, "--json", "--mode", mode).json["hits"]
    assert hits[0]["source"] == "rag/02-evaluation.md"
    assert all(set(hit["scores"]) == scores for hit in hits)


def test_threshold_drops_hits(cli: Run, index: Path) -> None:
    everything = cli("search", "청킹", "--index", index, "--json", "--mode", "similarity").json["hits"]
    threshold = everything[1]["scores"]["similarity"]
    kept = cli("search", "청킹", "--index", index, "--json", "--mode", "similarity", "--threshold", threshold + 1e-4)
    assert kept.json["hits"] == everything[:1]
    assert cli("search", "청킹", "--index", index, "--threshold", "99").out == "Nothing was found.\n"


def test_ask_json_is_the_contract(cli: Run, index: Path) -> None:
    result = cli("ask", "What does faithfulness measure?", "--index", index, "--json")
    assert (result.code, result.err) == (0, "")
    answer = result.json
    assert_shape(answer, ASK)
    assert answer["refused"] is False
    assert "claims of an answer are supported" in answer["answer"]
    assert answer["llm"] == "extractive"
    for citation in answer["citations"]:
        assert_shape(citation, CITATION)
        assert f"[{citation['mark']}]" in answer["answer"]
        cited = answer["hits"][citation["mark"] - 1]
        assert (cited["source"], cited["heading"]) == (citation["source"], citation["heading"])
        assert citation["quote"] in cited["text"]
    assert answer["citations"][0]["source"] == "rag/02-evaluation.md"
    for hit in answer["hits"]:
        assert_shape(hit, HIT)


def test_what_the_documents_do_not_answer_is_refused_in_the_askers_language(cli: Run, index: Path) -> None:
    korean = cli("ask", "김치찌개는 어떻게 끓이나요?", "--index", index, "--json").json
    assert (korean["refused"], korean["citations"]) == (True, [])
    assert any("가" <= character <= "힣" for character in korean["answer"])
    english = cli("ask", "Who won the 1998 football championship?", "--index", index, "--json").json
    assert english["refused"] is True
    assert english["answer"].isascii()


def test_search_and_ask_in_words(cli: Run, index: Path) -> None:
    found = cli("search", "하이브리드 검색", "--index", index, "-k", "1")
    assert found.out.startswith("1. rag/01-검색.md › 검색 증강 생성 › 하이브리드 검색   (hybrid ")
    answer = cli("ask", "What does faithfulness measure?", "--index", index)
    lines = answer.out.splitlines()
    assert lines[0].endswith(" [1]")
    assert "[1] rag/02-evaluation.md › Evaluating a RAG system › Faithfulness" in lines
    assert answer.err == found.err == ""


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    rows = [
        {"id": "1", "user_input": "하이브리드 검색은 무엇인가요?", "lang": "ko"},
        {"id": "2", "user_input": "What does dropout do?", "tags": []},
        {"question": "청킹이란?"},
        {"id": "4", "user_input": "하이브리드 검색은 무엇인가요?"},
    ]
    text = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "questions.jsonl").write_text(text + "\n", encoding="utf-8")
    return tmp_path / "questions.jsonl"


@pytest.mark.parametrize("command", ["search", "ask"])
def test_one_json_line_per_question_in_order(cli: Run, index: Path, questions: Path, command: str) -> None:
    result = cli(command, "--questions", questions, "--json", "--index", index)
    assert result.code == 0
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert [line["question"] for line in lines] == [
        "하이브리드 검색은 무엇인가요?",
        "What does dropout do?",
        "청킹이란?",
        "하이브리드 검색은 무엇인가요?",
    ]
    for line in lines:
        assert_shape(line, SEARCH if command == "search" else ASK)
    assert lines[0]["hits"] == lines[3]["hits"]
    assert lines[1]["hits"][0]["source"] == "deep-learning/optimisation.md"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"user_input": "a"}\nnot json\n', "line 2 is not JSON"),
        (b'{"user_input": "a"}\n\n["list"]\n', "line 3 has no question"),
        (b'{"user_input": " "}\n', "line 1 has no question"),
        (b'{"user_input": 3}\n', "line 1 has no question"),
        ("질문".encode("cp949"), "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_question_file_is_checked_before_the_first_answer(
    cli: Run, index: Path, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "bad.jsonl"
    if content is not None:
        path.write_bytes(content)
    result = cli("ask", "--questions", path, "--json", "--index", index)
    assert (result.code, result.out) == (1, "")
    assert said in result.err
    assert str(path) in result.err
    assert "  → " in result.err


def test_chat_answers_follow_up_questions_until_an_empty_line(cli: Run, index: Path) -> None:
    typed = "What does faithfulness measure?\nDoes it need a reference?\n\nWhat does dropout do?\n"
    result = cli("chat", "--index", index, input=typed)
    assert result.code == 0
    first, second = result.out.split("\n> ")[1:3]
    assert "7 passages, version 1." in result.out
    assert "claims of an answer are supported" in first
    assert "[1] rag/02-evaluation.md › Evaluating a RAG system › Faithfulness" in first
    assert "(searched: Does faithfulness need a reference?)" in second
    assert "rag/02-evaluation.md" in second
    assert "overfitting" not in result.out  # the empty line ended it


def test_chat_ends_with_the_input(cli: Run, index: Path) -> None:
    result = cli("chat", "--index", index, input="")
    assert result.code == 0
    assert "Traceback" not in result.err


def test_chat_goes_on_after_an_error(
    cli: Run, index: Path, openai_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_RAG_LLM__BASE_URL", openai_server.base_url)
    monkeypatch.setenv("COURSE_RAG_LLM__MAX_RETRIES", "0")
    replies = openai_server.replies
    replies += [type_of_reply(openai_server)("out of order", status=500)]
    openai_server.replies = replies + [type_of_reply(openai_server)("Chunking cuts documents into passages [1].")]
    result = cli("chat", "--index", index, "--llm", "openai:gpt-5-mini", input="What is chunking?\nWhat is chunking?\n")
    assert result.code == 0
    assert "error: The language model openai:gpt-5-mini did not answer" in result.err
    assert "Chunking cuts documents" in result.out


def type_of_reply(server: Any) -> Any:
    """The fixture's class of replies, which cannot be imported from here."""
    server.says("")
    kind = type(server.replies[0])
    server.replies = []
    return kind


ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnihton\u202c"


@pytest.fixture
def hostile(tmp_path: Path, cli: Run) -> Path:
    """An index over a document and names that carry terminal escapes."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    text = (
        f"# Head {ESCAPES} ing\n\nFaithfulness {ESCAPES} measures the support of claims.\n\n```\ncode {ESCAPES}\n```\n"
    )
    (folder / f"doc{ESCAPES.replace('/', '')}.md").write_text(text, encoding="utf-8")
    (folder / f"bad{ESCAPES}.pptx").write_bytes(b"PK")
    (folder / f"empty{ESCAPES}.md").write_bytes(b"")
    built = cli("build", folder, "--index", tmp_path / "hostile-index")
    assert built.code == 0
    assert_harmless(built)
    return tmp_path / "hostile-index"


def assert_harmless(result: Any) -> None:
    for character in "\x1b\x07\x9b\u202e\u202c":
        assert character not in result.out
        assert character not in result.err


@pytest.mark.parametrize("json_option", [(), ("--json",)])
@pytest.mark.parametrize(
    "command",
    [
        ("build",),
        ("build", "--full"),
        ("status",),
        ("search", "faithfulness"),
        ("ask", f"What is faithfulness{ESCAPES}?"),
        ("versions",),
    ],
)
def test_no_escape_sequence_reaches_the_terminal(
    cli: Run, hostile: Path, command: tuple[str, ...], json_option: tuple[str, ...]
) -> None:
    result = cli(*command, *json_option, "--index", hostile)
    assert result.code == 0
    assert_harmless(result)
    if json_option and command[0] == "search":
        source = result.json["hits"][0]["source"]
        assert source.startswith("doc\x1b]0;owned\x07")  # JSON keeps what it escapes


def test_no_escape_sequence_reaches_the_terminal_in_chat_and_errors(cli: Run, hostile: Path, tmp_path: Path) -> None:
    assert_harmless(cli("chat", "--index", hostile, input="What is faithfulness?\n\n"))
    (tmp_path / "hostile" / "new.md").write_text("# New\n\nText.", encoding="utf-8")
    cli("build", "--index", hostile)
    assert_harmless(cli("diff", "--index", hostile))
    missing = cli("build", tmp_path / f"none{ESCAPES}", "--index", hostile)
    assert missing.code == 1
    assert_harmless(missing)


@pytest.mark.parametrize("command", ["search", "ask"])
def test_what_was_searched_instead_is_told(cli: Run, index: Path, command: str) -> None:
    found = cli(command, "What does Dropuot do?", "--index", index)
    assert found.out.startswith("(searched: What does Dropout do?)\n")
    assert "deep-learning/optimisation.md" in found.out
    assert "(searched" not in cli(command, "What does dropout do?", "--index", index).out
    row = json.loads(cli(command, "What does Dropuot do?", "--index", index, "--json").out)
    assert (row["question"], row["hits"][0]["source"]) == ("What does Dropuot do?", "deep-learning/optimisation.md")


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        (
            "What is the capital of Mongolia?",
            ["Looked for: capital, Mongolia", "Not in the documents: capital, Mongolia"],
        ),
        ("몽골의 수도는 어디인가요?", ["찾아본 말: 몽골, 수도", "자료에 없는 말: 몽골, 수도"]),
    ],
)
def test_a_refusal_says_what_was_looked_for_and_the_nearest_sections(
    cli: Run, index: Path, question: str, lines: list[str]
) -> None:
    said = cli("ask", question, "--index", index).out.splitlines()
    found = cli("ask", question, "--index", index, "--json").json
    assert found["refused"] and said[:3] == [found["answer"], *lines]
    places = [line.removeprefix("- ") for line in said if line.startswith("- ")]
    nearest = [" › ".join([hit["source"], *hit["heading"]]) for hit in found["hits"]]
    assert 1 <= len(places) <= 3 and places[0] == nearest[0] and set(places) <= set(nearest)


def test_how_an_answer_came_about_is_told_on_stderr(
    cli: Run, index: Path, openai_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_RAG_LLM__BASE_URL", openai_server.base_url)
    monkeypatch.setenv("COURSE_RAG_LLM__FALLBACK", "true")
    monkeypatch.setenv("COURSE_RAG_LLM__MAX_RETRIES", "0")
    openai_server.replies = [type_of_reply(openai_server)("out of order", status=500)]
    asked = ["ask", "What is chunking?", "--index", index, "--llm", "openai:gpt-test"]
    words, machine = cli(*asked), cli(*asked, "--json")
    for result in (words, machine):
        assert result.code == 0
        assert "note: The language model could not be used" in result.err
        assert "note:" not in result.out
    printed = json.loads(machine.out)
    assert_shape(printed, ASK)
    assert printed["llm"] == "extractive"
    openai_server.replies = [replace(openai_server.replies[0], text="It cuts it is so", status=200, cut=2)]
    talked = cli("chat", "--index", index, "--llm", "openai:gpt-test", input="What is chunking?\n")
    assert talked.code == 0
    assert "It cuts" in talked.out
    assert talked.err.count("note: The language model could not be used") == 2  # where it broke off, and at the end
