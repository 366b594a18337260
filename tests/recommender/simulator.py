"""A small world whose truth is known: shoppers like certain categories and brands, and look less at lower places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.decide import Recommender
from recommender.events import Candidate, Decision, DecisionContext, Event, EventType, Item

START = 1_700_000_000.0
N_CATEGORIES, N_BRANDS = 6, 5


def make_items(n: int = 120) -> dict[str, Item]:
    rng = np.random.default_rng(11)
    return {
        f"item-{i}": Item(
            item_id=f"item-{i}",
            category=f"category-{i % N_CATEGORIES}",
            department="all",
            brand=f"brand-{(i // N_CATEGORIES) % N_BRANDS}",
            price_minor=int(rng.integers(500, 20_000)),
            rating=float(rng.uniform(3, 5)),
            rating_count=int(rng.integers(0, 50)),
            in_stock=True,
        )
        for i in range(n)
    }


@dataclass(frozen=True)
class Taste:
    category: str
    brand: str


class World:
    """Shoppers with hidden tastes; `visit` shows slates to one of them and records what they do."""

    def __init__(self, items: dict[str, Item], *, seed: int, n_shoppers: int = 30) -> None:
        self.items = items
        self.rng = np.random.default_rng(seed)
        self.tastes = [
            Taste(f"category-{self.rng.integers(N_CATEGORIES)}", f"brand-{self.rng.integers(N_BRANDS)}")
            for _ in range(n_shoppers)
        ]
        self.quality = {item_id: float(self.rng.normal(0, 0.4)) for item_id in items}
        self.now = START
        self.n_turns = 0

    def chance(self, shopper: int, item_id: str) -> float:
        """The true probability of a click on an item that is looked at."""
        item, taste = self.items[item_id], self.tastes[shopper]
        logit = -3.0 + self.quality[item_id]
        logit += 2.2 * (item.category == taste.category) + 1.2 * (item.brand == taste.brand)
        # Neither the cheapest nor the dearest: no weighted sum of features can say that.
        logit += 2.0 * (3_000 < item.price_minor < 9_000) - 1.0
        return float(1 / (1 + np.exp(-logit)))

    def context(self, shopper: int, session: str, *, explore: bool = True) -> DecisionContext:
        return DecisionContext(
            f"shopper-{shopper}", session, f"turn-{self.n_turns}", "recommend", self.now, seed=3, explore=explore
        )

    def visit(self, recommender: Recommender, *, n_slates: int = 3, n_candidates: int = 40) -> int:
        """Let a random shopper see some slates of random candidates; return the number of clicks."""
        shopper, clicks = int(self.rng.integers(len(self.tastes))), 0
        session = f"session-{self.n_turns}"
        for _ in range(n_slates):
            self.n_turns += 1
            self.now += 600.0
            ids = self.rng.choice(list(self.items), size=n_candidates, replace=False)
            decision = recommender.decide(self.context(shopper, session), [Candidate(str(i)) for i in ids])
            clicks += self._react(recommender, decision, shopper)
        return clicks

    def _react(self, recommender: Recommender, decision: Decision, shopper: int) -> int:
        clicks = 0
        for item in decision.items:
            looked_at = self.rng.random() < 0.85**item.position
            if looked_at and self.rng.random() < self.chance(shopper, item.item_id):
                clicks += 1
                self._record(recommender, decision, item.item_id, item.position, EventType.CLICK)
                if self.rng.random() < 0.3:
                    self._record(recommender, decision, item.item_id, item.position, EventType.PURCHASE)
        return clicks

    def _record(self, recommender: Recommender, decision: Decision, item_id: str, place: int, kind: EventType) -> None:
        context = decision.context
        recommender.record(
            Event(
                event_id=f"{kind}:{decision.decision_id}:{place}",
                type=kind,
                item_id=item_id,
                shopper_key=context.shopper_key,
                session_key=context.session_key,
                at=self.now + 5.0 + place,
                decision_id=decision.decision_id,
                position=place,
            )
        )
