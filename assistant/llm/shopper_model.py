"""A language model that plays a shopper in `aisle eval`. It sees the goal and the dialogue, nothing of the shop."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from assistant.config import Settings
from assistant.llm.vllm import endpoint_model
from assistant.prompts import Prompts

_MAX_CHARS = 300
_MAX_TOKENS = 120


class ShopperModel:
    """Speaks for simulated shoppers.

    Args:
        settings: name the endpoint.
        prompts: for shopper.md.
    """

    def __init__(self, settings: Settings, prompts: Prompts) -> None:
        self._model = endpoint_model(settings)
        self._prompts = prompts

    async def next_words(self, goal: str, dialogue: Sequence[tuple[str, str]]) -> str:
        """Say the next message.

        Args:
            goal: in a sentence.
            dialogue: (shopper's words, what the assistant showed), oldest first.

        Raises:
            ModelFailed: the endpoint did not answer.
        """
        messages: list[BaseMessage] = [SystemMessage(self._prompts.render("shopper.md", goal=goal))]
        for said, seen in dialogue:
            # To this model the shopper is "assistant", and the shop speaks to it.
            messages += [AIMessage(said), HumanMessage(seen)]
        if not dialogue:
            messages.append(HumanMessage("Hello! How can I help you?"))
        parts = [str(chunk.content) async for chunk in self._model.astream(messages, max_completion_tokens=_MAX_TOKENS)]
        return " ".join("".join(parts).split())[:_MAX_CHARS] or "hello"
