"""Campaigns: kept with who and when, obeyed at once by whoever has the file open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.store.ranking import open_ranking_store
from assistant.support.sponsored import SponsoredDesk
from recommender.decide import Recommender
from recommender.errors import CampaignBroken
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, DecisionContext, Item
from tests.fakes.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def desk(tmp_path: Path, clock: ManualClock) -> Iterator[SponsoredDesk]:
    store = open_ranking_store(tmp_path, clock)
    yield SponsoredDesk(store, "shop", clock)
    store.close()


@pytest.fixture
def elsewhere(tmp_path: Path, clock: ManualClock) -> Iterator[SponsoredDesk]:
    """The same file, as the command line opens it beside a running server."""
    store = open_ranking_store(tmp_path, clock)
    yield SponsoredDesk(store, "shop", clock)
    store.close()


def campaign(clock: ManualClock, **changes: object) -> dict[str, object]:
    ends = (clock() + timedelta(days=1)).isoformat()
    return {"sponsor": "Alp", "item_ids": ["item-6"], "ends": ends, **changes}


def offered(desk: SponsoredDesk, clock: ManualClock) -> list[str]:
    return [one.item_id for one in desk.offers("ann", "tent", {"item-6"}, clock().timestamp())]


def test_without_a_campaign_nothing_is_offered(desk: SponsoredDesk, clock: ManualClock) -> None:
    assert offered(desk, clock) == []


def test_a_campaign_of_the_command_line_acts_at_once_and_so_does_its_end(
    desk: SponsoredDesk, elsewhere: SponsoredDesk, clock: ManualClock
) -> None:
    added = elsewhere.add(campaign(clock), "Ann")
    assert offered(desk, clock) == ["item-6"]
    elsewhere.stop(added.id, "Bob")
    assert offered(desk, clock) == []
    (kept,) = desk.campaigns()
    assert (kept.added_by, kept.ended_by) == ("Ann", "Bob")
    with pytest.raises(CampaignBroken, match="no running campaign"):
        desk.stop(added.id, "Bob")


def test_a_campaign_is_over_when_it_says(desk: SponsoredDesk, clock: ManualClock) -> None:
    desk.add(campaign(clock), "Ann")
    clock.move(days=1)
    assert offered(desk, clock) == []
    with pytest.raises(CampaignBroken, match="over already"):
        desk.add(campaign(clock, ends=clock().isoformat()), "Ann")


def test_another_catalogue_has_its_own(tmp_path: Path, desk: SponsoredDesk, clock: ManualClock) -> None:
    desk.add(campaign(clock), "Ann")
    store = open_ranking_store(tmp_path, clock)
    assert SponsoredDesk(store, "other", clock).campaigns() == ()
    store.close()


def test_what_slates_show_is_counted_towards_the_cap_also_after_a_restart(
    desk: SponsoredDesk, elsewhere: SponsoredDesk, clock: ManualClock
) -> None:
    desk.add(campaign(clock, per_shopper_per_day=2), "Ann")
    items = {f"item-{i}": Item(f"item-{i}", f"kind-{i}", None, None, 100, in_stock=True) for i in range(9)}
    log = MemoryEventLog()
    recommender = Recommender(items, log)
    candidates = [Candidate(item_id, relevance=0.9) for item_id in items]
    shown = []
    for turn in range(4):
        now = clock().timestamp()
        paid = desk.offers("ann", "tent", set(items), now)
        context = DecisionContext("ann", "today", f"{turn}", "search", now, 7, query="tent", sponsored=paid)
        decision = recommender.decide(context, candidates)
        desk.note(decision, "ann")
        shown.append(decision.sponsored_ids)
    assert shown == [("item-6",), ("item-6",), (), ()]
    assert offered(elsewhere, clock) == ["item-6"]
    elsewhere.remember(log, lambda context: context.shopper_key)
    assert offered(elsewhere, clock) == []
    clock.move(hours=23)
    assert offered(elsewhere, clock) == []
