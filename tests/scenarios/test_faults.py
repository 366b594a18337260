"""The endpoint fails in every way, and the turn goes on: the rows of the fault matrix that concern the LLM."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.config import Settings
from assistant.llm.vllm import EndpointModel
from assistant.service import Assistant
from assistant.tools import TOOLS
from assistant.turn import CartFact, HandOverFact, SlateFact, Status
from retrieval.filters import PriceRange
from retrieval.product import Product
from tests.fakes.openai_server import Script, openai_server, stream_of
from tests.scenarios.conftest import new_visitor
from tests.scenarios.visitor import Reply, Visitor

SEARCH = {"call": ("search_products", {"query": "tents"})}
LIMITED = "I answer in short for now."


def taken_over(reply: Reply) -> str:
    """Check that the embedded model has answered in the same turn, and return why."""
    assert reply.failed is None
    assert reply.products
    assert Status(LIMITED) in reply.events
    assert reply.answer.cost.model == "embedded"
    return reply.answer.cost.fell_back


def test_an_endpoint_that_answers_is_not_replaced(script: Script, guest: Visitor) -> None:
    script.steps = [SEARCH, {"say": "Here are tents."}]
    reply = guest.say("tents")
    assert reply.text.startswith("Here are tents.")
    assert Status(LIMITED) not in reply.events
    cost = reply.answer.cost
    assert (cost.model, cost.fell_back, cost.model_calls, cost.tool_calls) == ("aisle", "", 2, 1)
    assert cost.tokens_in > 0
    assert cost.tokens_out > 0


@pytest.mark.parametrize(
    ("fault", "why", "asked"),
    [
        ({"status": 500}, "status_500", 2),
        ({"status": 404}, "status_404", 1),
        ({"status": 429}, "status_429", 2),
        ({"status": 429, "headers": {"Retry-After": "3600"}}, "status_429", 1),
        ({"raw": b"<html>It works!</html>", "content_type": "text/html"}, "cut", 2),
        ({"raw": b""}, "cut", 2),
        ({"raw": b"data: {]\n\n"}, "broken", 2),
        ({"raw": b"data: " + b"x" * 3_000_000 + b"\n\n"}, "unreachable", 2),
        ({"call": ("search_products", '{"query": "ten')}, "bad_call", 2),
        ({"calls": 10_000}, "too_many_calls", 2),
        ({**SEARCH, "cut": len(stream_of(SEARCH)) - 150}, "cut", 2),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_embedded_model_takes_over_within_the_turn(
    script: Script, guest: Visitor, fault: dict[str, Any], why: str, asked: int
) -> None:
    script.steps = [fault]
    assert taken_over(guest.say("tents under $200")) == why
    assert len(script.requests) == asked


def test_a_server_that_hangs_is_asked_twice_and_left(script: Script, guest: Visitor, model: EndpointModel) -> None:
    script.steps = [{"hang_s": 600.0, "say": "late"}]
    # Long enough for the server to take the question down on a slow machine.
    model.first_token_timeout_s = 1.0
    assert taken_over(guest.say("tents")) == "late"
    assert len(script.requests) == 2


def test_where_nobody_listens_the_embedded_model_answers(
    own_shop: Callable[..., Assistant], runner: asyncio.Runner
) -> None:
    folder: Path = own_shop.folder  # type: ignore[attr-defined]
    with openai_server({"say": "Never asked."}) as (url, script):
        pass
    where = Settings(data=folder, encoder="off", llm_url=url)
    visitor = new_visitor(own_shop(settings=where, encoder=None), runner, "closed")
    # Each turn tries twice; the fifth failure opens the breaker.
    assert [taken_over(visitor.say("tents")) for _ in range(4)] == ["unreachable", "unreachable", "resting", "resting"]
    assert script.requests == []


def test_a_call_that_cannot_be_read_is_repaired_once(script: Script, guest: Visitor) -> None:
    script.steps = [{"call": ("search_products", '{"query": "ten')}, SEARCH, {"say": "Here are tents."}]
    reply = guest.say("tents")
    assert reply.text.startswith("Here are tents.")
    assert "could not be used" in script.requests[1]["messages"][-1]["content"]
    assert "could not be used" not in str(script.requests[2]["messages"])


def test_the_servers_wish_to_wait_is_honoured_and_told(script: Script, guest: Visitor) -> None:
    script.steps = [{"status": 429, "headers": {"Retry-After": "1"}}, SEARCH, {"say": "Here are tents."}]
    reply = guest.say("tents")
    assert reply.text.startswith("Here are tents.")
    assert Status("Many are asking at this moment: you are number 1 in line.") in reply.events


def test_words_that_were_shown_stay_and_are_marked_where_the_stream_breaks(script: Script, guest: Visitor) -> None:
    words = {"say": "Here are tents. These tents are made of"}
    script.steps = [SEARCH, {**words, "cut": len(stream_of(words)) - 200}]
    reply = guest.say("tents")
    assert reply.failed is None
    assert reply.text.startswith("Here are tents. That broke off there; the cards show what I found.")
    assert "made of" not in reply.text
    assert len(script.requests) == 2
    kept = guest.run(guest.assistant.history(guest.session.principal, guest.session.conversation_id))
    assert kept[-1].text == reply.text


def test_what_the_limit_of_tokens_cut_is_neither_called_nor_told_as_whole(script: Script, guest: Visitor) -> None:
    head = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}

    def cut_off(delta: dict[str, Any]) -> dict[str, Any]:
        rows = ({"delta": delta, "finish_reason": None}, {"delta": {}, "finish_reason": "length"})
        events = (json.dumps({**head, "choices": [{"index": 0, **row}]}) for row in rows)
        return {"raw": b"".join(f"data: {event}\n\n".encode() for event in events) + b"data: [DONE]\n\n"}

    call = {"index": 0, "id": "c0", "type": "function", "function": {"name": "hand_over", "arguments": ""}}
    script.steps = [cut_off({"tool_calls": [call]})]
    assert taken_over(guest.say("tents")) == "too_long"
    assert not any(isinstance(fact, HandOverFact) for fact in guest.replies[-1].answer.evidence)
    script.steps = [SEARCH, cut_off({"content": "Here are tents. They are free"})]
    reply = guest.say("tents")
    assert reply.text.startswith("Here are tents. That broke off there")
    assert "free" not in reply.text


def test_what_a_tool_has_done_is_not_done_again(script: Script, guest: Visitor) -> None:
    script.steps = [adding(guest), {"status": 500}]
    reply = guest.say(f"add the {without_options(guest).title} to my cart")
    assert reply.failed is None
    assert [fact.changed for fact in reply.answer.evidence if isinstance(fact, CartFact)] == ["added"]
    cart = guest.run(guest.assistant.view_cart(guest.session.principal))
    assert [line.quantity for line in cart.lines] == [1]
    assert reply.text


def without_options(guest: Visitor) -> Product:
    """A product that goes into the cart without any question."""
    plan = guest.assistant._opener._plan
    assert plan is not None
    products = plan.shop.retrieval.catalogue.products.values()
    return next(product for product in products if len(product.variants) == 1 and product.in_stock)


def adding(guest: Visitor) -> dict[str, Any]:
    return {"call": ("cart", {"action": "add", "which": without_options(guest).title})}


def test_after_five_failures_nobody_is_asked_and_everybody_is_answered(
    script: Script, guest: Visitor, model: EndpointModel
) -> None:
    script.steps = [{"status": 503}]
    assert [taken_over(guest.say("tents")) for _ in range(3)] == ["status_503", "status_503", "resting"]
    assert model.breaker.state == "open"
    asked = len(script.requests)
    for _ in range(5):
        assert taken_over(guest.say("tents")) == "resting"
    assert len(script.requests) == asked
    assert any("language model" in said for said in guest.assistant.readiness().degraded)


def test_what_a_model_calls_beyond_six_is_not_called_and_it_must_answer_in_words(
    script: Script, guest: Visitor
) -> None:
    script.steps = [{"calls": 4}, {"calls": 5}, {"say": "Here are tents."}]
    reply = guest.say("tents")
    assert reply.text.startswith("Here are tents.")
    assert reply.answer.cost.tool_calls == 6
    assert [request.get("tool_choice") for request in script.requests] == [None, None, "none"]
    assert len([message for message in script.requests[2]["messages"] if message["role"] == "tool"]) == 6
    # The tools go along all the same, so that the prefix cache holds.
    assert script.requests[2]["tools"] == script.requests[0]["tools"]


def test_a_model_that_calls_for_ever_is_asked_four_times_and_what_was_found_is_told(
    script: Script, guest: Visitor
) -> None:
    script.steps = [SEARCH]
    reply = guest.say("tents")
    assert reply.failed is None
    assert reply.products
    assert reply.text.count(reply.products[0].product.title) == 1
    assert (len(script.requests), reply.answer.cost.tool_calls) == (4, 3)
    assert script.requests[-1]["tool_choice"] == "none"


def test_a_price_limit_that_a_model_forgets_stays_and_is_seen(script: Script, guest: Visitor) -> None:
    limit = PriceRange("USD", None, 20_000)
    script.steps = [{"call": ("search_products", {"query": "tents", "price_max": 200})}, {"say": "Here are tents."}]
    guest.say("tents under $200")
    again = [SEARCH, {"say": "Here are tents."}]
    script.steps = list(again)
    reply = guest.say("show me some others please")
    assert reply.products
    assert all(fact.variant.price.amount_minor <= 20_000 for fact in reply.products)
    assert limit in reply.slates[-1].need.constraints
    script.steps = list(again)
    assert limit not in guest.say("the price does not matter").slates[-1].need.constraints


def test_a_turn_ends_where_its_tokens_end(script: Script, guest: Visitor) -> None:
    usage = {"prompt_tokens": 25_000, "completion_tokens": 10, "total_tokens": 25_010}
    script.steps = [{**SEARCH, "usage": usage}, {"say": "Never asked."}]
    reply = guest.say("tents")
    assert reply.answer.cost.fell_back == "budget"
    assert reply.products
    assert reply.products[0].product.title in reply.text
    assert len(script.requests) == 1


def test_the_days_tokens_end_for_this_shopper_alone(
    script: Script, guest: Visitor, house: tuple[Assistant, Script], runner: asyncio.Runner
) -> None:
    usage = {"prompt_tokens": 15_000, "completion_tokens": 500, "total_tokens": 15_500}
    script.steps = [{"say": "Hello.", "usage": usage}]
    for _ in range(2):
        assert guest.say("hello there").answer.cost.model == "aisle"
    script.requests.clear()
    assert taken_over(guest.say("tents")) == "budget"
    assert script.requests == []
    assert new_visitor(house[0], runner, "somebody-else").say("hello there").answer.cost.model == "aisle"


def test_what_the_prefix_cache_holds_does_not_count(script: Script, guest: Visitor) -> None:
    cached = {"prompt_tokens_details": {"cached_tokens": 19_900}}
    usage = {"prompt_tokens": 20_000, "completion_tokens": 5, "total_tokens": 20_005, **cached}
    script.steps = [{"say": "Hello.", "usage": usage}]
    for _ in range(5):
        cost = guest.say("hello there").answer.cost
        assert (cost.model, cost.tokens) == ("aisle", 105)


def test_a_turn_that_is_stopped_at_any_event_leaves_no_half_state(script: Script, guest: Visitor) -> None:
    product, principal = without_options(guest), guest.session.principal
    for stop_after in range(1, 8):
        script.steps = [adding(guest), {"say": "It is in your cart. Anything else?"}]
        kept = _say_and_stop(guest, f"add the {product.title} to my cart", stop_after)
        added = [fact for fact in kept if isinstance(fact, CartFact) and fact.changed]
        cart = guest.run(guest.assistant.view_cart(principal))
        assert [line.quantity for line in cart.lines] == [1] * len(added)
        if cart.lines:
            guest.run(guest.assistant.set_quantity(principal, product.variants[0].id, 0))


def _say_and_stop(guest: Visitor, words: str, stop_after: int) -> tuple[object, ...]:
    """Say it, go away after so many events, and return the facts that were kept."""
    turn = guest.turn(words)

    async def leave() -> None:
        async with contextlib.aclosing(guest.assistant.stream(turn)) as events:
            for _ in range(stop_after):
                await anext(events, None)

    guest.run(leave())
    kept = guest.run(guest.assistant.history(guest.session.principal, guest.session.conversation_id))
    return tuple(fact for item in kept if item.message_id == turn.message_id for fact in item.evidence)


def test_a_slow_drip_ends_with_the_turns_time(own_shop: Callable[..., Assistant], runner: asyncio.Runner) -> None:
    folder: Path = own_shop.folder  # type: ignore[attr-defined]
    with openai_server({"say": "Hello. " * 200, "drip_s": 0.2}) as (url, _):
        where = Settings(data=folder, encoder="off", llm_url=url, turn_timeout_s=5.0, llm_first_token_s=4.0)
        reply = new_visitor(own_shop(settings=where, encoder=None), runner, "drip").say("tents")
    assert reply.failed is None
    assert reply.answer.cost.fell_back == "late"
    assert reply.text


ARGUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([tool.__name__ for tool in TOOLS] + ["confirm", "drop_database", ""])
PARAMETERS = ("query", "which", "order_id", "action", "quantity", "kind", "about", "customer_id", "price_max", "reason")
CALLS = st.one_of(st.dictionaries(st.sampled_from(PARAMETERS), ARGUMENTS, max_size=4), ARGUMENTS, st.text(max_size=40))


def hostile(script: Script, guest: Visitor, name: str, arguments: Any) -> None:
    """Let the endpoint call a tool in any way, and check that nothing came of it but reading."""
    script.steps = [{"call": (name, arguments)}, {"say": "Well."}]
    guest.assistant._opener.endpoint.breaker.succeeded()  # type: ignore[union-attr]
    reply = guest.say("hello there")
    assert reply.failed is None
    assert len([fact for fact in reply.answer.evidence if isinstance(fact, SlateFact)]) <= 6
    assert "A-1" not in repr(reply.answer.evidence).replace(repr(arguments), "")
    assert guest.run(guest.assistant.view_cart(guest.session.principal)).lines == ()
    guest.replies.clear()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(name=NAMES, arguments=CALLS)
def test_any_json_of_a_tool_call_changes_nothing(script: Script, guest: Visitor, name: str, arguments: Any) -> None:
    hostile(script, guest, name, arguments)
