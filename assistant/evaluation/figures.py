"""From results to figures: shares with intervals, pass^k, numbers of messages, times and costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import comb, sqrt
from typing import Any

import numpy as np

from assistant.evaluation.trials import Result

_Z = 1.959964
"""Of a 95 % interval."""


def pass_hat_k(passed: Sequence[Sequence[bool]], k: int) -> float:
    """Chance that k plays of one task, drawn among its trials, are all passed, averaged over the tasks.

    The unbiased estimate C(c, k) / C(n, k) with c of n trials passed (Yao et al. 2024, tau-bench, section 3).

    Args:
        passed: per task, one entry per trial.
        k: 1 to the number of trials.

    Raises:
        ValueError: there is no task, or one with fewer trials than k.
    """
    if not passed or any(len(trials) < k for trials in passed):
        raise ValueError(f"pass^{k} needs tasks with {k} trials or more.")
    return float(np.mean([comb(sum(trials), k) / comb(len(trials), k) for trials in passed]))


def share(n_passed: int, n: int) -> dict[str, float]:
    """A share with Wilson's 95 % interval (Wilson 1927)."""
    if n == 0:
        return {"passed": 0, "of": 0}
    p = n_passed / n
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return {"passed": n_passed, "of": n, "share": p, "low": max(0.0, middle - half), "high": min(1.0, middle + half)}


def figures(results: Iterable[Result]) -> dict[str, Any]:
    """Sum up the results of one model.

    Args:
        results: of all its tasks and trials.
    """
    rows = list(results)
    parts: dict[str, list[Result]] = defaultdict(list)
    for result in rows:
        parts[result.part].append(result)
    found: dict[str, Any] = {part: _part(listed) for part, listed in parts.items()}
    scenarios = parts.get("scenarios", [])
    languages = sorted({result.language for result in scenarios})
    found["languages"] = {
        name: share(sum(one.passed for one in scenarios if one.language == name), _count(scenarios, name))
        for name in languages
    }
    goals = parts.get("goals", [])
    if goals:
        found["goals"]["messages"] = _mean([len(result.told) for result in goals])
        found["goals"]["messages_until_found"] = _mean([len(one.told) for one in goals if one.passed])
        found["goals"]["cards_outside_limits"] = sum(result.outside for result in goals)
        found["goals"]["cards"] = sum(len(row["cards"]) for result in goals for row in result.told)
    turns = [row for result in rows for row in result.told if row["whole_s"]]
    found["grounding"] = {
        "turns": len(turns),
        "removed_sentences": sum(row["removed_sentences"] for row in turns),
        "repairs": sum(bool(row["cost"]["repair"]) for row in turns),
        "repairs_that_stood": sum(row["cost"]["repair"] == "stood" for row in turns),
        "amounts_without_evidence": sum(len(row["amounts_without_evidence"]) for row in turns),
    }
    found["time_ms"] = {name: _spread([row[f"{name}_s"] for row in turns]) for name in _TIMES}
    costs = [row["cost"] for row in turns]
    found["cost_per_turn"] = {name: _mean([cost[name] for cost in costs]) for name in _COSTS}
    found["fell_back"] = sum(bool(cost["fell_back"]) for cost in costs)
    found["not_answered"] = sum(row["failed"] for row in turns)
    return found


_TIMES = ("first_word", "first_card", "whole")
_COSTS = ("tokens_in", "tokens_out", "model_calls", "tool_calls")


def _part(listed: Sequence[Result]) -> dict[str, Any]:
    trials: dict[str, list[bool]] = defaultdict(list)
    for result in listed:
        trials[result.task].append(result.passed)
    fewest = min(len(passed) for passed in trials.values())
    return {
        **share(sum(result.passed for result in listed), len(listed)),
        "tasks": len(trials),
        "pass^k": {str(k): pass_hat_k(list(trials.values()), k) for k in range(1, fewest + 1)},
    }


def _count(scenarios: Sequence[Result], language: str) -> int:
    return sum(result.language == language for result in scenarios)


def _mean(numbers: Sequence[float]) -> float:
    return round(float(np.mean(numbers)), 2) if numbers else 0.0


def _spread(seconds: Sequence[float | None]) -> dict[str, float]:
    known = [value for value in seconds if value is not None]
    if not known:
        return {}
    p50, p95 = np.percentile(np.array(known) * 1_000, [50, 95])
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}
