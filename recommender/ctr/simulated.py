"""Logs whose truth is known: five small worlds, each with the chance of every click, cart and purchase.

In all of them the log-odds of a click on an item that is looked at are

    u = -2 + 0.8 discount' + 0.5 rating' - 0.5 price' + category + brand + quality + 1.6 share,

primes for standardised values, `category`, `brand` and `quality` (of the item) fixed draws of deviation 0.5, 0.4
and 0.25, and `share` that of the item's category among the shopper's last ten clicks. On top of that

- linear: nothing;
- interacting: a liking for middle prices, a draw per pair of category and brand, categories of the evening and of the
  morning, and discounts that count double on the brand clicked last;
- drifting: the categories' effects swing, each with its own phase, one and a half times over the log;
- delayed: carts come hours later (mean 2 h), purchases days later (mean 1.5 d);
- position_biased: place k is looked at with 1 / (1 + 0.5 k), and better items stand higher.

A clicked item is carted with sigmoid(-0.5 + 0.4 u), a carted one bought with sigmoid(0.2 + 0.3 u). Knows no model.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from recommender.events import Event, EventType, Item
from recommender.item_table import FloatArray, IntArray
from recommender.settings import DAY_S

WORLDS: Final = ("linear", "interacting", "drifting", "delayed", "position_biased")
START: Final = 1_700_000_000.0
_DAYS: Final = 60.0
_SLATE: Final = 8
_N_ITEMS, _N_CATEGORIES, _N_BRANDS = 200, 8, 6
_SLATES_PER_SHOPPER: Final = 8
_LATEST: Final = 10
_CART_DELAY_S, _BUY_DELAY_S = 7_200.0, 1.5 * DAY_S


@dataclass(frozen=True, slots=True)
class SimulatedLog:
    """A log with its truth.

    Args:
        items: product id -> facts.
        events: in order of time.
        truth: (n, 3) chances of click, cart and purchase of the n impressions, in order of time, at their places.
    """

    items: dict[str, Item]
    events: tuple[Event, ...]
    truth: FloatArray


@dataclass(slots=True)
class _Shopper:
    key: str
    categories: deque[int] = field(default_factory=lambda: deque(maxlen=_LATEST))
    last_brand: int = -1


def simulate(world: str, n_slates: int, *, seed: int) -> SimulatedLog:
    """Let shoppers look at slates of random items.

    Args:
        world: one of WORLDS.
        n_slates: slates of eight items.
        seed: of everything.
    """
    return _World(world, np.random.default_rng([seed, WORLDS.index(world)])).run(n_slates)


class _World:
    def __init__(self, world: str, rng: np.random.Generator) -> None:
        self._world, self._rng = world, rng
        self._category: IntArray = rng.integers(_N_CATEGORIES, size=_N_ITEMS)
        self._brand: IntArray = rng.integers(_N_BRANDS, size=_N_ITEMS)
        self._log_price = rng.normal(8.0, 0.7, _N_ITEMS)
        self._discount = np.where(rng.random(_N_ITEMS) < 0.4, rng.uniform(0.05, 0.5, _N_ITEMS), 0.0)
        self._rating = rng.uniform(3.0, 5.0, _N_ITEMS)
        self._of_category = rng.normal(0, 0.5, _N_CATEGORIES)
        self._phase = rng.uniform(0, 1, _N_CATEGORIES)
        self._of_pair = rng.normal(0, 0.6, (_N_CATEGORIES, _N_BRANDS))
        self._fixed = -2.0 + 0.8 * _standard(self._discount) + 0.5 * _standard(self._rating)
        self._fixed -= 0.5 * _standard(self._log_price)
        self._fixed += rng.normal(0, 0.4, _N_BRANDS)[self._brand] + rng.normal(0, 0.25, _N_ITEMS)
        self._events: list[Event] = []

    def run(self, n_slates: int) -> SimulatedLog:
        shoppers = [_Shopper(f"shopper-{i}") for i in range(max(1, n_slates // _SLATES_PER_SHOPPER))]
        times = np.sort(self._rng.uniform(0, _DAYS * DAY_S, n_slates)) + START
        whose = self._rng.integers(len(shoppers), size=n_slates)
        truth = [
            self._slate(number, shoppers[who], float(at))
            for number, (who, at) in enumerate(zip(whose, times, strict=True))
        ]
        self._events.sort(key=lambda event: event.at)
        return SimulatedLog(self._items(), tuple(self._events), np.concatenate(truth))

    def _slate(self, number: int, shopper: _Shopper, at: float) -> FloatArray:
        shown = self._rng.choice(_N_ITEMS, size=_SLATE, replace=False)
        if self._world == "position_biased":
            shown = shown[np.argsort(-(self._fixed[shown] + self._rng.normal(0, 1.0, _SLATE)), kind="stable")]
        u = self._utility(shown, shopper, at)
        looked = 1.0 / (1.0 + 0.5 * np.arange(_SLATE)) if self._world == "position_biased" else np.ones(_SLATE)
        steps = np.stack([looked * _sigmoid(u), _sigmoid(-0.5 + 0.4 * u), _sigmoid(0.2 + 0.3 * u)], axis=1)
        happens = np.cumprod(self._rng.random(steps.shape) < steps, axis=1).astype(bool)
        for place, item in enumerate(shown):
            self._add(EventType.IMPRESSION, item, shopper, number, place, at)
        for place, item in enumerate(shown):
            self._react(happens[place].tolist(), item, shopper, number, place, at)
        return np.asarray(np.cumprod(steps, axis=1), dtype=np.float64)

    def _react(self, happens: list[bool], item: int, shopper: _Shopper, number: int, place: int, at: float) -> None:
        clicked, carted, bought = happens
        late = self._world == "delayed"
        at += 3.0 + place
        if clicked:
            self._add(EventType.CLICK, item, shopper, number, place, at)
            shopper.categories.append(int(self._category[item]))
            shopper.last_brand = int(self._brand[item])
        if carted:
            at += float(self._rng.exponential(_CART_DELAY_S)) if late else 1.0
            self._add(EventType.ADD_TO_CART, item, shopper, number, place, at)
        if bought:
            at += float(self._rng.exponential(_BUY_DELAY_S)) if late else 1.0
            self._add(EventType.PURCHASE, item, shopper, number, place, at)

    def _utility(self, shown: IntArray, shopper: _Shopper, at: float) -> FloatArray:
        category, brand = self._category[shown], self._brand[shown]
        counts = np.bincount(list(shopper.categories), minlength=_N_CATEGORIES)
        u: FloatArray = self._fixed[shown] + self._of_category[category]
        u = u + 1.6 * counts[category] / max(1, len(shopper.categories))
        if self._world == "interacting":
            evening = np.sin(2 * np.pi * (at % DAY_S) / DAY_S)
            u = u + 1.0 - np.abs(self._log_price[shown] - 8.0) / 0.5 + self._of_pair[category, brand]
            u = u + 0.8 * evening * np.where(category % 2 == 0, 1.0, -1.0)
            u = u + 0.8 * (brand == shopper.last_brand) * _standard(self._discount)[shown]
        if self._world == "drifting":
            swing = 1.5 * (at - START) / (_DAYS * DAY_S) + self._phase[category]
            u = u + 0.8 * np.sin(2 * np.pi * swing)
        return u

    def _add(self, kind: EventType, item: int, shopper: _Shopper, number: int, place: int, at: float) -> None:
        self._events.append(
            Event(
                event_id=f"{kind}:{number}:{place}",
                type=kind,
                item_id=f"item-{item}",
                shopper_key=shopper.key,
                session_key=f"{shopper.key}:{int(at // DAY_S)}",
                at=at,
                decision_id=f"decision-{number}",
                position=place,
            )
        )

    def _items(self) -> dict[str, Item]:
        return {
            f"item-{i}": Item(
                item_id=f"item-{i}",
                category=f"category-{self._category[i]}",
                department="all",
                brand=f"brand-{self._brand[i]}",
                price_minor=round(float(np.exp(self._log_price[i]))),
                discount=float(self._discount[i]),
                rating=float(self._rating[i]),
                rating_count=40,
                in_stock=True,
            )
            for i in range(_N_ITEMS)
        }


def _standard(values: FloatArray) -> FloatArray:
    return np.asarray((values - values.mean()) / values.std(), dtype=np.float64)


def _sigmoid(x: FloatArray) -> FloatArray:
    return np.asarray(1.0 / (1.0 + np.exp(-x)), dtype=np.float64)
