"""The bandit's figures: all policies in all simulators on paired seeds, in parallel, with results that are kept.

A run that was stopped goes on where it was: each unit (simulator, policy) is one line of the results file.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from pydantic import ValidationError

from recommender.bandit.contest import Plan, UnitResult, run_unit, units
from recommender.bandit.vw_rival import require_vowpal_wabbit
from recommender.errors import RecommenderError

Progress = Callable[[str, int, int | None], None]


def compare(plan: Plan, *, results: Path | None, with_vw: bool, workers: int, progress: Progress) -> list[UnitResult]:
    """Run what is not yet in the results file.

    Args:
        plan: what is run.
        results: file to keep results in; None keeps none.
        with_vw: put Vowpal Wabbit beside; must be installed.
        workers: processes.
        progress: told of every finished unit.

    Raises:
        RecommenderError: Vowpal Wabbit is missing, or the file is of another plan or damaged.
    """
    if with_vw:
        require_vowpal_wabbit()
    wanted = units(with_vw=with_vw)
    done = [] if results is None else _read(results, plan)
    known = {(one.simulator, one.policy) for one in done}
    left = [unit for unit in wanted if unit not in known]
    finished = len(wanted) - len(left)
    progress("simulators and policies", finished, len(wanted))
    with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(run_unit, plan, *unit) for unit in left]
        for future in as_completed(futures):
            one = future.result()
            done.append(one)
            if results is not None:
                _append(results, one)
            finished += 1
            progress("simulators and policies", finished, len(wanted))
    return [one for one in done if (one.simulator, one.policy) in wanted]


def _read(path: Path, plan: Plan) -> list[UnitResult]:
    if not path.exists():
        path.write_text(plan.model_dump_json() + "\n", "utf-8")
        return []
    first, *lines = path.read_text("utf-8").splitlines() or [""]
    try:
        same = Plan.model_validate_json(first) == plan
        # A line that was cut off by the stop is the last; it is run again.
        whole = [UnitResult.model_validate_json(line) for line in lines if line.endswith("}")]
    except ValidationError as error:
        raise RecommenderError(f"{path} holds no results of this benchmark. Name another file.") from error
    if not same:
        raise RecommenderError(f"{path} holds results of another plan ({first}). Name another file.")
    path.write_text("".join(f"{line}\n" for line in (first, *(one.model_dump_json() for one in whole))), "utf-8")
    return whole


def _append(path: Path, one: UnitResult) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(one.model_dump_json() + "\n")
