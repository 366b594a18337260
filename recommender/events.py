"""What happens to a slate, as frozen events, and the decision that they refer to.

Ids only: this package knows neither products nor conversations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Final, Literal, Protocol

from recommender.profiles.edits import ERASED
from recommender.treatment import Treatment

Stream = Literal["live", "uniform", "canary"]
"""Which part of the traffic a decision belongs to."""
APART: Final = "starter:"
"""Ids that begin so are no products: they are chosen and logged like them, and teach nothing about products."""
SPONSORED: Final = "sponsored"
"""Reason code of a paid slot."""


class EventType(StrEnum):
    """What a shopper did, or what was done for one."""

    IMPRESSION = "impression"
    CLICK = "click"
    ADD_TO_CART = "add_to_cart"
    REMOVE_FROM_CART = "remove_from_cart"
    PURCHASE = "purchase"
    DISMISS = "dismiss"
    RETURN = "return"
    NOT_SHOWN = "not_shown"
    """Takes an impression back: the item was chosen, but left out before the shopper saw the slate."""
    EDIT = "edit"
    """The shopper changed their own profile: item_id holds what (profiles/edits.py); nothing was done to an item."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Args:
        event_id: unique; an event is counted once.
        type: what happened.
        item_id: product id.
        shopper_key: pseudonymous key of the person (signed-in) or of the session; never an e-mail or a name.
        session_key: pseudonymous key of the session.
        at: seconds since the epoch, UTC.
        decision_id: the decision that showed the item; None where there was none (e.g. a product page).
        position: 0-based place in the slate; None without a decision.
        value_minor: money of a purchase in minor units; 0 otherwise.
    """

    event_id: str
    type: EventType
    item_id: str
    shopper_key: str
    session_key: str
    at: float
    decision_id: str | None = None
    position: int | None = None
    value_minor: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """What the recommender knows of a product.

    Args:
        item_id: product id.
        category, department, brand: as in the catalogue; None where not stated.
        price_minor: price now, minor units.
        discount: share of the list price saved, 0 to 1.
        rating: 1 to 5; None without reviews.
        rating_count: number of reviews.
        in_stock: None where not stated.
        stock: units that can be sold now; None where not stated.
        cost_minor: what one unit costs the shop, minor units; None where not stated. Never an arm of a price test.
        attributes: (name, value) of what many products of the shop state and shoppers choose by, e.g.
            (("colour", "Red"),); a name may come several times.
    """

    item_id: str
    category: str | None
    department: str | None
    brand: str | None
    price_minor: int
    discount: float = 0.0
    rating: float | None = None
    rating_count: int = 0
    in_stock: bool | None = None
    stock: int | None = None
    cost_minor: int | None = None
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that may be shown.

    Args:
        item_id: product id.
        relevance: how well it answers the request, 0 to 1; 0 where there was no request.
        sources: where it came from, e.g. ("search",) or ("bought_with:tent-2",).
        matches: labels of stated wishes that it meets, e.g. ("under $80",).
    """

    item_id: str
    relevance: float = 0.0
    sources: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaidPlace:
    """An item that a campaign pays for; whether it gets a slot is decided with the slate.

    Args:
        campaign: id of the campaign.
        item_id: product id.
    """

    campaign: str
    item_id: str


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """For whom, where and how a slate is made.

    Args:
        shopper_key, session_key: as in Event.
        turn_id: the turn that asks.
        surface: "search", "recommend", "more_like_this", …
        query: the request in words; may be empty.
        k: slots of the slate (1 to 12).
        explore: False where nothing may be tried out (an explicit order, checkout, complaint).
        keep_order: True where the shopper asked for an order (cheapest first): candidates are shown as they come.
        now: seconds since the epoch, UTC.
        seed: of the sampling; the same context, candidates, state and seed give the same slate.
        exclude: item ids that must not be shown (dismissed, already in the cart, …).
        intent: what the shopper is about, where the caller knows: "", "checkout", "complaint", "return", …; nothing is
            tried out in those that `settings.quiet_intents` names.
        different: True where the shopper asked for something different: what this visit was shown is left out while
            anything else is there.
        age_years: of the shopper, where stated; None counts as too young for what has an age limit.
        treatment: what experiments change in it; None where the shopper is in none.
        stated: (field, value) wishes of now, in lower case, e.g. (("colour", "blue"),): they outweigh what a profile
            says of a field.
        sponsored: what may be put into a paid slot; each meets every stated limit.
        locale: in which the shop speaks, e.g. "en_US"; "" where not known.
        device: "phone", "desktop" or "" where not known. Like the locale it ranks nothing: a new ranking must not do
            harm to any of these groups.
    """

    shopper_key: str
    session_key: str
    turn_id: str
    surface: str
    now: float
    seed: int
    query: str = ""
    k: int = 6
    explore: bool = True
    keep_order: bool = False
    exclude: frozenset[str] = frozenset()
    intent: str = ""
    different: bool = False
    age_years: int | None = None
    treatment: Treatment | None = None
    stated: tuple[tuple[str, str], ...] = ()
    sponsored: tuple[PaidPlace, ...] = ()
    locale: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of an item's score, as shown under "why this".

    Args:
        code: closed set, e.g. "matches", "bought_with", "similar_to", "popular", "for_you", "trying_new".
        detail: what the code needs to be a sentence, e.g. "under $80", or an item id; may be empty.
        weight: signed contribution to the score.
        lead: how much more that is than what the request's candidates get on average: a part that all share explains
            no place in the slate.
    """

    code: str
    detail: str
    weight: float
    lead: float = 0.0


@dataclass(frozen=True, slots=True)
class SlateItem:
    """One slot.

    Args:
        item_id: product id.
        position: 0-based.
        score: what the ranker gave.
        probability: exact probability of this item in this slot, given the slots before (P(a_k | a_<k)), in (0, 1].
        reasons: the score's parts, the one with the largest lead first.
    """

    item_id: str
    position: int
    score: float
    probability: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A slate and everything needed to judge it later.

    Args:
        decision_id: unique.
        context: as given.
        items: the slate, in the order shown.
        slate_probability: product of the slots' probabilities.
        policy: name and version of what decided, e.g. "squarecb/1".
        model: hash of the ranker's parameters.
        candidate_ids: all candidates after rules, in scoring order.
        candidate_scores: their scores, same order; what the policy drew from.
        params: parameters of the policy, e.g. {"gamma": 40.0, "floor": 0.02}.
        model_sha: hash of the click model's file; "" where none served.
        feature_schema: names the click model's features as served; "" where none were.
        candidate_sources: where each candidate came from, same order.
        default_ids: what the default policy would have shown, in order.
        stream: "live"; "uniform" for the hold-out that draws evenly; "canary" for a release on trial.
        policy_version: release of the ranker, from the promotion registry; "" before any.
        experiments: experiment -> arm; of an interleaving -> whose each slot is, e.g. "ABBABA".
        guards: what rules, caps and switches did, e.g. "pin:7:tent-1@0", "no_explore:checkout".
        pinned_ids: items that an owner's rule put into their slots, with probability 1.
        segment: of shopper and context, e.g. "new".
        latency_us: microseconds from the request to the slate, the log not counted.
        trace: features and parts as served, compressed (trace.py); empty where none were kept.
        shown_ids: what was shown in the end, in order; None where it was shown as chosen.
    """

    # For who writes a row as JSON: bytes as base64, and back.
    __pydantic_config__: ClassVar[dict[str, str]] = {"ser_json_bytes": "base64", "val_json_bytes": "base64"}

    decision_id: str
    context: DecisionContext
    items: tuple[SlateItem, ...]
    slate_probability: float
    policy: str
    model: str
    candidate_ids: tuple[str, ...]
    candidate_scores: tuple[float, ...]
    params: Mapping[str, float] = field(default_factory=dict)
    model_sha: str = ""
    feature_schema: str = ""
    candidate_sources: tuple[tuple[str, ...], ...] = ()
    default_ids: tuple[str, ...] = ()
    stream: Stream = "live"
    policy_version: str = ""
    experiments: Mapping[str, str] = field(default_factory=dict)
    guards: tuple[str, ...] = ()
    pinned_ids: tuple[str, ...] = ()
    segment: str = ""
    latency_us: int = 0
    trace: bytes = b""
    shown_ids: tuple[str, ...] | None = None

    @property
    def chosen_ids(self) -> tuple[str, ...]:
        """What was chosen, in order."""
        return tuple(item.item_id for item in self.items)

    @property
    def erased(self) -> bool:
        """Whether its shopper was erased: it still counts, but can no longer be recomputed."""
        return self.context.session_key.startswith(ERASED)

    @property
    def seen_ids(self) -> tuple[str, ...]:
        """What the shopper saw, in order: as shown, else as chosen."""
        return self.chosen_ids if self.shown_ids is None else self.shown_ids

    @property
    def sponsored_ids(self) -> tuple[str, ...]:
        """What stands there because somebody pays for it: shown and labelled, and never learned from."""
        return tuple(item.item_id for item in self.items if any(reason.code == SPONSORED for reason in item.reasons))

    @property
    def teaches(self) -> bool:
        """Whether a ranker of products may be fitted on the slate: nothing in it is paid for, and it holds products."""
        return not self.sponsored_ids and not any(item.item_id.startswith(APART) for item in self.items)

    @property
    def organic_ids(self) -> tuple[str, ...]:
        """What the shopper saw and may be learned from, in order."""
        paid = self.sponsored_ids
        return tuple(item_id for item_id in self.seen_ids if item_id not in paid)


class EventLog(Protocol):
    """Append-only memory of decisions and events. Held to tests/contracts/event_log.py."""

    def append_decision(self, decision: Decision) -> None:
        """Keep a decision; the same id twice is kept once."""

    def append_event(self, event: Event) -> bool:
        """Keep an event. Returns False where its id was already known (nothing is changed)."""

    def append_many(self, new_decisions: Iterable[Decision], new_events: Iterable[Event]) -> int:
        """Keep many at once, all or none. Returns how many of the events were new."""

    def append_shown(self, decision_id: str, shown_ids: Sequence[str], taken_back: Iterable[Event] = ()) -> None:
        """Keep what of a decision was shown in the end, in order; the last word stays.

        Args:
            decision_id: of a decision that is kept already.
            shown_ids: may be empty, may be in another order than chosen.
            taken_back: NOT_SHOWN events of the items left out, kept together with it.
        """

    def find_decision(self, decision_id: str) -> Decision | None:
        """Return a decision or None."""

    def decisions(self, *, after: int = 0, limit: int = 1_000, traces: bool = False) -> Sequence[tuple[int, Decision]]:
        """Return decisions in order of arrival as (sequence number, decision), with numbers above `after`.

        Args:
            after: 0 begins with the first.
            limit: most decisions.
            traces: read also what each was served with; without, `trace` is empty.
        """

    def last_decision(self) -> int:
        """Return the highest sequence number of a decision; 0 without any."""

    def events(self, *, after: int = 0, limit: int = 100_000) -> Sequence[tuple[int, Event]]:
        """Return events in order of arrival as (sequence number, event), with numbers above `after`."""
