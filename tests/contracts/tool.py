"""What every tool must do. Inherit, and give `tool`, `context` and `arguments` (good ones) as fixtures."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_type_hints

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ValidationError

from assistant.tools.context import ShopperContext
from assistant.tools.langchain_adapter import MAX_STRING_CHARS, arguments_model, langchain_tools, run_tool
from assistant.turn import Evidence, ToolResult

Tool = Callable[..., ToolResult]
IDENTITY = re.compile(r"customer|shopper|user|session|principal|token|email|conversation|account|context|runtime", re.I)


def parameters(tool: Tool) -> dict[str, inspect.Parameter]:
    """What the model may give to a tool."""
    return dict(list(inspect.signature(tool).parameters.items())[1:])


def call(tool: Tool, context: ShopperContext, arguments: dict[str, Any]) -> ToolResult:
    """Call a tool as a model does: its arguments are read first."""
    given = arguments_model(tool).model_validate(arguments)
    return run_tool(tool, context, {name: getattr(given, name) for name in given.model_fields_set})


class ToolContract:
    """A described function of a context: identity comes from the session, evidence goes back."""

    @pytest.fixture
    def tool(self) -> Tool:
        raise NotImplementedError

    @pytest.fixture
    def context(self) -> ShopperContext:
        raise NotImplementedError

    @pytest.fixture
    def arguments(self) -> dict[str, Any]:
        raise NotImplementedError

    def test_it_says_what_it_is_for(self, tool: Tool) -> None:
        lines = (inspect.getdoc(tool) or "").splitlines()
        assert lines
        assert re.fullmatch(r"[A-Z].{20,}[.]", lines[0])
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", tool.__name__)

    def test_its_context_comes_first_and_every_parameter_has_a_type(self, tool: Tool) -> None:
        hints = get_type_hints(tool)
        assert next(iter(inspect.signature(tool).parameters)) == "context"
        assert hints["context"] is ShopperContext
        assert hints["return"] is ToolResult
        assert set(parameters(tool)) <= set(hints)

    def test_no_argument_can_carry_an_identity(self, tool: Tool) -> None:
        assert [name for name in parameters(tool) if IDENTITY.search(name)] == []

    @pytest.mark.parametrize("name", ["customer_id", "principal", "context", "runtime", "anything"])
    def test_an_argument_that_it_does_not_have_is_refused(
        self, tool: Tool, arguments: dict[str, Any], name: str
    ) -> None:
        model = arguments_model(tool)
        model.model_validate(arguments)
        with pytest.raises(ValidationError, match="extra_forbidden"):
            model.model_validate({**arguments, name: "maya"})

    def test_a_text_without_end_is_refused(self, tool: Tool, arguments: dict[str, Any]) -> None:
        for name, hint in get_type_hints(tool).items():
            if hint is str:
                with pytest.raises(ValidationError):
                    arguments_model(tool).model_validate({**arguments, name: "x" * (MAX_STRING_CHARS + 1)})

    def test_a_model_server_is_told_its_own_arguments_and_nothing_else(self, tool: Tool) -> None:
        with ThreadPoolExecutor(1) as pool:
            (wrapped,) = langchain_tools([tool], pool)
            told = convert_to_openai_tool(wrapped)["function"]
        assert told["name"] == tool.__name__
        assert told["description"] == inspect.getdoc(tool)
        assert set(told["parameters"]["properties"]) == set(parameters(tool))
        required = {name for name, p in parameters(tool).items() if p.default is inspect.Parameter.empty}
        assert set(told["parameters"].get("required", ())) == required
        assert json.loads(json.dumps(told)) == told

    def test_it_returns_evidence_and_a_short_json_summary(
        self, tool: Tool, context: ShopperContext, arguments: dict[str, Any]
    ) -> None:
        result = call(tool, context, arguments)
        assert isinstance(result, ToolResult)
        assert result.evidence
        assert all(isinstance(fact, Evidence) for fact in result.evidence)
        assert isinstance(json.loads(result.summary), dict)
        assert len(result.summary) < 20_000

    def test_what_it_found_is_in_the_ledger(
        self, tool: Tool, context: ShopperContext, arguments: dict[str, Any]
    ) -> None:
        result = call(tool, context, arguments)
        assert [fact for fact in result.evidence if fact not in context.ledger.evidence] == []

    def test_its_summary_names_nobody(self, tool: Tool, context: ShopperContext, arguments: dict[str, Any]) -> None:
        summary = call(tool, context, arguments).summary
        assert context.principal.session_id not in summary
        assert (context.principal.customer_id or "-none-") not in summary
