"""Counts stay exact whatever is repeated, late or killed.

A worker sends impressions and clicks to the shop's own log and learns from it; the parent kills it with SIGKILL at
random moments and starts it again. At the end every impression and every click must be counted once, per item, and the
head must equal, to the last bit, one that learned from the same log without a kill.

    python -m tests.benchmarks.exactly_once --events 1000000 --kills 50
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from assistant.store.engine import open_store
from assistant.store.event_log import SqlEventLog
from recommender.bandit.head import BayesianLinearHead
from recommender.bandit.learner import OnlineLearner
from recommender.bandit.outcomes import Outcomes, ShownFeatures
from recommender.events import Event, EventType

ITEMS = 8
BATCH = 2000
_START = 1_760_000_000.0
_SENT = "sent.txt"
_STATE = "head.npz"


@dataclass(frozen=True, slots=True)
class Stream:
    """What is sent, and what must come of it.

    Args:
        number, item, at, is_click: (unique,) each event once.
        places: (sent,) which event is sent, with repeats and disorder.
        impressions, clicks: (ITEMS,) that must be counted.
        disordered: how many were moved.
    """

    number: np.ndarray
    item: np.ndarray
    at: np.ndarray
    is_click: np.ndarray
    places: np.ndarray
    impressions: np.ndarray
    clicks: np.ndarray
    disordered: int

    def batch(self, batch: int) -> list[Event]:
        """Return the events of one batch."""
        return [self._event(i) for i in self.places[batch * BATCH : (batch + 1) * BATCH]]

    def _event(self, i: int) -> Event:
        kind = EventType.CLICK if self.is_click[i] else EventType.IMPRESSION
        number = int(self.number[i])
        return Event(f"{kind.value}{number}", kind, str(self.item[i]), "s", "s", float(self.at[i]), f"d{number}", 0)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it; `kills` counts the workers that SIGKILL ended, `starts` all."""

    events: int
    repeated: int
    disordered: int
    kills: int
    starts: int
    impressions: int
    clicks: int
    exact: bool
    same_bits: bool
    seconds: float


def make_stream(n: int, seed: int) -> Stream:
    """Make n events, of which a fifth are repeats and a twentieth come out of order.

    Args:
        n: events sent, 100 or more.
        seed: of everything.
    """
    rng = np.random.default_rng(seed)
    unique = n - n // 5
    shown = unique * 4 // 5
    item = rng.integers(ITEMS, size=shown)
    at = _START + np.arange(shown) * 2.0
    clicked = np.sort(rng.choice(shown, unique - shown, replace=False))
    # One click in ten comes after its window and must not count.
    delay = np.where(rng.random(len(clicked)) < 0.1, 3000.0, rng.uniform(1.0, 1700.0, len(clicked)))
    number = np.concatenate([np.arange(shown), clicked])
    when = np.concatenate([at, at[clicked] + delay])
    true_when = when
    moved = rng.random(unique) < 0.05
    # Some come minutes too late, some before what they refer to.
    when = np.where(moved, when + rng.uniform(-1500.0, 1500.0, unique), when)
    repeated = rng.integers(unique, size=n - unique)
    order = np.argsort(np.concatenate([when, when[repeated] + rng.uniform(0.0, 900.0, len(repeated))]), kind="stable")
    places = np.concatenate([np.arange(unique), repeated])[order]
    good = clicked[delay <= 1800.0]
    return Stream(
        number,
        item[number],
        true_when,
        np.arange(unique) >= shown,
        places,
        np.bincount(item, minlength=ITEMS),
        np.bincount(item[good], minlength=ITEMS),
        int(moved.sum()),
    )


def run(n: int, kills: int, seed: int, folder: Path, *, gamma: float = 1.0) -> Report:
    """Send, learn and kill; then compare.

    Args:
        n: events sent.
        kills: how often the worker is killed.
        seed: of stream and kills.
        folder: empty.
        gamma: of the head; counts per item are compared where it is 1.
    """
    started = time.monotonic()
    stream = make_stream(n, seed)
    rng = np.random.default_rng([seed, 1])
    batches = -(-n // BATCH)
    targets = sorted(rng.integers(batches, size=kills).tolist())
    killed = sum(
        _work(folder, n, seed, gamma, kill_at=target, after_s=float(rng.uniform(0.0, 0.1))) for target in targets
    )
    _work(folder, n, seed, gamma)
    store = open_store(folder)
    log = SqlEventLog(store)
    learned = _learner(log, folder, gamma)
    plain = OnlineLearner(log, _fresh(gamma), path=None)
    while plain.catch_up():
        pass
    mine, theirs = learned.snapshot().posterior, plain.snapshot().posterior
    store.close()
    exact = learned.counts.impressions == stream.impressions.sum() and learned.counts.clicks == stream.clicks.sum()
    if gamma == 1.0:
        exact &= bool((np.diag(mine.gram) == stream.impressions).all() and (mine.moment == stream.clicks).all())
    return Report(
        n,
        n - len(set(stream.places.tolist())),
        stream.disordered,
        killed,
        kills + 1,
        learned.counts.impressions,
        learned.counts.clicks,
        bool(exact),
        all((getattr(mine, name) == getattr(theirs, name)).all() for name in ("gram", "moment", "covariance", "mean"))
        and learned.counts == plain.counts,
        time.monotonic() - started,
    )


def work(folder: Path, n: int, seed: int, gamma: float) -> None:
    """Send what is not known to be sent, at least once, and learn all the while; say each batch."""
    store = open_store(folder)
    log = SqlEventLog(store)
    learner = _learner(log, folder, gamma)
    stream = make_stream(n, seed)
    note = folder / _SENT
    first = int(note.read_text() or 0) if note.exists() else 0
    for batch in range(first, -(-n // BATCH)):
        sys.stdout.write(f"{batch}\n")
        sys.stdout.flush()
        log.append_many((), stream.batch(batch))
        note.write_text(str(batch + 1))
        while learner.catch_up(limit=700):
            pass
    learner.save()
    store.close()


def _work(folder: Path, n: int, seed: int, gamma: float, *, kill_at: int | None = None, after_s: float = 0.0) -> bool:
    """Let a worker work, until it is done or has begun a batch; return whether it was killed."""
    command = [sys.executable, "-m", "tests.benchmarks.exactly_once", "--work", str(folder)]
    command += ["--events", str(n), "--seed", str(seed), "--gamma", str(gamma)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        for line in worker.stdout:
            if kill_at is not None and int(line) >= kill_at:
                time.sleep(after_s)
                worker.kill()
                break
        code = worker.wait()
    assert code in (0, -signal.SIGKILL), code
    assert kill_at is not None or code == 0
    return code == -signal.SIGKILL


def _learner(log: SqlEventLog, folder: Path, gamma: float) -> OnlineLearner:
    return OnlineLearner.opened(log, _fresh(gamma), folder / _STATE, save_every=1500)


def _fresh(gamma: float) -> Outcomes:
    return Outcomes(BayesianLinearHead(ITEMS, noise=1.0, kept=(gamma,), n_ids=100), _features)


def _features(_decision_id: str, item_id: str) -> ShownFeatures:
    return ShownFeatures(np.eye(ITEMS)[int(item_id)])


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gamma", type=float, default=1.0)
    parser.add_argument("--work", type=Path)
    given = parser.parse_args()
    if given.work is not None:
        work(given.work, given.events, given.seed, given.gamma)
        return
    with tempfile.TemporaryDirectory() as folder:
        report = run(given.events, given.kills, given.seed, Path(folder), gamma=given.gamma)
    sys.stdout.write(json.dumps(asdict(report), indent=2) + "\n")


if __name__ == "__main__":
    main()
