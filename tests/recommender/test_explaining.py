"""The deletion test by hand: what carries an item's place, and what cannot."""

from __future__ import annotations

from dataclasses import replace

from recommender.events import Decision, DecisionContext, Reason, SlateItem
from recommender.explaining import count_deletions, named_reason

CONTEXT = DecisionContext("ann", "visit", "turn", "search", 1e9, seed=7, k=1)


def _decision(reasons: tuple[Reason, ...], scores: tuple[float, ...]) -> Decision:
    items = (SlateItem("a", 0, scores[0], 1.0, reasons),)
    ids = ("a", "b", "c")
    return Decision("d", CONTEXT, items, 1.0, "greedy/1", "none", ids, scores)


def test_an_item_falls_when_its_lead_was_what_put_it_there() -> None:
    decision = _decision((Reason("popular", "", 0.3, 0.2), Reason("relevant", "", 0.6, 0.0)), (0.9, 0.8, 0.1))
    found = count_deletions([decision])
    assert (found.items, found.named, found.lowered) == (1, 1, 1)
    # By weight, relevance would be named, which all share: taking that away changes nothing.
    assert found.weight_first_lowered == 0


def test_an_item_that_leads_by_more_than_one_part_does_not_fall_by_one() -> None:
    reasons = (Reason("popular", "", 0.3, 0.2), Reason("for_you", "x", 0.2, 0.2))
    found = count_deletions([_decision(reasons, (0.9, 0.6, 0.1))])
    assert (found.lowered, found.lowered_without_all) == (0, 1)


def test_what_sets_nothing_apart_is_not_named() -> None:
    shared = (Reason("matches", "red", 0.4, 0.0), Reason("predicted", "", 0.2, 0.2), Reason("trying_new", "", 0.0))
    assert named_reason(shared) is None
    decision = _decision(shared, (0.9, 0.8, 0.1))
    assert count_deletions([decision, replace(decision, items=())]).named == 0
