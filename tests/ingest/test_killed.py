"""A build that is killed while it embeds: the next one embeds what is left, and not one passage more."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import hashlib, json, sys, threading, time
from pathlib import Path
import numpy as np
import ingest.ahead, ingest.build
from ingest.workers import serial_map
from rag.embeddings.base import EmbeddedBatch, Embedder
from rag.settings import load_settings

folder, device, blocks_after = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
ingest.ahead._AT_LEAST = 1

class Slow(Embedder):
    identity, dimension, device, asked = "slow@1", 8, device, 0

    def embed_query(self, text):
        return self.embed_array([text])[0].tolist()

    def embed_array(self, texts):
        rows = [np.frombuffer(hashlib.sha256(text.encode()).digest()[:8], np.int8) for text in texts]
        return np.stack(rows).astype(np.float32) / 128

    def embed_batches(self, texts):
        for first in range(0, len(texts), 5):
            if Slow.asked >= blocks_after:
                print(Slow.asked, flush=True)
                time.sleep(600)
            some = texts[first : first + 5]
            Slow.asked += len(some)
            yield EmbeddedBatch(np.arange(first, first + len(some)), self.embed_array(some))

def mapped(function, jobs):
    for number, pair in enumerate(serial_map(function, jobs), start=1):
        yield pair
        if device != "cpu" and blocks_after < 1000 and number == 2:  # more files are still to be read
            time.sleep(600)

ingest.build.load_embedder = lambda settings: Slow()
report = ingest.build.Build(load_settings(index={"path": folder / "index"}), file_map=mapped).run([folder / "course"])
print(json.dumps([Slow.asked, report.embedded, report.chunks]))
"""


def started(folder: Path, device: str, blocks_after: int) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", PROGRAM, str(folder), device, str(blocks_after)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a process cannot be killed at once on this system")
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_kill_loses_the_batch_under_way_and_nothing_else(tmp_path: Path, device: str) -> None:
    (tmp_path / "course").mkdir()
    for file in range(3):
        sections = [f"## 절 {file}-{number}\n\n{file}번 글의 {number}번째 문단이다." for number in range(8)]
        (tmp_path / f"course/{file}.md").write_text("\n\n".join(sections), encoding="utf-8")

    killed = started(tmp_path, device, 10)
    assert killed.stdout is not None
    kept = int(killed.stdout.readline())
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert kept >= 10
    assert not (tmp_path / "index/CURRENT").exists()

    again = started(tmp_path, device, 1000)
    out, _ = again.communicate(timeout=120)
    asked, embedded, chunks = json.loads(out)
    assert chunks == 24
    assert asked == embedded == chunks - kept
