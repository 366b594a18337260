"""Limits around each call of a chat model: calls, tokens, one repetition, one repair. It knows no shop.

All of it wraps the call. LangChain's own middlewares for numbers of calls are nodes of the graph, and each is a step of
a millisecond before and after every answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain.agents.middleware.types import AgentState
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from assistant.errors import ModelFailed
from assistant.metering import CHARS_PER_TOKEN, TurnMeter
from assistant.tools.context import ShopperContext

_REPAIRED = frozenset({"bad_call", "too_many_calls"})
"""What a model is told about when it is asked again: at temperature 0 it would say the same once more."""
_NEVER_READ = frozenset({"resting", "unreachable", "budget"})
"""Failures in which no token was computed."""

Handler = Callable[[ModelRequest[ShopperContext]], Awaitable[ModelResponse[Any]]]


@dataclass(frozen=True, slots=True)
class InLine:
    """The endpoint has asked to wait: for whoever streams the turn.

    Args:
        place: among the turns that wait for the same endpoint now, from 1.
    """

    place: int


class CallLimits(AgentMiddleware[AgentState[Any], ShopperContext]):
    """Asks a model within what is left to the turn, and once more where that can help.

    Args:
        repair: what a model is told whose tool call could not be read.
        max_model_calls: so often is it asked in one run, repetitions aside; the last time it must answer in words.
        max_tool_calls: so many tools may it call in one run.
        costs: whether the model uses tokens that are limited.
    """

    def __init__(self, repair: str, *, max_model_calls: int, max_tool_calls: int, costs: bool) -> None:
        super().__init__()
        self._max_model_calls = max_model_calls
        self._max_tool_calls = max_tool_calls
        self._repair = repair
        self._costs = costs
        self._in_line = 0

    async def awrap_model_call(self, request: ModelRequest[ShopperContext], handler: Handler) -> ModelResponse[Any]:
        """Ask, and count what it took. What the answer calls beyond the limits is left out of it.

        Raises:
            ModelFailed: it did not answer, twice where it was worth repeating, or nothing is left to the turn.
        """
        left = self._tool_calls_left(request.messages)
        if not left:
            request = request.override(tool_choice="none")
        response = await self._answer(request, handler)
        response.result = [_with_calls(message, left) for message in response.result]
        return response

    def _tool_calls_left(self, messages: Sequence[BaseMessage]) -> int:
        """How many tools the next answer may call; none in the last answer of a run."""
        answers = [message for message in _since_question(messages) if isinstance(message, AIMessage)]
        if len(answers) + 1 >= self._max_model_calls:
            return 0
        return max(0, self._max_tool_calls - sum(len(answer.tool_calls) for answer in answers))

    async def _answer(self, request: ModelRequest[ShopperContext], handler: Handler) -> ModelResponse[Any]:
        meter = request.runtime.context.meter
        if not self._costs:
            with meter.stage("model"):
                return await handler(request)
        try:
            return await _ask(meter, request, handler)
        except ModelFailed as failure:
            if not failure.may_repeat or failure.retry_after_s >= meter.model_left_s:
                raise
            await self._wait(request, failure.retry_after_s)
            if failure.reason in _REPAIRED:
                request = request.override(messages=[*request.messages, HumanMessage(self._repair)])
        return await _ask(meter, request, handler)

    async def _wait(self, request: ModelRequest[ShopperContext], seconds: float) -> None:
        if seconds <= 0:
            return
        self._in_line += 1
        try:
            request.runtime.stream_writer(InLine(self._in_line))
            await asyncio.sleep(seconds)
        finally:
            self._in_line -= 1


def _since_question(messages: Sequence[BaseMessage]) -> Iterator[BaseMessage]:
    """What came after the shopper's message, the last first."""
    return takewhile(lambda message: not isinstance(message, HumanMessage), reversed(messages))


def _with_calls(message: BaseMessage, most: int) -> BaseMessage:
    if isinstance(message, AIMessage) and len(message.tool_calls) > most:
        return message.model_copy(update={"tool_calls": message.tool_calls[:most]})
    return message


async def _ask(meter: TurnMeter, request: ModelRequest[ShopperContext], handler: Handler) -> ModelResponse[Any]:
    system = [request.system_message] if request.system_message else []
    with asking(meter, [*system, *request.messages]):
        response = await handler(request)
    for message in response.result:
        count_answer(meter, message)
    return response


@contextmanager
def asking(meter: TurnMeter, messages: Sequence[BaseMessage]) -> Iterator[None]:
    """Ask an endpoint's model inside: timed, and counted where no answer comes of it.

    Raises:
        ModelFailed: nothing is left of the turn's tokens; the model is not asked.
    """
    if not meter.tokens_left:
        raise ModelFailed("The turn has used its tokens.", reason="budget")
    try:
        with meter.stage("model"):
            yield
    except BaseException as problem:
        # Also where the shopper stopped it: what was read must count, or stopping would be free.
        if not (isinstance(problem, ModelFailed) and (problem.reason in _NEVER_READ or "status" in problem.reason)):
            meter.used(sum(len(str(message.content)) for message in messages) // CHARS_PER_TOKEN)
        raise


def count_answer(meter: TurnMeter, message: BaseMessage) -> None:
    """Count what an answer, or a piece of one, used, as the endpoint tells it."""
    if not isinstance(message, AIMessage):
        return
    usage, began_s = message.usage_metadata, message.response_metadata.get("first_token_s")
    if usage:
        cached = usage.get("input_token_details", {}).get("cache_read") or 0
        meter.used(usage["input_tokens"], usage["output_tokens"], cached=cached, first_token_s=began_s)
    elif began_s is not None:
        meter.used(0, first_token_s=began_s)
