"""What `aisle sponsored` does: campaigns of paid places, also while the server runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from assistant.config import Settings
from assistant.entry_commands import entry_json, read_json, say_entries
from assistant.store.clock import system_clock
from assistant.store.ranking import open_ranking_store
from assistant.support.ledger import Entry
from assistant.support.sponsored import SponsoredDesk
from assistant.terminal import say, say_json
from recommender.errors import CampaignBroken
from recommender.selling.sponsored import Campaign


def list_campaigns(settings: Settings, *, every: bool, as_json: bool) -> None:
    """List campaigns."""
    now = system_clock()
    with _desk(settings) as desk:
        kept = [one for one in desk.campaigns() if every or (one.stands and one.body.ends > now)]
    if as_json:
        say_json({"campaigns": [_json(one) for one in kept]})
        return
    say_entries(kept, _words, "stopped", "No place is sponsored.")


def add_campaign(settings: Settings, text: str, *, who: str, as_json: bool) -> None:
    """Add a campaign.

    Raises:
        CampaignBroken: it cannot be used.
    """
    with _desk(settings) as desk:
        campaign = desk.add(_read(text), who)
    _tell(campaign, f"Campaign {campaign.id} acts from the next slate on: {_words(campaign)}.", as_json)


def stop_campaign(settings: Settings, number: str, *, who: str, as_json: bool) -> None:
    """Stop a campaign.

    Raises:
        CampaignBroken: there is no such campaign.
    """
    with _desk(settings) as desk:
        campaign = desk.stop(number, who)
    _tell(campaign, f"Campaign {campaign.id} acts no more: {_words(campaign)}.", as_json)


@contextmanager
def _desk(settings: Settings) -> Iterator[SponsoredDesk]:
    with closing(open_ranking_store(settings.data)) as store:
        yield SponsoredDesk(store, settings.catalogue, system_clock)


def _read(text: str) -> object:
    try:
        return read_json(text)
    except ValueError as error:
        raise CampaignBroken('The campaign is no JSON: write {"sponsor": …, "item_ids": […], "ends": …}.') from error


def _words(campaign: Campaign) -> str:
    when = f"until {campaign.ends:%Y-%m-%d %H:%M}"
    if campaign.starts is not None:
        when = f"from {campaign.starts:%Y-%m-%d %H:%M} {when}"
    words = f" on {', '.join(campaign.words)}" if campaign.words else ""
    most = f"at most {campaign.per_shopper_per_day} a day to one shopper"
    return f"{campaign.sponsor}: {', '.join(campaign.item_ids)}{words}, {when}, {most}"


def _json(entry: Entry[Campaign]) -> dict[str, Any]:
    return entry.body.model_dump(mode="json") | entry_json(entry, "stopped")


def _tell(campaign: Campaign, sentence: str, as_json: bool) -> None:
    if as_json:
        say_json(campaign.model_dump(mode="json"))
    else:
        say(sentence)
