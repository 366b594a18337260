"""What the bandit costs over candidates, features and events, in processor time.

python -m tests.benchmarks.bandit_cost
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from recommender.bandit.checkpoint import save
from recommender.bandit.head import BayesianLinearHead
from recommender.bandit.outcomes import Outcomes
from recommender.policies import make_policy
from recommender.policies.base import draw_slate


def cost_us(run: Callable[[], object], repeats: int = 9, least: int = 50) -> float:
    """Return microseconds of processor time per call, the median of several rounds."""
    rounds = []
    for _ in range(repeats):
        started = time.process_time()
        for _ in range(least):
            run()
        rounds.append((time.process_time() - started) / least * 1e6)
    return float(np.median(rounds))


def main() -> None:
    """Print the curves."""
    rng = np.random.default_rng(1)
    say("slate of 6, us: candidates, then by policy")
    names = ("greedy", "epsilon_greedy", "inverse_gap", "plackett_luce", "thompson")
    say(f"{'':>6}" + "".join(f"{name:>16}" for name in names))
    for n in (20, 50, 100, 200, 500, 1000):
        scores = np.sort(rng.normal(size=n))[::-1]
        figures = [
            cost_us(
                lambda name=name, scores=scores: draw_slate(make_policy(name), scores, 6, rng),  # type: ignore[misc]
                least=3 if name == "thompson" else 50,
            )
            for name in names
        ]
        say(f"{n:6}" + "".join(f"{figure:16.1f}" for figure in figures))
    say("head, us: features, utilities of 200 candidates, one outcome, a new day")
    for d in (8, 16, 32, 64, 128):
        head = BayesianLinearHead(d)
        phi = rng.normal(size=(200, d))
        ids = iter(range(10**9))
        outcome = cost_us(lambda: head.update(str(next(ids)), phi[0], 1.0))  # noqa: B023
        fade = cost_us(lambda: head.startle(1.0), least=10)  # noqa: B023
        utilities = cost_us(lambda: head.snapshot().utilities(phi, 0.5))  # noqa: B023
        say(f"{d:6}{utilities:12.1f}{outcome:12.1f}{fade:12.1f}")
    say("outcomes, us each: after how many (64 features); and a save, ms")
    head = BayesianLinearHead(64)
    phi = rng.normal(size=(1000, 64))
    done = 0
    for n in (1000, 10_000, 100_000):
        started = time.process_time()
        first = done
        while done < n:
            head.update(f"event-{done}", phi[done % 1000], float(done % 4 == 0))
            done += 1
        each = (time.process_time() - started) / (n - first) * 1e6
        with tempfile.TemporaryDirectory() as folder:
            outcomes = Outcomes(head, lambda _decision, _item: None)
            saving = cost_us(lambda: save(Path(folder) / "head.npz", outcomes, 1), repeats=3, least=2)  # noqa: B023
        say(f"{n:8}{each:10.1f}{saving / 1000:10.2f}")


def say(line: str) -> None:
    """Write a line."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
