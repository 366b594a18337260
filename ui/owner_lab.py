"""Experiments in words and intervals. Pure: no HTML but the drawing of an interval."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from assistant.owner import LabCase
from assistant.text import clean
from recommender.experiments.analysis import SHARES_ALPHA, ArmReport, Report, Versus
from recommender.experiments.definitions import RATES, Arm, Experiment
from ui.owner_charts import whisker
from ui.owner_words import metric_words

_METRICS = {"click": "visits with a click", "cart": "visits with a cart", "order": "visits with an order"}
_GUARDS = {
    "hand_over": "asked for a person",
    "dismiss": "dismissed a product",
    "latency": "time of a turn",
    "zero_results": "searches without a result",
    "margin": "margin",
}


@dataclass(frozen=True, slots=True)
class ArmView:
    """One arm: what it sets, how many met it, its mean with interval, drawn and in words; and against the first."""

    name: str
    sets: str
    share: str
    units: str
    counted: str
    mean: str
    interval: str
    drawing: Markup | str
    versus: str


class LabViews:
    """Writes experiments.

    Args:
        money: writes minor units.
    """

    def __init__(self, money: Callable[[float], str]) -> None:
        self._money = money

    def row(self, case: LabCase) -> dict[str, Any]:
        """Return one line of the list."""
        kept = case.kept
        planned, counted = kept.experiment.planned_units, sum(arm.counted for arm in case.report.arms)
        return {
            "name": kept.experiment.name,
            "runs": kept.stopped_at is None,
            "state": case.report.state,
            "alarm": case.report.must_stop and kept.stopped_at is None,
            "verdict": case.report.verdict,
            "hypothesis": clean(kept.experiment.hypothesis),
            "traffic": f"{kept.experiment.traffic:.0%}",
            "counted": f"{counted:,}",
            "planned": f"{planned:,}",
            "progress": round(min(100.0, 100 * counted / planned), 1),
            "kept": kept,
        }

    def case(self, case: LabCase) -> dict[str, Any]:
        """Return everything of one experiment."""
        experiment, report = case.kept.experiment, case.report
        return {
            **self.row(case),
            "metric": _METRICS.get(experiment.metric, experiment.metric),
            "unit": experiment.unit,
            "interleaving": experiment.kind == "interleaving",
            "window": f"{experiment.window_hours:g} h",
            "arms": self._arms(experiment, report),
            "guards": [
                {
                    "name": _GUARDS.get(guard.metric, guard.metric),
                    "arm": guard.arm,
                    "worse": self._amount(guard.metric, guard.worse_by),
                    "limit": self._amount(guard.metric, guard.limit),
                    "tripped": guard.tripped,
                }
                for guard in report.guards
            ],
            "shares_p": f"{report.shares_p_value:.2g}",
            "shares_wrong": report.shares_p_value < SHARES_ALPHA,
            "audit": case.audit,
        }

    def _arms(self, experiment: Experiment, report: Report) -> list[ArmView]:
        found = [arm for arm in report.arms if _known(arm)]
        least = min((arm.interval.low for arm in found), default=0.0)
        most = max((arm.interval.high for arm in found), default=1.0)
        if experiment.metric in RATES and experiment.kind == "ab":
            least, most = max(0.0, least - 0.02), min(1.0, most + 0.02)
        defined = {arm.name: arm for arm in experiment.arms}
        against = {row.arm: row for row in report.versus}
        return [
            ArmView(
                name=arm.name,
                sets=_sets(defined.get(arm.name)),
                share=f"{defined[arm.name].share:.0%}" if arm.name in defined else "",
                units=f"{arm.units:,}",
                counted=f"{arm.counted:,}",
                mean=self._amount(experiment.metric, arm.mean) if arm.counted else "–",
                interval=(
                    f"{self._amount(experiment.metric, arm.interval.low)} to "
                    f"{self._amount(experiment.metric, arm.interval.high)}"
                    if _known(arm)
                    else "too early"
                ),
                drawing=whisker(arm.interval.low, arm.mean, arm.interval.high, least, most) if _known(arm) else "",
                versus=self._versus(experiment, against.get(arm.name)),
            )
            for arm in report.arms
        ]

    def _versus(self, experiment: Experiment, row: Versus | None) -> str:
        if row is None or math.isinf(row.comparison.interval.low):
            return ""
        interval = row.comparison.interval
        relative = f", {row.relative:+.1%}" if row.relative is not None else ""
        return (
            f"{self._signed(experiment.metric, row.comparison.difference)}{relative}; between "
            f"{self._signed(experiment.metric, interval.low)} and {self._signed(experiment.metric, interval.high)}"
        )

    def _signed(self, metric: str, value: float) -> str:
        return f"{'+' if value >= 0 else '−'}{self._amount(metric, abs(value))}"

    def _amount(self, metric: str, value: float) -> str:
        return metric_words(metric, value, self._money(value))


def _known(arm: ArmReport) -> bool:
    return arm.counted > 0 and math.isfinite(arm.interval.low) and math.isfinite(arm.interval.high)


def _sets(arm: Arm | None) -> str:
    if arm is None or not arm.sets.knobs:
        return "the shop as it is"
    sets, told = arm.sets, []
    if sets.slate_size is not None:
        told.append(f"{sets.slate_size} cards")
    if sets.first is not None:
        told.append("the question first" if sets.first == "question" else "the cards first")
    if sets.prompt is not None:
        told.append(f"wording “{sets.prompt}”")
    if sets.ranker is not None:
        told += [f"release {sets.ranker.release}"] if sets.ranker.release else []
        told += [f"policy {sets.ranker.policy}"] if sets.ranker.policy else []
        told += ["other weights"] if sets.ranker.weights else []
    return ", ".join(told)
