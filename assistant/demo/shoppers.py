"""Simulated shoppers: slates shown by a known chance policy, and what people whose true tastes are known did with them.

The logging policy draws a slate without replacement from the candidates (Plackett-Luce): an item's weight is 1 for an
ordinary item and up to 2 for a charming one, so it is nearly uniform and every candidate has a fair chance.

The choice model, per slot k (0-based) of a slate:

- looked at with probability 1 / (1 + 0.22 k) (position bias);
- an item that is looked at is clicked with probability sigmoid(1.3 u - 2.5);
- a clicked item goes into the cart with probability sigmoid(0.9 u - 1.9), and a carted one is bought with 0.5;
- an item that is looked at but not clicked is dismissed with probability 0.5 * sigmoid(-1.6 - u);
- after a purchase, each category that fits with it is visited with probability 0.45: one thing of it is bought, chosen
  by exp(1.5 u), on its product page (no decision).

u is the utility in tastes.py. Prices, stock and tastes do not change over the time simulated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from assistant.demo.catalogue import Made, Progress
from assistant.demo.tastes import FloatArray, Tastes, draw_tastes, load_segments
from recommender.events import Decision, DecisionContext, Event, EventType, SlateItem

DAYS = 120
N_SHOPPERS = 800
SLATE = 6
CANDIDATES = 14
POLICY = "demo-logging/1"
_BOUGHT_IF_CARTED = 0.5
_VISITS_PARTNER = 0.45


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What was shown and what happened, in order of time, and the truth behind it."""

    decisions: tuple[Decision, ...]
    events: tuple[Event, ...]
    tastes: Tastes


def simulate(
    catalogue: Sequence[Made],
    *,
    seed: int,
    now: datetime,
    n_shoppers: int = N_SHOPPERS,
    progress: Progress | None = None,
) -> Behaviour:
    """Let shoppers visit the demo shop over the last 120 days.

    Args:
        catalogue: from `make_catalogue`.
        seed: the same seed, catalogue and `now` give the same behaviour.
        now: aware datetime; everything happens before it.
        n_shoppers: 1 or more.
        progress: called with ("shoppers", done, total).
    """
    rng = np.random.default_rng([seed, 120])
    tastes = draw_tastes(catalogue, load_segments(), n_shoppers, rng)
    visits = _Visits(catalogue, tastes, rng)
    for shopper in range(n_shoppers):
        for visit in range(1 + int(rng.poisson(2.6))):
            start = now.timestamp() - float(rng.uniform(0.05, DAYS)) * 86_400
            visits.play(shopper, visit, round(start, 1))
        if progress and ((shopper + 1) % 50 == 0 or shopper + 1 == n_shoppers):
            progress("shoppers", shopper + 1, n_shoppers)
    decisions = sorted(visits.decisions, key=lambda decision: (decision.context.now, decision.decision_id))
    return Behaviour(tuple(decisions), _numbered(visits.events), tastes)


class _Visits:
    """Plays visits and collects what happens."""

    def __init__(self, catalogue: Sequence[Made], tastes: Tastes, rng: np.random.Generator) -> None:
        self.decisions: list[Decision] = []
        self.events: list[Event] = []
        self._catalogue = catalogue
        self._tastes = tastes
        self._rng = rng
        self._shelves: dict[str, list[int]] = {}
        for place, made in enumerate(catalogue):
            if made.product.in_stock:
                self._shelves.setdefault(made.spec.category, []).append(place)
        self._categories = list(self._shelves)
        self._buyable = [place for places in self._shelves.values() for place in places]
        # The policy knows a little of what pleases everybody, as a shop's bestseller list does.
        general = tastes.utilities.mean(axis=0)
        self._weights: FloatArray = 1 + (general - general.min()) / (general.max() - general.min())
        means = [tastes.utilities[:, places].mean(axis=1) for places in self._shelves.values()]
        self._intents: FloatArray = np.exp(np.stack(means, axis=1))

    def play(self, shopper: int, visit: int, start: float) -> None:
        """Play one visit of one to four slates; what was dismissed in it is not shown again."""
        session = f"{self._tastes.shopper_keys[shopper]}-visit-{visit + 1}"
        now, dismissed = start, set[int]()
        for turn in range(int(self._rng.integers(1, 5))):
            intent = self._categories[self._choice(self._intents[shopper])]
            decision, slate = self._show(shopper, session, turn, intent, dismissed, now)
            now = self._react(shopper, decision, slate, dismissed)

    def _choice(self, weights: FloatArray) -> int:
        """Draw a place in proportion to its weight."""
        totals = np.cumsum(weights)
        return int(np.searchsorted(totals, self._rng.random() * totals[-1], side="right"))

    def _show(
        self, shopper: int, session: str, turn: int, intent: str, dismissed: set[int], now: float
    ) -> tuple[Decision, list[int]]:
        shelf = [place for place in self._shelves[intent] if place not in dismissed]
        pool = [shelf[place] for place in self._rng.permutation(len(shelf))[:CANDIDATES]]
        while len(pool) < CANDIDATES:
            extra = self._buyable[int(self._rng.integers(len(self._buyable)))]
            if extra not in pool and extra not in dismissed:
                pool.append(extra)
        slate, chances = self._draw_slate(pool)
        ids = self._tastes.item_ids
        by_search = bool(self._rng.random() < 0.5)
        context = DecisionContext(
            shopper_key=self._tastes.shopper_keys[shopper],
            session_key=session,
            turn_id=f"{session}-turn-{turn + 1}",
            surface="search" if by_search else "recommend",
            now=now,
            seed=len(self.decisions),
            query=intent.lower() if by_search else "",
            k=SLATE,
        )
        decision = Decision(
            decision_id=f"demo-decision-{len(self.decisions) + 1:05d}",
            context=context,
            items=tuple(
                SlateItem(ids[place], slot, float(self._weights[place]), chance)
                for slot, (place, chance) in enumerate(zip(slate, chances, strict=True))
            ),
            slate_probability=math.prod(chances),
            policy=POLICY,
            model="none",
            candidate_ids=tuple(ids[place] for place in pool),
            candidate_scores=tuple(float(self._weights[place]) for place in pool),
        )
        self.decisions.append(decision)
        return decision, slate

    def _draw_slate(self, pool: Sequence[int]) -> tuple[list[int], list[float]]:
        """Draw a slate; returns places and, per slot, the probability of its item given the slots before."""
        left, slate, chances = list(pool), list[int](), list[float]()
        for _ in range(SLATE):
            weights = self._weights[left]
            chosen = self._choice(weights)
            chances.append(float(weights[chosen] / weights.sum()))
            slate.append(left.pop(chosen))
        return slate, chances

    def _react(self, shopper: int, decision: Decision, slate: Sequence[int], dismissed: set[int]) -> float:
        """Let the shopper react to a slate; returns when the next one may come."""
        shown_at = clock = decision.context.now
        for slot, place in enumerate(slate):
            self._add(EventType.IMPRESSION, place, shopper, decision.context.session_key, shown_at, decision, slot)
        for slot, place in enumerate(slate):
            u = float(self._tastes.utilities[shopper, place])
            looked = self._rng.random() < 1 / (1 + 0.22 * slot)
            if not looked:
                continue
            clock += round(float(self._rng.uniform(2, 9)), 1)
            if self._rng.random() < _sigmoid(1.3 * u - 2.5):
                self._add(EventType.CLICK, place, shopper, decision.context.session_key, clock, decision, slot)
                clock = self._consider(shopper, decision, place, slot, u, clock)
            elif self._rng.random() < 0.5 * _sigmoid(-1.6 - u):
                dismissed.add(place)
                self._add(EventType.DISMISS, place, shopper, decision.context.session_key, clock, decision, slot)
        return clock + round(float(self._rng.uniform(10, 90)), 1)

    def _consider(self, shopper: int, decision: Decision, place: int, slot: int, u: float, clock: float) -> float:
        """Let a shopper who clicked put the item into the cart and buy it, with what fits."""
        session = decision.context.session_key
        if self._rng.random() >= _sigmoid(0.9 * u - 1.9):
            return clock
        clock += round(float(self._rng.uniform(15, 120)), 1)
        self._add(EventType.ADD_TO_CART, place, shopper, session, clock, decision, slot)
        if self._rng.random() >= _BOUGHT_IF_CARTED:
            return clock
        basket = [(place, decision, slot)] + [(extra, None, None) for extra in self._partners(shopper, place)]
        for extra, _, _ in basket[1:]:
            clock += round(float(self._rng.uniform(8, 60)), 1)
            self._add(EventType.CLICK, extra, shopper, session, clock)
            self._add(EventType.ADD_TO_CART, extra, shopper, session, clock + 5)
            clock += 5
        clock += round(float(self._rng.uniform(30, 240)), 1)
        for bought, by, at_slot in basket:
            self._add(EventType.PURCHASE, bought, shopper, session, clock, by, at_slot)
        return clock

    def _partners(self, shopper: int, place: int) -> Iterable[int]:
        """Choose what is bought along, from the categories that fit."""
        for category in self._catalogue[place].spec.fits_with:
            if self._rng.random() < _VISITS_PARTNER:
                shelf = self._shelves[category]
                yield shelf[self._choice(np.exp(1.5 * self._tastes.utilities[shopper, shelf]))]

    def _add(
        self,
        kind: EventType,
        place: int,
        shopper: int,
        session: str,
        at: float,
        decision: Decision | None = None,
        slot: int | None = None,
    ) -> None:
        product = self._catalogue[place].product
        self.events.append(
            Event(
                event_id="",
                type=kind,
                item_id=product.id,
                shopper_key=self._tastes.shopper_keys[shopper],
                session_key=session,
                at=round(at, 1),
                decision_id=decision.decision_id if decision else None,
                position=slot,
                value_minor=product.price.amount_minor if kind is EventType.PURCHASE else 0,
            )
        )


def _numbered(events: Iterable[Event]) -> tuple[Event, ...]:
    in_order = sorted(events, key=lambda event: event.at)
    return tuple(replace(event, event_id=f"demo-event-{number:06d}") for number, event in enumerate(in_order, start=1))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))
