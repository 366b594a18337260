"""The one agent loop: a chat model, the tools, the limits. Stateless: our own store keeps conversations.

`AgentLoop.run` yields what happens as plain values (Words, Found), so that nothing above it knows LangChain; what
`AgentLoop.say_again` needs of a run leaves it as an opaque `Dialogue`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from assistant.config import Settings
from assistant.errors import TurnRefused
from assistant.llm.state import TurnState
from assistant.metering import EMBEDDED
from assistant.middleware import CallLimits, InLine, asking, count_answer
from assistant.prompts import Prompts
from assistant.text import without_fences
from assistant.tools import TOOLS
from assistant.tools.context import ShopperContext
from assistant.tools.langchain_adapter import Tool, docstring_of, langchain_tools
from assistant.turn import Evidence, ToolResult

MODEL_CALLS_PER_TURN = 4
HISTORY_MESSAGES = 12
MAX_HISTORY_CHARS = 1_200
SYSTEM = "system.md"
SAY_AGAIN = "say_again.md"


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the model, unchecked."""

    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one tool call returned."""

    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Calling:
    """The model calls these tools now."""

    tools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One earlier message of the dialogue."""

    by_shopper: bool
    text: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """All that a run was told and has said, tools' results among it: for `AgentLoop.say_again` alone."""

    messages: tuple[BaseMessage, ...]


Happening = Words | Found | Calling | InLine | Dialogue


class AgentLoop:
    """One chat model with the shop's tools.

    Args:
        model: any LangChain chat model with `bind_tools`.
        prompts: for the system prompt and what the model reads of each tool.
        settings: limits.
        pool: where tools run.
        name: of the model, for the staff, e.g. "qwen3-8b"; "embedded" is our own.
    """

    def __init__(
        self, model: BaseChatModel, prompts: Prompts, settings: Settings, pool: Executor, name: str = EMBEDDED
    ) -> None:
        self.name = name
        self._prompts = prompts
        self._model = model
        self._tools = langchain_tools(TOOLS, pool, lambda tool: tool_text(prompts, tool))
        limits = CallLimits(
            prompts.render("repair.md"),
            max_model_calls=MODEL_CALLS_PER_TURN,
            max_tool_calls=settings.max_tool_calls,
            costs=name != EMBEDDED,
        )
        # Typed Any: LangGraph declares its input more narrowly than what it takes.
        self._graph: Any = create_agent(
            model,
            self._tools,
            system_prompt=prompts.render(SYSTEM),
            middleware=[limits],
            context_schema=ShopperContext,
        )

    async def run(
        self, context: ShopperContext | None, history: Sequence[Said], state: TurnState
    ) -> AsyncIterator[Happening]:
        """Run one turn; its `Dialogue` comes last.

        Raises:
            TurnRefused: there is no context; the model is not asked.
            ModelFailed: the chat model did not answer.
        """
        if context is None:
            raise TurnRefused("Your visit has ended. Please reload the page.")
        messages = [*_dialogue(history), _question(state)]
        modes = ["messages", "updates", "custom", "values"]
        whole: Sequence[BaseMessage] = ()
        async for mode, value in self._graph.astream({"messages": messages}, context=context, stream_mode=modes):
            if mode == "values":
                whole = value["messages"]
                continue
            for happening in _read(mode, value):
                yield happening
        yield Dialogue(tuple(whole))

    async def say_again(
        self, context: ShopperContext, dialogue: Dialogue, sentences: Sequence[str]
    ) -> AsyncGenerator[Words]:
        """Ask an endpoint's model once more, behind the dialogue of a run: in words, and without a repetition.

        Whatever it calls is not carried out. The tools go along all the same, as forbidden ones: a server puts them
        into the prompt, which so begins with the bytes that its prefix cache holds.

        Args:
            context: of the turn.
            dialogue: of its run.
            sentences: of the model's last message, which were not shown.

        Raises:
            ModelFailed: it did not answer, or nothing is left to the turn.
        """
        listed = "\n".join(f"- {without_fences(sentence.strip())}" for sentence in sentences)
        note = HumanMessage(self._prompts.render(SAY_AGAIN, sentences=listed))
        messages = [SystemMessage(self._prompts.render(SYSTEM)), *dialogue.messages, note]
        model = self._model.bind_tools(self._tools, tool_choice="none")
        with asking(context.meter, messages):
            source: Any = model.astream(messages)
            async with aclosing(source) as chunks:
                # Piece by piece: to add them up, LangChain would read the arguments of its calls again with each.
                async for chunk in chunks:
                    count_answer(context.meter, chunk)
                    if chunk.content:
                        yield Words(_text(chunk.content))


def tool_text(prompts: Prompts, tool: Tool) -> str:
    """What a model reads of a tool: its docstring and examples of calls, as prompts/tools has them."""
    return prompts.render(f"tools/{tool.__name__}.md", description=docstring_of(tool))


def texts_told(prompts: Prompts) -> tuple[str, ...]:
    """What a language model is told, and nobody else: the system prompt, then each tool, then the note of a repair."""
    tools = (tool_text(prompts, tool) for tool in TOOLS)
    return (prompts.render(SYSTEM), *tools, prompts.render(SAY_AGAIN, sentences=""))


def _dialogue(history: Sequence[Said]) -> list[BaseMessage]:
    rows: list[BaseMessage] = []
    for said in history[-HISTORY_MESSAGES:]:
        text = without_fences(said.text[:MAX_HISTORY_CHARS])
        rows.append(HumanMessage(text) if said.by_shopper else AIMessage(text))
    return rows


def _question(state: TurnState) -> HumanMessage:
    """The new message, the state before its words: the dialogue above stays byte-stable for a prefix cache."""
    text = f"{state.as_text()}\n\n{without_fences(state.said)}"
    return HumanMessage(text, additional_kwargs={"state": state})


def _read(mode: str, value: Any) -> list[Happening]:
    if mode == "custom":
        return [value] if isinstance(value, InLine) else []
    if mode == "messages":
        message, meta = value
        if isinstance(message, AIMessage) and meta.get("langgraph_node") == "model" and message.content:
            return [Words(_text(message.content))]
        return []
    rows: list[Happening] = []
    for node, update in value.items():
        for message in (update or {}).get("messages", ()):
            if node == "tools" and isinstance(message, ToolMessage):
                artifact = message.artifact
                rows.append(Found(artifact.evidence if isinstance(artifact, ToolResult) else ()))
            elif isinstance(message, AIMessage) and message.tool_calls:
                rows.append(Calling(tuple(call["name"] for call in message.tool_calls)))
    return rows


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in content)
