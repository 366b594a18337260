from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from assistant.llm.embedded.intents import IntentReader
from assistant.llm.embedded.model import EmbeddedChatModel
from assistant.llm.embedded.planner import Planner
from assistant.llm.state import TurnState
from assistant.prompts import load_prompts
from assistant.turn import ToolResult
from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from tests.assistant.small_shop import FJELL_2, PRODUCTS, slate, voices


@pytest.fixture(scope="module")
def model() -> Iterator[EmbeddedChatModel]:
    prompts = load_prompts()
    reader = QueryReader(Vocabulary.learn(PRODUCTS), "USD")
    with ThreadPoolExecutor(1) as pool:
        yield EmbeddedChatModel(
            planner=Planner(IntentReader(prompts.intents()), reader, "USD"),
            voices=voices(),
            now=lambda: datetime(2026, 3, 8, tzinfo=UTC),
            pool=pool,
        )


def _ask(words: str) -> HumanMessage:
    return HumanMessage(words, additional_kwargs={"state": TurnState(words)})


def _told(artifact: object = None, *, name: str = "search_products", failed: bool = False) -> ToolMessage:
    return ToolMessage(
        "{}", tool_call_id="call_0", name=name, artifact=artifact, status="error" if failed else "success"
    )


def test_a_message_becomes_tool_calls(model: EmbeddedChatModel) -> None:
    reply = model.invoke([_ask("show me tents under $300")])
    (call,) = reply.tool_calls
    assert call["name"] == "search_products"
    assert call["args"]["price_max"] == 300.0


def test_what_the_tools_found_becomes_words(model: EmbeddedChatModel) -> None:
    dialogue: list[BaseMessage] = [_ask("show me tents"), AIMessage(""), _told(ToolResult((slate(FJELL_2),), "{}"))]
    assert (
        model.invoke(dialogue).text
        == "I found one that fits: **Norrfell Fjell 2 Tent** at $199.00 (rated 4.6 by 120 shoppers)."
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("compare_products", "Which two"),
        ("product_details", "which product you mean"),
        ("track_order", "Which order"),
        ("hand_over", "That did not work"),
    ],
)
def test_a_tool_that_could_not_tell_what_is_meant_becomes_a_question(
    model: EmbeddedChatModel, name: str, said: str
) -> None:
    assert said in model.invoke([_ask("show me tents"), AIMessage(""), _told(name=name, failed=True)]).text


def test_only_the_results_since_the_last_message_count(model: EmbeddedChatModel) -> None:
    earlier: list[BaseMessage] = [_ask("show me tents"), AIMessage(""), _told(ToolResult((slate(FJELL_2),), "{}"))]
    assert "Fjell" not in model.invoke([*earlier, _ask("hello")]).text


def test_a_message_without_a_state_is_read_by_its_words(model: EmbeddedChatModel) -> None:
    assert model.invoke([HumanMessage("show me tents")]).tool_calls
    assert model.invoke([]).text


async def test_streamed_chunks_add_up_to_the_reply(model: EmbeddedChatModel) -> None:
    whole = model.invoke([_ask("hello")]).text
    chunks = [chunk.text async for chunk in model.astream([_ask("hello")])]
    assert len(chunks) > 5
    assert "".join(chunks) == whole
    (calling,) = [c for c in [chunk async for chunk in model.astream([_ask("show me tents")])] if c.tool_calls]
    assert calling.tool_calls[0]["name"] == "search_products"
