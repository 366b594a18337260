"""The one place where our tools become LangChain tools, and where identity is injected.

The model sees name, docstring and its own arguments; the context comes from the run (`ToolRuntime`), never from the
model. A tool's three answers: evidence, a refusal (evidence too, so that the model explains it), bad arguments (the
model may try again). Anything else is a bug and propagates.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Annotated, Any, Literal, get_origin, get_type_hints

import structlog
from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, InjectedToolArg, StructuredTool, ToolException
from pydantic import BaseModel, ConfigDict, SkipValidation, create_model

from assistant.errors import BadArguments, Refused
from assistant.tools.context import ShopperContext
from assistant.tools.summary import summarise
from assistant.turn import RefusalFact, ToolResult

log = structlog.get_logger()

Tool = Callable[..., ToolResult]
MAX_STRING_CHARS = 2_000
GRACE_S = 5.0
"""So long a turn that is over waits for the tool that runs."""


def docstring_of(tool: Tool) -> str:
    """What a tool says of itself."""
    return inspect.getdoc(tool) or ""


def langchain_tools(
    tools: Sequence[Tool], pool: Executor, described: Callable[[Tool], str] = docstring_of
) -> list[BaseTool]:
    """Wrap tools for LangChain; their work runs in `pool`, and `described` gives what the model reads of each."""
    return [_wrap(tool, pool, described(tool)) for tool in tools]


def arguments_model(tool: Tool, *, with_runtime: bool = False) -> type[BaseModel]:
    """Pydantic model of what the model may give to a tool; unknown arguments are refused."""
    hints = get_type_hints(tool)
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(tool).parameters.items())[1:]:
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[name] = (hints[name], default)
    if with_runtime:
        fields["runtime"] = (Annotated[ToolRuntime[ShopperContext], InjectedToolArg(), SkipValidation], ...)
    config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, str_max_length=MAX_STRING_CHARS)
    model: type[BaseModel] = create_model(f"{tool.__name__}_arguments", __config__=config, **fields)
    return model


def _wrap(tool: Tool, pool: Executor, description: str) -> BaseTool:
    async def call(runtime: ToolRuntime[ShopperContext], **arguments: Any) -> tuple[str, ToolResult]:
        context = runtime.context
        loop = asyncio.get_running_loop()
        if not isinstance(context, ShopperContext):
            raise ToolException("There is no session: the shopper must start again.")
        if any(context.gives_away(text) for text in own_texts(tool, arguments)):
            raise ToolException("Put only the shopper's words into the arguments.")
        # One tool at a time, in the order of the calls: "the second one" must not depend on which search was faster.
        async with context.ledger.turnstile:
            work = loop.run_in_executor(pool, lambda: run_tool(tool, context, arguments))
            try:
                result = await asyncio.shield(work)
            except asyncio.CancelledError:
                # A thread cannot be stopped: what it does ends before the turn does, so that what is kept knows of it.
                await asyncio.wait({asyncio.gather(work, return_exceptions=True)}, timeout=GRACE_S)
                raise
        return result.summary, result

    return StructuredTool(
        name=tool.__name__,
        description=description,
        args_schema=arguments_model(tool, with_runtime=True),
        coroutine=call,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )


def own_texts(tool: Tool, arguments: Mapping[str, Any]) -> list[str]:
    """The texts that a model wrote itself: not those that it chose among a tool's ("for_you"), which tell nothing."""
    hints = get_type_hints(tool)
    written = {name: value for name, value in arguments.items() if get_origin(hints[name]) is not Literal}
    return list(_texts(written))


def _texts(value: Any) -> Iterator[str]:
    """All texts in what a model gave."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (text for part in value for text in _texts(part))


def run_tool(tool: Tool, context: ShopperContext, arguments: dict[str, Any]) -> ToolResult:
    """Run one tool and turn its refusals into evidence.

    Raises:
        ToolException: bad arguments; the model may try again.
    """
    try:
        with context.meter.stage("tools"):
            return tool(context, **arguments)
    except Refused as refusal:
        fact = RefusalFact(refusal.code, str(refusal))
        with context.ledger.lock:
            context.ledger.evidence.append(fact)
        return ToolResult((fact,), summarise((fact,)))
    except BadArguments as problem:
        log.info("tool.bad_arguments", tool=tool.__name__, turn=context.turn_id)
        raise ToolException(str(problem)) from problem
