"""Whole scenarios: the agent loop against a real vLLM server, on words that training its tiny model never held."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.bootstrap import build_assistant
from assistant.config import Settings
from assistant.llm.vllm import endpoint_model
from assistant.service import Assistant
from assistant.turn import (
    CartFact,
    HandOverFact,
    OrdersFact,
    PolicyFact,
    ProductFact,
    Proposal,
    SlateFact,
    Status,
    TextDelta,
)
from retrieval.encoder import Encoder
from tests.scenarios.conftest import new_visitor
from tests.scenarios.visitor import Reply, Visitor
from tests.scenarios.vllm_cpu.server import ANSWER_S, NAME, Server

pytestmark = [pytest.mark.vllm, pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class Talk:
    """A visit of which every reply has to be the model's own, with nothing of it removed."""

    visitor: Visitor
    server: Server

    def say(self, words: str) -> Reply:
        before = self.server.metric("vllm:request_success_total")
        reply = self.visitor.say(words)
        assert reply.failed is None
        assert not reply.answer.repaired, reply.text
        assert not [event for event in reply.events if isinstance(event, Status) and "in short" in event.text]
        assert self.server.metric("vllm:request_success_total") > before
        return reply


def settings(folder: Path, url: str, model: str = NAME) -> Settings:
    """Time and tokens enough for a busy machine; nothing is tried out in the ranking."""
    return Settings(
        data=folder,
        llm_url=url,
        llm_model=model,
        llm_first_token_s=ANSWER_S,
        turn_timeout_s=2 * ANSWER_S,
        llm_tokens_per_turn=0,
        llm_tokens_per_day=0,
        llm_tokens_per_day_signed_in=0,
        exploration=False,
        ranking="default",
        holdout_share=0.0,
    )


@pytest.fixture(scope="module")
def opened(
    server: Server,
    demo_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
    encoder: Encoder,
    runner: asyncio.Runner,
) -> Iterator[Callable[..., Assistant]]:
    """Opens a demo shop of its own on the server."""
    with contextlib.ExitStack() as closing:

        def open_it(model: str = NAME) -> Assistant:
            folder = tmp_path_factory.mktemp("vllm-shop") / "data"
            shutil.copytree(demo_data, folder)
            chosen = settings(folder, server.url, model)
            chat_model = endpoint_model(chosen)
            # The client keeps its connections open for the next turn.
            closing.callback(lambda: runner.run(chat_model.http_async_client.aclose()))
            assistant = build_assistant(chosen, chat_model=chat_model, encoder=encoder)
            closing.callback(assistant.close)
            assistant.start(wait="meaning")
            return assistant

        yield open_it


@pytest.fixture(scope="module")
def shop(opened: Callable[..., Assistant]) -> Assistant:
    return opened()


@pytest.fixture
def talk(shop: Assistant, server: Server, runner: asyncio.Runner, request: pytest.FixtureRequest) -> Talk:
    return Talk(new_visitor(shop, runner, request.node.name), server)


def test_searching_refining_and_filling_the_cart(talk: Talk) -> None:
    found = talk.say("show me a kettle")
    assert {item.product.category for item in found.products} == {"Kettles"}
    assert found.text.startswith(
        f"There are {found.slates[0].total}. The first is the {found.products[0].product.title}"
    )
    cheaper = talk.say("under 60")
    assert cheaper.labels >= {"Kettles", "under $60"}
    assert all(item.variant.price.amount_minor < 6_000 for item in cheaper.products)
    brand = cheaper.products[0].product.brand
    one = talk.say(f"only {brand}")
    assert {item.product.brand for item in one.products} == {brand}
    assert one.labels >= {"Kettles", "under $60", brand}
    told = talk.say("tell me more about the first one")
    assert told.only(ProductFact).product.id == one.products[0].product.id
    talk.say("put the first one in my cart")
    cart = talk.say("what is in my cart?").only(CartFact)
    assert [line.product.id for line in cart.lines if line.product] == [one.products[0].product.id]


def test_two_needs_in_one_message(talk: Talk) -> None:
    reply = talk.say("a toaster and a monitor")
    assert [{item.product.category for item in slate.items} for slate in reply.slates] == [{"Toasters"}, {"Monitors"}]


def test_where_an_order_is_and_cancelling_it(talk: Talk) -> None:
    talk.visitor.sign_in("maya")
    tracked = talk.say("where is my order?").only(OrdersFact)
    assert len(tracked.orders) == 1
    number = tracked.orders[0].id
    assert talk.say(f"when will {number} arrive?").only(OrdersFact).orders[0].id == number
    proposal = talk.say(f"please cancel {number}").only(Proposal)
    assert proposal.order_id == number
    unknown = talk.say("where is order A-99999?")
    assert "cannot find that order" in unknown.text


def test_policies_are_quoted(talk: Talk) -> None:
    reply = talk.say("How long do I have to return slippers?")
    assert reply.only(PolicyFact).sections[0].id.startswith("returns#")
    assert "30 days" in reply.text
    assert reply.answer.sources
    assert not talk.say("do you accept Stadtlund?").only(PolicyFact).sections


def test_a_person_is_called(talk: Talk) -> None:
    reply = talk.say("I want to talk to a person about my goggles")
    assert reply.only(HandOverFact).position >= 1
    assert reply.answer.handed_over


def test_what_is_not_about_the_shop_finds_nothing(talk: Talk) -> None:
    reply = talk.say("what is the capital of Skarnvik?")
    assert not reply.answer.evidence
    assert reply.text == "I can only help with this shop."


def test_words_reach_the_shopper_as_they_are_streamed(talk: Talk) -> None:
    reply = talk.say("a blender and a desk lamp")
    assert len([event for event in reply.events if isinstance(event, TextDelta)]) >= 2


def test_a_reply_that_nothing_holds_is_asked_for_again_and_then_composed(
    shop: Assistant, server: Server, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = server.metric("vllm:request_success_total")
    monkeypatch.setattr("assistant.turns.unsupported", lambda *_: "number")
    reply = new_visitor(shop, runner, "again").say("show me a kettle")
    assert reply.failed is None
    assert reply.answer.cost.repair in {"in_vain", "empty"}
    assert reply.answer.cost.model_calls == server.metric("vllm:request_success_total") - before == 3
    assert reply.products[0].product.title in reply.text


def test_eight_shoppers_at_once(shop: Assistant, server: Server, runner: asyncio.Runner) -> None:
    wanted = {
        **{"goggles": "Swim goggles", "a kettle": "Kettles", "a toaster": "Toasters", "a blender": "Blenders"},
        **{"a dumbbell": "Dumbbells", "a mouse": "Computer mice", "slippers": "Slippers", "a monitor": "Monitors"},
    }
    visitors = [new_visitor(shop, runner, f"at-once-{place}") for place in range(len(wanted))]

    async def ask(visitor: Visitor, words: str) -> Reply:
        return Reply(tuple([event async for event in shop.stream(visitor.turn(words, None))]))

    async def all_of_them() -> list[Reply]:
        pairs = zip(visitors, wanted, strict=True)
        return list(await asyncio.gather(*(ask(visitor, f"show me {thing}") for visitor, thing in pairs)))

    replies = runner.run(all_of_them())
    kinds = [{item.product.category for item in reply.products} for reply in replies]
    assert kinds == [{kind} for kind in wanted.values()]
    assert server.metric("vllm:num_requests_running") == 0


def test_a_shopper_who_leaves_stops_the_server_too(shop: Assistant, server: Server, runner: asyncio.Runner) -> None:
    visitor = new_visitor(shop, runner, "leaves")

    async def leave() -> None:
        events = shop.stream(visitor.turn("show me a kettle", None))
        async for _ in events:
            break
        await events.aclose()

    runner.run(leave())
    for _ in range(600):
        if server.metric("vllm:num_requests_running") == 0:
            break
        runner.run(asyncio.sleep(0.1))
    assert server.metric("vllm:num_requests_running") == 0
    assert visitor.say("show me a kettle").products


def test_the_embedded_model_answers_what_is_too_long_for_the_server(talk: Talk, server: Server) -> None:
    before = server.metric("vllm:request_success_total")
    reply = talk.visitor.say("kettle " + "1 2 3 " * 600)
    assert reply.failed is None
    assert reply.text
    assert server.metric("vllm:request_success_total") == before
    assert talk.say("show me a kettle").products


def test_the_embedded_model_answers_where_the_server_lacks_the_model(
    opened: Callable[..., Assistant], runner: asyncio.Runner
) -> None:
    visitor = new_visitor(opened("another"), runner, "another")
    reply = visitor.say("show me a kettle")
    assert {item.product.category for item in reply.only(SlateFact).items} == {"Kettles"}
