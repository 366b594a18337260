"""What the shop relies on of vLLM's API, asked of the real server, in words that the model's training never held."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import jsonschema
import pytest

from tests.scenarios.vllm_cpu.server import ANSWER_S, Server, question

ENDLESS = 1_800
"""Tokens that take the server seconds."""
pytestmark = [pytest.mark.vllm, pytest.mark.slow, pytest.mark.timeout(600)]

STATE = '<shop_state untrusted_titles="true">{"looking_for": "", "wishes": [], "last_shown": []}</shop_state>'
SEARCH: dict[str, Any] = {
    "type": "object",
    "properties": {"query": {"type": "string"}, "price_min": {"type": "number"}, "price_max": {"type": "number"}},
    "required": ["query"],
    "additionalProperties": False,
}


def tool(name: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": name, "parameters": schema, **more}}


def texts(name: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"}}, "required": [name]}


TOOLS = [
    tool("search_products", SEARCH),
    tool("answer_policy", texts("question")),
    tool("hand_over", texts("reason")),
]


def said(words: str) -> list[dict[str, Any]]:
    return [{"role": "system", "content": "You are a shop."}, {"role": "user", "content": f"{STATE}\n\n{words}"}]


def calls(message: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(c["function"]["name"], json.loads(c["function"]["arguments"])) for c in message.get("tool_calls") or ()]


def streamed(server: Server, **body: Any) -> Iterator[dict[str, Any]]:
    with server.client.stream("POST", "/v1/chat/completions", json=question(stream=True, **body)) as response:
        for line in response.iter_lines():
            if line.startswith("data: {"):
                yield json.loads(line.removeprefix("data: "))["choices"][0]


def test_the_model_chooses_a_tool_and_copies_the_shoppers_words_into_it(server: Server) -> None:
    message = server.message(messages=said("I need swim goggles under $30"), tools=TOOLS)
    assert calls(message) == [("search_products", {"query": "swim goggles", "price_max": 30})]


def test_the_model_may_answer_without_a_tool(server: Server) -> None:
    message = server.message(messages=said("hello"), tools=TOOLS)
    assert not message.get("tool_calls")
    assert message["content"]


def test_several_needs_become_several_calls(server: Server) -> None:
    message = server.message(messages=said("a toaster and a monitor"), tools=TOOLS)
    assert calls(message) == [("search_products", {"query": "toaster"}), ("search_products", {"query": "monitor"})]


def test_where_a_tool_is_required_one_is_called(server: Server) -> None:
    message = server.message(messages=said("hello"), tools=TOOLS, tool_choice="required")
    ((name, arguments),) = calls(message)
    schemas = {entry["function"]["name"]: entry["function"]["parameters"] for entry in TOOLS}
    jsonschema.validate(arguments, schemas[name])


def test_a_named_tool_is_called_whatever_was_said(server: Server) -> None:
    chosen = {"type": "function", "function": {"name": "hand_over"}}
    message = server.message(messages=said("I need swim goggles under $30"), tools=TOOLS, tool_choice=chosen)
    assert calls(message) == [("hand_over", {"reason": "I need swim goggles under $30"})]


def test_a_strict_tool_gets_only_what_its_schema_allows(server: Server) -> None:
    words = said("I need swim goggles under 29.90")
    ((_, free),) = calls(server.message(messages=words, tools=[tool("search_products", SEARCH)]))
    whole = {**SEARCH, "properties": {**SEARCH["properties"], "price_max": {"type": "integer"}}}
    ((_, strict),) = calls(server.message(messages=words, tools=[tool("search_products", whole, strict=True)]))
    assert free == {"query": "swim goggles", "price_max": 29.9}
    assert isinstance(strict["price_max"], int)
    jsonschema.validate(strict, whole)


def test_an_answer_can_be_held_to_a_json_schema(server: Server) -> None:
    schema = {
        "type": "object",
        "properties": {"about": {"enum": ["order", "product"]}, "number": {"type": "integer", "maximum": 99}},
        "required": ["about", "number"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
    message = server.message(messages=said("I need swim goggles"), response_format=form)
    jsonschema.validate(json.loads(message["content"]), schema)


def test_words_are_streamed_in_pieces(server: Server) -> None:
    events = list(streamed(server, messages=said("what is the capital of Skarnvik?"), tools=TOOLS))
    pieces = [event["delta"].get("content") or "" for event in events]
    whole = server.message(messages=said("what is the capital of Skarnvik?"), tools=TOOLS)
    assert "".join(pieces) == whole["content"]
    assert len([piece for piece in pieces if piece]) > 3
    assert events[-1]["finish_reason"] == "stop"


def test_calls_are_streamed_in_pieces(server: Server) -> None:
    parts: dict[int, str] = {}
    names: dict[int, str] = {}
    finish = None
    for event in streamed(server, messages=said("a toaster and a monitor"), tools=TOOLS):
        finish = event["finish_reason"] or finish
        for call in event["delta"].get("tool_calls") or ():
            names[call["index"]] = names.get(call["index"], "") + (call["function"].get("name") or "")
            parts[call["index"]] = parts.get(call["index"], "") + (call["function"].get("arguments") or "")
    assert names == {0: "search_products", 1: "search_products"}
    assert [json.loads(text) for text in parts.values()] == [{"query": "toaster"}, {"query": "monitor"}]
    assert finish == "tool_calls"


def test_what_is_longer_than_the_model_reads_is_refused(server: Server) -> None:
    response = server.ask(messages=said("goggles " * 2500), tools=TOOLS)
    assert response.status_code == 400
    assert "maximum context length" in response.json()["error"]["message"]


def test_another_model_is_not_found(server: Server) -> None:
    assert server.ask(messages=said("hello"), model="another").status_code == 404


def test_an_empty_list_of_tools_is_refused(server: Server) -> None:
    """So the shop never sends one."""
    assert server.ask(messages=said("hello"), tools=[]).status_code == 400


def test_tokens_are_counted(server: Server) -> None:
    before = server.metric("vllm:prompt_tokens_total"), server.metric("vllm:generation_tokens_total")
    usage = server.ask(messages=said("hello"), tools=TOOLS).json()["usage"]
    after = server.metric("vllm:prompt_tokens_total"), server.metric("vllm:generation_tokens_total")
    assert after[0] - before[0] == usage["prompt_tokens"] > 20
    assert after[1] - before[1] == usage["completion_tokens"] > 3


def test_what_was_asked_before_is_found_in_the_prefix_cache(server: Server) -> None:
    words = said("do you sell mice from Hexaloom in moss for Voxbury? " * 20)
    server.message(messages=words, tools=TOOLS)
    usage = server.ask(messages=words, tools=TOOLS).json()["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] > 0


def test_tools_that_are_forbidden_are_not_called(server: Server) -> None:
    """So the shop asks once more, in words, with the tools in the prompt as before."""
    words = said("I need swim goggles under $30")
    assert calls(server.message(messages=words, tools=TOOLS))
    assert not calls(server.message(messages=words, tools=TOOLS, tool_choice="none"))


def test_a_request_that_nobody_waits_for_is_given_up(server: Server) -> None:
    """Several tries: a client that gets no time to run may leave too late, but not every time."""
    assert any(_generated_for_a_client_that_leaves(server) < ENDLESS for _ in range(5))


def _generated_for_a_client_that_leaves(server: Server) -> float:
    """Tokens that the server wrote for somebody who hung up after the first of them."""
    before = server.metric("vllm:generation_tokens_total")
    body = question(messages=said("repeat: goggles"), stream=True, ignore_eos=True, max_tokens=ENDLESS)
    with (
        httpx.Client(base_url=str(server.client.base_url), timeout=ANSWER_S) as other,
        other.stream("POST", "/v1/chat/completions", json=body) as response,
    ):
        assert next(response.iter_lines()).startswith("data: ")
    for _ in range(600):
        if server.metric("vllm:num_requests_running") == 0:
            break
        time.sleep(0.1)
    assert server.metric("vllm:num_requests_running") == 0
    return server.metric("vllm:generation_tokens_total") - before


def test_eight_at_once_get_each_their_own(server: Server) -> None:
    things = ["goggles", "kettle", "toaster", "blender", "dumbbell", "mouse", "gloves", "slippers"]
    with ThreadPoolExecutor(len(things)) as pool:
        messages = list(pool.map(lambda thing: server.message(messages=said(f"show me {thing}"), tools=TOOLS), things))
    assert [calls(message) for message in messages] == [[("search_products", {"query": thing})] for thing in things]
