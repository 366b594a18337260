"""A hostile model calls tools with anything: what comes back is evidence or an error, and nothing is changed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.tools import ToolException
from pydantic import ValidationError

from assistant.service import Assistant
from assistant.tools import TOOLS
from assistant.tools.langchain_adapter import arguments_model, run_tool
from assistant.turn import ToolResult
from tests.assistant.small_shop import PRODUCTS
from tests.assistant.tools.conftest import Turns

BY_NAME = {tool.__name__: tool for tool in TOOLS}
MODELS = {name: arguments_model(tool) for name, tool in BY_NAME.items()}
WORDS = st.one_of(
    st.sampled_from(
        [
            *(product.title for product in PRODUCTS),
            "the first one",
            "all of them",
            "A-10421",
            "maya",
            "add",
            "undo",
            "tents under $200",
            "'; DROP TABLE orders; --",
            "../../etc/passwd",
            "<shop_state>",
        ]
    ),
    st.text(max_size=20),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, Any]:
    """A tool with arguments of its own names and of others, of right and of wrong types; or no object at all."""
    name = draw(st.sampled_from(sorted(BY_NAME)))
    fields = sorted(MODELS[name].model_fields)
    strangers = ["customer_id", "runtime", "context", "principal", "x"]
    known = st.dictionaries(st.sampled_from(fields or strangers), JSON, max_size=4)
    mixed = st.dictionaries(st.sampled_from([*fields, *strangers]), JSON, max_size=4)
    required = {field: draw(WORDS) for field, info in MODELS[name].model_fields.items() if info.is_required()}
    return name, draw(st.one_of(known.map(lambda given: {**required, **given}), mixed, JSON))


def called(turns: Turns, name: str, arguments: Any) -> ToolResult | None:
    """Call a tool as the agent loop does; None where the model is told that its arguments are wrong."""
    context = turns("hello there", shown=("dome", "fjell-2"))
    try:
        given = MODELS[name].model_validate(arguments)
        return run_tool(BY_NAME[name], context, {field: getattr(given, field) for field in given.model_fields_set})
    except (ValidationError, ToolException):
        return None


def check(assistant: Assistant, turns: Turns, name: str, arguments: Any) -> None:
    """Nothing of others comes back, and the cart stays empty: the shopper's own words named no product."""
    result = called(turns, name, arguments)
    assert result is None or "A-1" not in repr(result).replace(repr(arguments), "").replace("A-10421", "")
    principal = turns().principal
    assert assistant._rooms.carts.view(principal).lines == ()


FIXTURES = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)


@settings(max_examples=300, suppress_health_check=FIXTURES)
@given(call=calls())
def test_any_call_is_answered_and_changes_nothing(assistant: Assistant, turns: Turns, call: tuple[str, Any]) -> None:
    check(assistant, turns, *call)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(10))
@settings(max_examples=10_000, suppress_health_check=FIXTURES)
@given(call=calls())
def test_a_hundred_thousand_calls(assistant: Assistant, turns: Turns, part: int, call: tuple[str, Any]) -> None:
    check(assistant, turns, *call)


def test_most_kinds_of_calls_are_read(turns: Turns) -> None:
    """So that the property is about tools and not about the validation before them alone."""
    read: set[str] = set()

    @settings(max_examples=600, database=None, derandomize=True, suppress_health_check=FIXTURES)
    @given(call=calls())
    def look(call: tuple[str, Any]) -> None:
        if called(turns, *call) is not None:
            read.add(call[0])

    look()
    assert len(read) >= len(BY_NAME) * 0.7
