"""A profile as its shopper is shown it: typed, frozen, ids and values only.

What is shown is what acts: entries are read from the same sums that the ranking reads. Knows no words and no money.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import Final, Literal

from recommender.profiles.interest import Interest, price_of_log
from recommender.profiles.profile import Profile
from recommender.state import BehaviourState

MIN_CLICKS: Final = 0.4
"""A sign that is worth less than this today is not shown, and hardly acts."""
MIN_PRICED: Final = 1.5
MAX_ENTRIES: Final = 12
_PER_FIELD: Final = 4

EntryKind = Literal["likes", "less_of", "avoids", "price"]


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """One thing that is known of a shopper.

    Args:
        kind: "likes" and "less_of" are learned, "avoids" is stated, "price" is a band of prices usually chosen.
        field: "category", "department", "brand", "price" or an attribute's name.
        value: as the catalogue writes it; of a price, the category.
        strength: 0 to 1; 1 for what is stated.
        low_minor, high_minor: of a price, minor units; 0 otherwise.
        interest: 0-based number of the interest that it belongs to; None for what is stated.
    """

    kind: EntryKind
    field: str
    value: str
    strength: float = 1.0
    low_minor: int = 0
    high_minor: int = 0
    interest: int | None = None

    @property
    def entry_id(self) -> str:
        """Names the entry in an edit, e.g. "likes:colour=Red"."""
        return f"{self.kind}:{self.field}={self.value}"


@dataclass(frozen=True, slots=True)
class ShortTerm:
    """What this visit says, whether or not a profile is kept.

    Args:
        viewed: product ids of interest that were not bought, latest first.
        dismissed: product ids that are not shown again in this visit.
        for_somebody: whether the visit is for somebody else: it teaches the shopper's own profile nothing.
    """

    viewed: tuple[str, ...] = ()
    dismissed: frozenset[str] = frozenset()
    for_somebody: bool = False


@dataclass(frozen=True, slots=True)
class ProfileView:
    """What is known of a shopper now.

    Args:
        entries: what is stated first, then by interest, strongest first.
        consent: True or False as chosen; None where nothing was.
        paused: whether nothing is learned for now.
        short_term: of the visit.
    """

    entries: tuple[ProfileEntry, ...] = ()
    consent: bool | None = None
    paused: bool = False
    short_term: ShortTerm = ShortTerm()


def view_of(state: BehaviourState, shopper_key: str, session_key: str, now: float) -> ProfileView:
    """Show a profile.

    Args:
        state: behaviour so far.
        shopper_key, session_key: as in Event.
        now: epoch seconds.
    """
    profile = state.shoppers.find(shopper_key)
    return ProfileView(
        entries=() if profile is None else entries_of(profile, now),
        consent=state.consents.get(shopper_key),
        paused=profile is not None and profile.paused,
        short_term=ShortTerm(
            _looked_at(state, session_key),
            state.dismissed_now(session_key),
            state.gift_of(session_key, now) is not None,
        ),
    )


def _looked_at(state: BehaviourState, session_key: str) -> tuple[str, ...]:
    visit = state.visits.find(session_key)
    bought = () if visit is None else visit.bought
    return tuple(item_id for item_id in state.recent_items(session_key) if item_id not in bought)


def entries_of(profile: Profile, now: float) -> tuple[ProfileEntry, ...]:
    """Return what a profile holds that still counts."""
    stated = [ProfileEntry("avoids", field, value) for field, value in profile.avoided]
    order = sorted(profile.interests, key=lambda interest: -interest.weight(now))
    learned = [entry for place, interest in enumerate(order) for entry in _learned(profile, interest, place, now)]
    seen: dict[str, ProfileEntry] = {}
    for entry in (*stated, *learned):
        seen.setdefault(entry.entry_id, entry)
    return tuple(seen.values())


def _learned(profile: Profile, interest: Interest, place: int, now: float) -> list[ProfileEntry]:
    found: list[ProfileEntry] = []
    liking = profile.affinities(now)
    for field, values in interest.fields.items():
        # A department is said by its categories.
        if field == "department":
            continue
        strong = [(interest.read(field, value, now), value) for value in values]
        told = sorted((pair for pair in strong if abs(pair[0]) >= MIN_CLICKS), key=lambda pair: -abs(pair[0]))
        for _, value in told[:_PER_FIELD]:
            affinity = liking(field, value)
            kind: EntryKind = "likes" if affinity > 0 else "less_of"
            found.append(ProfileEntry(kind, field, value, abs(affinity), interest=place))
    found.sort(key=lambda entry: (entry.field != "category", -entry.strength))
    return found[:MAX_ENTRIES] + [
        entry for category in interest.prices if (entry := _band(interest, place, category, now))
    ]


def _band(interest: Interest, place: int, category: str, now: float) -> ProfileEntry | None:
    price = interest.price(category, now)
    if price is None or price[0] * interest.freshness(now) < MIN_PRICED:
        return None
    weight, mean, spread = price
    # One standard deviation to both sides of the mean log price, so that the band means the same in every currency.
    low, high = price_of_log(mean - spread), price_of_log(mean + spread)
    strength = 1.0 - exp(-weight)
    return ProfileEntry("price", "price", category, strength, low, high, interest=place)
