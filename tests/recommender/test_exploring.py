"""Who explores: not in quiet places, not beyond a shopper's share, evenly in the hold-out, not when switched off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Decision, DecisionContext, Item
from recommender.exploring import Controls, ExploredSlots, in_holdout
from recommender.settings import DAY_S, RecommenderSettings
from tests.recommender.shop import NOW

ITEMS = {f"i{n}": Item(f"i{n}", f"kind-{n}", None, None, 1000, in_stock=True) for n in range(20)}
FOUND = tuple(Candidate(f"i{n}", relevance=1 - n / 200) for n in range(20))
CONTEXT = DecisionContext("ann", "today", "turn", "search", NOW, seed=7, query="x", k=3)


def _decide(settings: RecommenderSettings | None = None, controls: Controls | None = None, **given: object) -> Decision:
    recommender = Recommender(ITEMS, MemoryEventLog(), settings=settings, controls=lambda: controls or Controls())
    return recommender.decide(replace(CONTEXT, **given), FOUND)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "guard"),
    [
        ({"intent": "complaint"}, "no_explore:intent_complaint"),
        ({"intent": "return"}, "no_explore:intent_return"),
        ({"intent": "order"}, "no_explore:intent_order"),
        ({"surface": "checkout"}, "no_explore:surface_checkout"),
        ({"keep_order": True}, "no_explore:order_asked_for"),
        ({"explore": False}, "no_explore:asked_not_to"),
    ],
)
def test_nothing_is_tried_out_in_quiet_places_not_even_in_the_hold_out(given: dict[str, object], guard: str) -> None:
    decision = _decide(RecommenderSettings(holdout_share=1.0), **given)
    assert (decision.policy, decision.slate_probability, decision.stream) == ("greedy/1", 1.0, "live")
    assert decision.guards == (guard,)


def test_the_setting_and_the_switch_stop_all_trials() -> None:
    assert _decide(RecommenderSettings(explore=False)).guards == ("no_explore:setting",)
    switched = _decide(controls=Controls(learned=False))
    assert switched.guards == ("no_explore:switched_off",)
    assert switched.chosen_ids == switched.default_ids


def test_a_running_recommender_obeys_the_switch_with_the_next_slate() -> None:
    controls = [Controls()]
    recommender = Recommender(ITEMS, MemoryEventLog(), controls=lambda: controls[0])
    assert recommender.decide(CONTEXT, FOUND).policy == "inverse_gap/1"
    controls[0] = Controls(learned=False)
    assert recommender.decide(replace(CONTEXT, turn_id="next"), FOUND).policy == "greedy/1"


def test_the_hold_out_draws_evenly_from_the_best_and_says_so() -> None:
    decision = _decide(RecommenderSettings(holdout_share=1.0, holdout_width=5))
    assert decision.stream == "uniform"
    assert [item.probability for item in decision.items] == pytest.approx([0.2, 0.2, 0.2])


def test_a_visit_stays_in_or_out_of_the_hold_out_and_the_share_is_right() -> None:
    visits = [f"visit-{n}" for n in range(20_000)]
    inside = {visit for visit in visits if in_holdout(visit, 0.02)}
    assert len(inside) / len(visits) == pytest.approx(0.02, abs=0.004)
    assert {visit for visit in visits if in_holdout(visit, 0.05)} >= inside
    assert not any(in_holdout(visit, 0.0) for visit in visits)


def test_a_shopper_is_not_experimented_on_without_end() -> None:
    recommender = Recommender(ITEMS, MemoryEventLog(), settings=RecommenderSettings(explored_per_day=5))
    made = [recommender.decide(replace(CONTEXT, turn_id=f"turn-{n}"), FOUND) for n in range(60)]
    tried = [any(r.code == "trying_new" for item in one.items for r in item.reasons) for one in made]
    first_capped = next(n for n, one in enumerate(made) if one.guards == ("no_explore:cap",))
    assert 0 < sum(tried) <= 5
    assert not any(tried[first_capped:])
    assert recommender.decide(replace(CONTEXT, shopper_key="bob", session_key="bobs"), FOUND).policy == "inverse_gap/1"
    assert recommender.decide(replace(CONTEXT, now=NOW + 2 * DAY_S), FOUND).policy == "inverse_gap/1"


def test_no_trials_a_day_means_none() -> None:
    slots = ExploredSlots(RecommenderSettings(explored_per_day=0))
    assert slots.full("ann", NOW)


def test_something_different_leaves_out_what_this_visit_has_seen_while_anything_else_is_there() -> None:
    recommender = Recommender(ITEMS, MemoryEventLog())
    first = recommender.decide(replace(CONTEXT, explore=False), FOUND)
    again = recommender.decide(replace(CONTEXT, explore=False, different=True), FOUND)
    assert not set(first.chosen_ids) & set(again.candidate_ids)
    elsewhere = recommender.decide(replace(CONTEXT, explore=False, different=True, session_key="other"), FOUND)
    assert elsewhere.chosen_ids == first.chosen_ids
    nothing_else = recommender.decide(replace(CONTEXT, explore=False, different=True), FOUND[:3])
    assert len(nothing_else.items) == 3


def test_what_was_not_shown_after_all_teaches_nothing_and_is_something_different() -> None:
    recommender = Recommender(ITEMS, MemoryEventLog())
    log = recommender._log
    decision = recommender.decide(replace(CONTEXT, explore=False), FOUND)
    recommender.shown(decision, decision.chosen_ids)
    assert log.find_decision(decision.decision_id).shown_ids is None
    recommender.shown(decision, decision.chosen_ids[:1])
    assert log.find_decision(decision.decision_id).seen_ids == decision.chosen_ids[:1]
    again = recommender.decide(replace(CONTEXT, explore=False, different=True), FOUND)
    assert again.chosen_ids[0] == decision.chosen_ids[1]
    # A restart counts the same.
    restarted = Recommender(ITEMS, log)
    kept, fresh = recommender._state.item_impressions, restarted._state.item_impressions
    assert kept.known() == fresh.known()
    assert sum(kept.known().values()) == 1 + 3


def test_a_restart_forgets_no_trial_of_the_day() -> None:
    log, settings = MemoryEventLog(), RecommenderSettings(explored_per_day=5)
    recommender = Recommender(ITEMS, log, settings=settings)
    for n in range(60):
        recommender.decide(replace(CONTEXT, turn_id=f"turn-{n}", now=NOW + n), FOUND)
    assert recommender.decide(replace(CONTEXT, now=NOW + 60), FOUND).guards == ("no_explore:cap",)
    restarted = Recommender(ITEMS, log, settings=settings)
    assert restarted.decide(replace(CONTEXT, now=NOW + 61), FOUND).guards == ("no_explore:cap",)
    for later in (0.9 * DAY_S, DAY_S, DAY_S + 10, 1.1 * DAY_S):
        who = restarted.unit(CONTEXT)
        assert who == recommender.unit(CONTEXT)
        assert restarted._explored.full(who, NOW + later) == recommender._explored.full(who, NOW + later)
    assert not restarted._explored.full("bob", NOW + 61)
