"""The verdict of an experiment in plain sentences, for people who run a shop and no statistics."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from recommender.experiments.definitions import RATES, Experiment

if TYPE_CHECKING:
    from recommender.experiments.analysis import ArmReport, GuardFinding, State, Versus

Amount = Callable[[float], str]
_RATE_WORDS: Final[Mapping[str, str]] = {
    "click": "that clicked on a card",
    "cart": "that put something into the cart",
    "order": "that ordered",
}
_GUARD_WORDS: Final[Mapping[str, str]] = {
    "hand_over": "the share that asked for a person",
    "dismiss": "the share that dismissed a product",
    "latency": "the time of a turn",
    "zero_results": "the number of searches without a result",
    "margin": "the margin",
}


def in_minor_units(amount: float) -> str:
    """Write an amount where the currency is not known."""
    return f"{amount:,.0f} minor units"


def tell(
    experiment: Experiment,
    state: State,
    arms: Sequence[ArmReport],
    versus: Sequence[Versus],
    guards: Sequence[GuardFinding],
    say_amount: Amount,
) -> str:
    """Write the verdict."""
    if state == "wrong_shares":
        counts = ", ".join(f"{arm.units:,} in “{arm.name}”" for arm in arms)
        return (
            f"Do not believe this experiment: {counts} cannot come from the planned shares, so units of one arm are "
            "lost or counted twice. It has to be stopped and repaired."
        )
    if state == "guard":
        broken = next(guard for guard in guards if guard.tripped)
        by = _guard_size(broken.metric, broken.worse_by, say_amount)
        limit = _guard_size(broken.metric, broken.limit, say_amount)
        return (
            f"It has to be stopped: in “{broken.arm}”, {_GUARD_WORDS[broken.metric]} is worse than in "
            f"“{experiment.arms[0].name}” by {by}, and by {limit} at most was allowed."
        )
    if experiment.kind == "interleaving":
        return _of_rankers(experiment, arms[0], versus[0])
    return " ".join(_of_arm(experiment, state, arms, row, say_amount) for row in versus)


def _of_arm(experiment: Experiment, state: State, arms: Sequence[ArmReport], row: Versus, say_amount: Amount) -> str:
    first, other = arms[0], next(arm for arm in arms if arm.name == row.arm)
    units = f"{experiment.unit}s"
    say = _percent if experiment.metric in RATES else say_amount
    what = (
        f"of {units} {_RATE_WORDS[experiment.metric]}" if experiment.metric in RATES else f"spent per {experiment.unit}"
    )
    interval = row.comparison.interval
    figures = f"{say(other.mean)} {what}, against {say(first.mean)}"
    if math.isinf(interval.low):
        return (
            f"Too early for “{row.arm}”: {first.counted + other.counted:,} {units} are counted so far, of "
            f"{experiment.planned_units:,} planned."
        )
    between = f"the true difference is between {_signed(interval.low, say)} and {_signed(interval.high, say)}"
    if interval.low > 0 or interval.high < 0:
        word = "better" if interval.low > 0 else "worse"
        return f"“{row.arm}” is {word} than “{first.name}”: {figures}; {between}."
    counted = f"{sum(arm.counted for arm in arms):,} of {experiment.planned_units:,} planned {units} are counted"
    if state == "no_difference":
        return f"No difference was found between “{row.arm}” and “{first.name}”: {figures}; {between}. {counted}."
    return f"No difference is certain yet between “{row.arm}” and “{first.name}”: {figures}; {between}. {counted}."


def _of_rankers(experiment: Experiment, both: ArmReport, row: Versus) -> str:
    first, interval = experiment.arms[0].name, row.comparison.interval
    if math.isinf(interval.low):
        return f"Too early: {both.counted:,} {experiment.unit}s are counted so far, and few of them preferred a side."
    between = f"mean preference {both.mean:+.3f}, between {interval.low:+.3f} and {interval.high:+.3f}"
    if interval.holds(0.0):
        return f"Neither “{first}” nor “{row.arm}” is preferred so far ({between})."
    winner, loser = (row.arm, first) if interval.low > 0 else (first, row.arm)
    return f"The items of “{winner}” are preferred to those of “{loser}” ({between}; 1 would be “{row.arm}” alone)."


def _percent(rate: float) -> str:
    return f"{rate * 100:.2f} %"


def _signed(value: float, say: Amount) -> str:
    return f"{'+' if value >= 0 else '−'}{say(abs(value))}"


def _guard_size(metric: str, value: float, say_amount: Amount) -> str:
    if metric in RATES:
        return f"{value * 100:.2f} points"
    if metric == "latency":
        return f"{value:,.0f} ms"
    return say_amount(value) if metric == "margin" else f"{value:.2f}"
