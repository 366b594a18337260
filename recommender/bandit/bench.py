"""The bandit's figures: all policies in all simulators on paired seeds, in parallel, with results that are kept.

A run that was stopped goes on where it was: each tuning, and each block of seeds that a policy played in a simulator,
is one line of the results file.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from recommender.bandit.contest import Plan, Tuned, UnitResult, blocks, joined, play_block, tune, units
from recommender.bandit.vw_rival import require_vowpal_wabbit
from recommender.errors import RecommenderError

Progress = Callable[[str, int, int | None], None]
Unit = tuple[str, str]
"""Simulator and policy."""


class _Line(BaseModel):
    """One line of the file behind the first: a tuning or a block."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tuned: Tuned | None = None
    played: UnitResult | None = None


class _Done:
    """What is finished so far, in memory and in the file."""

    def __init__(self, path: Path | None, plan: Plan) -> None:
        self._path = path
        self.tuned: dict[Unit, Tuned] = {}
        self.played: dict[Unit, dict[int, UnitResult]] = {}
        for line in [] if path is None else _read(path, plan):
            self._take(line)

    def add(self, part: Tuned | UnitResult) -> None:
        """Keep a part."""
        line = _Line(tuned=part) if isinstance(part, Tuned) else _Line(played=part)
        self._take(line)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line.model_dump_json(exclude_none=True) + "\n")

    def left(self, unit: Unit, plan: Plan) -> list[int]:
        """Return the blocks that a unit has still to play."""
        return [first for first in blocks(plan) if first not in self.played.get(unit, {})]

    def _take(self, line: _Line) -> None:
        if line.tuned is not None:
            self.tuned[line.tuned.simulator, line.tuned.policy] = line.tuned
        if line.played is not None:
            unit = (line.played.simulator, line.played.policy)
            self.played.setdefault(unit, {})[line.played.first] = line.played


def compare(plan: Plan, *, results: Path | None, with_vw: bool, workers: int, progress: Progress) -> list[UnitResult]:
    """Run what is not yet in the results file.

    Args:
        plan: what is run.
        results: file to keep results in; None keeps none.
        with_vw: put Vowpal Wabbit beside; must be installed.
        workers: processes.
        progress: told of every finished tuning and block.

    Raises:
        RecommenderError: Vowpal Wabbit is missing, or the file is of another plan or damaged.
    """
    if with_vw:
        require_vowpal_wabbit()
    wanted = units(with_vw=with_vw)
    done = _Done(results, plan)
    parts = len(wanted) * (1 + len(blocks(plan)))
    with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool:
        open_parts: set[Future[Any]] = set()

        def submit_blocks(unit: Unit) -> None:
            open_parts.update(pool.submit(play_block, plan, done.tuned[unit], n) for n in done.left(unit, plan))

        for unit in wanted:
            if unit in done.tuned:
                submit_blocks(unit)
            else:
                open_parts.add(pool.submit(tune, plan, *unit))
        while True:
            finished = sum((unit in done.tuned) + len(blocks(plan)) - len(done.left(unit, plan)) for unit in wanted)
            progress("tunings and blocks of seeds", finished, parts)
            if not open_parts:
                break
            ended, _ = wait(open_parts, return_when=FIRST_COMPLETED)
            open_parts -= ended
            for future in ended:
                part: Tuned | UnitResult = future.result()
                done.add(part)
                if isinstance(part, Tuned):
                    submit_blocks((part.simulator, part.policy))
    return [joined(done.tuned[unit], list(done.played[unit].values())) for unit in wanted]


def _read(path: Path, plan: Plan) -> list[_Line]:
    if not path.exists():
        path.write_text(plan.model_dump_json() + "\n", "utf-8")
        return []
    first, *lines = path.read_text("utf-8").splitlines() or [""]
    try:
        same = Plan.model_validate_json(first) == plan
        # A line that was cut off by the stop is the last; it is run again.
        whole = [_Line.model_validate_json(line) for line in lines if line.endswith("}}")]
    except ValidationError as error:
        raise RecommenderError(f"{path} holds no results of this benchmark. Name another file.") from error
    if not same:
        raise RecommenderError(f"{path} holds results of another plan ({first}). Name another file.")
    kept = (first, *(line.model_dump_json(exclude_none=True) for line in whole))
    path.write_text("".join(f"{line}\n" for line in kept), "utf-8")
    return whole
