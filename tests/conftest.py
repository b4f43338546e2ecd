"""Fixtures that several packages share: a closed network, a small course, and a language model on this machine."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from judge_server import judge_server  # noqa: F401  a fixture
from pytest_socket import socket_allow_hosts

from ingest.build import Build
from ingest.workers import serial_map
from rag.index.course import Course
from rag.settings import Settings

hypothesis.settings.register_profile("course-rag", deadline=None)  # Kiwi and libraries load in the first example
hypothesis.settings.load_profile("course-rag")

_FOREIGN = ("COURSE_RAG_", "OPENAI_", "ANTHROPIC_", "GOOGLE_", "OLLAMA_", "LANGSMITH_", "LANGCHAIN_")
"""A developer's own settings, keys and tracing must not reach a test."""


def pytest_configure() -> None:
    for name in [name for name in os.environ if name.startswith(_FOREIGN)]:
        del os.environ[name]
    os.environ["HF_HUB_OFFLINE"] = "1"


def pytest_runtest_setup() -> None:
    """Close the network beyond this machine; before the fixtures, so for them too."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


COURSE = {
    "rag/01-검색.md": """# 검색 증강 생성

## 하이브리드 검색

하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합친다.
키워드 검색은 정확한 용어에 강하고, 벡터 검색은 뜻이 비슷한 문장을 찾는다.

## 청킹

청킹은 문서를 작은 조각으로 나누는 일이다. 조각이 너무 크면 관련 없는 내용이 섞이고, 너무 작으면 문맥이 사라진다.
""",
    "rag/02-evaluation.md": """# Evaluating a RAG system

## Faithfulness

Faithfulness measures how many claims of an answer are supported by the retrieved context.

## Context recall

Context recall measures how much of the reference answer can be found in the retrieved passages.

| metric | needs a reference |
|---|---|
| faithfulness | no |
| context recall | yes |
""",
    "deep-learning/optimisation.md": """# Optimisation

Gradient descent moves the weights against the gradient of the loss. If the learning rate is too large, training
diverges; if it is too small, training takes forever.

## Dropout

Dropout switches off random neurons during training, which prevents overfitting.
""",
    "deep-learning/신경망.txt": """신경망의 기초

활성화 함수는 신경망에 비선형성을 더한다. ReLU는 음수를 0으로 바꾸고 양수는 그대로 둔다.

기울기 소실은 층이 깊어질수록 기울기가 0에 가까워지는 문제이다. ResNet50은 잔차 연결로 이 문제를 줄인다.
""",
}
"""Source to text: enough for every retrieval mode, in both languages, with headings, a table and two folders."""


@pytest.fixture(scope="session")
def course_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the files of ``COURSE``. Do not change it; copy it where a test must."""
    folder = tmp_path_factory.mktemp("course")
    for source, text in COURSE.items():
        path = folder / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def course_index(course_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index folder built from ``course_files``, version 1. Do not change it; copy it where a test must."""
    index = tmp_path_factory.mktemp("index") / "index"
    Build(Settings(index={"path": index}), file_map=serial_map).run([course_files])
    return index


@pytest.fixture(scope="session")
def course(course_index: Path) -> Course:
    """The opened course."""
    return Course.open(course_index)


@dataclass(frozen=True)
class Reply:
    """What the server sends for one request.

    Attributes:
        text: the message, streamed word by word if streaming was asked for.
        status: other than 200, ``text`` is the message of an error.
        raw: sent as it is instead of ``text``, with ``content_type``.
        delay_s: waits as long before it sends anything; ends early when the server closes.
        headers: sent beside the usual ones.
        cut: the connection ends after as many words of a stream.
        announced: whether the length of the whole is sent before, so that a client can tell that some is missing.
        calls: tools the model wants to use, as (name, arguments), instead of an answer.
    """

    text: str = ""
    status: int = 200
    raw: str | None = None
    content_type: str = "text/event-stream"
    delay_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    announced: bool = False
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()


@dataclass
class OpenAIServer:
    """A chat completions server on the loopback address: scripted replies, recorded requests.

    ``replies`` are used up in order, the last stays; ``answer``, where it is set, makes the reply from the request.
    """

    base_url: str = ""
    replies: list[Reply] = field(default_factory=list)
    answer: Callable[[dict[str, Any]], Reply] | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def says(self, *texts: str) -> None:
        """Script plain answers."""
        self.replies = [Reply(text) for text in texts]

    def next_reply(self, request: dict[str, Any]) -> Reply:
        """The reply to a request; an error where none was scripted, so that a test cannot pass by accident."""
        if self.answer is not None:
            return self.answer(request)
        if not self.replies:
            return Reply("no reply was scripted", status=500)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture
def openai_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    """Speaks the OpenAI protocol under ``base_url``; a key is set, as the client wants one."""
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    script = OpenAIServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script))
    script.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield script
    script.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()


def _handler(script: OpenAIServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.requests.append(request)
            script.headers.append({name.lower(): value for name, value in self.headers.items()})
            reply = script.next_reply(request)
            script.closing.wait(reply.delay_s)
            kind, body = _body(reply, request)
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", kind)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.announced:
                    self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                sent = body if reply.cut is None else "".join(body.splitlines(keepends=True)[: 2 * reply.cut])
                self.wfile.write(sent.encode())
            except ConnectionError:
                pass  # the client did not wait

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    return Handler


def _body(reply: Reply, request: dict[str, Any]) -> tuple[str, str]:
    if reply.raw is not None:
        return reply.content_type, reply.raw
    if reply.status != 200:
        return "application/json", json.dumps({"error": {"message": reply.text, "type": "error", "code": None}})
    base = {"id": "1", "created": int(time.time()), "model": request["model"]}
    calls = [
        {"index": at, "id": f"c{at}", "type": "function", "function": {"name": name, "arguments": json.dumps(values)}}
        for at, (name, values) in enumerate(reply.calls)
    ]
    if not request.get("stream"):
        message = {"role": "assistant", "content": reply.text} | ({"tool_calls": calls} if calls else {})
        choices = [{"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}]
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        return "application/json", json.dumps(
            base | {"object": "chat.completion", "choices": choices, "usage": usage}, ensure_ascii=False
        )
    words = [word + " " for word in reply.text.split(" ")]
    words[-1] = words[-1][:-1]
    said: list[tuple[dict[str, Any], str | None]] = [({"role": "assistant", "content": word}, None) for word in words]
    if calls:
        said = [({"role": "assistant", "content": None, "tool_calls": calls}, None)]
    deltas = [*said, ({}, "tool_calls" if calls else "stop")]
    events = [
        base | {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
        for delta, reason in deltas
    ]
    lines = [f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events]
    return "text/event-stream", "".join([*lines, "data: [DONE]\n\n"])


_CLOSED = """
import os, socket
with open(os.environ["CONNECTIONS"], "a", encoding="utf-8") as file:
    print("closed", file=file)
def closed(name):
    original = getattr(socket.socket, name)
    def connect(self, address, *rest):
        local = self.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1", "localhost")
        if not local:
            with open(os.environ["CONNECTIONS"], "a", encoding="utf-8") as file:
                print(name, address, file=file)
            raise OSError("the network is closed")
        return original(self, address, *rest)
    return connect
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, closed(name))
look_up = socket.getaddrinfo
def resolved(host, *rest, **options):
    if host in ("127.0.0.1", "::1", "localhost"):
        return look_up(host, *rest, **options)
    with open(os.environ["CONNECTIONS"], "a", encoding="utf-8") as file:
        print("getaddrinfo", host, file=file)
    raise OSError("the network is closed")
socket.getaddrinfo = socket.gethostbyname = resolved
"""


@pytest.fixture
def closed_processes(tmp_path: Path) -> tuple[dict[str, str], Path]:
    """Environment of processes that cannot leave this machine, and the log of what they did.

    Each Python process writes ``closed`` into the log when it starts, and then every attempt to reach another machine.
    """
    folder, log = tmp_path / "closed", tmp_path / "connections"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_CLOSED, encoding="utf-8")
    return {"PYTHONPATH": str(folder), "CONNECTIONS": str(log), "HF_HUB_OFFLINE": "0"}, log
