"""The bandit's head beside the shop: one writer that learns from the log, and what readers get.

The head belongs to one click model: where another one serves, it is learned again from the latest days of the log,
whose decisions keep the features as served. State and position in the log are one file, so every event counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from recommender.bandit.drift import DriftAlarm
from recommender.bandit.head import BayesianLinearHead, HeadSnapshot
from recommender.bandit.learner import OnlineLearner
from recommender.bandit.outcomes import Outcomes, ShownFeatures
from recommender.bandit.vigil import alarmed
from recommender.errors import ArtifactBroken, LogBroken
from recommender.events import Decision, DecisionContext, EventLog
from recommender.features import FEATURE_SCHEMA
from recommender.item_effects import ItemEffects, fit_effects
from recommender.item_table import ItemTable
from recommender.models.base import Part
from recommender.models.lately import PHI_CODES, PHI_SCHEMA, PHI_WIDTH, put_hidden, shopper_segment
from recommender.models.predicted import Predicted
from recommender.policies import make_policy
from recommender.policies.inverse_gap import growing_gamma
from recommender.reasons import Code
from recommender.settings import DAY_S, RecommenderSettings
from recommender.trace import Array, Trace, unpack

_FILE: Final = "head"
_REFIT: Final = 1.02
"""What is left over per item is fitted again after so many times as many outcomes."""


@dataclass(frozen=True, slots=True)
class LiveHead:
    """What decisions are made with; nothing in it changes any more.

    Args:
        snapshot: the head; None before the first outcome.
        model_sha: click model that it belongs to; "" for none.
        alarms: latest drift alarms, oldest first.
        effects: what the head leaves over per item and segment; None before enough is known.
    """

    snapshot: HeadSnapshot | None = None
    model_sha: str = ""
    alarms: tuple[DriftAlarm, ...] = ()
    effects: ItemEffects | None = None


def told(head: LiveHead, model_sha: str) -> str:
    """Say to the operator how a head serves beside a click model."""
    if head.snapshot is None:
        return "none"
    outcomes = f"{head.snapshot.outcomes} outcomes"
    return outcomes if head.model_sha == model_sha else f"waiting, {outcomes} of another click model"


class Ranking(Protocol):
    """What a keeper needs of the recommender."""

    @property
    def click_model(self) -> Predicted | None:
        """What predicts clicks for everybody but those on trial; None for something else."""

    @property
    def table(self) -> ItemTable:
        """The catalogue now."""

    def use_head(self, head: LiveHead) -> None:
        """Rank with this from now on."""


def segments_of(decision: Decision) -> tuple[str, ...]:
    """Return whose outcomes a decision's are, for drift and for exploring: shoppers known or new, and the surface."""
    return segments(decision.segment, decision.context.surface)


def segments(shopper: str, surface: str) -> tuple[str, ...]:
    """Return the segments of a decision.

    Args:
        shopper: "known" or "new".
        surface: e.g. "search".
    """
    return (shopper_segment(shopper), f"surface {surface}")


def explored_less(
    settings: RecommenderSettings, head: LiveHead, shopper: str, context: DecisionContext
) -> RecommenderSettings:
    """Let exploring by inverse gaps fade with what the head has learned, and come back after a drift alarm.

    Args:
        settings: whose policy it is; other policies stay as they are.
        head: as it is now.
        shopper: "known" or "new".
        context: of the decision.

    Returns:
        Settings whose gamma is that of the policy's parameters, or larger; it is logged with the decision.
    """
    if settings.policy != "inverse_gap" or head.snapshot is None:
        return settings
    params = make_policy(settings.policy, settings.policy_params).params
    grown = growing_gamma(settings.gamma_growth, head.snapshot.outcomes)
    if grown <= params["gamma"] or alarmed(head.alarms, segments(shopper, context.surface), context.now):
        return settings
    return replace(settings, policy_params={**params, "gamma": grown})


class ServedFeatures:
    """Reads what was served with an impression back from its decision's trace. Remembers the last decision only.

    Args:
        log: decisions with traces.
        model: the click model now. What another one served is asked of it again, from the features as served.
        looked_on: see RecommenderSettings.
    """

    def __init__(self, log: EventLog, model: Predicted, looked_on: float) -> None:
        self._log, self._model, self._looked_on = log, model, looked_on
        self._last: tuple[str, Mapping[str, ShownFeatures]] = ("", {})

    def __call__(self, decision_id: str, item_id: str) -> ShownFeatures | None:
        """Return features, expected clicks and segments of an item as shown; None where they were not kept."""
        if self._last[0] != decision_id:
            decision = self._log.find_decision(decision_id)
            self._last = (decision_id, {} if decision is None else self._read(decision))
        return self._last[1].get(item_id)

    def _read(self, decision: Decision) -> Mapping[str, ShownFeatures]:
        found = self._phi_and_clicks(decision)
        if found is None:
            return {}
        # A lower place is looked at less often. Both are scaled, so that reward = looked * (click + phi . weights).
        looked = [self._looked_on**item.position for item in decision.items]
        whose, paid = segments_of(decision), decision.sponsored_ids
        return {
            item.item_id: ShownFeatures(share * phi.astype(np.float64), share * float(click), 1.0, whose, share)
            for item, share, phi, click in zip(decision.items, looked, *found, strict=True)
            # Who pays for a place did not earn its clicks.
            if item.item_id not in paid
        }

    def _phi_and_clicks(self, decision: Decision) -> tuple[Array, Array] | None:
        """Return (k, PHI_WIDTH) and (k,) of the items shown; None where the present model cannot say."""
        try:
            trace = unpack(decision.trace)
        except LogBroken:
            return None
        if "phi" not in trace.shown or trace.shown["phi"].shape[1] != PHI_WIDTH:
            return None
        if decision.model_sha == self._model.sha:
            return trace.shown["phi"], trace.shown["click"]
        return self._asked_again(decision, trace)

    def _asked_again(self, decision: Decision, trace: Trace) -> tuple[Array, Array] | None:
        if decision.feature_schema != FEATURE_SCHEMA:
            return None
        places = {item_id: i for i, item_id in enumerate(decision.candidate_ids)}
        rows = trace.order[[places[item.item_id] for item in decision.items]]
        said = self._model.foresee(trace.served)
        phi = trace.shown["phi"].copy()
        phi[:, 1 + PHI_CODES.index(Code.PREDICTED)] = said.values[rows]
        put_hidden(phi, Part(said.values[rows], (), beside={name: a[rows] for name, a in said.beside.items()}))
        return phi, said.beside["click"][rows].astype(np.float32)


class HeadKeeper:
    """The one writer. Not for several threads.

    Args:
        log: of the shop.
        folder: for the head's file; made where missing.
        settings: of the recommender.
        now: seconds since the epoch.
    """

    def __init__(self, log: EventLog, folder: Path, settings: RecommenderSettings, now: Callable[[], float]) -> None:
        self._log, self._folder, self._settings, self._now = log, folder, settings, now
        self._model_sha = ""
        self._learner: OnlineLearner | None = None
        self._effects: ItemEffects | None = None
        self._fitted_on: ItemTable | None = None
        self._fit_at = 0.0

    def follow(self, ranking: Ranking, limit: int = 2_000) -> int:
        """Learn what came in since, and let decisions be made with it.

        Args:
            ranking: tells which click model serves, and gets the head.
            limit: most events at once, so that whoever shares the processor is not kept waiting.

        Returns:
            How many events were read; 0 once there are no more.
        """
        model = ranking.click_model
        if model is None or not model.sha:
            return 0
        fresh = self._learner is None or model.sha != self._model_sha
        if fresh:
            self.close()
            self._learner, self._model_sha = self._open(model), model.sha
            self._fitted_on = None
        assert self._learner is not None
        read = self._learner.catch_up(limit)
        if read or fresh or ranking.table is not self._fitted_on:
            snapshot = self._learner.snapshot()
            self._fit(self._learner, snapshot.outcomes, ranking.table)
            ranking.use_head(LiveHead(snapshot, self._model_sha, self._learner.alarms, self._effects))
        return read

    def close(self) -> None:
        """Write what was learned."""
        if self._learner is not None:
            self._learner.save()

    def _fit(self, learner: OnlineLearner, outcomes: int, table: ItemTable) -> None:
        """Fit what is left over again where the catalogue is another one, or enough came in to change it."""
        if table is self._fitted_on and outcomes < self._fit_at:
            return
        settings, day = self._settings, int(learner.latest // DAY_S)
        self._effects = fit_effects(learner.left_over, day, table, settings.head_noise, settings.head_precision)
        self._fitted_on, self._fit_at = table, outcomes * _REFIT

    def _open(self, model: Predicted) -> OnlineLearner:
        """Go on from the file of this click model, or learn its head from the latest days; other files are let go."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{_FILE}-{_key(model.sha)}.npz"
        for other in self._folder.glob(f"{_FILE}-*.npz"):
            if other != path:
                other.unlink(missing_ok=True)
        try:
            return OnlineLearner.opened(self._log, self._fresh(model), path)
        except ArtifactBroken:
            path.unlink(missing_ok=True)
            return OnlineLearner.opened(self._log, self._fresh(model), path)

    def _fresh(self, model: Predicted) -> Outcomes:
        settings = self._settings
        head = BayesianLinearHead(PHI_WIDTH, settings.head_precision, settings.head_noise, settings.head_kept)
        return Outcomes(
            head,
            ServedFeatures(self._log, model, settings.looked_on),
            since=self._now() - settings.head_days * DAY_S,
        )


def _key(model_sha: str) -> str:
    return blake2b(f"{PHI_SCHEMA}|{model_sha}".encode(), digest_size=6).hexdigest()
