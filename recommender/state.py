"""What the events so far say: popularity, item-to-item links, shoppers and their visits.

Built by applying events in order of arrival, the same way at start, while serving and in training. Knows neither the
log nor decisions; what may count at all is decided before `apply` (see attribution.py). Not safe for threads by itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log1p, sqrt
from typing import Final

import numpy as np

from recommender.columns import Column, DecayedColumn, Places
from recommender.decay import Recent
from recommender.events import Event, EventType, Item
from recommender.field_rates import Key, ShopRates
from recommender.item_table import FloatArray, IntArray, ItemTable
from recommender.profiles.edits import YES, Edit, EditKind, may_profile
from recommender.profiles.profile import Act, Profile
from recommender.settings import RecommenderSettings
from recommender.trends import Trends

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
INTERESTED: Final = frozenset(KINDS[kind] for kind in STRENGTH)
_DISTANCE_DECAY: Final = 0.8
_SHRINK: Final = 3.0
_MAX_NEIGHBOURS: Final = 200
_MAX_PURCHASES: Final = 20
_MAX_SHOWN: Final = 200


@dataclass(slots=True)
class Gift:
    """This visit is for somebody else: since when (epoch seconds), and what it has shown about them."""

    since: float
    taste: Profile


@dataclass(slots=True)
class Visit:
    """One session: items of interest and items shown (latest last), purchases, dismissals, what was counted already,
    for whom it is, and the shopper's key when it began."""

    recent: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    shown: deque[str] = field(default_factory=lambda: deque(maxlen=_MAX_SHOWN))
    bought: deque[str] = field(default_factory=lambda: deque(maxlen=_MAX_PURCHASES))
    dismissed: set[str] = field(default_factory=set)
    counted: set[tuple[str, str]] = field(default_factory=set)
    gift: Gift | None = None
    began_as: str = ""


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
        return min(1.0, weight / sqrt(scale))

    def among(self, source: str, targets: Mapping[str, object], *, min_visits: int = 0) -> dict[str, float]:
        """Return the strengths of a source's links to those of some items that have one.

        Args:
            source: where links begin.
            targets: item ids are its keys; other than itself.
            min_visits: leave out links that rest on fewer.
        """
        visits = self._visits.get(source, {})
        linked = visits.keys() & targets.keys()
        return {one: self.strength(source, one) for one in linked if visits[one] >= min_visits and one != source}

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


@dataclass(frozen=True, slots=True)
class Located:
    """Where the shop's counts of a catalogue's items stand, row by row of its table; 0 where there is nothing to count.

    Args:
        item: places among `BehaviourState.items`, (n + 1,).
        category, department, brand: places among `BehaviourState.kinds`, (n + 1,).
        attributes: likewise of up to m attributes, (m, n + 1), the item's own first.
        n_attributes: how many an item has, (n + 1,).
    """

    item: IntArray
    category: IntArray
    department: IntArray
    brand: IntArray
    attributes: IntArray
    n_attributes: IntArray


class BehaviourState:
    """Everything learned by counting. The same events in the same order give the same state.

    What the whole shop's visits say is kept in columns: `items` numbers product ids, `kinds` fields with their values.
    """

    def __init__(self, settings: RecommenderSettings) -> None:
        self._settings = settings
        self.items: Places[str] = Places()
        self.kinds: Places[Key] = Places()
        self._located: tuple[ItemTable, Located] | None = None
        self.popularity: DecayedColumn[str] = DecayedColumn(settings.popularity_half_life_s, self.items)
        self.item_shown: DecayedColumn[str] = DecayedColumn(settings.popularity_half_life_s, self.items)
        self.item_taken: DecayedColumn[str] = DecayedColumn(settings.popularity_half_life_s, self.items)
        self.item_sessions: Column[str] = Column(self.items)
        self.item_impressions: Column[str] = Column(self.items)
        self.item_clicks: Column[str] = Column(self.items)
        self.rates = ShopRates(settings.popularity_half_life_s, self.kinds)
        self.trends = Trends(settings.trend_half_life_s, self.kinds)
        # Of log prices shown, by category.
        self.prices_shown: DecayedColumn[Key] = DecayedColumn(settings.popularity_half_life_s, self.kinds)
        self.seen_with = Links()
        self.bought_with = Links()
        self.visits: Recent[str, Visit] = Recent(settings.max_sessions, Visit)
        self.shoppers: Recent[str, Profile] = Recent(settings.max_shoppers, lambda: Profile(settings))
        self.consents: dict[str, bool] = {}

    def apply(self, event: Event, item: Item | None, *, crowd: bool = True) -> None:
        """Learn from one event; a repeat of the same kind on the same item in one visit changes nothing.

        Args:
            event: attributed already.
            item: what the catalogue says of the item now; None where it no longer holds it.
            crowd: False where it is no customer's: it counts in their visit and profile, and nowhere else.
        """
        if event.type is EventType.IMPRESSION and not crowd:
            self._visit(event).shown.append(event.item_id)
            return
        if event.type is EventType.IMPRESSION:
            self.item_impressions.add(event.item_id, 1)
            self._visit(event).shown.append(event.item_id)
            self._count_rates(event, item, taken=False)
            return
        if event.type is EventType.NOT_SHOWN:
            self._take_back(event, item, crowd=crowd)
            return
        if event.type is EventType.EDIT:
            self._edit(event, Edit.from_text(event.item_id))
            return
        visit = self._visit(event)
        if (event.type, event.item_id) in visit.counted:
            return
        visit.counted.add((event.type, event.item_id))
        self._learn_shopper(event, item)
        if event.type in STRENGTH and not crowd:
            _remember(event.item_id, visit)
        elif event.type in STRENGTH:
            if ("seen", event.item_id) not in visit.counted:
                self._count_rates(event, item, taken=True)
            self._learn_item(event, visit)
        if event.type is EventType.DISMISS:
            visit.dismissed.add(event.item_id)
            if event.item_id in visit.recent:
                visit.recent.remove(event.item_id)

    def located(self, table: ItemTable) -> Located:
        """Return where the counts of a table's items stand; found once per table."""
        if self._located is None or self._located[0] is not table:
            self._located = (table, self._locate(table))
        return self._located[1]

    def _locate(self, table: ItemTable) -> Located:
        """Number everything that a table names; the row of unknown items has no places."""
        kinds, rows = self.kinds, (*table.items, None)

        def places(field: str) -> IntArray:
            values = [None if item is None else getattr(item, field) for item in rows]
            return kinds.of_all(None if value is None else (field, value) for value in values)

        n_attributes = np.array([0 if item is None else len(item.attributes) for item in rows], dtype=np.int64)
        attributes = np.zeros((len(rows), int(n_attributes.max())), dtype=np.int64)
        own = np.arange(attributes.shape[1]) < n_attributes[:, None]
        attributes[own] = kinds.of_all(key for item in table.items for key in item.attributes)
        return Located(
            item=self.items.of_all((*table.ids, None)),
            category=places("category"),
            department=places("department"),
            brand=places("brand"),
            attributes=np.ascontiguousarray(attributes.T),
            n_attributes=n_attributes,
        )

    def unit(self, shopper_key: str, session_key: str) -> str:
        """Return whom trials, caps and shares of traffic count in a visit: the person, where it began with one known.

        The first question begins the visit: a turn that shows nothing is one of it, too.

        Everywhere else the visit itself, also once its shopper agrees to a profile or signs in: what a visit has met
        stays the same until it ends.

        Args:
            shopper_key, session_key: as in Event.
        """
        visit = self.visits.touch(session_key)
        visit.began_as = visit.began_as or shopper_key
        return visit.began_as if may_profile(visit.began_as) else session_key

    def recent_items(self, session_key: str) -> tuple[str, ...]:
        """Return what a visit has shown interest in, latest first."""
        visit = self.visits.find(session_key)
        return () if visit is None else tuple(reversed(visit.recent))

    def dismissed_now(self, session_key: str) -> frozenset[str]:
        """Return what was dismissed in this visit."""
        visit = self.visits.find(session_key)
        return frozenset() if visit is None else frozenset(visit.dismissed)

    def gift_of(self, session_key: str, now: float) -> Gift | None:
        """Return what a visit for somebody else has shown; None where the visit is the shopper's own."""
        visit = self.visits.find(session_key)
        gift = None if visit is None else visit.gift
        return gift if gift is not None and now - gift.since < self._settings.gift_s else None

    def taste(self, shopper_key: str, session_key: str, now: float) -> Profile | None:
        """Return whose taste counts in a visit: the shopper's, or that of the one whom it is for; None: nothing known.

        Args:
            shopper_key, session_key: as in Event.
            now: epoch seconds.
        """
        gift = self.gift_of(session_key, now)
        return self.shoppers.find(shopper_key) if gift is None else gift.taste

    def forget_shopper(self, shopper_key: str) -> None:
        """Let a profile go; what the crowd learned from it stays, and so does the choice about consent."""
        self.shoppers.drop(shopper_key)

    def baskets(self) -> tuple[tuple[str, ...], ...]:
        """Return what was bought in each remembered visit, in the order of their latest events."""
        return tuple(tuple(visit.bought) for visit in self.visits.values() if visit.bought)

    def shown_in(self, session_key: str) -> frozenset[str]:
        """Return what was shown in this visit, the latest of it."""
        visit = self.visits.find(session_key)
        return frozenset() if visit is None else frozenset(visit.shown)

    def dismissal(self, shopper_key: str, item_id: str, now: float) -> float:
        """Return how fresh a shopper's dismissal of an item is, 1 (now) to 0 (never or long ago)."""
        shopper = self.shoppers.find(shopper_key)
        at = None if shopper is None else shopper.dismissed.get(item_id)
        if at is None:
            return 0.0
        return float(2.0 ** (-max(0.0, now - at) / self._settings.dismissal_half_life_s))

    def dismissals(self, shopper_key: str, item_ids: Sequence[str], now: float) -> FloatArray:
        """Return how fresh a shopper's dismissal of each item is, (n,); see `dismissal`."""
        shopper = self.shoppers.find(shopper_key)
        fresh = np.zeros(len(item_ids))
        if shopper is not None and shopper.dismissed:
            for i, item_id in enumerate(item_ids):
                fresh[i] = self.dismissal(shopper_key, item_id, now) if item_id in shopper.dismissed else 0.0
        return fresh

    def usual_price_shown(self, category: str, now: float) -> float:
        """Return the mean log price of what the shop lately showed of a category; 0 before it did."""
        n = self.rates.shown.read(("category", category), now)
        return self.prices_shown.read(("category", category), now) / n if n > 1e-9 else 0.0

    def _visit(self, event: Event) -> Visit:
        visit = self.visits.touch(event.session_key)
        visit.began_as = visit.began_as or event.shopper_key
        return visit

    def _dearness(self, item: Item, now: float) -> float:
        usual = 0.0 if item.category is None else self.usual_price_shown(item.category, now)
        return log1p(max(0, item.price_minor)) - usual if usual else 0.0

    def _count_rates(self, event: Event, item: Item | None, *, taken: bool) -> None:
        if item is None:
            return
        dearness = self._dearness(item, event.at)
        profile = self._own_profile(event)
        if profile is not None:
            profile.count(item, dearness, event.at, taken=taken)
        self.rates.count(item, dearness, event.at, taken=taken)
        self._count_item(item, 1.0, event.at, taken=taken)

    def _count_item(self, item: Item, amount: float, at: float, *, taken: bool) -> None:
        """Count what the shop counts beside the rates that shoppers have, too."""
        (self.item_taken if taken else self.item_shown).add(item.item_id, amount, at)
        if item.category is not None:
            key = ("category", item.category)
            self.trends.count(key, amount, at, taken=taken)
            if not taken:
                self.prices_shown.add(key, amount * log1p(max(0, item.price_minor)), at)

    def _take_back(self, event: Event, item: Item | None, *, crowd: bool) -> None:
        visit = self.visits.find(event.session_key)
        if visit is not None and event.item_id in visit.shown:
            visit.shown.remove(event.item_id)
        if not crowd:
            return
        if self.item_impressions.read(event.item_id) > 0:
            self.item_impressions.add(event.item_id, -1)
        if item is None:
            return
        dearness = self._dearness(item, event.at)
        profile = self.taste(event.shopper_key, event.session_key, event.at)
        if profile is not None and not profile.paused:
            profile.rates.take_back(item, dearness, event.at)
        self._count_item(item, -1.0, event.at, taken=False)
        self.rates.take_back(item, dearness, event.at)

    def _own_profile(self, event: Event) -> Profile | None:
        """Return the profile that learns from an event: the shopper's, or of whom the visit is for; None: nobody's."""
        if not may_profile(event.shopper_key):
            return None
        gift = self.gift_of(event.session_key, event.at)
        return self.shoppers.touch(event.shopper_key) if gift is None else gift.taste

    def _learn_shopper(self, event: Event, item: Item | None) -> None:
        profile = self._own_profile(event)
        if profile is None:
            return
        profile.remember(Act(event.item_id, KINDS[event.type], event.at))
        if item is not None:
            profile.learn(item, INTEREST[event.type], event.at, event.session_key)
        profile.note(event.type, event.item_id, event.session_key, event.at)

    def _edit(self, event: Event, edit: Edit | None) -> None:
        """Carry out what a shopper changed about their own profile or this visit."""
        key = event.shopper_key
        if edit is None:
            return
        if edit.kind is EditKind.GIFT:
            visit = self.visits.touch(event.session_key)
            visit.gift = Gift(event.at, Profile(self._settings)) if edit.value == YES else None
        elif edit.kind is EditKind.CONSENT:
            self.consents[key] = edit.value == YES
            if edit.value != YES:
                self.forget_shopper(key)
        elif not may_profile(key):
            return
        elif edit.kind is EditKind.RESET:
            self.forget_shopper(key)
        elif edit.kind is EditKind.JOIN:
            guest = self.shoppers.find(edit.value)
            if guest is not None and edit.value != key:
                self.shoppers.touch(key).join(guest, event.at)
                self.forget_shopper(edit.value)
        else:
            self.shoppers.touch(key).edit(edit, event.at)

    def _learn_item(self, event: Event, visit: Visit) -> None:
        item_id = event.item_id
        self.popularity.add(item_id, STRENGTH[event.type], event.at)
        # A share of what was shown: clicks elsewhere are no part of it.
        if event.type is EventType.CLICK and event.decision_id is not None:
            self.item_clicks.add(item_id, 1)
        if ("seen", item_id) not in visit.counted:
            self._link_seen(item_id, visit)
        if event.type is EventType.PURCHASE:
            self._link_bought(item_id, visit)

    def _link_seen(self, item_id: str, visit: Visit) -> None:
        self.item_sessions.add(item_id, 1)
        self.seen_with.count_item(item_id)
        earlier = list(visit.recent)[-self._settings.window :]
        for distance, source in enumerate(reversed(earlier)):
            self.seen_with.add(source, item_id, _DISTANCE_DECAY**distance)
        _remember(item_id, visit)

    def _link_bought(self, item_id: str, visit: Visit) -> None:
        self.bought_with.count_item(item_id)
        for other in visit.bought:
            self.bought_with.add(other, item_id, 1.0)
            self.bought_with.add(item_id, other, 1.0)
        visit.bought.append(item_id)


def _remember(item_id: str, visit: Visit) -> None:
    """Let a visit know that an item was of interest in it, once."""
    if ("seen", item_id) not in visit.counted:
        visit.recent.append(item_id)
        visit.counted.add(("seen", item_id))
