"""One slate laid open: parts that add up, chances that are exact, and no way back to the shopper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.slate_trace import SlateTrace, short_code, trace_slate
from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import SPONSORED, Candidate, Decision, Reason
from recommender.exploring import Controls
from recommender.owner_rules import OwnerRules, read_rule
from recommender.replay import difference
from tests.recommender.shop import ITEMS, make_context

RULES = OwnerRules(
    rules=(
        read_rule({"kind": "pin", "id": "1", "item_id": "mat-1", "slot": 1}),
        read_rule({"kind": "exclude", "id": "2", "item_ids": ["tent-3"]}),
        read_rule({"kind": "bury", "id": "3", "brands": ["Bor"]}),
    )
)


@pytest.fixture
def decision() -> Decision:
    recommender = Recommender(ITEMS, MemoryEventLog(), controls=lambda: Controls(RULES))
    found = [Candidate(item_id, 1 - i / 10, ("search",)) for i, item_id in enumerate(ITEMS)]
    return recommender.decide(make_context("search", query="tent", k=3), found)


@pytest.fixture
def trace(decision: Decision) -> SlateTrace:
    return trace_slate(decision, {"mat-1": ("click",)}, difference(decision) or "")


def test_the_parts_of_every_candidate_add_up_to_its_score(trace: SlateTrace, decision: Decision) -> None:
    assert [row.item_id for row in trace.rows] == list(decision.candidate_ids)
    for row in trace.rows:
        assert sum(part.weight for part in row.parts) == pytest.approx(row.score, abs=1e-12)
    assert any(part.code == "buried" for row in trace.rows for part in row.parts)
    assert trace.differs == ""


def test_chances_of_the_first_drawn_slot_add_up_and_the_pinned_item_is_not_drawn(trace: SlateTrace) -> None:
    assert sum(row.first_chance or 0.0 for row in trace.rows) == pytest.approx(1.0)
    pinned = next(row for row in trace.rows if row.pinned)
    assert (pinned.item_id, pinned.slot, pinned.chance, pinned.first_chance) == ("mat-1", 2, 1.0, 0.0)
    first = next(row for row in trace.rows if row.slot == 1)
    assert first.first_chance == first.chance


def test_slots_removals_and_what_happened(trace: SlateTrace, decision: Decision) -> None:
    assert [row.item_id for row in trace.slots] == list(decision.chosen_ids)
    assert ("exclude:2", ("tent-3",)) in trace.removed
    assert next(row for row in trace.rows if row.item_id == "mat-1").happened == ("click",)


def test_what_was_shown_otherwise_is_told(decision: Decision) -> None:
    assert trace_slate(decision, {}, "").as_chosen
    changed = trace_slate(replace(decision, shown_ids=decision.chosen_ids[:1]), {}, "")
    assert not changed.as_chosen
    assert sum(row.shown for row in changed.rows) == 1


@pytest.mark.parametrize("trace", [b"", b"damaged"])
def test_a_row_of_old_or_a_damaged_one_still_stands_with_its_scores(decision: Decision, trace: bytes) -> None:
    bare = trace_slate(replace(decision, trace=trace, policy="demo-logging/1"), {}, "it is damaged")
    assert not bare.traced
    assert [row.score for row in bare.rows] == list(decision.candidate_scores)
    assert all(row.parts == () and row.first_chance is None for row in bare.rows)


def test_a_paid_place_is_told_from_a_rule(decision: Decision) -> None:
    sold = replace(decision.items[1], reasons=(*decision.items[1].reasons, Reason(SPONSORED, "", 0.0)))
    trace = trace_slate(replace(decision, items=(decision.items[0], sold, *decision.items[2:])), {}, "")
    assert [(row.paid, row.pinned) for row in trace.slots[:2]] == [(False, False), (True, False)]


def test_a_short_code_is_the_same_for_one_key_and_holds_nothing_of_it() -> None:
    assert short_code("c:maya") == short_code("c:maya") != short_code("c:jonas")
    assert "maya" not in short_code("c:maya")
    assert len(short_code("c:maya")) == 6
