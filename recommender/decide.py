"""The online path: candidates, rules, scores, exploration, slate, log; and what comes back, learned at once.

`Recommender` is this package's door. It knows item ids and their few facts, never products, words or customers. How one
slate comes about is in deciding.py.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from recommender.attribution import ShownItems
from recommender.bandit.drift import DriftAlarm
from recommender.candidates import gather, next_items
from recommender.candidates.sources import Pool
from recommender.deciding import Deciding, decide_slate
from recommender.events import Candidate, Decision, DecisionContext, Event, EventLog, EventType, Item, SlateItem, Stream
from recommender.exploring import Controls, ControlSource, ExploredSlots
from recommender.item_table import ItemTable, build_table
from recommender.last_day import last_day
from recommender.models import RANKERS
from recommender.models.lately import LearnedLately
from recommender.models.predicted import Predicted
from recommender.online_head import LiveHead, told
from recommender.owner_rules import NO_RULES, CompiledRules, OwnerRules
from recommender.profiles.door import Profiles
from recommender.promotion.line_up import LineUp, Served
from recommender.reasons import Code
from recommender.sequences.neighbours import Neighbours
from recommender.sequences.next_item import NextItem
from recommender.settings import RecommenderSettings
from recommender.slate import replay
from recommender.stack import FittedStack
from recommender.state import BehaviourState

__all__ = ["Recommender", "replay"]


def _new_id() -> str:
    return uuid.uuid4().hex


class Recommender:
    """Turns candidates into logged slates, and behaviour into better ones. Safe for several threads.

    Args:
        items: product id -> facts; replaced by `use_items`.
        log: decisions and events; what it holds is learned here at once.
        settings: numbers.
        new_id: makes decision ids.
        controls: the owner's rules and the kill switch, as they are now; asked with every decision.
        outsiders: keys of shoppers and visits that are no customer's: they are served, and teach the crowd nothing.
        timer_ns: measures how long a decision takes.
    """

    def __init__(
        self,
        items: Mapping[str, Item],
        log: EventLog,
        *,
        settings: RecommenderSettings | None = None,
        new_id: Callable[[], str] = _new_id,
        controls: ControlSource = Controls,
        outsiders: Callable[[], Collection[str]] = frozenset,
        timer_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self._lock = threading.RLock()
        # What is kept is learned in the order of the log, so that a restart comes to the same state. The log has one
        # writer anyway, and slates are still made while it writes.
        self._keeping = threading.Lock()
        self._log = log
        self._settings = settings or RecommenderSettings()
        self._new_id, self._controls, self._timer_ns = new_id, controls, timer_ns
        self._outsiders = outsiders
        self._table = build_table(items)
        self._vectors: NDArray[np.float32] | None = None
        self._neighbours: Neighbours | None = None
        self._next_item: NextItem | None = None
        self._rankers = {code: make() for code, make in RANKERS.items()}
        self._line_up = LineUp()
        self._stack: FittedStack | None = None
        self._fitted = self._settings
        self._head = LiveHead()
        self._rules = CompiledRules(NO_RULES, self._table)
        self._explored = ExploredSlots(self._settings)
        self._state = BehaviourState(self._settings)
        self._shown = ShownItems(log, max_decisions=self._settings.max_decisions)
        self.profiles = Profiles(lambda: self._state, lambda: self._table, self._lock, self.record, self._shown.forget)
        self._learned = self._ignored = 0
        self._catch_up()
        # Counted on from the last day, so that a restart forgets nothing.
        for decision in last_day(log):
            self._explored.note(self.unit(decision.context), decision.context.now, decision.items)

    def unit(self, context: DecisionContext) -> str:
        """Return whom trials, caps and shares of traffic count in a visit; see `BehaviourState.unit`."""
        return self._state.unit(context.shopper_key, context.session_key)

    def decide(self, context: DecisionContext, candidates: Sequence[Candidate]) -> Decision:
        """Make a slate, log it with its impressions, and return it.

        Args:
            context: for whom, where, how.
            candidates: at least one that may be shown; repeats count once.

        Raises:
            NothingToDecide: no candidate is left after rules, exclusions and dismissals.
        """
        controls = self._controls()
        with self._lock:
            served, stream = self._line_up.pick(
                self._state.unit(context.shopper_key, context.session_key),
                context.treatment.release if context.treatment else "",
            )
            decision = decide_slate(self._deciding(controls, served, stream), context, candidates)
        # What is paid for is in the decision's row, and nowhere that anything is learned from.
        paid = decision.sponsored_ids
        impressions = [_impression(decision, item) for item in decision.items if item.item_id not in paid]
        # Written in one piece, so that a click never finds half a slate; learned only once it is kept.
        with self._keeping:
            self._log.append_many((decision,), impressions)
            with self._lock:
                for impression in impressions:
                    self._learn(impression)
        return decision

    def would_show(
        self,
        context: DecisionContext,
        candidates: Sequence[Candidate],
        rules: OwnerRules,
        *,
        bring_pinned: bool = False,
    ) -> Decision:
        """Make the slate that these rules would give, nothing tried out; nothing of it is kept or learned.

        Args:
            context, candidates: as in `decide`.
            rules: in place of those that stand.
            bring_pinned: whether pinned items become candidates, as `candidates` makes them.

        Raises:
            NothingToDecide: no candidate is left.
        """
        context, standing = replace(context, explore=False), self._controls()
        with self._lock:
            compiled = CompiledRules(rules, self._table)
            found = tuple(candidate for candidate in candidates if candidate.sources != ("owner",))
            if bring_pinned:
                found = self._with_pinned(found, compiled.pinned_ids(context))
            served, stream = self._line_up.pick(self._state.unit(context.shopper_key, context.session_key))
            deciding = self._deciding(standing, served, stream)
            deciding = replace(deciding, rules=compiled, controls=replace(standing, rules=rules))
            return decide_slate(deciding, context, found)

    def shown(self, decision: Decision, shown_ids: Sequence[str]) -> None:
        """Keep what of a slate the shopper saw in the end; what was left out is no longer learned from.

        Args:
            decision: as decided.
            shown_ids: in order; the same as chosen needs no telling.
        """
        if tuple(shown_ids) == decision.chosen_ids:
            return
        kept = {*shown_ids, *decision.sponsored_ids}
        gone = [_not_shown(decision, item) for item in decision.items if item.item_id not in kept]
        with self._keeping:
            self._log.append_shown(decision.decision_id, shown_ids, gone)
            with self._lock:
                for event in gone:
                    self._learn(event)

    def candidates(
        self,
        context: DecisionContext,
        n: int,
        *,
        like: str | None = None,
        basket: Sequence[str] = (),
        related: Sequence[Candidate] = (),
    ) -> tuple[Candidate, ...]:
        """Find candidates where no search gave any.

        Args:
            context: for whom.
            n: most candidates, 1 or more.
            like: product id of "more like this".
            basket: product ids of "what goes with these".
            related: what the shop's own relations give for what is at hand, best first, with origins.

        Returns:
            Up to n, and what an owner's rule pins on such a request.
        """
        controls = self._controls()
        with self._lock:
            found = gather(self._pool(), context, n, like=like, basket=basket, related=related)
            return self._with_pinned(found, self._compiled(controls).pinned_ids(context))

    def find_decision(self, decision_id: str) -> Decision | None:
        """Return a logged decision, or None."""
        return self._log.find_decision(decision_id)

    def next_items(self, context: DecisionContext, n: int) -> tuple[Candidate, ...]:
        """Find what the shopper left unfinished, and what usually follows it; empty where nothing is open.

        Args:
            context: for whom.
            n: most candidates, 1 or more.
        """
        with self._lock:
            return next_items(self._pool(), context, n)

    def use_neighbours(self, neighbours: Neighbours | None) -> None:
        """Swap the neighbours that training learned from whole histories; None goes on by counting alone."""
        with self._lock:
            self._neighbours = neighbours

    def use_next_item(self, model: NextItem | None) -> None:
        """Swap the sequence model that gives candidates; None goes on without one."""
        with self._lock:
            self._next_item = model

    def _pool(self) -> Pool:
        return Pool(self._table, self._vectors, self._state, self._settings, self._neighbours, self._next_item)

    def baskets(self) -> tuple[tuple[str, ...], ...]:
        """Return what was bought in each remembered visit, oldest visit first."""
        with self._lock:
            return self._state.baskets()

    def record(self, event: Event) -> bool:
        """Log an event and learn from it at once.

        Args:
            event: an impression is refused, because only `decide` knows what was shown. An event whose decision is
                unknown, or did not show the item, is logged but not learned from; one that names a slate of somebody
                else's visit is logged as one without a slate.

        Returns:
            Whether the event was new.
        """
        if event.type in (EventType.IMPRESSION, EventType.NOT_SHOWN):
            return False
        with self._lock:
            event = self._shown.attributed(event)
        with self._keeping:
            if not self._log.append_event(event):
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

    @property
    def health(self) -> Mapping[str, str]:
        """What serves and what is degraded, for the operator."""
        with self._lock:
            return MappingProxyType(
                {
                    "rankers": ", ".join(self._rankers),
                    "click_model": self._line_up.live.status,
                    "canary": "none" if self._line_up.canary is None else self._line_up.canary.status,
                    "weights": "settings" if self._stack is None else f"fitted: {self._stack.sha[:12]}",
                    "policy": self._settings.policy,
                    "head": told(self._head, self._line_up.live.model_sha),
                    "drift": ", ".join(alarm.segment for alarm in self._head.alarms) or "none",
                    "items": str(len(self._table.ids)),
                    "vectors": "none" if self._vectors is None else "in use",
                    "events_learned": str(self._learned),
                    "events_ignored": str(self._ignored),
                }
            )

    def serve(self, line_up: LineUp) -> None:
        """Swap the releases that rank; decisions under way are made with the one or the other."""
        with self._lock:
            self._line_up = line_up

    def use_stack(self, stack: FittedStack | None) -> None:
        """Weigh the parts of scores by what was fitted from the log; None goes back to the settings' weights."""
        with self._lock:
            self._stack = stack
            self._fitted = self._settings if stack is None else stack.applied(self._settings)

    @property
    def click_model(self) -> Predicted | None:
        """What predicts clicks for everybody but those on trial; None where something else ranks."""
        ranker = self._line_up.live.ranker
        return ranker if isinstance(ranker, Predicted) else None

    @property
    def table(self) -> ItemTable:
        """The catalogue as it is now."""
        return self._table

    def use_head(self, head: LiveHead) -> None:
        """Rank with what the latest outcomes taught; decisions under way are made with the one or the other."""
        self._head = head

    @property
    def alarms(self) -> tuple[DriftAlarm, ...]:
        """Latest alarms of drift, oldest first: segments whose clicks no longer come as predicted."""
        return self._head.alarms

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
        out = self._outsiders()
        crowd = event.session_key not in out and event.shopper_key not in out
        self._state.apply(event, self._table.find(event.item_id), crowd=crowd)

    def _deciding(self, controls: Controls, served: Served, stream: Stream) -> Deciding:
        head = self._head
        # It learned what this click model leaves over, and means nothing beside another one.
        fits = head.model_sha == served.model_sha
        lately = LearnedLately(head.snapshot, head.effects) if fits else LearnedLately()
        rankers = {**self._rankers, Code.PREDICTED: served.ranker, Code.LATELY: lately}
        return Deciding(
            table=self._table,
            vectors=self._vectors,
            state=self._state,
            settings=self._settings,
            rankers=tuple(rankers.values()),
            served=served,
            fitted=self._fitted,
            stream=stream,
            rules=self._compiled(controls),
            controls=controls,
            explored=self._explored,
            head=head,
            new_id=self._new_id,
            timer_ns=self._timer_ns,
        )

    def _compiled(self, controls: Controls) -> CompiledRules:
        if self._rules.rules is not controls.rules or self._rules.table is not self._table:
            self._rules = CompiledRules(controls.rules, self._table)
        return self._rules

    def _with_pinned(self, found: tuple[Candidate, ...], pinned: Sequence[str]) -> tuple[Candidate, ...]:
        known = {candidate.item_id for candidate in found}
        new = dict.fromkeys(item_id for item_id in pinned if item_id not in known and item_id in self._table.index)
        return (*found, *(Candidate(item_id, sources=("owner",)) for item_id in new))


def _not_shown(decision: Decision, item: SlateItem) -> Event:
    shown = _impression(decision, item)
    return replace(shown, event_id=f"{shown.event_id}:not_shown", type=EventType.NOT_SHOWN)


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
