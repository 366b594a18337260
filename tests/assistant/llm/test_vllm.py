"""What the endpoint's client makes of every fault. In process: a transport stands in the place of the network."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_openai import ChatOpenAI

from assistant.config import Settings
from assistant.errors import ModelFailed
from assistant.llm.breaker import Breaker
from assistant.llm.vllm import (
    MAX_ARGUMENT_CHARS,
    MAX_CALLS_PER_MESSAGE,
    MAX_RESPONSE_BYTES,
    EndpointModel,
    endpoint_model,
)
from assistant.tools import TOOLS
from assistant.tools.langchain_adapter import langchain_tools
from tests.fakes.openai_server import EVENTS, stream_of

Answering = Callable[[httpx.Request], Awaitable[httpx.Response]]
SAID = stream_of({"say": "Here are two tents."})
CALLED = stream_of({"call": ("search_products", {"query": "dôme 帐篷", "price_max": 200})})
USAGE = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
BOTH = stream_of({"say": "Well.", "call": ("cart", {}), "usage": USAGE})


def endpoint(
    *answers: bytes | httpx.Response | Exception, breaker: Breaker | None = None, **more: Any
) -> EndpointModel:
    """A model whose endpoint gives these answers, in order; the last one repeats."""
    rest = itertools.chain(answers, itertools.repeat(answers[-1]))

    async def answer(_: httpx.Request) -> httpx.Response:
        found = next(rest)
        if isinstance(found, Exception):
            raise found
        return _response(found) if isinstance(found, bytes) else found

    return model_on(answer, breaker, **more)


def model_on(answer: Answering, breaker: Breaker | None = None, first_token_s: float = 30.0) -> EndpointModel:
    where = Settings(llm_url="http://endpoint.test/v1", llm_first_token_s=first_token_s)
    return endpoint_model(where, breaker, httpx.MockTransport(answer))


def _response(body: bytes) -> httpx.Response:
    class InParts(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for start in range(0, len(body), 16_384):
                yield body[start : start + 16_384]

    return httpx.Response(200, headers={"content-type": EVENTS}, stream=InParts())


async def ask(model: EndpointModel) -> AIMessage:
    message = await model.ainvoke([HumanMessage("tents")])
    assert isinstance(message, AIMessage)
    return message


async def failing(model: EndpointModel) -> ModelFailed:
    with pytest.raises(ModelFailed) as failed:
        await ask(model)
    return failed.value


@pytest.mark.parametrize("more", [{}, {"tool_choice": "none"}, {"tool_choice": "cart"}, {"strict": True}], ids=str)
async def test_tools_stand_in_the_request_as_langchain_puts_them_there(more: dict[str, Any]) -> None:
    bodies: list[dict[str, Any]] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return _response(SAID)

    with ThreadPoolExecutor(1) as pool:
        tools = langchain_tools(TOOLS, pool)
        ours = model_on(answer)
        client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        plain = ChatOpenAI(
            model="aisle",
            base_url=ours.openai_api_base,
            api_key="x",
            temperature=0.0,
            max_completion_tokens=ours.max_tokens,
            streaming=True,
            stream_usage=True,
            http_async_client=client,
        )
        for model in (plain, ours, ours):
            await model.bind_tools(tools, **more).ainvoke([HumanMessage("tents")])
    assert bodies[0]["tools"]
    assert bodies[1] == bodies[0]
    assert bodies[2] == bodies[0]


async def test_a_whole_answer_is_passed_on() -> None:
    assert (await ask(endpoint(SAID))).content == "Here are two tents. "
    message = await ask(endpoint(CALLED))
    assert [call["args"] for call in message.tool_calls] == [{"query": "dôme 帐篷", "price_max": 200}]


async def test_what_it_used_is_told_or_estimated() -> None:
    told = await ask(endpoint(BOTH))
    assert told.usage_metadata is not None
    assert (told.usage_metadata["input_tokens"], told.usage_metadata["output_tokens"]) == (9, 4)
    untold = await ask(endpoint(SAID))
    assert untold.usage_metadata is not None
    assert untold.usage_metadata["output_tokens"] == 5
    assert untold.response_metadata["first_token_s"] >= 0.0


@pytest.mark.parametrize("body", [SAID, CALLED, BOTH], ids=["words", "call", "words and calls"])
async def test_a_stream_that_is_cut_at_any_byte_is_never_taken_for_a_whole_one(body: bytes) -> None:
    await cut_everywhere(body)


@pytest.mark.long
async def test_fifty_streams_cut_at_any_byte() -> None:
    for number in range(50):
        say = {"say": " ".join(["Word"] * (number % 7 + 1))} if number % 3 else {}
        calls = (
            {"call": ("search_products", {"query": "tent " * (number % 5 + 1), "max": number})} if number % 2 else {}
        )
        await cut_everywhere(stream_of({**say, **calls} if say or calls else {"calls": number % 4 + 1}))


async def cut_everywhere(body: bytes) -> None:
    """Cut a stream after each of its bytes: where a server closes, and where a connection breaks."""
    whole, ended = await ask(endpoint(body)), body.index(b'"finish_reason": "')
    now: list[httpx.Response] = []

    async def answer(_: httpx.Request) -> httpx.Response:
        return now[-1]

    model = model_on(answer, Breaker(failures=10**9))
    for cut in range(len(body)):
        breaks = bool(cut % 2)
        now[:] = [_cut(body[:cut], breaks=breaks)]
        outcome = await asyncio.gather(ask(model), return_exceptions=True)
        match outcome:
            case [AIMessage() as answered]:
                assert cut > ended
                assert not breaks
                assert (answered.content, answered.tool_calls) == (whole.content, whole.tool_calls)
            case [ModelFailed() as failure]:
                assert failure.reason in {"cut", "broken", "unreachable"}
                heard = body[:cut].rpartition(b"\n\n")[0].replace(b'"content": ""', b"")
                assert not (failure.may_repeat and b'"content": "' in heard)
            case _:
                raise AssertionError(f"{outcome} after {cut} bytes")


def _cut(body: bytes, *, breaks: bool) -> httpx.Response:
    class Cut(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield body
            if breaks:
                raise httpx.RemoteProtocolError("peer closed connection")

    return httpx.Response(200, headers={"content-type": EVENTS}, stream=Cut())


def _delta(delta: Any, finish: str | None = None) -> bytes:
    row = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return f"data: {json.dumps({**row, 'choices': choices})}\n\n".encode()


def _call(arguments: Any, finish: str = "tool_calls") -> bytes:
    function = {"name": "search_products", "arguments": arguments}
    calls = [{"index": 0, "id": "c0", "type": "function", "function": function}]
    return _delta({"tool_calls": calls}) + _delta({}, finish)


def _calls_in_one_event(n_calls: int, n_chars: int) -> bytes:
    function = {"name": "search_products", "arguments": "{}".ljust(n_chars)}
    calls = [{"index": n, "id": f"c{n}", "type": "function", "function": function} for n in range(n_calls)]
    return _delta({"tool_calls": calls}) + _delta({}, "tool_calls")


def _call_in_events(n_events: int, n_chars: int) -> bytes:
    """One call, whose arguments come in pieces; as JSON they are whole."""
    pieces = ["{".ljust(n_chars), *[" " * n_chars] * (n_events - 2), "}".rjust(n_chars)]
    first = {"id": "c0", "type": "function", "function": {"name": "cart", "arguments": pieces[0]}}
    rest = [{"function": {"arguments": piece}} for piece in pieces[1:]]
    events = [_delta({"tool_calls": [{"index": 0, **call}]}) for call in (first, *rest)]
    return b"".join(events) + _delta({}, "tool_calls")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "cut"),
        (b"<html><body>It works!</body></html>", "cut"),
        (b'{"choices": [{"message": {"content": "not a stream"}}]}', "cut"),
        (b"data: {nonsense}\n\n", "broken"),
        (b"data: [1, 2]\n\n", "broken"),
        (b'data: {"error": {"message": "secret words of a shopper"}}\n\n', "broken"),
        (_delta(["a", "list"]), "broken"),
        (_delta({"tool_calls": {"not": "a list"}}), "broken"),
        (_call({"query": "an object, not its JSON"}), "broken"),
        (_call('{"query": "ten'), "bad_call"),
        (_call('{"query": "ten', finish="length"), "too_long"),
        (_call("", finish="length"), "too_long"),
        (_call("", finish="abort"), "cut"),
        (_delta({"content": "Delivery is free"}) + _delta({}, "length"), "too_long"),
        (_delta({"content": "Delivery is free"}) + _delta({}, "abort"), "cut"),
        (_call('["a", "list"]'), "bad_call"),
        (_call("5"), "bad_call"),
        (_call("[" * 5_000), "bad_call"),
        (_call('{"a": ' * 1_000), "bad_call"),
        (_call('{"query": "' + "x" * MAX_ARGUMENT_CHARS), "bad_call"),
        (_delta({"role": "assistant", "content": ""}) + _delta({}, "stop"), "empty"),
        (stream_of({"calls": 10_000}), "too_many_calls"),
        (b"data: " + b"x" * (MAX_RESPONSE_BYTES + 1), "unreachable"),
        (_calls_in_one_event(3, MAX_ARGUMENT_CHARS // 2), "bad_call"),
        (_calls_in_one_event(MAX_CALLS_PER_MESSAGE + 1, 2), "too_many_calls"),
        (_call_in_events(9, MAX_ARGUMENT_CHARS // 8), "bad_call"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:24]),
)
async def test_what_cannot_be_used_is_no_answer(body: bytes, reason: str) -> None:
    failure = await failing(endpoint(body))
    assert failure.reason == reason
    assert "secret" not in str(failure)


async def test_a_compressed_response_is_refused_unread() -> None:
    asked: list[httpx.Request] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        body = gzip.compress(SAID + b" " * 10_000_000)
        return httpx.Response(200, headers={"content-type": EVENTS, "content-encoding": "gzip"}, content=body)

    assert (await failing(model_on(answer))).reason == "unreachable"
    assert asked[0].headers["accept-encoding"] == "identity"


async def test_tools_are_read_once_and_few_sets_of_them_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(tool: Any, **more: Any) -> dict[str, Any]:
        read.append(tool.name)
        return convert_to_openai_tool(tool, **more)

    monkeypatch.setattr("assistant.llm.vllm.convert_to_openai_tool", counted)
    model = endpoint(SAID)
    with ThreadPoolExecutor(1) as pool:
        sets = [langchain_tools(TOOLS[:2], pool) for _ in range(10)]
        for tools in sets:
            for _ in range(3):
                model.bind_tools(tools)
    assert len(read) == 2 * len(sets)
    assert len(model._tools_read) < len(sets)


@pytest.mark.parametrize(
    ("status", "again"), [(400, False), (401, False), (404, False), (408, True), (429, True), (500, True), (503, True)]
)
async def test_a_status_says_whether_to_ask_again(status: int, again: bool) -> None:
    failure = await failing(endpoint(httpx.Response(status, text="what the shopper wrote")))
    assert (failure.reason, failure.may_repeat) == (f"status_{status}", again)
    assert "shopper" not in str(failure)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3.0), ("", 0.0), ("soon", 0.0), ("-1", 0.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("٣", 0.0)],
)
async def test_how_long_to_wait_is_read(header: str, seconds: float) -> None:
    failure = await failing(endpoint(httpx.Response(429, headers={"retry-after": header.encode()})))
    assert failure.retry_after_s == seconds


async def test_how_long_to_wait_is_read_from_a_date() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    failure = await failing(endpoint(httpx.Response(429, headers={"retry-after": until})))
    assert 3000 < failure.retry_after_s <= 3600


async def test_an_endpoint_that_hangs_is_given_up() -> None:
    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    failure = await failing(model_on(hang, first_token_s=0.05))
    assert (failure.reason, failure.may_repeat) == ("late", True)


async def test_an_endpoint_that_hangs_after_the_role_is_given_up_too() -> None:
    class Hanging(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield _delta({"role": "assistant", "content": ""})
            await asyncio.Event().wait()

    async def hang(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": EVENTS}, stream=Hanging())

    assert (await failing(model_on(hang, first_token_s=0.05))).reason == "late"


async def test_an_open_breaker_asks_nobody_and_one_probe_closes_it_in_the_background() -> None:
    now, asked, well = 0.0, [], False

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        return _response(SAID) if well else httpx.Response(500)

    breaker = Breaker(failures=2, rest_s=15.0, clock=lambda: now)
    model = model_on(answer, breaker)
    for _ in range(2):
        await failing(model)
    assert breaker.state == "open"
    assert (await failing(model)).reason == "resting"
    assert len(asked) == 2

    now, well = 15.0, True
    assert (await failing(model)).reason == "resting"
    assert (await failing(model)).reason == "resting"
    await asyncio.gather(*model._probes)
    assert len(asked) == 3
    assert asked[-1]["max_completion_tokens"] == 1
    assert (await ask(model)).content


async def test_a_probe_that_is_cut_off_does_not_leave_the_breaker_half_open() -> None:
    now = 0.0
    breaker = Breaker(failures=1, clock=lambda: now)

    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    breaker.failed()
    now = 60.0
    model = model_on(hang, breaker)
    await failing(model)
    (probe,) = model._probes
    await asyncio.sleep(0)
    probe.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await probe
    assert breaker.state == "open"


@pytest.mark.parametrize("fault", [httpx.Response(400), _call("5"), stream_of({"calls": 100})], ids=["400", "5", "100"])
async def test_what_one_message_can_cause_does_not_open_the_breaker(fault: bytes | httpx.Response) -> None:
    breaker = Breaker(failures=1)
    await failing(endpoint(fault, breaker=breaker))
    assert breaker.state == "closed"


async def test_a_shopper_who_stops_says_nothing_about_the_endpoint() -> None:
    begun = asyncio.Event()

    async def hang(_: httpx.Request) -> httpx.Response:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    breaker = Breaker(failures=1)
    task = asyncio.create_task(ask(model_on(hang, breaker)))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert breaker.state == "closed"


async def test_an_endpoint_that_refuses_connections_is_named_so() -> None:
    failure = await failing(endpoint(httpx.ConnectError("refused")))
    assert (failure.reason, failure.may_repeat) == ("unreachable", True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("choices", "delta", "tool_calls", "function", "arguments", "name", "index", "content", "usage", "id", "role")
EVENT = st.recursive(
    JSON,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=150)
@given(events=st.lists(EVENT, max_size=4), after=st.binary(max_size=20))
def test_whatever_a_server_streams_is_an_answer_or_a_failure(events: list[Any], after: bytes) -> None:
    body = b"".join(f"data: {json.dumps(event)}\n\n".encode() for event in events) + after

    async def once() -> None:
        with contextlib.suppress(ModelFailed):
            await ask(endpoint(body))

    asyncio.run(once())
