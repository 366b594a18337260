"""A language model that plays a shopper in `aisle eval`. It sees the goal and the dialogue, nothing of the shop."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from assistant.config import Settings
from assistant.errors import ModelFailed
from assistant.llm.breaker import Breaker
from assistant.llm.vllm import endpoint_model
from assistant.prompts import Prompts

_MAX_CHARS = 300
_MAX_TOKENS = 120
_LONGEST_WAIT_S = 30.0


class ShopperModel:
    """Speaks for simulated shoppers.

    Args:
        settings: name the endpoint.
        prompts: for shopper.md.
    """

    def __init__(self, settings: Settings, prompts: Prompts) -> None:
        # An evaluation waits for its endpoint: it is never left alone, however often it fails.
        self._model = endpoint_model(settings, Breaker(failures=sys.maxsize))
        self._prompts = prompts

    async def next_words(self, goal: str, dialogue: Sequence[tuple[str, str]]) -> str:
        """Say the next message.

        Args:
            goal: in a sentence.
            dialogue: (shopper's words, what the assistant showed), oldest first.

        Raises:
            ModelFailed: the endpoint did not answer, twice where it was worth repeating.
        """
        messages: list[BaseMessage] = [SystemMessage(self._prompts.render("shopper.md", goal=goal))]
        for said, seen in dialogue:
            # To this model the shopper is "assistant", and the shop speaks to it.
            messages += [AIMessage(said), HumanMessage(seen)]
        if not dialogue:
            messages.append(HumanMessage("Hello! How can I help you?"))
        for tries_left in (1, 0):
            try:
                return await self._say(messages)
            except ModelFailed as failure:
                if not (tries_left and failure.may_repeat):
                    raise
                await asyncio.sleep(min(failure.retry_after_s, _LONGEST_WAIT_S))
        raise AssertionError("The last try has returned or raised.")

    async def _say(self, messages: Sequence[BaseMessage]) -> str:
        parts: list[str] = []
        try:
            async for chunk in self._model.astream(messages, max_completion_tokens=_MAX_TOKENS):
                parts.append(str(chunk.content))
        except ModelFailed as failure:
            # Who goes on and on has said something all the same.
            if failure.reason != "too_long":
                raise
        return " ".join("".join(parts).split())[:_MAX_CHARS] or "hello"
