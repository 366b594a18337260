"""What an experiment changes in one decision: logged with its context, so that the decision can be computed again.

Knows no experiment, only names and numbers; who gets what is decided in `experiments/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.settings import RecommenderSettings


@dataclass(frozen=True, slots=True)
class RankerChange:
    """Settings of the ranker that differ from the shop's own.

    Args:
        policy: name in POLICIES; "" keeps the shop's.
        weights: surface -> reason code -> weight; what is not named stays.
        release: version of the click model's release, e.g. "release-3"; "" keeps the live one.
    """

    policy: str = ""
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    release: str = ""

    def applied(self, settings: RecommenderSettings) -> RecommenderSettings:
        """Return the settings with this put over them."""
        weights = dict(settings.weights)
        for surface, changed in self.weights.items():
            weights[surface] = {**weights.get(surface, weights["search"]), **changed}
        return replace(settings, policy=self.policy or settings.policy, weights=weights)


@dataclass(frozen=True, slots=True)
class Treatment:
    """What one decision is made with.

    Args:
        experiments: experiment -> arm, all that this shopper is in.
        ranker: change of the ranker; None ranks with the shop's settings.
        rival: where two rankers share the slate, the second one's change.
        interleaving: name of the experiment in which they do; "" without one.
    """

    experiments: Mapping[str, str] = field(default_factory=dict)
    ranker: RankerChange | None = None
    rival: RankerChange | None = None
    interleaving: str = ""

    def settings(self, own: RecommenderSettings) -> RecommenderSettings:
        """Return what this decision is ranked with, given the shop's own settings."""
        return self.ranker.applied(own) if self.ranker else own

    @property
    def release(self) -> str:
        """Version of the release that ranks; "" for the live one."""
        return self.ranker.release if self.ranker else ""

    def rival_settings(self, own: RecommenderSettings) -> RecommenderSettings | None:
        """Return what the second ranker of an interleaved slate ranks with; None without one."""
        return self.rival.applied(own) if self.interleaving and self.rival else None
