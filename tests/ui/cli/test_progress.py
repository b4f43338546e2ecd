"""Bars of a build: one display for all open stages, and none where nobody watches."""

import io
import re
import threading

import pytest
from rich.console import Console

from ui.cli.progress import Bars


def watched(width: int = 110, *, terminal: bool = True) -> tuple[Bars, io.StringIO]:
    bars, screen = Bars(), io.StringIO()
    bars._console = Console(file=screen, force_terminal=terminal, width=width, color_system=None, legacy_windows=False)
    return bars, screen


def last_lines(screen: io.StringIO) -> list[str]:
    lines = re.sub(r"\x1b\[[?\d]*\w", "", screen.getvalue()).replace("\r", "\n").split("\n")
    return [line.rstrip() for line in lines if "/" in line]


def test_a_stage_is_counted_with_its_rate() -> None:
    bars, screen = watched()
    with bars.stage("read", 3, "files") as advance:
        advance(2)
        advance(1)
    line = last_lines(screen)[-1]
    assert line.split()[0] == "read"
    assert "3/3" in line
    assert line.partition("3/3")[2].split()[1] == "files/s"


def test_stages_of_two_threads_share_the_display_and_grow() -> None:
    bars, screen = watched()

    def embeds() -> None:
        with bars.stage("embed", 0, "passages") as advance:
            advance(0, more=64)
            advance(0, more=36)
            advance(64, note="batch 64, 9,876 tokens/s, 4% padding, 1,234 MiB")

    with bars.stage("read", 7, "files") as advance:
        advance(1)
        thread = threading.Thread(target=embeds)
        thread.start()
        thread.join()
        advance(6)
    read, embed = last_lines(screen)[-2:]
    assert "7/7" in read
    assert "64/100" in embed
    assert "batch 64, 9,876 tokens/s, 4% padding, 1,234 MiB" in embed
    assert screen.getvalue().endswith("\x1b[?25h")  # the cursor is back


def test_the_display_ends_with_a_stage_that_fails_and_begins_anew() -> None:
    bars, screen = watched()
    with pytest.raises(KeyboardInterrupt), bars.stage("read", 2, "files"):
        raise KeyboardInterrupt
    assert screen.getvalue().endswith("\x1b[?25h")
    with bars.stage("embed", 5, "passages") as advance:
        advance(5)
    assert "5/5" in last_lines(screen)[-1]


@pytest.mark.parametrize(("terminal", "total"), [(False, 3), (True, 0)])
def test_nothing_is_shown_where_nobody_watches_or_nothing_is_done(terminal: bool, total: int) -> None:
    bars, screen = watched(terminal=terminal)
    with bars.stage("read", total, "files") as advance:
        advance(0)
    assert last_lines(screen) == []
    assert terminal or screen.getvalue() == ""


def test_a_narrow_terminal_shortens_the_note_and_keeps_the_count() -> None:
    bars, screen = watched(width=80)
    with bars.stage("embed", 12_345, "passages") as advance:
        advance(64, note="batch 64, 9,876 tokens/s, 4% padding, 1,234 MiB")
    line = last_lines(screen)[-1]
    assert len(line) <= 80
    assert "64/12345" in line
    assert "batch 64, 9,876 tokens" in line
