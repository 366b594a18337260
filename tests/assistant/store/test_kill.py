"""What was acknowledged is there after the process was killed, and what was not is there whole or not at all.

A kill cannot show what a power cut would lose; that is why the synchronous pragma has its own test.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.store import open_store

_CODE = """
import pathlib, sys
import sqlalchemy as sa
from assistant.store import open_store
store = open_store(pathlib.Path(sys.argv[1]))
pair = sa.text("INSERT INTO decisions SELECT COALESCE(MAX(seq), 0) + 1, :id, :body FROM decisions")
number = int(sys.argv[2])
while True:
    with store.write() as connection:
        connection.execute(pair, {"id": f"{number}a", "body": "x" * 3000})
        connection.execute(pair, {"id": f"{number}b", "body": "x" * 3000})
    print(number, flush=True)
    number += 1
"""


def _run_and_kill(folder: Path, start: int, acknowledged: int, wait_s: float) -> int:
    """Write pairs until enough are acknowledged, wait a little, kill; return the last acknowledged number."""
    process = subprocess.Popen(
        [sys.executable, "-c", _CODE, str(folder), str(start)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    last = start - 1
    for _ in range(acknowledged):
        last = int(process.stdout.readline())
    try:
        process.wait(wait_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    rest = process.stdout.read().split("\n")
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    # The last line may be cut; a whole one is an acknowledgement.
    return max([last, *(int(line) for line in rest[:-1])])


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_acknowledged_writes_survive_being_killed_at_fifteen_points(tmp_path: Path) -> None:
    draw = random.Random(5)
    start = 0
    for _ in range(15):
        last = _run_and_kill(tmp_path, start, draw.randint(1, 4), draw.uniform(0, 0.02))
        store = open_store(tmp_path)
        with store.read() as connection:
            kept = set(connection.execute(sa.text("SELECT decision_id FROM decisions")).scalars())
        store.close()
        assert kept >= {f"{number}{half}" for number in range(last + 1) for half in "ab"}
        assert {name[:-1] for name in kept if name.endswith("a")} == {name[:-1] for name in kept if name.endswith("b")}
        start = max(int(name[:-1]) for name in kept) + 1
