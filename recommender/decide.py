"""The online path: candidates, scores, rules, exploration, slate, log; and what comes back, learned at once.

`Recommender` is this package's door. It knows item ids and their few facts, never products, words or customers.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from recommender.attribution import ShownItems
from recommender.candidates import gather
from recommender.candidates.sources import Pool
from recommender.ctr.artifact import load_artifact
from recommender.errors import ArtifactBroken, NothingToDecide
from recommender.events import Candidate, Decision, DecisionContext, Event, EventLog, EventType, Item, Reason, SlateItem
from recommender.fusion import Scored, greedy_order, score, stack_version
from recommender.item_table import IntArray, build_table
from recommender.models import RANKERS
from recommender.models.base import RankRequest
from recommender.models.predicted import Predicted
from recommender.policies import make_policy
from recommender.policies.base import Draw, Policy, draw_slate, slate_probabilities
from recommender.reasons import Code
from recommender.rules import allowed
from recommender.settings import RecommenderSettings
from recommender.state import BehaviourState


def _new_id() -> str:
    return uuid.uuid4().hex


class Recommender:
    """Turns candidates into logged slates, and behaviour into better ones. Safe for several threads.

    Args:
        items: product id -> facts; replaced by `use_items`.
        log: decisions and events; what it holds is learned here at once.
        model_dir: folder of the trained click model; None serves without one.
        settings: numbers.
        new_id: makes decision ids.
    """

    def __init__(
        self,
        items: Mapping[str, Item],
        log: EventLog,
        *,
        model_dir: Path | None = None,
        settings: RecommenderSettings | None = None,
        new_id: Callable[[], str] = _new_id,
    ) -> None:
        self._lock = threading.RLock()
        self._log = log
        self._model_dir = model_dir
        self._settings = settings or RecommenderSettings()
        self._new_id = new_id
        self._table = build_table(items)
        self._vectors: NDArray[np.float32] | None = None
        self._rankers = {code: make() for code, make in RANKERS.items()}
        self._click_model = "none"
        self._state = BehaviourState(self._settings)
        self._shown = ShownItems(log, max_decisions=self._settings.max_decisions)
        self._learned = self._ignored = 0
        self._catch_up()

    def decide(self, context: DecisionContext, candidates: Sequence[Candidate]) -> Decision:
        """Make a slate, log it with its impressions, and return it.

        Args:
            context: for whom, where, how.
            candidates: at least one that may be shown; repeats count once.

        Raises:
            NothingToDecide: no candidate is left after exclusions and dismissals.
        """
        with self._lock:
            decision = self._decision(context, candidates)
        impressions = [_impression(decision, item) for item in decision.items]
        # Written in one piece, so that a click never finds half a slate; learned only once it is kept.
        self._log.append_many((decision,), impressions)
        with self._lock:
            for impression in impressions:
                self._learn(impression)
        return decision

    def candidates(
        self, context: DecisionContext, n: int, *, like: str | None = None, basket: Sequence[str] = ()
    ) -> tuple[Candidate, ...]:
        """Find candidates where no search gave any.

        Args:
            context: for whom.
            n: most candidates, 1 or more.
            like: product id of "more like this".
            basket: product ids of "what goes with these".
        """
        with self._lock:
            pool = Pool(self._table, self._vectors, self._state, self._settings)
            return gather(pool, context, n, like=like, basket=basket)

    def record(self, event: Event) -> bool:
        """Log an event and learn from it at once.

        Args:
            event: an impression is refused, because only `decide` knows what was shown. An event whose decision is
                unknown, or did not show the item, is logged but not learned from.

        Returns:
            Whether the event was new.
        """
        if event.type is EventType.IMPRESSION or not self._log.append_event(event):
            return False
        with self._lock:
            self._learn(event)
        return True

    def use_items(self, items: Mapping[str, Item]) -> None:
        """Swap the catalogue; content vectors must be given again."""
        table = build_table(items)
        with self._lock:
            self._table, self._vectors = table, None

    def use_vectors(self, ids: Sequence[str], matrix: NDArray[np.float32]) -> None:
        """Use content vectors for likeness.

        Args:
            ids: product ids, n of them; unknown ones are left out.
            matrix: (n, d) float32, row i is the unit vector of ids[i].
        """
        with self._lock:
            vectors = np.zeros((len(self._table.ids) + 1, matrix.shape[1]), dtype=np.float32)
            vectors[self._table.rows(ids)] = matrix
            vectors[-1] = 0.0
            self._vectors = vectors

    def load_models(self) -> None:
        """Load the trained click model where there is one that beat the baselines.

        Raises:
            ArtifactBroken: it is damaged; no click model serves, the counting models go on.
        """
        try:
            artifact = None if self._model_dir is None else load_artifact(self._model_dir)
            served = artifact if artifact is not None and artifact.manifest.served else None
            predicted = Predicted(served, self._settings.click_model_device)
        except ArtifactBroken as error:
            self._use_click_model(Predicted(), f"broken: {error}")
            raise
        if artifact is None:
            self._use_click_model(predicted, "none")
        elif served is None:
            self._use_click_model(predicted, "not used: none beat popularity")
        else:
            manifest = served.manifest
            self._use_click_model(predicted, f"in use: {manifest.kind}, {manifest.sha256[:12]}")

    @property
    def health(self) -> Mapping[str, str]:
        """What serves and what is degraded, for the operator."""
        with self._lock:
            return MappingProxyType(
                {
                    "rankers": ", ".join(self._rankers),
                    "click_model": self._click_model,
                    "policy": self._settings.policy,
                    "items": str(len(self._table.ids)),
                    "vectors": "none" if self._vectors is None else "in use",
                    "events_learned": str(self._learned),
                    "events_ignored": str(self._ignored),
                }
            )

    def _use_click_model(self, predicted: Predicted, status: str) -> None:
        with self._lock:
            self._rankers[Code.PREDICTED] = predicted
            self._click_model = status

    def _catch_up(self) -> None:
        after = 0
        while batch := self._log.events(after=after):
            for _, event in batch:
                self._learn(event)
            after = batch[-1][0]

    def _learn(self, event: Event) -> None:
        if not self._shown.counts(event):
            self._ignored += 1
            return
        self._learned += 1
        self._state.apply(event, self._table.find(event.item_id))

    def _decision(self, context: DecisionContext, candidates: Sequence[Candidate]) -> Decision:
        kept = allowed(candidates, context, self._state)
        if not kept:
            raise NothingToDecide("There is nothing to choose from.")
        request = self._request(context, kept)
        rankers = tuple(self._rankers.values())
        scored = score(request, rankers)
        scores = scored.scores
        order = np.arange(len(kept), dtype=np.int64) if context.keep_order else greedy_order(scores)
        policy = make_policy(self._settings.policy if context.explore and not context.keep_order else "greedy")
        draw = draw_slate(policy, scores[order], context.k, _generator(context))
        return Decision(
            decision_id=self._new_id(),
            context=context,
            items=_slate(scored, order, draw),
            slate_probability=float(np.prod(draw.probabilities)),
            policy=policy.name,
            model=stack_version(rankers, request),
            candidate_ids=tuple(kept[i].item_id for i in order),
            candidate_scores=tuple(float(scores[i]) for i in order),
            params=policy.params,
        )

    def _request(self, context: DecisionContext, candidates: tuple[Candidate, ...]) -> RankRequest:
        rows = self._table.rows([candidate.item_id for candidate in candidates])
        return RankRequest(context, candidates, rows, self._table, self._state, self._vectors, self._settings)


def replay(decision: Decision) -> tuple[float, ...]:
    """Recompute the probability of each slot from what a decision logged.

    Args:
        decision: its scores and the policy's parameters are enough; neither models nor behaviour are asked.

    Returns:
        One probability per slot, equal to the logged ones to the last bit.
    """
    policy: Policy = make_policy(decision.policy, decision.params)
    places = {item_id: place for place, item_id in enumerate(decision.candidate_ids)}
    chosen = [places[item.item_id] for item in decision.items]
    return slate_probabilities(policy, np.array(decision.candidate_scores, dtype=np.float64), chosen)


def _slate(scored: Scored, order: IntArray, draw: Draw) -> tuple[SlateItem, ...]:
    items = []
    scores = scored.scores
    for position, (place, probability) in enumerate(zip(draw.chosen, draw.probabilities, strict=True)):
        i = int(order[place])
        reasons = scored.reasons(i)
        if place > position:
            reasons = (*reasons, Reason(str(Code.TRYING_NEW), "", 0.0))
        items.append(SlateItem(scored.candidates[i].item_id, position, float(scores[i]), probability, reasons))
    return tuple(items)


def _generator(context: DecisionContext) -> np.random.Generator:
    # The turn is mixed in, so that one configured seed does not try out the same place in every turn.
    text = f"{context.seed}|{context.shopper_key}|{context.session_key}|{context.turn_id}|{context.surface}"
    return np.random.default_rng(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big"))


def _impression(decision: Decision, item: SlateItem) -> Event:
    return Event(
        event_id=f"{decision.decision_id}:{item.position}",
        type=EventType.IMPRESSION,
        item_id=item.item_id,
        shopper_key=decision.context.shopper_key,
        session_key=decision.context.session_key,
        at=decision.context.now,
        decision_id=decision.decision_id,
        position=item.position,
    )
