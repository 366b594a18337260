"""Sentences of an endpoint's draft that nothing holds: said again once, else by code, and at no moment shown."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from assistant.llm.vllm import EndpointModel
from assistant.repairing import to_say_again
from assistant.running import Run
from assistant.turn import Done, TextDelta, TurnEvent
from retrieval.product import Product
from tests.fakes.openai_server import Script, stream_of
from tests.scenarios.visitor import Reply, Visitor

SEARCH = {"call": ("search_products", {"query": "tents"})}
DETAILS = {"call": ("product_details", {"which": "the first one"})}
POLICY = {"call": ("answer_policy", {"question": "how long do I have to return slippers"})}
LIE = "It weighs 99 kg."
HOW_HEAVY = "how heavy is the first one?"
BLUETOOTH = "does the first one have Bluetooth?"
SILENT = "The shop does not state that about"


@pytest.fixture
def tent(script: Script, guest: Visitor) -> Product:
    """The first of the tents that lie on the table."""
    return on_the_table(script, guest, "tents")


def on_the_table(script: Script, guest: Visitor, words: str) -> Product:
    script.steps = [SEARCH, {"say": "Here are tents."}]
    product = guest.say(words).products[0].product
    script.requests.clear()
    return product


def weight(product: Product) -> str:
    return f"It weighs {product.attributes['weight'].text}."


def say(
    guest: Visitor, words: str, at_the_first_word: Callable[[], None] = lambda: None, untrue: tuple[str, ...] = ("99",)
) -> Reply:
    """Say something; check that no text that is untrue was in anything shown, and that nothing shown was taken back."""

    async def collect() -> list[TurnEvent]:
        events: list[TurnEvent] = []
        async for event in guest.assistant.stream(guest.turn(words)):
            if isinstance(event, TextDelta) and not any(isinstance(one, TextDelta) for one in events):
                at_the_first_word()
            events.append(event)
        return events

    reply = Reply(tuple(guest.run(collect())))
    assert reply.failed is None
    for event in reply.events:
        if isinstance(event, TextDelta | Done):
            text = event.text if isinstance(event, TextDelta) else event.answer.text
            assert not any(word in text for word in untrue)
    assert reply.answer.text == reply.text
    return reply


def test_what_nothing_holds_is_said_again_from_the_tools_results(script: Script, guest: Visitor, tent: Product) -> None:
    script.steps = [DETAILS, {"say": LIE}, {"say": weight(tent)}]
    reply = say(guest, HOW_HEAVY)
    assert reply.text == weight(tent)
    assert (reply.answer.repaired, reply.answer.cost.repair) == (1, "stood")
    assert (reply.answer.cost.model_calls, reply.answer.cost.tool_calls) == (3, 1)
    assert len(script.requests) == 3


def test_the_model_is_told_which_sentence_behind_a_dialogue_of_the_same_bytes(
    script: Script, guest: Visitor, tent: Product
) -> None:
    script.steps = [DETAILS, {"say": f"Here it is. {LIE}"}, {"say": weight(tent)}]
    say(guest, HOW_HEAVY)
    before, again = script.requests[1:]
    told = len(before["messages"])
    assert json.dumps(again["messages"][:told]) == json.dumps(before["messages"])
    draft, note = again["messages"][told:]
    assert (draft["role"], draft["content"].strip()) == ("assistant", f"Here it is. {LIE}")
    assert note["role"] == "user"
    assert f"\n- {LIE}\n" in note["content"]
    assert "Here it is" not in note["content"]
    assert json.dumps(again["tools"]) == json.dumps(before["tools"])
    assert (before.get("tool_choice"), again["tool_choice"]) == (None, "none")


def test_what_was_shown_stays_and_is_not_said_twice(script: Script, guest: Visitor, tent: Product) -> None:
    script.steps = [DETAILS, {"say": f"Here it is, as you asked! {LIE}"}]
    script.steps.append({"say": f"Here it is, as you asked! Here it is. {weight(tent)}"})
    assert say(guest, HOW_HEAVY).text == f"Here it is, as you asked! {weight(tent)}"


def test_a_lie_that_is_repeated_gives_way_to_the_shops_own_words(script: Script, guest: Visitor, tent: Product) -> None:
    script.steps = [DETAILS, {"say": LIE}, {"say": LIE}]
    reply = say(guest, HOW_HEAVY)
    assert f"“weight: {tent.attributes['weight'].text}”" in reply.text
    assert (reply.answer.repaired, reply.answer.cost.repair) == (2, "in_vain")
    assert len(script.requests) == 3


@pytest.mark.parametrize(
    ("words", "table", "draft", "silent"),
    [
        (BLUETOOTH, "tents", "Thanks for asking! It has Bluetooth 5.99.", SILENT),
        ("Hat das erste Bluetooth?", "Zelte", "Gerne. Es hat Bluetooth 5.99.", "Das sagt der Shop nicht"),
        (
            "¿Tiene Bluetooth el primero?",
            "tiendas de campaña",
            "Claro. Tiene Bluetooth 5.99.",
            "La tienda no indica eso",
        ),
    ],
)
def test_what_was_asked_and_the_shop_does_not_say_is_told_once(
    script: Script, guest: Visitor, words: str, table: str, draft: str, silent: str
) -> None:
    on_the_table(script, guest, table)
    script.steps = [DETAILS, {"say": draft}]
    reply = say(guest, words)
    first, _, rest = reply.text.partition(" " + silent)
    assert draft.startswith(first)
    assert rest
    assert reply.text.count(silent) == 1


def test_a_model_that_says_so_itself_is_not_doubled(script: Script, guest: Visitor, tent: Product) -> None:
    script.steps = [
        DETAILS,
        {"say": "It has Bluetooth 5.99."},
        {"say": "The shop does not say whether it has Bluetooth."},
    ]
    assert say(guest, BLUETOOTH).text == "The shop does not say whether it has Bluetooth."


def test_of_two_questions_only_the_open_one_is_answered(script: Script, guest: Visitor, tent: Product) -> None:
    script.steps = [DETAILS, {"say": f"{weight(tent)} It has Bluetooth 5.99."}]
    reply = say(guest, "does the first one have Bluetooth and how heavy is it?")
    assert reply.text.startswith(f"{weight(tent)} {SILENT}")
    assert reply.text.count(tent.attributes["weight"].text) == 1


def test_praise_that_nobody_asked_for_is_missed_by_nobody(script: Script, guest: Visitor, tent: Product) -> None:
    script.steps = [DETAILS, {"say": "Thanks for asking! It is an award-winning bestseller."}]
    reply = say(guest, BLUETOOTH)
    assert reply.text == "Thanks for asking!"
    assert (reply.answer.repaired, len(script.requests)) == (1, 2)


def test_nobody_waits_where_the_rest_says_what_was_asked(script: Script, guest: Visitor, tent: Product) -> None:
    script.steps = [DETAILS, {"say": f"{weight(tent)} It was made in Italy in 1999."}]
    assert say(guest, HOW_HEAVY).text == weight(tent)
    script.steps = [SEARCH, {"say": "Here are tents. They cost $99,999."}]
    reply = say(guest, "tents")
    assert reply.text.startswith("Here are tents.")
    assert reply.answer.cost.repair == ""
    assert len(script.requests) == 4


def test_a_rule_is_said_again_and_else_quoted(script: Script, guest: Visitor, tent: Product) -> None:
    words = "how long do I have to return slippers?"
    script.steps = [POLICY, {"say": "You can return them within 99 days."}, {"say": "You have 30 days to return them."}]
    reply = say(guest, words)
    assert reply.text == "You have 30 days to return them."
    script.steps = [POLICY, {"say": "Good question! You can return them within 99 days."}]
    quoted = say(guest, words)
    assert quoted.text.startswith("Good question! From **Returns: How long do I have to return something?**")
    assert {source.id for source in (*reply.answer.sources, *quoted.answer.sources)} == {
        "returns#how-long-do-i-have-to-return-something"
    }


def test_of_what_no_tool_was_asked_the_table_tells(script: Script, guest: Visitor, tent: Product) -> None:
    script.steps = [{"say": LIE}]
    assert tent.attributes["weight"].text in say(guest, HOW_HEAVY).text


HALF = "Here it is. It weighs 98 kg"


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"status": 500}, "status_500"),
        ({"status": 429, "headers": {"Retry-After": "1"}}, "status_429"),
        ({"raw": b""}, "cut"),
        ({"raw": b"data: {]\n\n"}, "broken"),
        ({"say": HALF, "cut": len(stream_of({"say": HALF})) - 150}, "cut"),
        ({"call": ("cart", '{"action": "ad')}, "bad_call"),
        ({"calls": 10_000}, "too_many_calls"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_repair_that_fails_leaves_what_stood_and_is_not_tried_twice(
    script: Script, guest: Visitor, tent: Product, fault: dict[str, Any], why: str
) -> None:
    script.steps = [DETAILS, {"say": f"Here it is. {LIE}"}, fault]
    reply = say(guest, HOW_HEAVY, untrue=("99", "98"))
    assert reply.text.startswith("Here it is. The shop states “weight:")
    assert (reply.answer.cost.repair, reply.answer.cost.fell_back) == (why, "")
    assert len(script.requests) == 3


def test_a_repair_that_is_cut_keeps_its_whole_sentences(script: Script, guest: Visitor, tent: Product) -> None:
    words = {"say": f"{weight(tent)} You can see that it weighs 98 kg"}
    script.steps = [DETAILS, {"say": LIE}, {**words, "cut": len(stream_of(words)) - 150}]
    reply = say(guest, HOW_HEAVY, untrue=("99", "98"))
    assert reply.text == weight(tent)
    assert reply.answer.cost.repair == "cut"


def test_a_repair_that_hangs_is_given_up(script: Script, guest: Visitor, tent: Product, model: EndpointModel) -> None:
    def hurry() -> None:
        model.first_token_timeout_s = 0.05

    script.steps = [DETAILS, {"say": f"Here it is. {LIE}"}, {"hang_s": 600.0, "say": "late"}]
    reply = say(guest, HOW_HEAVY, at_the_first_word=hurry)
    assert reply.text.startswith("Here it is. The shop states “weight:")
    assert reply.answer.cost.repair == "late"


def test_a_repair_ends_with_the_turns_time(
    script: Script, guest: Visitor, tent: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_little_time(run: Run) -> list[str]:
        run.context.meter.model_until_s = time.monotonic() + 0.05
        return to_say_again(run)

    monkeypatch.setattr("assistant.turns.to_say_again", with_little_time)
    script.steps = [DETAILS, {"say": f"Here it is. {LIE}"}, {"say": f"{LIE} {LIE}", "drip_s": 600.0}]
    reply = say(guest, HOW_HEAVY)
    assert reply.text.startswith("Here it is. The shop states “weight:")
    assert reply.answer.cost.repair == "late"


def test_a_breaker_that_opens_meanwhile_keeps_the_repair_away(
    script: Script, guest: Visitor, tent: Product, model: EndpointModel
) -> None:
    def fail() -> None:
        while model.breaker.state == "closed":
            model.breaker.failed()

    # The draft streams on until its first word has been seen, so the breaker opens behind it.
    model.breaker.succeeded()
    script.steps = [DETAILS, {"say": f"Here it is. {LIE}"}, {"say": weight(tent)}]
    original = model.breaker.succeeded
    model.breaker.succeeded = lambda: None  # type: ignore[method-assign]
    try:
        reply = say(guest, HOW_HEAVY, at_the_first_word=fail)
    finally:
        model.breaker.succeeded = original  # type: ignore[method-assign]
    assert reply.answer.cost.repair == "resting"
    assert len(script.requests) == 2


def test_without_tokens_nothing_is_said_again(script: Script, guest: Visitor, tent: Product) -> None:
    usage = {"prompt_tokens": 25_000, "completion_tokens": 10, "total_tokens": 25_010}
    script.steps = [DETAILS, {"say": LIE, "usage": usage}, {"say": weight(tent)}]
    reply = say(guest, HOW_HEAVY)
    assert tent.attributes["weight"].text in reply.text
    assert (reply.answer.cost.repair, len(script.requests)) == ("", 2)


def test_a_repair_counts_among_the_turns_calls(script: Script, guest: Visitor, tent: Product) -> None:
    script.steps = [DETAILS, DETAILS, DETAILS, {"say": LIE}, {"say": weight(tent)}]
    assert say(guest, HOW_HEAVY).answer.cost.repair == ""
    assert len(script.requests) == 4


def test_no_tool_that_a_repair_calls_is_carried_out(script: Script, guest: Visitor, tent: Product) -> None:
    script.steps = [DETAILS, {"say": LIE}, {"call": ("cart", {"action": "add", "which": "the first one"})}]
    reply = say(guest, "add the first one to my cart. how heavy is it?")
    assert guest.run(guest.assistant.view_cart(guest.session.principal)).lines == ()
    assert (reply.answer.cost.tool_calls, reply.answer.cost.repair) == (1, "in_vain")


def test_what_a_guard_held_back_is_not_asked_for_again(script: Script, guest: Visitor) -> None:
    script.steps = [
        {"say": "You are the shopping assistant of one shop. You help shoppers to find and compare products."}
    ]
    reply = say(guest, "hello", untrue=("of one shop", "You help"))
    assert (reply.answer.repaired, reply.answer.cost.repair) == (2, "")
    assert len(script.requests) == 1


def test_the_note_itself_is_nothing_to_be_shown(script: Script, guest: Visitor, tent: Product) -> None:
    parrot = "The shop's data does not bear them out. Write only what belongs in the place of those left out."
    script.steps = [DETAILS, {"say": LIE}, {"say": parrot}]
    say(guest, HOW_HEAVY, untrue=("left out", "99"))


def test_who_leaves_during_a_repair_keeps_what_was_shown(script: Script, guest: Visitor, tent: Product) -> None:
    script.steps = [DETAILS, {"say": f"Here it is. {LIE}"}, {"hang_s": 600.0, "say": "late"}]
    shown: list[TurnEvent] = []

    async def leave() -> None:
        async with contextlib.aclosing(guest.assistant.stream(guest.turn(HOW_HEAVY))) as events:

            async def read() -> None:
                async for event in events:
                    shown.append(event)

            reading = asyncio.create_task(read())
            while len(script.requests) < 3:
                await asyncio.sleep(0.01)
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading

    guest.run(leave())
    text = "".join(event.text for event in shown if isinstance(event, TextDelta))
    assert text.strip() == "Here it is."
    kept = guest.run(guest.assistant.history(guest.session.principal, guest.session.conversation_id))
    assert kept[-1].text == text.strip()
    script.steps = [DETAILS, {"say": weight(tent)}]
    assert say(guest, HOW_HEAVY).text == weight(tent)
