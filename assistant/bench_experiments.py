"""What `aisle bench experiments` does: how far experiments can be believed, beside tests that may be looked at once."""

from __future__ import annotations

from dataclasses import asdict

from assistant.terminal import say, say_json, showing_progress
from recommender.experiments.bench import Peeked, Sensitivity, peeking, sensitivity


def bench_experiments(*, runs: int, units: int, seed: int, as_json: bool) -> None:
    """Simulate, and write the figures."""
    with showing_progress() as progress:
        looked = peeking(runs, units, seed, progress)
        mixed = sensitivity(runs, seed, progress)
    if as_json:
        say_json({"runs": runs, "units": units, "peeking": [*map(asdict, looked)], "mixing": [*map(asdict, mixed)]})
        return
    say(f"{runs} simulated experiments each, {units:,} sessions, looked at 100 times; share that called a difference")
    say(f"{'':26}{'always valid':>14}{'exact':>9}{'fixed, peeked':>15}{'fixed, once':>13}{'stopped after':>15}")
    for row in looked:
        say(_peeked(row))
    say()
    say("Sessions until it is clear which of two rankers is better, in worlds of other seeds")
    columns = f"{'A/B':>10}{'mixed':>8}{'times fewer':>13}{'A/B, looked':>13}{'mixed, looked':>15}{'wrong':>8}"
    say(f"{'click rates':26}{columns}")
    for world in mixed:
        say(_mixed(world))


def _peeked(row: Peeked) -> str:
    exact = "" if row.exact is None else f"{row.exact:.1%}"
    stopped = "" if row.stopped_after is None else f"{row.stopped_after:.0%}"
    return (
        f"{row.what:26}{row.always_valid:>14.1%}{exact:>9}{row.fixed_peeked:>15.1%}{row.fixed_once:>13.1%}{stopped:>15}"
    )


def _mixed(world: Sensitivity) -> str:
    rates = f"{world.rate_a:.2%} and {world.rate_b:.2%}"
    return (
        f"{rates:26}{world.ab_sessions:>10,}{world.interleaved_sessions:>8,}{world.times_fewer:>13.0f}"
        f"{world.ab_looked:>13,.0f}{world.interleaved_looked:>15,.0f}{world.wrong:>8.1%}"
    )
