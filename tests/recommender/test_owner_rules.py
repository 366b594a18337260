"""Rules act before anything is drawn, on what they name, where and when they say; errors say what to change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.decide import Recommender, replay
from recommender.errors import NothingToDecide, RuleBroken
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Decision, DecisionContext, Item
from recommender.exploring import Controls
from recommender.item_table import build_table
from recommender.owner_rules import CompiledRules, OwnerRules, read_rule
from recommender.settings import RecommenderSettings
from recommender.trace import unpack
from tests.recommender.shop import NOW

ITEMS = {
    f"i{n}": Item(
        f"i{n}",
        "wine" if n == 7 else "tents",
        "all",
        "Alp" if n % 2 else "Bor",
        1000,
        in_stock=n != 9,
        stock=n,
        cost_minor=None if n == 0 else 100 * n,
    )
    for n in range(10)
}
FOUND = tuple(Candidate(f"i{n}", relevance=1 - n / 100) for n in range(10))


def _rules(*given: dict[str, object]) -> OwnerRules:
    return OwnerRules(rules=tuple(read_rule({"id": str(i), **rule}) for i, rule in enumerate(given, start=1)))


def _decide(rules: OwnerRules, candidates: Sequence[Candidate] = FOUND, **changes: object) -> Decision:
    recommender = Recommender(ITEMS, MemoryEventLog(), controls=lambda: Controls(rules))
    context = DecisionContext("ann", "today", "turn", "search", NOW, seed=7, query="a tent", explore=False)
    return recommender.decide(replace(context, **changes), candidates)  # type: ignore[arg-type]


def test_an_item_is_pinned_to_its_slot_with_certainty_and_the_log_says_so() -> None:
    decision = _decide(_rules({"kind": "pin", "item_id": "i6", "slot": 2}), k=4)
    assert decision.chosen_ids == ("i0", "i1", "i6", "i2")
    assert (decision.items[2].probability, decision.pinned_ids) == (1.0, ("i6",))
    assert "pin:1:i6@2" in decision.guards
    assert decision.items[2].reasons[-1].code == "pinned"
    assert decision.default_ids == decision.chosen_ids


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ({"item_id": "i6", "slot": 0}, {"keep_order": True}),
        ({"item_id": "i9", "slot": 0}, {}),
        ({"item_id": "stranger", "slot": 0}, {}),
        ({"item_id": "i6", "slot": 8}, {}),
        ({"item_id": "i6", "slot": 0, "surfaces": ["recommend"]}, {}),
        ({"item_id": "i6", "slot": 0, "words": ["stove"]}, {}),
        ({"item_id": "i6", "slot": 0, "ends": datetime.fromtimestamp(NOW, UTC)}, {}),
        ({"item_id": "i6", "slot": 0, "starts": datetime.fromtimestamp(NOW + 1, UTC)}, {}),
    ],
    ids=["order asked for", "sold out", "no candidate", "no such slot", "surface", "words", "over", "not yet"],
)
def test_a_pin_keeps_off(rule: dict[str, object], changes: dict[str, object]) -> None:
    decision = _decide(_rules({"kind": "pin", **rule}), k=4, **changes)
    assert decision.chosen_ids == ("i0", "i1", "i2", "i3")
    assert decision.pinned_ids == ()


def test_of_two_pins_for_one_slot_the_older_stands_and_the_log_tells_of_the_other() -> None:
    rules = _rules({"kind": "pin", "item_id": "i5", "slot": 0}, {"kind": "pin", "item_id": "i6", "slot": 0})
    decision = _decide(rules, k=3)
    assert decision.chosen_ids == ("i5", "i0", "i1")
    assert decision.guards == ("pin:1:i5@0", "pin_skipped:2:i6@0", "no_explore:asked_not_to")


@pytest.mark.parametrize(
    ("rule", "gone"),
    [
        ({"kind": "exclude", "item_ids": ["i1", "i2"]}, {"i1", "i2"}),
        ({"kind": "exclude", "brands": ["Alp"], "categories": ["tents"]}, {"i1", "i3", "i5", "i9"}),
        ({"kind": "min_stock", "units": 3}, {"i0", "i1", "i2"}),
        ({"kind": "margin_floor", "share": 0.35}, {"i7", "i8", "i9"}),
        ({"kind": "age_limit", "years": 18, "categories": ["wine"]}, {"i7"}),
    ],
)
def test_what_a_rule_takes_away_is_never_a_candidate(rule: dict[str, object], gone: set[str]) -> None:
    decision = _decide(_rules(rule), k=10)
    assert set(ITEMS) - set(decision.candidate_ids) == gone
    ((what, removed),) = unpack(decision.trace).removed
    assert (what, set(removed)) == (f"{rule['kind']}:1", gone)


def test_what_is_buried_comes_last_but_is_still_found() -> None:
    decision = _decide(_rules({"kind": "bury", "item_ids": ["i0", "i1"]}), k=10)
    assert decision.chosen_ids[-2:] == ("i0", "i1")
    assert decision.items[-1].reasons[-1].code == "buried"


def test_grown_ups_see_what_has_an_age_limit_and_nothing_is_tried_out_beside_it() -> None:
    rules = _rules({"kind": "age_limit", "years": 18, "categories": ["wine"]})
    assert "i7" in _decide(rules, age_years=40, k=10).candidate_ids
    assert "i7" not in _decide(rules, age_years=17, k=10).candidate_ids
    tried = _decide(rules, age_years=40, explore=True)
    assert (tried.policy, tried.guards) == ("greedy/1", ("no_explore:restricted",))
    assert _decide(rules, age_years=17, explore=True).policy == "inverse_gap/1"


def test_rules_that_leave_nothing_are_told() -> None:
    with pytest.raises(NothingToDecide):
        _decide(_rules({"kind": "exclude", "categories": ["tents", "wine"]}))


def test_what_is_pinned_where_no_search_was_is_a_candidate() -> None:
    rules = _rules({"kind": "pin", "item_id": "i6", "slot": 0, "surfaces": ["recommend"]})
    recommender = Recommender(ITEMS, MemoryEventLog(), controls=lambda: Controls(rules))
    context = DecisionContext("ann", "today", "turn", "recommend", NOW, seed=7)
    found = recommender.candidates(context, 2)
    assert [candidate.sources for candidate in found if candidate.item_id == "i6"] == [("owner",)]
    assert recommender.decide(context, found).chosen_ids[0] == "i6"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "pin", "item_id": "i1", "slot": 12}, "slot: Input should be less than 12"),
        ({"kind": "pin", "slot": 1}, "item_id: Field required"),
        ({"kind": "exclude"}, "name at least one of item_ids, categories and brands"),
        ({"kind": "margin_floor", "share": 1.5}, "share: Input should be less than 1"),
        ({"kind": "bury", "item_ids": ["a"], "colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"kind": "promote"}, "Input tag 'promote'"),
        (
            {"kind": "min_stock", "units": 1, "starts": "2026-01-02T00:00:00Z", "ends": "2026-01-01T00:00:00Z"},
            "it ends before it starts",
        ),
        ({"kind": "min_stock", "units": 1, "starts": "2026-01-02T00:00:00"}, "starts: Input should have timezone info"),
        ("pin", "Input should be a valid dictionary"),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(given: object, said: str) -> None:
    with pytest.raises(RuleBroken, match="The rule cannot be used: ") as refused:
        read_rule(given)
    assert said in str(refused.value)


@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_a_preview_is_what_the_rules_then_do(data: st.DataObject) -> None:
    item = st.sampled_from(sorted(ITEMS))
    rules = _rules(
        {"kind": "pin", "item_id": data.draw(item), "slot": data.draw(st.integers(0, 3))},
        {"kind": "bury", "item_ids": [data.draw(item)]},
        {"kind": "exclude", "item_ids": [data.draw(item)]},
    )
    log = MemoryEventLog()
    context = DecisionContext("ann", "today", "turn", "search", NOW, seed=7, query="a tent", k=4)
    found = Recommender(ITEMS, log).would_show(context, FOUND, rules)
    assert found.chosen_ids == _decide(rules, k=4).chosen_ids
    assert not log.decisions()
    assert not log.events()


@settings(deadline=None, max_examples=10)
@given(data=st.data())
def test_slates_are_drawn_as_often_as_logged_under_any_mix_of_rules_caps_and_variety(data: st.DataObject) -> None:
    """Draws against logged propensities: the mean weight of an event over its probability is its number."""
    item = st.sampled_from(sorted(ITEMS))
    rules = _rules(
        {"kind": "pin", "item_id": data.draw(item), "slot": data.draw(st.integers(0, 2))},
        {"kind": "bury", "item_ids": [data.draw(item)]},
        {"kind": "exclude", "item_ids": [data.draw(item)]},
    )
    surface = data.draw(st.sampled_from(["search", "recommend"]))
    made = RecommenderSettings(
        holdout_share=data.draw(st.sampled_from([0.0, 1.0])), explored_per_day=data.draw(st.sampled_from([0, 10_000]))
    )
    numbers = count()
    recommender = Recommender(
        ITEMS, MemoryEventLog(), settings=made, controls=lambda: Controls(rules), new_id=lambda: f"d{next(numbers)}"
    )
    decisions = [
        recommender.decide(DecisionContext("ann", "s", f"turn-{turn}", surface, NOW, seed=3, k=2), FOUND)
        for turn in range(400)
    ]
    assert all(replay(one) == tuple(item.probability for item in one.items) for one in decisions)
    drawn = Counter(one.chosen_ids for one in decisions)
    chance = {one.chosen_ids: one.slate_probability for one in decisions}
    for ids, n in drawn.items():
        expected = len(decisions) * chance[ids]
        assert abs(n - expected) <= 5 * np.sqrt(expected) + 1e-9


def test_rules_are_compiled_for_one_catalogue_and_strangers_are_never_meant() -> None:
    compiled = CompiledRules(_rules({"kind": "exclude", "categories": ["tents"]}), build_table(ITEMS))
    context = DecisionContext("ann", "today", "turn", "search", NOW, seed=7)
    ruled = compiled.judge(context, ["i0", "stranger"], compiled.table.rows(["i0", "stranger"]))
    assert ruled.keep.tolist() == [False, True]
