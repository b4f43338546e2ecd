"""Streamlit as a process of its own, reachable from this machine alone. Nothing of it is imported here."""

import errno
import http.client
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from rag.errors import CourseRagError, SettingsError
from rag.settings import Settings

_HERE = Path(__file__).parent
_START_S = 60.0
"""Seconds Streamlit has to come up; under one is usual, many on a machine that is busy or cold."""
_STOP_S = 5.0
_HEALTH = "/_stcore/health"


def serve(settings: Settings, *, config: Path | None, open_browser: bool) -> int:
    """Run the chat until it is stopped; prints its address when it answers.

    Args:
        settings: what the chat starts with, flags included; the page gets all of it through the environment.
        config: the settings file they came from.
        open_browser: show the chat in the default browser.

    Returns:
        0 when it was stopped, else the exit code of Streamlit.

    Raises:
        SettingsError: the address is not this machine's own, or the port is taken.
        CourseRagError: Streamlit did not come up.
    """
    host = _loopback(settings.ui.host)
    port = _free_port(host, settings.ui.port)
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    with _termination_as_interrupt():
        process = subprocess.Popen(  # noqa: S603
            _command(host, port, config),
            env=_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # its banner; errors go to stderr
        )
        try:
            _wait_until_healthy(process, host, port)
            typer.echo(f"The chat is at {url} — Ctrl-C stops it.")
            if open_browser:
                webbrowser.open(url)
            return process.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            _stop(process)


def _loopback(host: str) -> str:
    """The address, if nothing but this machine reaches it."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError as error:
        raise SettingsError(f"{host!r} is not an address to listen on.", remedy="Set ui.host to 127.0.0.1.") from error
    if not address.is_loopback:
        raise SettingsError(
            f"The chat has no login yet, so it does not listen on {host}, where others could reach it.",
            remedy="Set ui.host to 127.0.0.1; from elsewhere, use an SSH tunnel: ssh -L 8501:127.0.0.1:8501 HOST",
        )
    return str(address)


def _free_port(host: str, port: int) -> int:
    """The port, or a free one for 0. It is free now; whoever takes it in the next instant makes Streamlit say so."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As Streamlit's own socket does: a port in TIME_WAIT, after a restart, is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = "is taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error})"
            raise SettingsError(
                f"Port {port} on {host} {reason}.", remedy="Set ui.port to another one, or to 0 for any that is free."
            ) from error
        return int(probe.getsockname()[1])


def _command(host: str, port: int, config: Path | None) -> list[str]:
    options = {
        "server.headless": "true",
        "server.address": host,
        "server.port": str(port),
        "server.fileWatcherType": "none",
        "server.runOnSave": "false",
        "server.showEmailPrompt": "false",
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": host,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": "false",
        "runner.magicEnabled": "false",
        "logger.level": "warning",
        "theme.base": str(_HERE / "theme.toml"),
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    # A page elsewhere whose name resolves to 127.0.0.1 must not get in (DNS rebinding). A list is a repeated flag.
    flags += [f"--server.allowedHosts={name}" for name in (host, "localhost")]
    page = [] if config is None else ["--config", str(config.absolute())]
    return [sys.executable, "-m", "streamlit", "run", str(_HERE / "chat.py"), *flags, "--", *page]


def _environment(settings: Settings) -> dict[str, str]:
    """The environment with every section of the settings in it, as pydantic-settings reads them: one JSON each."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("COURSE_RAG_")}
    sections = {
        f"COURSE_RAG_{name.upper()}": getattr(settings, name).model_dump_json() for name in type(settings).model_fields
    }
    return kept | sections


def _wait_until_healthy(process: "subprocess.Popen[bytes]", host: str, port: int) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CourseRagError(
                f"The chat could not start: Streamlit ended with exit code {process.returncode}.",
                remedy="Read what it says above; course-rag doctor shows what is installed.",
            )
        if _healthy(host, port):
            return
        time.sleep(0.1)
    raise CourseRagError(
        f"The chat did not answer within {_START_S:.0f} seconds.", remedy="Try again when the machine is less busy."
    )


def _healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", _HEALTH)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):  # not up yet
        return False
    finally:
        connection.close()


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """Have SIGTERM end the chat as Ctrl-C does, and not leave Streamlit behind. Only a main thread may ask for that."""
    try:
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
