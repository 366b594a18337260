"""One shopper's long-term profile: up to four interests, stated dislikes, and what was left unfinished.

Built by applying events in order of arrival; the same events give the same profile. Interests are opened by online
clustering (leader algorithm, Hartigan 1975, section 3.2): a sign of interest joins the nearest interest, or opens a new
one where none is near. So a gift does not water down what was learned about the shopper. Knows neither the log nor
whether a profile may be kept at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from recommender.events import EventType, Item
from recommender.field_rates import OwnRates
from recommender.profiles.edits import Edit, EditKind
from recommender.profiles.interest import Interest, Key
from recommender.settings import RecommenderSettings

NEAR: Final = 0.35
"""From this cosine on a sign belongs to an interest: the same department, or the same category without departments."""
FADED: Final = 0.5
"""An interest with fewer clicks left makes room for another."""
MAX_STATED: Final = 60
MAX_RECENT: Final = 40
HISTORY_LENGTH: Final = 50
"""Latest acts that the click model's history holds."""
MAX_RATES: Final = 64
"""Categories, departments and brands whose rates are kept, those shown most; twice as many for a while."""
_STOPS: Final = (EventType.PURCHASE, EventType.DISMISS, EventType.RETURN)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A thing that was looked at or put into the cart, and not bought.

    Args:
        item_id: product id.
        in_cart: whether it was put into the cart.
        session_key: the visit.
        at: epoch seconds of the latest sign.
    """

    item_id: str
    in_cart: bool
    session_key: str
    at: float


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a shopper did: with which item, of which of state.KINDS, and when (epoch seconds)."""

    item_id: str
    kind: int
    at: float


class Profile:
    """What is known of one shopper. Not safe for threads by itself.

    Args:
        settings: half-lives and limits.
    """

    __slots__ = (
        "_settings",
        "acts",
        "avoided",
        "dismissed",
        "forgotten",
        "interests",
        "paused",
        "rates",
        "recent",
        "signs",
    )

    def __init__(self, settings: RecommenderSettings) -> None:
        self._settings = settings
        self.interests: list[Interest] = []
        self.avoided: dict[Key, float] = {}
        self.forgotten: dict[Key, float] = {}
        self.dismissed: dict[str, float] = {}
        self.recent: dict[str, Unfinished] = {}
        self.rates = OwnRates(settings.interest_half_life_s, MAX_RATES)
        self.acts: deque[Act] = deque(maxlen=HISTORY_LENGTH)
        self.paused = False
        self.signs = 0

    # ------------------------------------------------------------ reading

    def affinity(self, field: str, value: str | None, now: float) -> float:
        """Return liking in (-1, 1); see `affinities`."""
        return self.affinities(now)(field, value)

    def affinities(self, now: float) -> Callable[[str, str | None], float]:
        """Return what reads likings at one moment; see `likings`.

        Args:
            now: epoch seconds.

        Returns:
            Takes "category", "department", "brand" or an attribute's name, and e.g. "Tents"; None gives 0.
        """
        likings = self.likings(now)
        return lambda field, value: 0.0 if value is None else likings.get((field, value), 0.0)

    def likings(self, now: float) -> dict[Key, float]:
        """Return the liking of every value that an interest knows; all others have 0.

        A liking, in (-1, 1), is the value's share of all signs about its field, shrunk towards 0. An interest on trial
        is measured against the lasting ones and itself, and never they against it.

        Args:
            now: epoch seconds.
        """
        signs: dict[Key, float] = {}
        masses: dict[str, float] = {}
        for interest in (one.at(now) for one in self.interests if one.lasting):
            for field in interest.fields:
                masses[field] = masses.get(field, 0.0) + interest.mass(field)
            for key, sign in interest.signs():
                signs[key] = signs.get(key, 0.0) + sign
        likings = {key: sign / (masses[key[0]] + 1.0) for key, sign in signs.items()}
        for trial in (one.at(now) for one in self.interests if not one.lasting):
            for key, own in trial.signs():
                mass = masses.get(key[0], 0.0) + 1.0
                share = (signs.get(key, 0.0) + own) / (mass + trial.mass(key[0]))
                if own and abs(share) > abs(likings.get(key, 0.0)):
                    likings[key] = share
        return likings

    def usual_log_prices(self, now: float) -> dict[Key, float]:
        """Return ("category", category) -> mean log price of what was liked, for those where something was."""
        categories = dict.fromkeys(category for interest in self.interests for category in interest.prices)
        usual = ((category, self.usual_log_price(category, now)) for category in categories)
        return {("category", category): price for category, price in usual if price is not None}

    def usual_log_price(self, category: str | None, now: float) -> float | None:
        """Return the mean log price of what was liked in a category; None where nothing was."""
        found = None if category is None else self.price(category, now)
        return None if found is None or found[0] <= 1e-9 else found[1]

    def price(self, category: str, now: float) -> tuple[float, float, float] | None:
        """Return (weight, mean, standard deviation) of the log prices liked in a category; None where nothing was."""
        found = (interest.price(category, now) for interest in self.interests)
        return max((price for price in found if price is not None), default=None)

    def avoids(self, item: Item) -> Key | None:
        """Return the stated dislike that an item meets, or None."""
        if not self.avoided:
            return None
        own = (("category", item.category), ("department", item.department), ("brand", item.brand), *item.attributes)
        return next(((f, v) for f, v in own if v is not None and (f, v) in self.avoided), None)

    def unfinished(self, session_key: str) -> tuple[Unfinished, ...]:
        """Return what the latest visit with unfinished things left, the cart first, then the latest.

        Args:
            session_key: the visit now; its own things come before those of earlier visits.
        """
        listed = sorted(self.recent.values(), key=lambda thing: (thing.session_key == session_key, thing.at))
        if not listed:
            return ()
        left = [thing for thing in listed if thing.session_key == listed[-1].session_key]
        return tuple(sorted(left, key=lambda thing: (not thing.in_cart, -thing.at)))

    # ------------------------------------------------------------ learning

    def note(self, kind: EventType, item_id: str, session_key: str, at: float) -> None:
        """Remember what was looked at, carted, bought or dismissed."""
        if kind is EventType.DISMISS:
            self.dismissed[item_id] = at
        elif kind in (EventType.CLICK, EventType.ADD_TO_CART, EventType.PURCHASE):
            self.dismissed.pop(item_id, None)
        if self.paused:
            return
        before = self.recent.pop(item_id, None)
        if kind in _STOPS:
            return
        carted = kind is EventType.ADD_TO_CART or (
            before is not None and before.in_cart and kind is not EventType.REMOVE_FROM_CART
        )
        self.recent[item_id] = Unfinished(item_id, carted, session_key, at)
        if len(self.recent) > MAX_RECENT:
            del self.recent[next(iter(self.recent))]

    def learn(self, item: Item, amount: float, at: float, session_key: str) -> None:
        """Count one sign of interest (positive) or of the opposite in an item."""
        if self.paused:
            return
        self.signs += 1
        self._interest_for(item, at, session_key).learn(item, amount, at, session_key, self.forgotten)

    def count(self, item: Item, dearness: float, at: float, *, taken: bool) -> None:
        """Count that an item was shown, or taken; see `Rates.count`."""
        if not self.paused:
            self.rates.count(item, dearness, at, taken=taken, forgotten=self.forgotten)

    def remember(self, act: Act) -> None:
        """Add to the history; nothing comes back into it from before a forgetting."""
        if not self.paused and act.at > self._cleared_at():
            self.acts.append(act)

    def join(self, guest: Profile, at: float) -> None:
        """Take in what the same person did as a guest; what this profile forgot before stays forgotten."""
        for theirs in guest.interests:
            for field, value in self.forgotten:
                theirs.forget(field, value)
            mine = max(self.interests, key=theirs.likeness, default=None)
            if mine is not None and theirs.likeness(mine) >= NEAR:
                mine.take_in(theirs)
            elif len(self.interests) < self._settings.max_interests:
                self.interests.append(theirs)
            else:
                self._make_room(theirs, at)
        for key in self.forgotten:
            guest.rates.forget(*key)
        self.rates.take_in(guest.rates)
        theirs_left = [act for act in guest.acts if act.at > self._cleared_at()]
        self.acts = deque(sorted([*self.acts, *theirs_left], key=lambda act: act.at), HISTORY_LENGTH)
        self.avoided = _latest(self.avoided | guest.avoided)
        self.forgotten = _latest(self.forgotten | guest.forgotten)
        self.dismissed |= guest.dismissed
        both = sorted((self.recent | guest.recent).values(), key=lambda thing: thing.at)
        self.recent = {thing.item_id: thing for thing in both[-MAX_RECENT:]}
        self.signs += guest.signs

    def edit(self, edit: Edit, at: float) -> None:
        """Carry out what the shopper changes; edits that are about no profile are left alone."""
        key = (edit.field, edit.value)
        match edit.kind:
            case EditKind.FORGET:
                self._forget(key, at)
            case EditKind.AVOID:
                self._forget(key, at)
                self.avoided = _latest({**self.avoided, key: at})
            case EditKind.WELCOME:
                self.avoided.pop(key, None)
            case EditKind.PAUSE | EditKind.RESUME:
                self.paused = edit.kind is EditKind.PAUSE
            case _:
                pass

    def _forget(self, key: Key, at: float) -> None:
        for interest in self.interests:
            interest.forget(*key)
        self.interests = [interest for interest in self.interests if any(interest.fields.values())]
        self.rates.forget(*key)
        # Acts name items, which may have the value or not: only without all of them nothing is left of it.
        self.acts.clear()
        self.forgotten = _latest({**self.forgotten, key: at})

    def _cleared_at(self) -> float:
        return max(self.forgotten.values(), default=float("-inf"))

    def _interest_for(self, item: Item, at: float, session_key: str) -> Interest:
        found = [interest.nearness(item) for interest in self.interests]
        nearest = max(found, default=0.0)
        if nearest >= NEAR:
            return self.interests[found.index(nearest)]
        settings = self._settings
        # What the first visit shows is the best guess there is; a later interest has to show that it is no gift.
        known = any(interest.lasting and interest.opened_in != session_key for interest in self.interests)
        trial = settings.trial_half_life_s if known else None
        fresh = Interest(settings.interest_half_life_s, at, session_key, trial)
        if len(self.interests) < settings.max_interests:
            self.interests.append(fresh)
            return fresh
        return self._make_room(fresh, at)

    def _make_room(self, fresh: Interest, at: float) -> Interest:
        """Put an interest into the place of a faded one; where none has faded, into the weakest."""
        place = min(range(len(self.interests)), key=lambda i: self.interests[i].weight(at))
        if self.interests[place].weight(at) < FADED:
            self.interests[place] = fresh
        else:
            self.interests[place].take_in(fresh)
        return self.interests[place]


def _latest(stated: dict[Key, float]) -> dict[Key, float]:
    kept = sorted(stated, key=lambda key: stated[key])[-MAX_STATED:]
    return {key: stated[key] for key in kept}
