"""The shopper page's drawing of a turn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from assistant.turn import (
    Answer,
    Done,
    EvidenceFound,
    Failed,
    PolicyFact,
    Source,
    Status,
    Stopped,
    TextDelta,
    TurnEvent,
)
from tests.contracts.channel import ChannelContract
from tests.fakes import shop
from ui.render import Renderer
from ui.reply import ReplyLog
from ui.views import Look

RENDERER = Renderer(Look())


def log_of(events: Sequence[TurnEvent]) -> list[dict[str, Any]]:
    log = ReplyLog(RENDERER, "m1")
    for event in events:
        log.add(event)
    assert [json.loads(line) for line in log.text.split("\n") if line] == log.steps
    return log.steps


class TestShopperPage(ChannelContract):
    """The page shows all that a channel must show."""

    def show(self, events: Sequence[TurnEvent]) -> str:
        return "".join(step["html"] for step in log_of(events))


def test_the_log_only_grows() -> None:
    log = ReplyLog(RENDERER, "m1")
    before = ""
    for event in (Status("Looking"), TextDelta("a"), TextDelta("b"), Done(Answer("ab"))):
        log.add(event)
        assert log.text.startswith(before)
        assert len(log.text) > len(before)
        before = log.text


def test_every_step_names_the_message_it_answers() -> None:
    assert {step["mid"] for step in log_of([Status("x"), Stopped()])} == {"m1"}


def test_words_are_drawn_whole_so_that_marks_can_close_later() -> None:
    words = [step["html"] for step in log_of([TextDelta("The **red"), TextDelta(" one**")]) if step["slot"] == "words"]
    assert words == ["<p>The **red</p>", "<p>The <strong>red one</strong></p>"]


def test_the_final_text_replaces_words_that_grounding_changed() -> None:
    steps = log_of([TextDelta("It costs $1."), Done(Answer("It costs $79.00."))])
    assert [s["html"] for s in steps if s["slot"] == "words"][-1] == "<p>It costs $79.00.</p>"


def test_a_cart_in_the_chat_also_updates_the_drawer_and_the_count() -> None:
    steps = log_of([EvidenceFound(shop.cart((shop.PRODUCTS[0], 2), (shop.PRODUCTS[1], 1), changed="added"))])
    drawer = next(step for step in steps if step["slot"] == "cart")
    assert drawer["count"] == 3
    assert "One more" in drawer["html"]


def test_policy_sections_are_links_after_the_words_and_not_cards() -> None:
    source = Source(shop.RETURNS.id, shop.RETURNS.title, shop.RETURNS.url)
    steps = log_of([EvidenceFound(shop.POLICY), Done(Answer("30 days.", (shop.POLICY,), sources=(source,)))])
    assert not [step for step in steps if step["slot"] == "block"]
    assert [step["html"] for step in steps if step["slot"] == "after"][-1].count("<a ") == 1


def test_silence_of_the_policies_is_said() -> None:
    steps = log_of([EvidenceFound(PolicyFact("Do you repair clocks?", ()))])
    assert "say nothing about this" in steps[0]["html"]


def test_a_turn_ends_once_and_says_how() -> None:
    for last, state in ((Done(Answer("x")), "done"), (Stopped(), "stopped"), (Failed("x"), "failed")):
        assert log_of([last])[-1] == {"mid": "m1", "slot": "end", "html": "", "state": state}
