"""Paid places: where they stand, what they never do, and that nothing is learned from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.decide import Recommender, replay
from recommender.errors import CampaignBroken
from recommender.event_log import MemoryEventLog
from recommender.events import (
    Candidate,
    Decision,
    DecisionContext,
    Event,
    EventType,
    Item,
    PaidPlace,
    Reason,
    SlateItem,
)
from recommender.examples import collect_examples
from recommender.ope.from_log import Rescored, build, collect_rewards
from recommender.ope.plan import frozen_plan
from recommender.replay import difference
from recommender.selling.sponsored import Campaign, PaidShowings, offers, read_campaign
from recommender.settings import DAY_S, RecommenderSettings
from recommender.stack_fit import collect_slates
from tests.recommender.shop import NOW

ITEMS = {f"item-{i}": Item(f"item-{i}", f"kind-{i}", None, None, 1000 + i, in_stock=True) for i in range(20)}
RANKED = tuple(Candidate(f"item-{i}", relevance=1 - i / 200) for i in range(20))
ENDS = datetime.fromtimestamp(NOW + DAY_S, UTC)


def search(*item_ids: str, **changes: object) -> DecisionContext:
    paid = tuple(PaidPlace(str(n), item_id) for n, item_id in enumerate(item_ids, start=1))
    context = DecisionContext("ann", "today", "turn-1", "search", NOW, seed=7, query="item", sponsored=paid)
    return replace(context, **changes)  # type: ignore[arg-type]


def decide(context: DecisionContext, candidates: tuple[Candidate, ...] = RANKED) -> Decision:
    return Recommender(ITEMS, MemoryEventLog(), timer_ns=lambda: 0).decide(context, candidates)


def test_a_paid_item_stands_fifth_and_says_so() -> None:
    decision = decide(search("item-7"))
    assert decision.chosen_ids[4] == "item-7"
    assert decision.sponsored_ids == ("item-7",)
    assert "item-7" not in decision.organic_ids
    assert "sponsored:1:item-7@4" in decision.guards
    assert decision.items[4].probability == 1.0
    assert [reason.code for reason in decision.items[4].reasons][-1] == "sponsored"


def test_without_an_offer_nothing_is_paid_for() -> None:
    assert decide(search()).sponsored_ids == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"keep_order": True},
        {"intent": "complaint"},
        {"intent": "checkout"},
        {"surface": "checkout"},
        {"surface": "goes_with"},
        {"k": 4},
    ],
    ids=str,
)
def test_where_nothing_may_be_sold_nothing_is(changes: dict[str, object]) -> None:
    assert decide(search("item-7", **changes)).sponsored_ids == ()


def test_what_is_less_relevant_than_the_last_is_not_shown_for_money() -> None:
    assert decide(search("item-19")).sponsored_ids == ()


def test_what_stands_higher_by_itself_keeps_its_place_and_no_label() -> None:
    decision = decide(search("item-0", explore=False))
    assert decision.chosen_ids[0] == "item-0"
    assert decision.sponsored_ids == ()


def test_what_is_sold_out_is_not_shown_for_money() -> None:
    items = {**ITEMS, "item-7": replace(ITEMS["item-7"], in_stock=False)}
    decision = Recommender(items, MemoryEventLog()).decide(search("item-7"), RANKED)
    assert decision.sponsored_ids == ()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from(sorted(ITEMS)), max_size=6, unique=True),
    st.integers(1, 12),
    st.integers(1, 20),
    st.integers(0, 50),
)
def test_at_most_one_of_five_and_never_first(paid: list[str], k: int, n: int, seed: int) -> None:
    context = search(*paid, k=k, seed=seed)
    decision = decide(context, RANKED[:n])
    shown = [item.position for item in decision.items if item.item_id in decision.sponsored_ids]
    assert len(shown) <= k // 5
    assert set(shown) <= {4, 9}
    assert len(set(decision.chosen_ids)) == len(decision.chosen_ids) == min(k, n)
    assert replay(decision) == tuple(item.probability for item in decision.items)
    assert difference(decision) is None
    least = RANKED[:n][min(k, n) - 1].relevance - RecommenderSettings().sponsored_margin
    assert all(1 - int(item_id.removeprefix("item-")) / 200 >= least for item_id in decision.sponsored_ids)


def test_one_campaign_gets_one_slot() -> None:
    paid = (PaidPlace("1", "item-11"), PaidPlace("1", "item-12"), PaidPlace("2", "item-13"))
    decision = decide(search(k=12, explore=False, sponsored=paid))
    assert decision.sponsored_ids == ("item-11", "item-13")


def clicked(decision: Decision, item_id: str) -> Event:
    return Event("click", EventType.CLICK, item_id, "ann", "today", NOW + 5, decision.decision_id)


def test_nothing_is_learned_from_a_paid_place() -> None:
    log = MemoryEventLog()
    recommender = Recommender(ITEMS, log)
    decision = recommender.decide(search("item-7"), RANKED)
    assert recommender.record(clicked(decision, "item-7")), "it is logged"
    assert recommender.health["events_ignored"] == "1"
    again = Recommender(ITEMS, log)
    assert again.health == recommender.health, "a restart learns the same"
    events = [event for _, event in log.events()]
    assert "item-7" not in {event.item_id for event in events if event.type is EventType.IMPRESSION}
    examples = collect_examples(log, ITEMS, RecommenderSettings())
    assert len(examples.labels) == len(decision.items) - 1
    assert examples.labels.sum() == 0


def test_a_slate_that_was_not_shown_takes_nothing_back_that_was_not_counted() -> None:
    log = MemoryEventLog()
    recommender = Recommender(ITEMS, log)
    decision = recommender.decide(search("item-7"), RANKED)
    recommender.shown(decision, ())
    gone = {event.item_id for _, event in log.events() if event.type is EventType.NOT_SHOWN}
    assert gone == set(decision.chosen_ids) - {"item-7"}


def test_off_policy_evaluation_gives_a_paid_place_no_merit() -> None:
    log = MemoryEventLog()
    recommender = Recommender(ITEMS, log)
    decision = recommender.decide(search("item-7"), RANKED)
    recommender.record(clicked(decision, "item-7"))
    scores = np.array(decision.candidate_scores)
    rescored = Rescored(decision, scores, scores)
    comparison = build([rescored], collect_rewards(log, frozen_plan()), now=NOW + 400 * DAY_S, policy="inverse_gap")
    assert comparison.log.values[0] == 0.0
    assert comparison.log.shown_as_chosen[0]
    assert comparison.live[0, 4].max() == comparison.candidate[0, 4].max() == 1.0


def test_offers_are_those_of_running_campaigns_that_meet_the_limits() -> None:
    showings = PaidShowings(10)
    campaigns = [
        Campaign(id="1", sponsor="Alp", item_ids=("item-1", "item-2"), ends=ENDS),
        Campaign(id="2", sponsor="Bor", item_ids=("item-2",), ends=ENDS, words=("Tent",)),
        Campaign(id="3", sponsor="Cam", item_ids=("item-1",), ends=datetime.fromtimestamp(NOW, UTC)),
    ]

    def offered(query: str, meeting: set[str]) -> list[tuple[str, str]]:
        found = offers(campaigns, showings, meeting, shopper_key="ann", query=query, now=NOW)
        return [(one.campaign, one.item_id) for one in found]

    assert offered("a stove", {"item-1"}) == [("1", "item-1")]
    assert offered("a tent", {"item-2"}) == [("1", "item-2"), ("2", "item-2")]
    assert offered("a tent", set()) == []


def test_a_shopper_is_shown_a_campaign_so_often_a_day() -> None:
    campaign = Campaign(id="1", sponsor="Alp", item_ids=("item-1",), ends=ENDS, per_shopper_per_day=2)
    showings = PaidShowings(10)
    context = search("item-1")
    paid = SlateItem("item-1", 0, 0.5, 1.0, (Reason("sponsored", "", 0.0),))
    shown = Decision("d", context, (paid,), 1.0, "greedy/1", "m", ("item-1",), (0.5,))
    for _ in range(2):
        assert not showings.full("ann", campaign, NOW)
        showings.note(shown, "ann")
    assert showings.full("ann", campaign, NOW + DAY_S - 1)
    assert not showings.full("ann", campaign, NOW + DAY_S + 1)
    assert not showings.full("bob", campaign, NOW)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"sponsor": "Alp", "item_ids": [], "ends": "2027-01-01T00:00:00Z"}, "item_ids"),
        ({"sponsor": "Alp", "item_ids": ["a"]}, "ends: Field required"),
        ({"sponsor": "Alp", "item_ids": ["a"], "ends": "2027-01-01T00:00:00Z", "slots": 5}, "slots"),
        (
            {"sponsor": "A", "item_ids": ["a"], "starts": "2027-01-02T00:00:00Z", "ends": "2027-01-01T00:00:00Z"},
            "it ends before it starts",
        ),
        ("tent", "The campaign cannot be used"),
    ],
)
def test_a_broken_campaign_is_refused_with_the_field(given: object, told: str) -> None:
    with pytest.raises(CampaignBroken, match=told):
        read_campaign(given)


def test_no_ranker_is_fitted_on_a_slate_with_a_paid_place() -> None:
    log = MemoryEventLog()
    recommender = Recommender(ITEMS, log)
    for session, paid in (("organic", ()), ("paid", ("item-7",))):
        decision = recommender.decide(search(*paid, session_key=session), RANKED)
        first = decision.chosen_ids[0]
        recommender.record(Event(session, EventType.CLICK, first, "ann", session, NOW + 5, decision.decision_id))
        assert decision.teaches is (session == "organic")
    assert collect_slates(log)["search"].n == 1
