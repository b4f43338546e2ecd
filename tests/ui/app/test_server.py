"""What the chat's process is started with, and when it is not started at all."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import CourseRagError, SettingsError
from rag.settings import Settings, load_settings
from ui.app import server


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7", "::"])  # noqa: S104
def test_an_address_that_others_reach_is_refused(host: str) -> None:
    with pytest.raises(SettingsError, match="has no login") as error:
        server.serve(load_settings(None, ui={"host": host}), config=None, open_browser=False)
    assert "127.0.0.1" in error.value.remedy


def test_a_name_that_is_no_address_is_refused() -> None:
    with pytest.raises(SettingsError, match="not an address"):
        server.serve(load_settings(None, ui={"host": "example.com"}), config=None, open_browser=False)


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} on 127.0.0.1 is taken") as error:
            server.serve(load_settings(None, ui={"port": port}), config=None, open_browser=False)
    assert "ui.port" in error.value.remedy


def test_the_page_reads_the_very_settings_the_server_was_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COURSE_RAG_RETRIEVAL__K", "9")
    settings = load_settings(
        None,
        index={"path": tmp_path / "강의 색인"},
        retrieval={"k": 3, "mode": "mmr", "threshold": 0.25},
        llm={"model": "ollama:qwen3", "base_url": "http://127.0.0.1:11434"},
        parse={"ignore": ("*.tmp", "a b/")},
    )
    environment = server._environment(settings)
    monkeypatch.delenv("COURSE_RAG_RETRIEVAL__K")
    for name in (name for name in environment if name.startswith("COURSE_RAG_")):
        monkeypatch.setenv(name, environment[name])
    assert load_settings(None) == settings
    assert "COURSE_RAG_RETRIEVAL__K" not in environment


def test_nothing_is_sent_and_nothing_watched() -> None:
    command = server._command("127.0.0.1", 8501, Path("/x/course-rag.toml"))
    for flag in (
        "--server.address=127.0.0.1",
        "--browser.gatherUsageStats=false",
        "--server.fileWatcherType=none",
        "--client.showErrorDetails=none",
    ):
        assert flag in command
    assert command[-3:] == ["--", "--config", "/x/course-rag.toml"]


def test_a_streamlit_that_does_not_come_up_is_told() -> None:
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"]) as process:
        with pytest.raises(CourseRagError, match="ended with exit code 3"):
            server._wait_until_healthy(process, "127.0.0.1", 9)


def test_it_answers_to_its_own_name_alone_and_leaves_nothing_behind(sample: Settings) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.settings import load_settings; "
        "from ui.app.server import serve; "
        "settings = load_settings(None, index={'path': Path(sys.argv[1])}, ui={'port': 0}); "
        "sys.exit(serve(settings, config=None, open_browser=False))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(sample.index.path)], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert process.stdout is not None
        with process.stdout:
            port = int(process.stdout.readline().decode("utf-8").split()[4].rpartition(":")[2])
        assert _upgrade(port, f"127.0.0.1:{port}") == http.client.SWITCHING_PROTOCOLS
        assert _upgrade(port, f"attacker.example:{port}") == http.client.FORBIDDEN
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def _upgrade(port: int, host: str) -> int:
    """Status of a WebSocket handshake by a page that was loaded from ``host``."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(
        "GET",
        "/_stcore/stream",
        headers={
            "Host": host,
            "Origin": f"http://{host}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        },
    )
    status = connection.getresponse().status
    connection.close()
    return status
