"""What the events so far say: popularity, item-to-item links, shoppers and their visits.

Built by applying events in order of arrival, the same way at start, while serving and in training. Knows neither the
log nor decisions; what may count at all is decided before `apply` (see attribution.py). Not safe for threads by itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from recommender.decay import DecayedSums, Recent
from recommender.events import Event, EventType, Item
from recommender.settings import RecommenderSettings

# How much one event says about an item, in clicks.
STRENGTH: Final[Mapping[EventType, float]] = {
    EventType.CLICK: 1.0,
    EventType.ADD_TO_CART: 3.0,
    EventType.PURCHASE: 6.0,
}
# How much it says about the shopper's interest in the item's category and brand.
INTEREST: Final[Mapping[EventType, float]] = {
    EventType.CLICK: 1.0,
    EventType.ADD_TO_CART: 2.0,
    EventType.PURCHASE: 3.0,
    EventType.REMOVE_FROM_CART: -1.0,
    EventType.DISMISS: -0.5,
    # Most of what the purchase said is taken back; that others bought the item, and with what, stays true.
    EventType.RETURN: -2.0,
}
# What a shopper did, as the click model's history of events tells it; 0 is kept for "nothing".
KINDS: Final[Mapping[EventType, int]] = {kind: number for number, kind in enumerate(INTEREST, start=1)}
HISTORY_LENGTH: Final = 50
_DISTANCE_DECAY: Final = 0.8
_SHRINK: Final = 3.0
_MAX_NEIGHBOURS: Final = 200
_MAX_PURCHASES: Final = 20


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a shopper did: with which item, of which of KINDS, and when (epoch seconds)."""

    item_id: str
    kind: int
    at: float


class Rates:
    """How often what was shown was taken, by (field, value), fading; one instance for the shop, one per shopper.

    Under ("price", category) stands the sum of log prices, under ("dearness", "") that of prices relative to what the
    shop shows of the same category.
    """

    def __init__(self, half_life_s: float) -> None:
        self.shown: DecayedSums[tuple[str, str]] = DecayedSums(half_life_s)
        self.taken: DecayedSums[tuple[str, str]] = DecayedSums(half_life_s)

    def count(self, item: Item, dearness: float, at: float, *, taken: bool) -> None:
        """Count an impression, or that an item was clicked, carted or bought."""
        sums = self.taken if taken else self.shown
        sums.add(("all", ""), 1.0, at)
        sums.add(("dearness", ""), dearness, at)
        for name, value in (("category", item.category), ("department", item.department), ("brand", item.brand)):
            if value is not None:
                sums.add((name, value), 1.0, at)

    def lift(self, key: tuple[str, str], base: float, strength: float, now: float) -> float:
        """Return the log of how much more often a field's value is taken than `base`, shrunk towards 0.

        Args:
            key: (field, value), e.g. ("category", "Tents").
            base: usual share, above 0.
            strength: impressions at the usual share that are added.
            now: epoch seconds.
        """
        taken, shown = self.taken.read(key, now), self.shown.read(key, now)
        return float(np.log((taken + strength * base) / ((shown + strength) * base)))


@dataclass(slots=True)
class Visit:
    """One session: items of interest (latest last), purchases, dismissals, and what was counted already."""

    recent: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    bought: deque[str] = field(default_factory=lambda: deque(maxlen=_MAX_PURCHASES))
    dismissed: set[str] = field(default_factory=set)
    counted: set[tuple[str, str]] = field(default_factory=set)


class Shopper:
    """Decayed interest of one person by (field, value), when each item was dismissed, and the latest acts."""

    def __init__(self, half_life_s: float) -> None:
        self.interest: DecayedSums[tuple[str, str]] = DecayedSums(half_life_s)
        self.dismissed: dict[str, float] = {}
        self.rates = Rates(half_life_s)
        self.acts: deque[Act] = deque(maxlen=HISTORY_LENGTH)

    def affinity(self, field_name: str, value: str | None, now: float) -> float:
        """Return liking in (-1, 1): the value's share of all interest in this field, shrunk towards 0.

        Args:
            field_name: "category", "department" or "brand".
            value: e.g. "Tents"; None gives 0.
            now: epoch seconds.
        """
        if value is None:
            return 0.0
        total = self.interest.read(("total", field_name), now)
        return self.interest.read((field_name, value), now) / (total + 1.0)

    def usual_log_price(self, category: str | None, now: float) -> float | None:
        """Return the mean log price of what was liked in a category; None where nothing was."""
        if category is None:
            return None
        weight = self.interest.read(("price_weight", category), now)
        return self.interest.read(("price_sum", category), now) / weight if weight > 1e-9 else None

    def learn(self, item: Item, amount: float, at: float) -> None:
        """Count one sign of interest (positive) or of the opposite in an item."""
        for name, value in (("category", item.category), ("department", item.department), ("brand", item.brand)):
            if value is not None:
                self.interest.add((name, value), amount, at)
                self.interest.add(("total", name), abs(amount), at)
        if amount > 0 and item.category is not None:
            self.interest.add(("price_weight", item.category), amount, at)
            self.interest.add(("price_sum", item.category), amount * float(np.log1p(max(0, item.price_minor))), at)


class Links:
    """Directed item-to-item links with the number of visits that each rests on."""

    def __init__(self) -> None:
        self._weights: dict[str, dict[str, float]] = {}
        self._visits: dict[str, dict[str, int]] = {}
        self._items: dict[str, float] = {}

    def count_item(self, item_id: str) -> None:
        """Count a visit that touched an item."""
        self._items[item_id] = self._items.get(item_id, 0.0) + 1.0

    def add(self, source: str, target: str, weight: float) -> None:
        """Link two items by one more visit; weight in (0, 1], less for items further apart in the visit."""
        weights = self._weights.setdefault(source, {})
        visits = self._visits.setdefault(source, {})
        weights[target] = weights.get(target, 0.0) + weight
        visits[target] = visits.get(target, 0) + 1
        if len(weights) > 2 * _MAX_NEIGHBOURS:
            self._forget_weakest(source)

    def strength(self, source: str, target: str) -> float:
        """Return the link in [0, 1]: cosine of the two items' visits, shrunk for items seen rarely."""
        weight = self._weights.get(source, {}).get(target)
        if weight is None:
            return 0.0
        scale = (self._items.get(source, 0.0) + _SHRINK) * (self._items.get(target, 0.0) + _SHRINK)
        return min(1.0, weight / float(np.sqrt(scale)))

    def visits(self, source: str, target: str) -> int:
        """Return how many visits a link rests on."""
        return self._visits.get(source, {}).get(target, 0)

    def neighbours(self, source: str, *, min_visits: int) -> list[tuple[str, float]]:
        """Return linked items with their strengths, strongest first."""
        found = [
            (target, self.strength(source, target))
            for target, visits in self._visits.get(source, {}).items()
            if visits >= min_visits
        ]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def _forget_weakest(self, source: str) -> None:
        weights = self._weights[source]
        kept = sorted(weights, key=lambda target: -weights[target])[:_MAX_NEIGHBOURS]
        self._weights[source] = {target: weights[target] for target in kept}
        self._visits[source] = {target: self._visits[source][target] for target in kept}


class BehaviourState:
    """Everything learned by counting. The same events in the same order give the same state."""

    def __init__(self, settings: RecommenderSettings) -> None:
        self._settings = settings
        self.popularity: DecayedSums[str] = DecayedSums(settings.popularity_half_life_s)
        self.rates = Rates(settings.popularity_half_life_s)
        self.trends = Rates(settings.trend_half_life_s)
        self.item_sessions: dict[str, int] = {}
        self.item_impressions: dict[str, int] = {}
        self.item_clicks: dict[str, int] = {}
        self.seen_with = Links()
        self.bought_with = Links()
        self.visits: Recent[str, Visit] = Recent(settings.max_sessions, Visit)
        self.shoppers: Recent[str, Shopper] = Recent(
            settings.max_shoppers, lambda: Shopper(settings.interest_half_life_s)
        )

    def apply(self, event: Event, item: Item | None) -> None:
        """Learn from one event; a repeat of the same kind on the same item in one visit changes nothing.

        Args:
            event: attributed already.
            item: what the catalogue says of the item now; None where it no longer holds it.
        """
        if event.type is EventType.IMPRESSION:
            self.item_impressions[event.item_id] = self.item_impressions.get(event.item_id, 0) + 1
            self._count_rates(event, item, taken=False)
            return
        visit = self.visits.touch(event.session_key)
        if (event.type, event.item_id) in visit.counted:
            return
        visit.counted.add((event.type, event.item_id))
        self._learn_shopper(event, item)
        if event.type in STRENGTH:
            if ("seen", event.item_id) not in visit.counted:
                self._count_rates(event, item, taken=True)
            self._learn_item(event, visit)
        if event.type is EventType.DISMISS:
            visit.dismissed.add(event.item_id)
            if event.item_id in visit.recent:
                visit.recent.remove(event.item_id)

    def recent_items(self, session_key: str) -> tuple[str, ...]:
        """Return what a visit has shown interest in, latest first."""
        visit = self.visits.find(session_key)
        return () if visit is None else tuple(reversed(visit.recent))

    def dismissed_now(self, session_key: str) -> frozenset[str]:
        """Return what was dismissed in this visit."""
        visit = self.visits.find(session_key)
        return frozenset() if visit is None else frozenset(visit.dismissed)

    def dismissal(self, shopper_key: str, item_id: str, now: float) -> float:
        """Return how fresh a shopper's dismissal of an item is, 1 (now) to 0 (never or long ago)."""
        shopper = self.shoppers.find(shopper_key)
        at = None if shopper is None else shopper.dismissed.get(item_id)
        if at is None:
            return 0.0
        return float(2.0 ** (-max(0.0, now - at) / self._settings.dismissal_half_life_s))

    def usual_price_shown(self, category: str, now: float) -> float:
        """Return the mean log price of what the shop lately showed of a category; 0 before it did."""
        n = self.rates.shown.read(("category", category), now)
        return self.rates.shown.read(("price", category), now) / n if n > 1e-9 else 0.0

    def _dearness(self, item: Item, now: float) -> float:
        usual = 0.0 if item.category is None else self.usual_price_shown(item.category, now)
        return float(np.log1p(max(0, item.price_minor))) - usual if usual else 0.0

    def _count_rates(self, event: Event, item: Item | None, *, taken: bool) -> None:
        if item is None:
            return
        dearness = self._dearness(item, event.at)
        self.shoppers.touch(event.shopper_key).rates.count(item, dearness, event.at, taken=taken)
        self.rates.count(item, dearness, event.at, taken=taken)
        sums = self.rates.taken if taken else self.rates.shown
        sums.add(("item", item.item_id), 1.0, event.at)
        if item.category is not None:
            trend = self.trends.taken if taken else self.trends.shown
            trend.add(("category", item.category), 1.0, event.at)
            if not taken:
                sums.add(("price", item.category), float(np.log1p(max(0, item.price_minor))), event.at)

    def _learn_shopper(self, event: Event, item: Item | None) -> None:
        shopper = self.shoppers.touch(event.shopper_key)
        shopper.acts.append(Act(event.item_id, KINDS[event.type], event.at))
        if item is not None:
            shopper.learn(item, INTEREST[event.type], event.at)
        if event.type is EventType.DISMISS:
            shopper.dismissed[event.item_id] = event.at
        elif event.type in STRENGTH:
            shopper.dismissed.pop(event.item_id, None)

    def _learn_item(self, event: Event, visit: Visit) -> None:
        item_id = event.item_id
        self.popularity.add(item_id, STRENGTH[event.type], event.at)
        if event.type is EventType.CLICK:
            self.item_clicks[item_id] = self.item_clicks.get(item_id, 0) + 1
        if ("seen", item_id) not in visit.counted:
            self._link_seen(item_id, visit)
        if event.type is EventType.PURCHASE:
            self._link_bought(item_id, visit)

    def _link_seen(self, item_id: str, visit: Visit) -> None:
        self.item_sessions[item_id] = self.item_sessions.get(item_id, 0) + 1
        self.seen_with.count_item(item_id)
        earlier = list(visit.recent)[-self._settings.window :]
        for distance, source in enumerate(reversed(earlier)):
            self.seen_with.add(source, item_id, _DISTANCE_DECAY**distance)
        visit.recent.append(item_id)
        visit.counted.add(("seen", item_id))

    def _link_bought(self, item_id: str, visit: Visit) -> None:
        self.bought_with.count_item(item_id)
        for other in visit.bought:
            self.bought_with.add(other, item_id, 1.0)
            self.bought_with.add(item_id, other, 1.0)
        visit.bought.append(item_id)
