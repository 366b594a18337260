"""Client of an OpenAI-compatible endpoint, vLLM first. Knows nothing of the shop.

Whatever a server sends or leaves out becomes either a whole message or `ModelFailed`: a tool call is passed on only
when its message has ended as the protocol wants it and its arguments are whole JSON objects. LangChain alone would
complete a call that was cut in the middle.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_openai import ChatOpenAI
from pydantic import Field, PrivateAttr

from assistant.config import Settings
from assistant.errors import ModelFailed
from assistant.llm.breaker import Breaker
from assistant.metering import CHARS_PER_TOKEN

MAX_REPLY_TOKENS = 600
MAX_CALLS_PER_MESSAGE = 16
MAX_ARGUMENT_CHARS = 4_000
"""Of all calls of one answer. LangChain reads broken JSON again for each of its characters: a million would take for
ever."""
MAX_RESPONSE_BYTES = 1_000_000
"""About four times what a reply of `MAX_REPLY_TOKENS` needs as events."""
PROBE_S = 10.0
_KEPT_TOOL_SETS = 4
_WHOLE = frozenset({"stop", "tool_calls"})
"""How an answer ends that the model has ended by itself."""
_OF_THE_MODEL = frozenset({"bad_call", "too_many_calls", "too_long", "empty"})
"""What a model does wrong by itself, on a server that is well."""
_ASKED_WRONGLY = frozenset({400, 413, 422})
"""What one message can cause: no reason to leave the endpoint alone."""


class EndpointModel(ChatOpenAI):
    """The chat model of an endpoint, with a first-token time-out and a breaker.

    Raises `ModelFailed`, and nothing else, for whatever the endpoint does.

    Args:
        breaker: shared by everybody who asks this endpoint.
        first_token_timeout_s: seconds until the first token, connecting included.
    """

    breaker: Breaker = Field(exclude=True)
    first_token_timeout_s: float = 2.0
    _probes: set[asyncio.Task[None]] = PrivateAttr(default_factory=set)
    _tools_read: dict[tuple[Any, ...], tuple[Sequence[Any], list[dict[str, Any]]]] = PrivateAttr(default_factory=dict)

    def bind_tools(
        self, tools: Sequence[Any], *, strict: bool | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind tools as LangChain does, but read each set of them once: it would do so before every call."""
        key = (strict, *map(id, tools))
        if key not in self._tools_read:
            # The tools are kept beside, so that no other object can have their ids.
            self._tools_read[key] = (tuple(tools), [convert_to_openai_tool(tool, strict=strict) for tool in tools])
            # Each import of a catalogue brings new ones.
            if len(self._tools_read) > _KEPT_TOOL_SETS:
                del self._tools_read[next(iter(self._tools_read))]
        return super().bind_tools(self._tools_read[key][1], strict=strict, **kwargs)

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """The body of a request. Tools go into it past OpenAI's client, which would walk through all their schemas."""
        payload = super()._get_request_payload(input_, stop=stop, **kwargs)
        if "tools" in payload:
            payload["extra_body"] = {**(payload.get("extra_body") or {}), "tools": payload.pop("tools")}
        return payload

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        if self.breaker.state != "closed":
            if self.breaker.take_probe():
                probe = asyncio.create_task(self._probe())
                self._probes.add(probe)
                probe.add_done_callback(self._probes.discard)
            raise ModelFailed("The endpoint has failed often and is left alone.", reason="resting")
        async with contextlib.aclosing(self._guarded(messages, stop, run_manager, **kwargs)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def _guarded(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[ChatGenerationChunk]:
        """Stream one answer, and tell the breaker how it went; a caller that stops listening says nothing about it."""
        heard, begun = _Heard(), time.monotonic()
        try:
            source: Any = super()._astream(messages, stop, run_manager, **kwargs)
            async with contextlib.aclosing(source) as chunks:
                # Nothing is passed on inside the time-out: it would also count the time of whoever listens.
                async with asyncio.timeout(self.first_token_timeout_s):
                    early = []
                    async for chunk in chunks:
                        early.append(heard.add(chunk))
                        if heard.begun:
                            break
                first_token_s = time.monotonic() - begun
                for chunk in early:
                    yield chunk
                async for chunk in chunks:
                    yield heard.add(chunk)
            heard.check_whole()
        except Exception as problem:
            failure = _failure(problem, heard)
            if _is_down(problem, failure):
                self.breaker.failed(failure.retry_after_s)
            else:
                self.breaker.succeeded()
            raise failure from problem
        self.breaker.succeeded()
        usage = None if heard.usage else _estimated_usage(messages, kwargs, heard)
        about = {"first_token_s": first_token_s}
        yield ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=usage, response_metadata=about))

    def _convert_chunk_to_generation_chunk(
        self, chunk: dict[str, Any], *more: Any, **kwargs: Any
    ) -> ChatGenerationChunk | None:
        calls = [
            call for choice in chunk.get("choices") or () for call in (choice["delta"] or {}).get("tool_calls") or ()
        ]
        if len(calls) > MAX_CALLS_PER_MESSAGE:
            raise ModelFailed("The model's answer cannot be used.", reason="too_many_calls")
        if sum(len((call.get("function") or {}).get("arguments") or "") for call in calls) > MAX_ARGUMENT_CHARS:
            raise ModelFailed("The model's answer cannot be used.", reason="bad_call")
        return super()._convert_chunk_to_generation_chunk(chunk, *more, **kwargs)

    async def _probe(self) -> None:
        """Ask for one token, to see whether the endpoint answers again."""
        try:
            async with asyncio.timeout(PROBE_S):
                async for _ in self._guarded([HumanMessage("Hello")], max_completion_tokens=1):
                    pass
        except (ModelFailed, TimeoutError):
            pass
        finally:
            if self.breaker.state == "half_open":  # it ended without a word: cut off, or hanging after its first token
                self.breaker.failed()


class _Heard:
    """What was heard of one answer so far."""

    def __init__(self) -> None:
        self.chunks = 0
        self.text = 0
        self.arguments: defaultdict[int | None, list[str]] = defaultdict(list)
        self.argument_chars = 0
        self.finish = ""
        self.usage = False

    @property
    def begun(self) -> bool:
        """Whether the model has produced something: what announces the role alone is not it."""
        return bool(self.text or self.arguments or self.finish or self.chunks > 1)

    def add(self, chunk: ChatGenerationChunk) -> ChatGenerationChunk:
        """Note a chunk, and hand it back.

        Raises:
            ModelFailed: it is more than any answer can be.
        """
        message = chunk.message
        self.chunks += 1
        self.text += len(chunk.text)
        self.finish = (chunk.generation_info or {}).get("finish_reason") or self.finish
        if isinstance(message, AIMessageChunk):
            self.usage = self.usage or message.usage_metadata is not None
            for call in message.tool_call_chunks:
                self.arguments[call.get("index")].append(call.get("args") or "")
                self.argument_chars += len(call.get("args") or "")
        if len(self.arguments) > MAX_CALLS_PER_MESSAGE:
            raise _nonsense("too_many_calls", self)
        if self.argument_chars > MAX_ARGUMENT_CHARS:
            raise _nonsense("bad_call", self)
        return chunk

    def check_whole(self) -> None:
        """Raises ModelFailed where the answer is cut, empty, or calls a tool with something that is not JSON."""
        if self.finish == "length":
            # Not even a call that reads well is whole: its arguments may be missing. Again it would be as long.
            raise ModelFailed("The answer is longer than any may be.", reason="too_long")
        if self.finish not in _WHOLE:
            raise ModelFailed("The answer broke off.", reason="cut", may_repeat=not self.text)
        if any(not _is_object("".join(parts)) for parts in self.arguments.values()):
            raise _nonsense("bad_call", self)
        if not self.text and not self.arguments:
            raise _nonsense("empty", self)


def _nonsense(reason: str, heard: _Heard) -> ModelFailed:
    return ModelFailed("The model's answer cannot be used.", reason=reason, may_repeat=not heard.text)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text or "{}"), dict)
    except (ValueError, RecursionError):
        return False


def _failure(problem: Exception, heard: _Heard) -> ModelFailed:
    """What went wrong, without anything that the server wrote: that may repeat a shopper's words."""
    if isinstance(problem, ModelFailed):
        return problem
    untold = not heard.text
    if isinstance(problem, openai.APIStatusError):
        status = problem.status_code
        again = status in {408, 429} or status >= 500
        return ModelFailed(
            f"The endpoint answered with status {status}.",
            reason=f"status_{status}",
            may_repeat=again and untold,
            retry_after_s=_retry_after_s(problem.response.headers),
        )
    if isinstance(problem, TimeoutError | openai.APITimeoutError):
        return ModelFailed("The endpoint did not begin in time.", reason="late", may_repeat=untold)
    reason = "unreachable" if isinstance(problem, openai.APIConnectionError) else "broken"
    return ModelFailed("The endpoint does not answer.", reason=reason, may_repeat=untold)


def _is_down(problem: Exception, failure: ModelFailed) -> bool:
    """Whether a failure says something about the endpoint, and not about what was asked or about the model."""
    if isinstance(problem, openai.APIStatusError):
        return problem.status_code not in _ASKED_WRONGLY
    return failure.reason not in _OF_THE_MODEL


def _retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds that a server asks to wait (RFC 9110, 10.2.3: seconds, or a date); 0 where it does not say."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
        return max(0.0, (until - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _estimated_usage(messages: Sequence[BaseMessage], kwargs: dict[str, Any], heard: _Heard) -> UsageMetadata:
    """What an answer is taken to have used, where the endpoint does not say."""
    asked = sum(len(str(message.content)) for message in messages) + len(json.dumps(kwargs.get("tools", [])))
    said = heard.text + sum(len(part) for parts in heard.arguments.values() for part in parts)
    n_in, n_out = asked // CHARS_PER_TOKEN, -(-said // CHARS_PER_TOKEN)
    return UsageMetadata(input_tokens=n_in, output_tokens=n_out, total_tokens=n_in + n_out)


class _Capped(httpx.AsyncByteStream):
    """A response of which only so much is read."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MAX_RESPONSE_BYTES
        async for part in self._stream:
            left -= len(part)
            if left < 0:
                raise httpx.ReadError("The response is larger than any answer.")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class CappedTransport(httpx.AsyncBaseTransport):
    """Reads `MAX_RESPONSE_BYTES` of a response at most, and none that is compressed: a kilobyte may hold megabytes.

    Args:
        inner: what carries the requests.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        request.headers["accept-encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise httpx.ReadError("The response is compressed, which was not asked for.", request=request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Capped(response.stream)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def endpoint_model(
    settings: Settings, breaker: Breaker | None = None, transport: httpx.AsyncBaseTransport | None = None
) -> EndpointModel:
    """Build the chat model behind `settings.llm_url`.

    The client itself never retries: the turn has one time limit, and decides.

    Args:
        settings: address, key, time-outs.
        breaker: its own without one.
        transport: in place of the network.
    """
    carrier = CappedTransport(transport or httpx.AsyncHTTPTransport())
    return EndpointModel(
        model=settings.llm_model,
        base_url=settings.llm_url,
        api_key=settings.llm_api_key,
        temperature=0.0,
        max_retries=0,
        timeout=settings.turn_timeout_s,
        max_completion_tokens=MAX_REPLY_TOKENS,
        streaming=True,
        stream_usage=True,
        http_async_client=httpx.AsyncClient(transport=carrier, timeout=settings.turn_timeout_s),
        breaker=breaker or Breaker(),
        first_token_timeout_s=settings.llm_first_token_s,
    )
