"""The starters' bandit: exact and replayable, learns what visits begin with, and keeps it from the products."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.decide import Recommender, replay
from recommender.event_log import MemoryEventLog
from recommender.events import Decision, DecisionContext, EventType
from recommender.examples import collect_examples
from recommender.ope.from_log import Rescored, build, collect_rewards
from recommender.ope.plan import frozen_plan
from recommender.replay import difference
from recommender.selling.starters import BANNERS, SURFACE, StarterBandit, segment_of
from recommender.settings import DAY_S, RecommenderSettings
from tests.recommender.shop import ITEMS, NOW

IDS = [f"starter:{name}" for name in "abcdefg"]


def visit(number: int, *, shopper: str | None = None, explore: bool = True, at: float = NOW) -> DecisionContext:
    session = f"s:{number}"
    return DecisionContext(shopper or session, session, "", SURFACE, at, seed=number, k=3, explore=explore)


def simulate(bandit: StarterBandit, rates: dict[str, float], n: int, *, place: str = "page") -> list[Decision]:
    """Let n visitors begin with what they are shown, each question with its own chance."""
    rng = np.random.default_rng(1)
    made = []
    for number in range(n):
        decision = bandit.choose(visit(number), place, IDS)
        made.append(decision)
        for item_id in decision.chosen_ids:
            if rng.random() < rates.get(item_id, 0.02):
                bandit.begun(decision, item_id, NOW + 5)
                break
    return made


def test_a_decision_can_be_replayed_bit_for_bit() -> None:
    decisions = simulate(StarterBandit(MemoryEventLog()), {}, 40)
    for decision in decisions:
        assert replay(decision) == tuple(item.probability for item in decision.items)
        assert difference(decision) is None
        assert all(0 < item.probability <= 1 for item in decision.items)


def test_without_knowledge_and_exploring_the_usual_ones_are_shown() -> None:
    decision = StarterBandit(MemoryEventLog()).choose(visit(1, explore=False), "page", IDS)
    assert decision.chosen_ids == decision.default_ids == tuple(IDS[:3])
    assert decision.slate_probability == 1.0


def test_what_visits_begin_with_comes_first() -> None:
    bandit = StarterBandit(MemoryEventLog())
    simulate(bandit, {"starter:f": 0.3}, 400)
    decision = bandit.choose(visit(9_999, explore=False), "page", IDS)
    assert decision.chosen_ids[0] == "starter:f"


def test_one_place_learns_apart_and_borrows_where_it_knows_little() -> None:
    bandit = StarterBandit(MemoryEventLog())
    simulate(bandit, {"starter:f": 0.3}, 300, place="page")
    page, widget = segment_of(visit(1), "page"), segment_of(visit(1), "widget")
    assert bandit.rate("starter:f", page) > 0.2
    assert bandit.rate("starter:f", page) > bandit.rate("starter:f", widget) > bandit.rate("starter:a", widget)


def test_the_segment_says_where_who_and_when() -> None:
    midnight = NOW - NOW % DAY_S
    assert segment_of(visit(1, at=midnight), "page") == "page guest h0"
    assert segment_of(visit(1, shopper="c:ann", at=midnight + 13 * 3600), "widget") == "widget known h2"


def test_a_restart_knows_the_same() -> None:
    log = MemoryEventLog()
    bandit = StarterBandit(log)
    simulate(bandit, {"starter:c": 0.4}, 60)
    segment = segment_of(visit(1), "page")
    again = StarterBandit(log)
    assert [again.rate(one, segment) for one in IDS] == [bandit.rate(one, segment) for one in IDS]


def test_a_beginning_counts_once() -> None:
    bandit = StarterBandit(MemoryEventLog())
    decision = bandit.choose(visit(1), "page", IDS)
    assert bandit.begun(decision, decision.chosen_ids[0], NOW)
    before = bandit.rate(decision.chosen_ids[0], decision.segment)
    assert not bandit.begun(decision, decision.chosen_ids[0], NOW)
    assert bandit.rate(decision.chosen_ids[0], decision.segment) == before


def test_nothing_about_products_is_learned_from_starters() -> None:
    log = MemoryEventLog()
    simulate(StarterBandit(log), {"starter:a": 0.9}, 20)
    assert {event.type for _, event in log.events()} == {EventType.IMPRESSION, EventType.CLICK}
    recommender = Recommender(dict(ITEMS), log)
    assert recommender.health["events_learned"] == "0"
    assert len(collect_examples(log, ITEMS, RecommenderSettings()).labels) == 0


def test_off_policy_evaluation_reads_them_like_slates() -> None:
    log = MemoryEventLog()
    decisions = simulate(StarterBandit(log), {"starter:a": 0.5}, 50)
    plan = frozen_plan()
    rescored = [Rescored(one, np.array(one.candidate_scores), np.array(one.candidate_scores)) for one in decisions]
    found = build(rescored, collect_rewards(log, plan), now=NOW + 400 * DAY_S, policy="inverse_gap").log
    assert found.usable().all()
    assert found.values.sum() == pytest.approx(
        sum(plan.reward_click for _, event in log.events() if event.type is EventType.CLICK)
    )
    assert found.segments["surface starters"].all()


def test_each_surface_learns_for_itself() -> None:
    log = MemoryEventLog()
    bandit = StarterBandit(log)
    before = bandit.rate("starter:a", "page guest h0", BANNERS)
    simulate(bandit, {"starter:a": 0.9}, 60)
    assert bandit.rate("starter:a", "page guest h0", BANNERS) == before
    assert StarterBandit(log).rate("starter:a", "page guest h0", BANNERS) == before


def test_what_was_put_away_counts_as_a_showing_that_nothing_came_of() -> None:
    log = MemoryEventLog()
    bandit = StarterBandit(log)
    decision = bandit.choose(replace(visit(1), surface=BANNERS, k=1), "widget", IDS)
    (item,) = decision.items
    before = bandit.rate(item.item_id, decision.segment, BANNERS)
    assert bandit.put_away(decision, item.item_id, NOW + 5)
    assert not bandit.put_away(decision, item.item_id, NOW + 6)
    assert bandit.rate(item.item_id, decision.segment, BANNERS) == before
    for one in (bandit, StarterBandit(log)):
        assert one.is_quiet(BANNERS, "s:1")
        assert not one.is_quiet(SURFACE, "s:1")
        assert not one.is_quiet(BANNERS, "s:2")
    assert Recommender(dict(ITEMS), log).health["events_learned"] == "0"
