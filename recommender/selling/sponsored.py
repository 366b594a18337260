"""Places that somebody pays for: which campaigns run, and where one of their items may stand in a slate.

A paid place is like a pin of the owner: it is taken out before anything is drawn, so that every logged probability
stays exact; it is labelled, and nothing is learned from it. Off unless a campaign runs. Knows ids only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import AwareDatetime, Field, ValidationError

from recommender.decay import Recent
from recommender.errors import CampaignBroken
from recommender.events import Candidate, Decision, DecisionContext, PaidPlace
from recommender.item_table import FloatArray, IntArray
from recommender.settings import DAY_S, RecommenderSettings
from recommender.standing import Standing, what_is_wrong

ORGANIC_PER_PAID: Final = 4
"""One slot of five may be paid for, and it is the last of the five: never the first."""
SURFACES: Final = frozenset({"search", "recommend"})


class Campaign(Standing):
    """Items that somebody pays for to be shown.

    Args:
        sponsor: who pays, for the record.
        item_ids: product ids; at most one of them is shown per paid slot.
        ends: until when; it must be said.
        per_shopper_per_day: most showings to one shopper in a day.
    """

    sponsor: str = Field(min_length=1, max_length=200)
    item_ids: tuple[str, ...] = Field(min_length=1, max_length=100)
    words: tuple[str, ...] = Field(default=(), max_length=100)
    ends: AwareDatetime
    per_shopper_per_day: int = Field(default=3, ge=1, le=20)


def read_campaign(given: object) -> Campaign:
    """Read one campaign.

    Args:
        given: e.g. {"sponsor": "Alp", "item_ids": ["tent-1"], "ends": "2027-01-01T00:00:00Z"}.

    Raises:
        CampaignBroken: it is none; the message names the field and what is wrong with it.
    """
    try:
        return Campaign.model_validate(given)
    except ValidationError as error:
        raise CampaignBroken(f"The campaign cannot be used: {what_is_wrong(error)}.") from error


class PaidShowings:
    """How often each shopper was shown each campaign in a day; in memory, from the slates as they are noted."""

    def __init__(self, max_shoppers: int) -> None:
        self._times: Recent[tuple[str, str], deque[float]] = Recent(max_shoppers, lambda: deque(maxlen=20))

    def full(self, shopper_key: str, campaign: Campaign, now: float) -> bool:
        """Tell whether a shopper has seen enough of a campaign today."""
        times = self._times.find((shopper_key, campaign.id)) or ()
        return sum(now - at < DAY_S for at in times) >= campaign.per_shopper_per_day

    def note(self, decision: Decision, unit: str) -> None:
        """Count what a slate shows of campaigns to somebody, whom `BehaviourState.unit` names."""
        paid = set(decision.sponsored_ids)
        for offer in decision.context.sponsored:
            if offer.item_id in paid:
                paid.remove(offer.item_id)
                self._times.touch((unit, offer.campaign)).append(decision.context.now)


def offers(
    campaigns: Iterable[Campaign],
    showings: PaidShowings,
    meeting: Collection[str],
    *,
    shopper_key: str,
    query: str,
    now: float,
) -> tuple[PaidPlace, ...]:
    """Return what may be put into a paid slot of a request, the oldest campaign first.

    Args:
        campaigns: as kept, oldest first.
        showings: for the cap per shopper.
        meeting: ids of candidates that are known to meet every stated limit and can be bought.
        shopper_key: for whom.
        query: the request in words.
        now: epoch seconds.
    """
    return tuple(
        PaidPlace(campaign.id, item_id)
        for campaign in campaigns
        if campaign.runs(now, query) and not showings.full(shopper_key, campaign, now)
        for item_id in campaign.item_ids
        if item_id in meeting
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """Where paid items stand.

    Args:
        slots: slot -> index of the candidate.
        guards: what was placed, e.g. "sponsored:3:tent-1@4".
    """

    slots: Mapping[int, int]
    guards: tuple[str, ...]


NOTHING_PLACED: Final = Placed({}, ())


def place_paid(
    context: DecisionContext,
    candidates: Sequence[Candidate],
    scores: FloatArray,
    order: IntArray,
    taken: Mapping[int, int],
    settings: RecommenderSettings,
) -> Placed:
    """Give paid items their slots.

    An item stands only where it is about as relevant and as well scored as the last one that would be shown without
    it, and where it would not stand as high by itself. Each campaign gets one slot at most.

    Args:
        context: what is offered, and where; nothing is placed in an order that was asked for, in checkout or in a
            complaint.
        candidates: n, all of which may be shown.
        scores: (n,).
        order: (n,) candidates by falling score.
        taken: slot -> candidate that an owner's rule put there.
        settings: for quiet intents and surfaces, and the margin.
    """
    quiet = context.intent in settings.quiet_intents or context.surface in settings.quiet_surfaces
    if not context.sponsored or context.keep_order or quiet or context.surface not in SURFACES:
        return NOTHING_PLACED
    free = [slot for slot in range(ORGANIC_PER_PAID, context.k, ORGANIC_PER_PAID + 1) if slot not in taken]
    places = {candidate.item_id: i for i, candidate in enumerate(candidates)}
    rank = {int(i): at for at, i in enumerate(order)}
    last = int(order[min(context.k, len(order)) - 1])
    least_score = scores[last] - settings.sponsored_margin
    least_relevance = candidates[last].relevance - settings.sponsored_margin
    slots: dict[int, int] = {}
    guards: list[str] = []
    campaigns: set[str] = set()
    for offer in context.sponsored:
        i = places.get(offer.item_id)
        slot = next((slot for slot in free if slot not in slots and slot < len(order)), None)
        if i is None or slot is None or offer.campaign in campaigns or i in {*slots.values(), *taken.values()}:
            continue
        if scores[i] >= least_score and candidates[i].relevance >= least_relevance and rank[i] > slot:
            slots[slot] = i
            campaigns.add(offer.campaign)
            guards.append(f"sponsored:{offer.campaign}:{offer.item_id}@{slot}")
    return Placed(slots, tuple(guards))
