"""The owner's door: admins only, every deed kept with its name, and a slate from the shopper to the trace."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from assistant.errors import Refused
from assistant.owner import Owner
from assistant.release_cases import Releases
from assistant.releases import registry_of
from assistant.service import Assistant
from assistant.support import passwords
from assistant.support.funnel import Asked
from recommender.bandit.drift import DriftAlarm
from recommender.data.card import CARD_JSON, write_card
from recommender.errors import CampaignBroken, RecommenderError, RuleBroken
from recommender.online_head import LiveHead
from recommender.promotion.registry import Registry
from recommender.promotion.releases import release_folder
from tests.assistant.owner_house import NORA, OLA, house_settings, owner_house, shown_slate
from tests.recommender.experiments.some import an_experiment
from tests.recommender.promotion.drafts import add_release, let_gate_say

GIVEN: Mapping[str, Any] = {
    "asked": Asked(),
    "experiment": an_experiment(),
    "name": "cards",
    "number": 1,
    "seen": ("candidate", 0.0),
    "given": {"kind": "exclude", "item_ids": ["dome"]},
    "query": "tents",
    "rule_id": "1",
    "decision_id": "d",
    "ranking": "default",
    "because": "why",
    "why": "why",
}
DEEDS = [name for name, _ in inspect.getmembers(Owner, inspect.iscoroutinefunction) if not name.startswith("_")]


@pytest_asyncio.fixture
async def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Assistant]:
    monkeypatch.setattr(passwords, "_N", 2**4)
    with owner_house(tmp_path) as made:
        yield made


async def test_an_agent_gets_nothing_and_does_nothing(assistant: Assistant) -> None:
    for name in DEEDS:
        deed = getattr(assistant.owner, name)
        wanted = [p.name for p in inspect.signature(deed).parameters.values() if p.default is p.empty]
        with pytest.raises(Refused) as refused:
            await deed(NORA, **{key: GIVEN[key] for key in wanted if key != "agent"})
        assert refused.value.code == "not_owner", name
    assert await assistant.owner.rules(OLA) == ()
    assert (await assistant.owner.health(OLA)).learned


async def test_a_slate_is_traced_from_what_a_shopper_said(assistant: Assistant) -> None:
    session, slate = await shown_slate(assistant)
    assert slate.decision is not None
    await assistant.record(session.principal, "click", slate.items[0].product.id, slate.decision.decision_id, 0)
    latest = await assistant.owner.slates(OLA)
    assert latest[0].decision.decision_id == slate.decision.decision_id
    trace = await assistant.owner.slate(OLA, slate.decision.decision_id)
    assert trace.differs == ""
    assert [row.item_id for row in trace.slots] == [item.product.id for item in slate.items]
    assert trace.slots[0].happened == ("click",)
    assert session.principal.session_id not in trace.shopper
    with pytest.raises(Refused, match="no slate with this id"):
        await assistant.owner.slate(OLA, "none")


async def test_a_rule_is_seen_beforehand_acts_and_leaves_a_record(assistant: Assistant) -> None:
    owner = assistant.owner
    # A preview's own order: a shopper's slate is drawn, and its last product may be the preview's first.
    as_it_is = await owner.preview(OLA, "show me tents", add={"kind": "exclude", "categories": ["Mugs"]})
    last = as_it_is.before[-1].id
    pin = {"kind": "pin", "item_id": last, "slot": 0}
    seen = await owner.preview(OLA, "show me tents", add=pin)
    assert seen.changed
    assert seen.after[0].id == last
    n_slates = len(await owner.slates(OLA))
    rule = await owner.add_rule(OLA, pin)
    _, after = await shown_slate(assistant)
    assert after.items[0].product.id == last
    without = await owner.preview(OLA, "show me tents", without=rule.id)
    assert without.before[0].id == last != without.after[0].id
    await owner.remove_rule(OLA, rule.id)
    (kept,) = await owner.rules(OLA)
    assert (kept.added_by, kept.ended_by) == ("Ola", "Ola")
    with pytest.raises(Refused, match="removed meanwhile"):
        await owner.preview(OLA, "tents", without=rule.id)
    # Previews leave no slate behind.
    assert len(await owner.slates(OLA)) == n_slates + 1


async def test_suggestions_without_words_can_be_previewed_too(assistant: Assistant) -> None:
    seen = await assistant.owner.preview(OLA, "", add={"kind": "exclude", "categories": ["Tents"]})
    assert {product.category for product in seen.after} == {"Mugs", "Hiking boots"}
    assert {product.category for product in seen.removed} <= {"Tents"}


async def test_a_rule_that_leaves_nothing_shows_an_empty_slate(assistant: Assistant) -> None:
    seen = await assistant.owner.preview(OLA, "tents", add={"kind": "exclude", "categories": ["Tents"]})
    assert seen.before
    assert (seen.after, len(seen.removed)) == ((), len(seen.before))


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "pin", "item_id": "nothing", "slot": 0},
        {"kind": "exclude", "item_ids": ["nothing"]},
        {"kind": "bury", "brands": ["norrfell"]},
        {"kind": "bury", "categories": ["Tent"]},
    ],
)
async def test_a_rule_on_what_is_not_there_is_refused(assistant: Assistant, rule: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        await assistant.owner.add_rule(OLA, rule)
    with pytest.raises(Refused):
        await assistant.owner.preview(OLA, "tents", add=rule)
    with pytest.raises(RuleBroken):
        await assistant.owner.add_rule(OLA, {"kind": "exclude"})


async def test_the_kill_switch_acts_on_the_next_slate_and_says_who_threw_it(assistant: Assistant) -> None:
    await assistant.owner.throw_switch(OLA, "default", "odd slates")
    health = await assistant.owner.health(OLA)
    assert (health.learned, health.by_setting, health.switches[0].thrown_by) == (False, False, "Ola")
    _, slate = await shown_slate(assistant)
    assert slate.decision is not None
    assert "no_explore:switched_off" in slate.decision.guards
    await assistant.owner.throw_switch(OLA, "learned", "all well")
    assert (await assistant.owner.health(OLA)).learned


async def test_an_experiment_is_started_reported_and_stopped_by_name(assistant: Assistant) -> None:
    owner = assistant.owner
    await owner.start_experiment(OLA, an_experiment())
    case = await owner.experiment(OLA, "cards")
    assert case.kept.stopped_at is None
    await owner.stop_experiment(OLA, "cards", "decided")
    (listed,) = await owner.experiments(OLA)
    assert listed.kept.stopped_because == "Ola: decided"
    assert [(row.who, row.action) for row in listed.audit] == [("Ola", "start"), ("Ola", "stop")]
    with pytest.raises(Refused, match="no experiment of this name"):
        await owner.experiment(OLA, "none")


async def test_without_releases_there_is_nothing_to_move(assistant: Assistant) -> None:
    assert await assistant.owner.releases(OLA) == Releases((), None, ())
    for deed in (
        assistant.owner.promote(OLA, 1, ("candidate", 0.0), None),
        assistant.owner.stop_release(OLA, 1, "why"),
        assistant.owner.start_shadow(OLA, 1),
    ):
        with pytest.raises(RecommenderError):
            await deed
    with pytest.raises(Refused, match="does not serve any more"):
        await assistant.owner.roll_back(OLA, 1, "why")


@pytest.fixture
def registry(assistant: Assistant, tmp_path: Path) -> Registry:
    """Release 1 is live and 2 in shadow, where the gate has accepted it."""
    registry = registry_of(house_settings(tmp_path))
    for seed in (1, 2):
        add_release(registry, seed=seed)
    registry.promote(1, who="test")
    registry.start_shadow(2, who="test")
    let_gate_say(registry, 2, accepted=True, live=1)
    return registry


async def test_of_two_who_promote_the_same_step_one_is_told_to_look_again(
    assistant: Assistant, registry: Registry
) -> None:
    steps = [assistant.owner.promote(OLA, 2, ("shadow", 0.0), "now") for _ in range(2)]
    done = await asyncio.gather(*steps, return_exceptions=True)
    assert [type(one) for one in done].count(Refused) == 1
    assert registry.canary() == (2, 0.01)


async def test_a_roll_back_takes_back_only_what_was_looked_at(assistant: Assistant, registry: Registry) -> None:
    owner = assistant.owner
    registry.promote(2, who="test")
    with pytest.raises(Refused, match="Release 2 is on trial"):
        await owner.roll_back(OLA, 1, "odd")
    assert (registry.live(), registry.canary()) == (1, (2, 0.01))
    await owner.stop_release(OLA, 2, "odd")
    assert await owner.roll_back(OLA, 1, "odd") is None
    with pytest.raises(Refused, match="does not serve any more"):
        await owner.roll_back(OLA, 1, "odd")


async def test_releases_whose_files_are_gone_are_told_and_hide_no_other(
    assistant: Assistant, registry: Registry
) -> None:
    add_release(registry, seed=3)
    (release_folder(registry.root, 1) / "card.json").unlink()
    (release_folder(registry.root, 2) / "ctr.safetensors").unlink()
    found = await assistant.owner.releases(OLA)
    assert [(case.release.number, bool(case.trouble)) for case in found.cases] == [(3, False), (2, True)]
    assert (found.live, found.find(1)) == (1, None)
    assert "card of release 1 cannot be read" in found.unreadable[0]
    case = found.find(2)
    assert case is not None
    assert "ctr.safetensors of release 2 is missing" in case.trouble


async def test_alarms_of_drift_are_part_of_health(assistant: Assistant) -> None:
    assert (await assistant.owner.health(OLA)).alarms == ()
    shop = await assistant.owner._rooms.open_shop()
    early, late = (
        DriftAlarm(segment, False, 900, at) for segment, at in (("surface search", 1.0), ("known shoppers", 2.0))
    )
    shop.recommender.use_head(LiveHead(alarms=(early, late)))
    assert (await assistant.owner.health(OLA)).alarms == (late, early)


async def test_the_last_data_card_is_that_of_the_last_training_until_one_is_made(
    assistant: Assistant, registry: Registry
) -> None:
    made = await assistant.owner.make_card(OLA)
    trained = made.model_copy(update={"made_at": made.made_at - timedelta(days=1), "n_events": 77})
    write_card(trained, release_folder(registry.root, 2))
    assert (await assistant.owner.health(OLA)).card == made
    (registry.root / CARD_JSON).unlink()
    assert (await assistant.owner.health(OLA)).card == trained
    assert (await assistant.owner.make_card(OLA)).drift_since == trained.made_at


async def test_a_campaign_is_kept_with_its_name_acts_and_is_stopped_once(assistant: Assistant) -> None:
    owner = assistant.owner
    ends = (owner.now() + timedelta(days=1)).isoformat()
    given = {"sponsor": "Fjell AS", "item_ids": ["fjell-2"], "ends": ends}
    with pytest.raises(Refused, match="no product 'gone'"):
        await owner.add_campaign(OLA, {**given, "item_ids": ["gone"]})
    campaign = await owner.add_campaign(OLA, given)
    await owner.stop_campaign(OLA, campaign.id)
    (kept,) = await owner.campaigns(OLA)
    assert (kept.body, kept.added_by, kept.ended_by) == (campaign, "Ola", "Ola")
    with pytest.raises(CampaignBroken, match="no running campaign"):
        await owner.stop_campaign(OLA, campaign.id)


async def test_the_funnel_is_counted_once_a_minute_and_the_card_is_made_beside_the_server(assistant: Assistant) -> None:
    await shown_slate(assistant)
    first = await assistant.owner.funnel(OLA, Asked(7))
    assert (first.chats, first.saw) == (1, 1)
    await shown_slate(assistant)
    assert await assistant.owner.funnel(OLA, Asked(7)) is first
    assert (await assistant.owner.funnel(OLA, Asked(30))).saw == 2
    card = await assistant.owner.make_card(OLA)
    assert (await assistant.owner.health(OLA)).card == card
    assert card.n_slates == 2
