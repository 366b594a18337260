"""What `aisle sponsored` does: campaigns of paid places, also while the server runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from assistant.config import Settings
from assistant.store.clock import system_clock
from assistant.store.ranking import open_ranking_store
from assistant.support.sponsored import KeptCampaign, SponsoredDesk
from assistant.terminal import say, say_json
from recommender.errors import CampaignBroken
from recommender.selling.sponsored import Campaign


def list_campaigns(settings: Settings, *, every: bool, as_json: bool) -> None:
    """List campaigns."""
    now = system_clock()
    with _desk(settings) as desk:
        kept = [one for one in desk.campaigns() if every or (one.stopped_at is None and one.campaign.ends > now)]
    if as_json:
        say_json({"campaigns": [_json(one) for one in kept]})
        return
    for one in kept:
        gone = f"; stopped {one.stopped_at:%Y-%m-%d %H:%M} by {one.stopped_by}" if one.stopped_at else ""
        added = f"(added {one.added_at:%Y-%m-%d %H:%M} by {one.added_by}{gone})"
        say(f"{one.campaign.id:>4}  {_words(one.campaign)}  {added}")
    if not kept:
        say("No place is sponsored.")


def add_campaign(settings: Settings, text: str, *, who: str, as_json: bool) -> None:
    """Add a campaign.

    Raises:
        CampaignBroken: it cannot be used.
    """
    with _desk(settings) as desk:
        campaign = desk.add(_read_json(text), who)
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


def _read_json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CampaignBroken('The campaign is no JSON: write {"sponsor": …, "item_ids": […], "ends": …}.') from error


def _words(campaign: Campaign) -> str:
    when = f"until {campaign.ends:%Y-%m-%d %H:%M}"
    if campaign.starts is not None:
        when = f"from {campaign.starts:%Y-%m-%d %H:%M} {when}"
    words = f" on {', '.join(campaign.words)}" if campaign.words else ""
    most = f"at most {campaign.per_shopper_per_day} a day to one shopper"
    return f"{campaign.sponsor}: {', '.join(campaign.item_ids)}{words}, {when}, {most}"


def _json(one: KeptCampaign) -> dict[str, Any]:
    return {
        **one.campaign.model_dump(mode="json"),
        "added_by": one.added_by,
        "added_at": one.added_at.isoformat(),
        "stopped_by": one.stopped_by,
        "stopped_at": one.stopped_at.isoformat() if one.stopped_at else None,
    }


def _tell(campaign: Campaign, sentence: str, as_json: bool) -> None:
    if as_json:
        say_json(campaign.model_dump(mode="json"))
    else:
        say(sentence)
