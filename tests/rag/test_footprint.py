"""What a question costs besides its answer: modules, sockets, pickles."""

import json
import pickle
import pickletools
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "torch sentence_transformers transformers streamlit pypdf pypdfium2 bs4 lxml markdown_it ragas pandas sklearn "
    "langchain langchain_openai langchain_community datasets ingest eval ui"
).split()

ASK = """
import json, socket, sys
def closed(*_): raise AssertionError("a socket was opened")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = closed
import pickle
pickle.load = pickle.loads = pickle.Unpickler = closed
from rag.assistant import Assistant
from rag.settings import Settings
answer = Assistant(Settings(index={"path": sys.argv[1]})).ask("하이브리드 검색은 무엇을 합치나요?")
print(json.dumps({"answer": answer.text, "modules": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_a_question_loads_nothing_heavy_opens_no_socket_and_unpickles_nothing(course_index: Path) -> None:
    found = json.loads(run(ASK, str(course_index)))
    assert found["answer"].startswith("하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합친다. [1]")
    assert set(found["modules"]) & set(HEAVY) == set()
    assert {"rag", "faiss", "kiwipiepy"} <= set(found["modules"])


def test_importing_every_module_reads_and_loads_nothing(tmp_path: Path) -> None:
    """Settings, models, Kiwi and optional libraries wait until they are asked for."""
    code = """
import importlib, json, pkgutil, sys
import rag
for module in pkgutil.walk_packages(rag.__path__, "rag."):
    importlib.import_module(module.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
    modules = set(json.loads(run(code)))
    assert modules & {*HEAVY, "kiwipiepy", "faiss", "bm25s", "Stemmer"} == set()


def is_pickle(content: bytes) -> bool:
    try:
        list(pickletools.genops(content))
    except ValueError:
        return False
    return True


def test_no_file_of_the_index_is_a_pickle(course_index: Path) -> None:
    assert is_pickle(pickle.dumps({"chunks": ["text"]}))
    files = [path for path in course_index.rglob("*") if path.is_file() and path.name != "lock"]
    assert {path.name for path in files} >= {
        "CURRENT",
        "manifest.json",
        "chunks.sqlite",
        "vectors.faiss",
        "artifacts.sqlite",
    }
    for path in files:
        assert path.suffix not in (".pkl", ".pickle")
        content = path.read_bytes()
        assert not is_pickle(content), path
        if path.suffix == ".npy":
            assert b"'|O'" not in content[:200], path  # an array of objects has a pickle inside
