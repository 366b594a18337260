"""Plays the visits of simulated shoppers: what was shown, with its exact chance, and what they did with it.

The models are written out in shoppers.py. Knows nothing of customers or of orders.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from assistant.demo.catalogue import Made
from assistant.demo.seasons import Seasons
from assistant.demo.tastes import FloatArray, Tastes
from recommender.events import Decision, DecisionContext, Event, EventType, SlateItem
from retrieval.product import Variant

SLATE = 6
CANDIDATES = 14
POLICY = "demo-logging/1"
_BOUGHT_IF_CARTED = 0.5
_VISITS_PARTNER = 0.45
_TWO_OF_A_CHEAP_ONE, _CHEAP_MINOR = 0.2, 3000
_CANCELLED, _LATE, _RETURNED = 0.04, 0.02, {"clothing": 0.26, "shoes": 0.28}
_RETURNED_ELSE = 0.06
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order as it was placed, and what becomes of it, also after now.

    Args:
        shopper_key, session_key: as in Event.
        at: seconds since the epoch.
        lines: (product id, variant id, quantity).
        cancelled: it is cancelled before it is packed.
        late: the parcel takes more than a week longer.
        return_asked_at, returned_at: seconds since the epoch; None where it is kept.
    """

    shopper_key: str
    session_key: str
    at: float
    lines: tuple[tuple[str, str, int], ...]
    cancelled: bool = False
    late: bool = False
    return_asked_at: float | None = None
    returned_at: float | None = None


class Visits:
    """Plays visits and collects what happens.

    Args:
        catalogue: n products.
        tastes: of m shoppers.
        seasons: when what is wanted.
        end: seconds since the epoch; nothing later is an event.
        rng: source of chance.
    """

    def __init__(
        self, catalogue: Sequence[Made], tastes: Tastes, seasons: Seasons, end: float, rng: np.random.Generator
    ) -> None:
        self.decisions: list[Decision] = []
        self.events: list[Event] = []
        self.purchases: list[Purchase] = []
        self._catalogue, self._tastes, self._end, self._rng = catalogue, tastes, end, rng
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
        shelves = [catalogue[places[0]].spec.shelf for places in self._shelves.values()]
        self._wanted: FloatArray = np.array(
            [seasons.of(shelf, category) for shelf, category in zip(shelves, self._categories, strict=True)]
        )

    def play(self, shopper: int, visit: int, start: float) -> bool:
        """Play one visit of up to four slates; what was dismissed in it is not shown again.

        Returns:
            Whether something was bought, which ends the visit.
        """
        session = f"{self._tastes.shopper_keys[shopper]}-visit-{visit + 1}"
        wanted = self._intents[shopper] * self._wanted[:, datetime.fromtimestamp(start, UTC).month - 1]
        now, dismissed, n_purchases = start, set[int](), len(self.purchases)
        for turn in range(int(self._rng.integers(1, 5))):
            intent = self._categories[self._choice(wanted)]
            decision, slate = self._show(shopper, session, turn, intent, dismissed, now)
            now = self._react(shopper, decision, slate, dismissed)
            if len(self.purchases) > n_purchases:
                return True
        return False

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
                n_purchases = len(self.purchases)
                clock = self._consider(shopper, decision, place, slot, u, clock)
                if len(self.purchases) > n_purchases:
                    return clock
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
        basket: list[tuple[int, Decision | None, int | None]] = [(place, decision, slot)]
        basket += [(extra, None, None) for extra in self._partners(shopper, place)]
        for extra, _, _ in basket[1:]:
            clock += round(float(self._rng.uniform(8, 60)), 1)
            self._add(EventType.CLICK, extra, shopper, session, clock)
            self._add(EventType.ADD_TO_CART, extra, shopper, session, clock + 5)
            clock += 5
        clock += round(float(self._rng.uniform(30, 240)), 1)
        self._buy(shopper, session, basket, clock)
        return clock

    def _buy(
        self, shopper: int, session: str, basket: Sequence[tuple[int, Decision | None, int | None]], at: float
    ) -> None:
        """Place an order of everything in the basket, and let time tell whether it is kept."""
        lines = []
        for place, by, at_slot in basket:
            variant = self._pick_variant(place)
            cheap = variant.price.amount_minor < _CHEAP_MINOR
            quantity = 2 if cheap and self._rng.random() < _TWO_OF_A_CHEAP_ONE else 1
            lines.append((self._catalogue[place].product.id, variant.id, quantity))
            value = variant.price.amount_minor * quantity
            self._add(EventType.PURCHASE, place, shopper, session, at, by, at_slot, value)
        purchase = self._with_fate(
            Purchase(self._tastes.shopper_keys[shopper], session, round(at, 1), tuple(lines)),
            max(_RETURNED.get(self._catalogue[place].spec.shelf, _RETURNED_ELSE) for place, _, _ in basket),
        )
        self.purchases.append(purchase)
        if purchase.returned_at is not None and purchase.returned_at < self._end:
            for place, _, _ in basket:
                self._add(EventType.RETURN, place, shopper, session, purchase.returned_at)

    def _with_fate(self, purchase: Purchase, chance_of_return: float) -> Purchase:
        cancelled, late, returned = (self._rng.random(3) < (_CANCELLED, _LATE, chance_of_return)).tolist()
        # Asked for within the 30 days after delivery, and back some days later.
        asked = purchase.at + float(self._rng.uniform(6, 14)) * _DAY
        back = round(asked + float(self._rng.uniform(9, 17)) * _DAY, 1)
        if cancelled:
            return replace(purchase, cancelled=True)
        if late or not returned:
            return replace(purchase, late=late)
        return replace(purchase, return_asked_at=round(asked, 1), returned_at=back)

    def _pick_variant(self, place: int) -> Variant:
        at_hand = [variant for variant in self._catalogue[place].product.variants if variant.in_stock]
        return at_hand[int(self._rng.integers(len(at_hand)))]

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
        value_minor: int = 0,
    ) -> None:
        self.events.append(
            Event(
                event_id="",
                type=kind,
                item_id=self._catalogue[place].product.id,
                shopper_key=self._tastes.shopper_keys[shopper],
                session_key=session,
                at=round(at, 1),
                decision_id=decision.decision_id if decision else None,
                position=slot,
                value_minor=value_minor,
            )
        )


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))
