"""Campaigns, alarms and what serves, in words. Pure: no HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from assistant.support.ledger import Entry
from assistant.text import clean
from recommender.bandit.drift import DriftAlarm
from recommender.selling.sponsored import Campaign
from ui.owner_words import PARTS, surface_words

_SERVING: Final[Mapping[str, str]] = {
    "rankers": "Parts of a score",
    "click_model": "Click model",
    "canary": "On trial",
    "weights": "Weights of the parts",
    "policy": "How slates are drawn",
    "head": "Learned since the training",
    "items": "Products known",
    "vectors": "Meaning of products",
    "events_learned": "Events learned from",
    "events_ignored": "Events that count for nothing",
}
"""What the recommender says of itself, by the names that people read; what is not here is told elsewhere."""


@dataclass(frozen=True, slots=True)
class CampaignView:
    """One campaign.

    Args:
        state: "Runs", "Planned", "Over" or "Stopped".
        running: whether it acts now, or will.
        products: titles, the ids where the catalogue has none.
    """

    entry: Entry[Campaign]
    state: str
    running: bool
    sponsor: str
    products: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm of drift: what is told, and when it came."""

    words: str
    at: datetime


def campaign_view(entry: Entry[Campaign], titles: Mapping[str, str], now: datetime) -> CampaignView:
    """Write a campaign."""
    campaign = entry.body
    if not entry.stands:
        state = "Stopped"
    elif campaign.ends <= now:
        state = "Over"
    else:
        state = "Planned" if campaign.starts is not None and campaign.starts > now else "Runs"
    return CampaignView(
        entry=entry,
        state=state,
        running=state in ("Runs", "Planned"),
        sponsor=clean(campaign.sponsor),
        products=tuple(clean(titles.get(item_id, item_id)) for item_id in campaign.item_ids),
        words=tuple(map(clean, campaign.words)),
    )


def alarm_view(alarm: DriftAlarm) -> AlarmView:
    """Write an alarm."""
    surface = alarm.segment.removeprefix("surface ")
    whose = surface_words(surface) if surface != alarm.segment else clean(alarm.segment)
    more = "more often" if alarm.rose else "less often"
    words = f"{whose.capitalize()}: cards are clicked {more} than the click model predicts"
    return AlarmView(f"{words}, told after {alarm.outcomes:,} outcomes", datetime.fromtimestamp(alarm.at, UTC))


def serving_words(serving: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Write what serves as pairs of a name and a value."""
    return tuple((name, _value(key, serving[key])) for key, name in _SERVING.items() if key in serving)


def _value(key: str, value: str) -> str:
    if key == "rankers":
        return ", ".join(PARTS.get(code, code.replace("_", " ")) for code in value.split(", "))
    return f"{int(value):,}" if value.isdecimal() else value.replace("_", " ")
