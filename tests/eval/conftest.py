"""A tiny course built for real, and a language model served for real: both on this machine, both in seconds."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import Unigram

from ingest.build import Build
from rag.assistant import Assistant
from rag.embeddings.static import save_static
from rag.settings import Settings, load_settings

DOCUMENTS = {
    "regularization.md": "# 정규화\n\n드롭아웃은 학습할 때 뉴런을 무작위로 끄는 정규화 기법이다.\n\n"
    "배치 정규화는 더 높은 학습률을 쓸 수 있게 한다.\n",
    "attention.md": "# Attention\n\nThe transformer was introduced in 2017 by researchers at Google.\n\n"
    "Multi-head attention projects queries, keys and values several times.\n",
    "search.md": "# 검색\n\nBM25는 단어의 빈도와 희귀도로 문서의 순위를 매긴다.\n",
}


@pytest.fixture(scope="session")
def course_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an index over three small documents, built with a character embedder."""
    folder = tmp_path_factory.mktemp("course")
    for name, text in DOCUMENTS.items():
        (folder / "documents" / name).parent.mkdir(exist_ok=True)
        (folder / "documents" / name).write_text(text, encoding="utf-8")
    characters = sorted(set("".join(DOCUMENTS.values())) | set("abcdefghijklmnopqrstuvwxyz"))
    tokenizer = Tokenizer(Unigram([("<unk>", 0.0), *((char, -1.0) for char in characters)], unk_id=0))
    vectors = np.random.default_rng(7).normal(size=(len(characters) + 1, 16)).astype(np.float32)
    save_static(folder / "model", "characters", tokenizer.to_str(), vectors)
    settings = load_settings(
        index={"path": folder / "index"}, embedder={"model": str(folder / "model")}, parse={"workers": 1}
    )
    Build(settings).run([folder / "documents"])
    return settings


@pytest.fixture
def assistant(course_settings: Settings) -> Assistant:
    """An assistant over the tiny course."""
    return Assistant(course_settings)


Answerer = Callable[[str], str]


@dataclass
class JudgeServer:
    """An OpenAI-compatible server that answers RAGAS's prompts by a rule.

    A statement is a part of the text between full stops; it is supported if it stands in the context. ``trouble``
    changes what goes over the wire: "", "fence", "garbage", "500", "slow", "cut", "empty".
    """

    trouble: str = ""
    delay_s: float = 0.0
    prompts: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, prompt: str) -> str:
        """What a judge that reads exactly would write."""
        given = json.loads(
            prompt.split("Now perform the same with the following input\ninput: ")[1].split("\nOutput:")[0]
        )
        if self.trouble == "empty":
            given = {key: "" if isinstance(value, str) else [] for key, value in given.items()}
        if "statements" in given:
            verdicts = [
                {"statement": each, "reason": "by rule", "verdict": int(each in given["context"])}
                for each in given["statements"]
            ]
            return json.dumps({"statements": verdicts}, ensure_ascii=False)
        if "context" in given:
            found = [
                {"statement": each, "reason": "by rule", "attributed": int(each in given["context"])}
                for each in _statements(given["answer"])
            ]
            return json.dumps({"classifications": found}, ensure_ascii=False)
        return json.dumps({"statements": _statements(given["answer"])}, ensure_ascii=False)

    def spoilt(self, text: str) -> tuple[str, str]:
        """The answer as it goes over the wire, and why it ends there."""
        if self.trouble == "fence":
            return f"```json\n{text}\n```", "stop"
        if self.trouble == "garbage":
            return "I think that the answer is rather good.", "stop"
        return (text[: len(text) // 2], "length") if self.trouble == "cut" else (text, "stop")


def _statements(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", " ").split(".") if part.strip()]


def _handler(server: JudgeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prompt = next(each["content"] for each in body["messages"] if each["role"] == "user")
            with server.lock:
                server.prompts.append(prompt)
                server.bodies.append(body)
                server.at_once += 1
                server.most_at_once = max(server.most_at_once, server.at_once)
            try:
                time.sleep(server.delay_s)
                self._reply(prompt)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client has given up, as a test with a time-out wants it to
            finally:
                with server.lock:
                    server.at_once -= 1

        def _reply(self, prompt: str) -> None:
            text, finish = server.spoilt(server.answer(prompt))
            status = 500 if server.trouble == "500" else 200
            payload: dict[str, Any] = {"error": {"message": "the judge is ill"}}
            if status == 200:
                message = {"role": "assistant", "content": text}
                payload = {
                    "id": "1",
                    "object": "chat.completion",
                    "created": 0,
                    "model": "rules",
                    "choices": [{"index": 0, "message": message, "finish_reason": finish}],
                    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
                }
            data = json.dumps(payload).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the name is http.server's
            """Say nothing."""

    return Handler


@pytest.fixture
def judge_server() -> Iterator[JudgeServer]:
    """A running judge."""
    server = JudgeServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    server.url = f"http://127.0.0.1:{http.server_port}/v1"
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    http.shutdown()
    http.server_close()
    thread.join()
