"""What turns took, in words for the staff."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.telemetry import Spread, TurnCosts
from assistant.turn import TurnCost
from ui.cost_views import cost_words, costs_view

ANSWERED = TurnCost("qwen3-8b", "", 2900, 2500, 41, 2, 1, 0.31, 0.9, 1.42, {"model": 1.2})
FELL_BACK = TurnCost("embedded", "late", model_calls=3, tool_calls=1, seconds=4.2)


def test_one_line_tells_who_answered_and_what_it_took() -> None:
    assert cost_words(ANSWERED) == (
        "By qwen3-8b · 1.42 s · first token 0.31 s · 2 model calls, 1 tool · 2,900 + 41 tokens"
    )
    assert cost_words(FELL_BACK) == "By the embedded model: the endpoint was late · 4.20 s · 3 model calls, 1 tool"


@pytest.mark.parametrize("cost", [None, TurnCost()])
def test_what_was_not_measured_is_not_told(cost: TurnCost | None) -> None:
    assert cost_words(cost) == ""


@pytest.mark.parametrize(
    ("reason", "words"), [("status_503", "answered with status 503"), ("resting", "is left alone"), ("new", "failed")]
)
def test_every_reason_has_words(reason: str, words: str) -> None:
    assert words in cost_words(TurnCost("embedded", reason))


@pytest.mark.parametrize(
    ("outcome", "words"), [("stood", "with success"), ("in_vain", "in vain"), ("status_429", "but it answered with")]
)
def test_what_came_of_asking_again_is_told(outcome: str, words: str) -> None:
    assert f" · asked again {words}" in cost_words(replace(ANSWERED, repair=outcome))


def test_the_owners_table_leaves_out_what_there_is_not() -> None:
    one = Spread(0.1, 0.4)
    costs = TurnCosts(
        12, [("aisle", 9), ("embedded", 3)], [("late", 3)], [("stood", 2), ("late", 1)], 900.0, 0.0, 40.0, 2.0, 1.0,
        Spread(0.5, 2.0), one, None, [("tools", one), ("model", one)], "open",
    )  # fmt: skip
    view = costs_view(costs)
    assert dict(view.pairs)["Answered by"] == "aisle (9), embedded (3)"
    assert dict(view.pairs)["Not by the endpoint because it"] == "was late (3)"
    assert dict(view.pairs)["Asked again for what nothing holds"] == "with success (2), but it was late (1)"
    assert "left alone" in dict(view.pairs)["The endpoint"]
    assert view.rows == (
        ("Whole turn", "500 ms", "2,000 ms"),
        ("First card or word", "100 ms", "400 ms"),
        ("Model", "100 ms", "400 ms"),
        ("Tools", "100 ms", "400 ms"),
    )
