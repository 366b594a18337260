"""What an experiment is, as its owner writes it down: checked as a whole before anybody is put into it.

Knows nothing of who is in it, nor of what came of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from recommender.errors import ExperimentWrong
from recommender.policies import POLICIES
from recommender.promotion.line_up import release_version
from recommender.reasons import Code
from recommender.settings import RecommenderSettings
from recommender.treatment import RankerChange

Unit = Literal["shopper", "session"]
Metric = Literal["click", "cart", "order", "revenue"]
GuardMetric = Literal["hand_over", "dismiss", "latency", "zero_results", "margin"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
RATES: Final = frozenset({"click", "cart", "order", "hand_over", "dismiss"})
"""Metrics that are 0 or 1 for a unit; the others are amounts."""
LESS_IS_WORSE: Final = frozenset({"click", "cart", "order", "revenue", "margin"})


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RankerSets(_Given):
    """How an arm ranks, where it differs from the shop's settings.

    Args:
        policy: name of a policy, e.g. "greedy".
        weights: surface -> reason code -> weight.
        release: number of a release of the click model; None keeps the live one.
    """

    policy: str = ""
    weights: Mapping[str, Mapping[str, Annotated[float, Field(ge=-10, le=10)]]] = {}
    release: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.policy and self.policy not in POLICIES:
            raise ValueError(f"there is no policy {self.policy!r}, only {', '.join(sorted(POLICIES))}")
        surfaces, codes = set(RecommenderSettings().weights), {str(code) for code in Code}
        for surface, weights in self.weights.items():
            if surface not in surfaces:
                raise ValueError(f"there is no surface {surface!r}, only {', '.join(sorted(surfaces))}")
            if unknown := set(weights) - codes:
                raise ValueError(f"there is no part {min(unknown)!r} of a score, only {', '.join(sorted(codes))}")
        return self

    @property
    def change(self) -> RankerChange:
        """The same as the recommender takes it."""
        return RankerChange(self.policy, self.weights, release_version(self.release) if self.release else "")


class Sets(_Given):
    """What an arm sets; what is None stays as the shop has it.

    Args:
        ranker: how slates are ranked.
        prompt: version of the prompts.
        slate_size: number of cards.
        first: whether a clarifying question comes with the cards, or before any are shown.
    """

    ranker: RankerSets | None = None
    prompt: Name | None = None
    slate_size: Annotated[int, Field(ge=1, le=12)] | None = None
    first: Literal["cards", "question"] | None = None

    @property
    def knobs(self) -> frozenset[str]:
        """Names of what is set."""
        return frozenset(name for name in type(self).model_fields if getattr(self, name) is not None)


class Arm(_Given):
    """One way to treat a unit.

    Args:
        name: e.g. "control".
        share: of the experiment's traffic; all together are 1.
        sets: what is different; empty for the shop as it is.
    """

    name: Name
    share: Annotated[float, Field(gt=0, lt=1)]
    sets: Sets = Sets()


class Guard(_Given):
    """What must not get worse; the experiment is stopped where it does.

    Args:
        metric: hand_over, dismiss: share of units; zero_results: empty searches per unit; latency: milliseconds of a
            turn; margin: minor units per unit.
        limit: how much worse an arm may be than the first one, in the metric's unit, e.g. 0.02 for two points.
    """

    metric: GuardMetric
    limit: Annotated[float, Field(ge=0)]


class Layer(_Given):
    """A part of all traffic; experiments in disjoint parts of one layer never share a unit.

    Args:
        name: e.g. "ranking".
        start, end: the part, 0 to 1.
    """

    name: Name
    start: Annotated[float, Field(ge=0, lt=1)] = 0.0
    end: Annotated[float, Field(gt=0, le=1)] = 1.0

    def overlaps(self, other: Layer) -> bool:
        """Whether a unit can be in both."""
        return self.name != other.name or (self.start < other.end and other.start < self.end)


class Experiment(_Given):
    """An experiment.

    Args:
        name: unique for all times, because it decides who is in which arm.
        hypothesis: what is expected, and why.
        kind: "ab" compares arms between units; "interleaving" lets two rankers share each slate.
        unit: who is put into an arm: a shopper (signed in; else the visit) or a session.
        arms: the first is the one that the others are compared with.
        metric: what is to be improved.
        guards: what must not get worse.
        traffic: share of all units (of its layer's part) that take part; may be raised while it runs.
        layer: keeps experiments apart that must not meet in one unit; None meets any.
        starts_at, ends_at: outside of them nobody is in it.
        window_hours: what a unit does within this time of its first turn in the experiment counts, and a unit counts
            once this time is over: so a unit's value never changes after it was looked at.
        planned_units: units in all arms together, from the planner; where the intervals are tightest.
        alpha: chance of a false alarm over the whole experiment.
    """

    name: Name
    hypothesis: Annotated[str, StringConstraints(min_length=10, max_length=1_000)]
    kind: Literal["ab", "interleaving"] = "ab"
    unit: Unit = "shopper"
    arms: Annotated[tuple[Arm, ...], Field(min_length=2, max_length=8)]
    metric: Metric = "click"
    guards: tuple[Guard, ...] = (Guard(metric="hand_over", limit=0.05), Guard(metric="latency", limit=1_000))
    traffic: Annotated[float, Field(gt=0, le=1)] = 1.0
    layer: Layer | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    window_hours: Annotated[float, Field(gt=0, le=24 * 60)] = 24.0
    planned_units: Annotated[int, Field(ge=100)] = 20_000
    alpha: Annotated[float, Field(gt=0, le=0.2)] = 0.05

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        names = [arm.name for arm in self.arms]
        if len(set(names)) != len(names):
            raise ValueError("two arms have the same name")
        if abs(sum(arm.share for arm in self.arms) - 1) > 1e-9:
            raise ValueError("the shares of the arms must add up to 1")
        if len({arm.sets.model_dump_json() for arm in self.arms}) != len(self.arms) and self.kind == "interleaving":
            raise ValueError("the two rankers of an interleaving must differ")
        if self.layer and self.layer.end <= self.layer.start:
            raise ValueError("a layer's end must be above its start")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("it must end after it starts")
        if len({guard.metric for guard in self.guards}) != len(self.guards):
            raise ValueError("a metric is guarded twice")
        if self.kind == "interleaving":
            self._check_interleaving()
        return self

    def _check_interleaving(self) -> None:
        if len(self.arms) != 2 or self.arms[0].share != 0.5 or self.knobs - {"ranker"}:
            raise ValueError("an interleaving has two arms of share 0.5, and both set nothing but the ranker")
        if self.releases:
            raise ValueError("an interleaving cannot set a release: the two rankers share one click model")
        if self.metric == "revenue":
            raise ValueError("an interleaving counts click, cart or order")

    @property
    def knobs(self) -> frozenset[str]:
        """Names of everything that any arm sets."""
        return frozenset().union(*(arm.sets.knobs for arm in self.arms))

    @property
    def releases(self) -> frozenset[int]:
        """Releases of the click model that its arms rank with."""
        rankers = (arm.sets.ranker for arm in self.arms)
        return frozenset(ranker.release for ranker in rankers if ranker and ranker.release)

    def arm(self, name: str) -> Arm:
        """Return the arm of a name; KeyError where there is none."""
        return {arm.name: arm for arm in self.arms}[name]

    def is_on(self, now: datetime) -> bool:
        """Whether its time has come and is not over."""
        return (self.starts_at is None or self.starts_at <= now) and (self.ends_at is None or now < self.ends_at)


def read_experiment(text: str) -> Experiment:
    """Read an experiment from JSON.

    Raises:
        ExperimentWrong: it cannot be used; says what to change.
    """
    try:
        return Experiment.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise ExperimentWrong(f"The experiment is no JSON (line {error.lineno}): {error.msg}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the experiment"
        raise ExperimentWrong(f"{where} cannot be used: {first['msg'].removeprefix('Value error, ')}.") from error


def check_beside(new: Experiment, running: Sequence[Experiment]) -> None:
    """Refuse an experiment that cannot run beside others.

    Args:
        new: the one to start.
        running: those that run.

    Raises:
        ExperimentWrong: both set the same thing, or one interleaves what the other ranks, for the same units.
    """
    for other in running:
        apart = new.layer and other.layer and not new.layer.overlaps(other.layer)
        if not apart and (shared := new.knobs & other.knobs):
            raise ExperimentWrong(
                f"{new.name} and {other.name} both set {min(shared)} for the same shoppers: stop one of them, or give "
                "both the same layer with parts that do not overlap."
            )
