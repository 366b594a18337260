"""The embedded chat model: a LangChain chat model that needs no GPU, no key and no network.

It plans tool calls from the last message and the turn's state, and composes the reply from the tools' evidence. It
keeps nothing between calls, so it serves any number of conversations at once.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Executor
from datetime import datetime
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field

from assistant.llm.embedded.composer import Composer
from assistant.llm.embedded.plan import Plan
from assistant.llm.embedded.planner import Planner
from assistant.llm.embedded.voices import Voices
from assistant.llm.state import TurnState
from assistant.turn import Evidence, SlateFact, ToolResult

_CHUNK = re.compile(r"\S+\s*")
_FAILED = {
    "compare_products": "unclear_pair",
    "product_details": "unclear_product",
    "recommend_products": "unclear_product",
    "find_related": "unclear_product",
    "explain_choice": "unclear_product",
    "change_profile": "profile_unknown",
    "cart": "unclear_product",
    "propose_cancel_order": "unclear_order",
    "track_order": "unclear_order",
    "find_orders": "unclear_order",
}


class EmbeddedChatModel(BaseChatModel):
    """Chat model behind the default installation.

    Args:
        planner: from state to tool calls.
        voices: from evidence to words, in the language of the turn.
        now: current time, aware.
        pool: where the work runs when called asynchronously.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    planner: Planner = Field(exclude=True)
    voices: Voices = Field(exclude=True)
    now: Callable[[], datetime] = Field(exclude=True)
    pool: Executor = Field(exclude=True)

    @property
    def _llm_type(self) -> str:
        return "aisle-embedded"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        """Accept the agent's tools: this model knows them by name."""
        return self

    def reply(self, messages: Sequence[BaseMessage]) -> AIMessage:
        """Answer a dialogue: tool calls for a new message, words once the tools have answered."""
        state, results = _read(messages)
        plan = self.planner.plan(state)
        composer = self.voices.composer(state.language, state.as_said)
        if results:
            return AIMessage(self._words(results, plan, composer))
        if plan.steps:
            calls = [
                {"name": step.tool, "args": step.arguments, "id": f"call_{index}", "type": "tool_call"}
                for index, step in enumerate(plan.steps)
            ]
            return AIMessage("", tool_calls=calls)
        unknown = composer.unknown(plan.set_aside) if plan.set_aside else ""
        return AIMessage(" ".join(part for part in (unknown, composer.talk(plan.talk)) if part))

    def _words(self, results: Sequence[ToolMessage], plan: Plan, composer: Composer) -> str:
        evidence: list[Evidence] = []
        failed: list[str] = []
        for message in results:
            if isinstance(message.artifact, ToolResult):
                evidence.extend(message.artifact.evidence)
            elif message.status == "error":
                failed.append(_FAILED.get(message.name or "", "tool_failed"))
        parts = [composer.talk([name for name in plan.talk if name == "sorry" or not evidence])]
        parts.append(composer.corrections(plan.corrected, evidence))
        parts.append(composer.compose(evidence, plan.question, self.now()))
        told = {phrase for fact in evidence if isinstance(fact, SlateFact) for phrase in fact.set_aside}
        unused = [phrase for phrase in dict.fromkeys(plan.set_aside) if phrase not in told]
        parts.append(composer.unused(unused, evidence) if unused and evidence else "")
        parts.append(composer.talk(tuple(dict.fromkeys(failed))))
        return " ".join(part for part in parts if part)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.reply(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from _chunks(self.reply(messages))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        message = await asyncio.get_running_loop().run_in_executor(self.pool, self.reply, messages)
        for chunk in _chunks(message):
            yield chunk


def _read(messages: Sequence[BaseMessage]) -> tuple[TurnState, list[ToolMessage]]:
    """The state of the last message, and what the tools have answered since."""
    last = max((i for i, message in enumerate(messages) if isinstance(message, HumanMessage)), default=-1)
    human = messages[last] if last >= 0 else HumanMessage("")
    state = human.additional_kwargs.get("state")
    if not isinstance(state, TurnState):
        state = TurnState(words=str(human.content))
    return state, [message for message in messages[last + 1 :] if isinstance(message, ToolMessage)]


def _chunks(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    if message.tool_calls:
        calls = [
            {
                "name": call["name"],
                "args": json.dumps(call["args"]),
                "id": call["id"],
                "index": index,
                "type": "tool_call_chunk",
            }
            for index, call in enumerate(message.tool_calls)
        ]
        yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=calls))
        return
    if not message.content:  # A stream without any chunk is an error to LangChain.
        yield ChatGenerationChunk(message=AIMessageChunk(content=""))
    for match in _CHUNK.finditer(str(message.content)):
        yield ChatGenerationChunk(message=AIMessageChunk(content=match.group()))
