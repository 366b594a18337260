"""Limits around each call of a chat model: tokens, one repetition, one repair. LangChain calls it; it knows no shop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
        costs: whether the model uses tokens that are limited.
    """

    def __init__(self, repair: str, *, costs: bool) -> None:
        super().__init__()
        self._repair = repair
        self._costs = costs
        self._in_line = 0

    async def awrap_model_call(self, request: ModelRequest[ShopperContext], handler: Handler) -> ModelResponse[Any]:
        """Ask, and count what it took.

        Raises:
            ModelFailed: it did not answer, twice where it was worth repeating, or nothing is left to the turn.
        """
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
    """Count what an answer used, as the endpoint tells it."""
    usage = message.usage_metadata if isinstance(message, AIMessage) else None
    if usage:
        cached = usage.get("input_token_details", {}).get("cache_read") or 0
        began_s = message.response_metadata.get("first_token_s")
        meter.used(usage["input_tokens"], usage["output_tokens"], cached=cached, first_token_s=began_s)
