from __future__ import annotations

from typing import Literal

import pytest
from langchain_core.tools import ToolException
from structlog.testing import capture_logs

from assistant.errors import BadArguments, Refused
from assistant.tools.cart import cart
from assistant.tools.context import MAX_CART_CHANGES, ShopperContext
from assistant.tools.langchain_adapter import arguments_model, own_texts, run_tool
from assistant.tools.recommend_products import recommend_products
from assistant.turn import CartFact, RefusalFact, ToolResult
from tests.assistant.tools.conftest import Turns


def _refusing(context: ShopperContext) -> ToolResult:
    """Refuse whatever is asked, always."""
    raise Refused("late", "It is too late.")


def _puzzled(context: ShopperContext) -> ToolResult:
    """Ask for other arguments, always."""
    raise BadArguments("Say which one.")


def _broken(context: ShopperContext) -> ToolResult:
    """Be broken, always."""
    raise KeyError("secret words")


def _choosing(context: ShopperContext, kind: Literal["a", "b"], count: int = 3) -> ToolResult:
    """Choose, always."""
    return ToolResult((), f"{kind}{count}")


def test_a_refusal_is_evidence(turns: Turns) -> None:
    context = turns()
    result = run_tool(_refusing, context, {})
    assert result.evidence == (RefusalFact("late", "It is too late."),)
    assert context.ledger.evidence == [RefusalFact("late", "It is too late.")]


def test_bad_arguments_let_the_model_try_again_and_are_no_evidence(turns: Turns) -> None:
    context = turns()
    with capture_logs(), pytest.raises(ToolException, match="Say which one"):
        run_tool(_puzzled, context, {})
    assert context.ledger.evidence == []


def test_a_bug_is_not_taken_for_an_answer(turns: Turns) -> None:
    with pytest.raises(KeyError):
        run_tool(_broken, turns(), {})


def test_arguments_are_typed_and_have_the_tools_defaults() -> None:
    model = arguments_model(_choosing)
    assert model.model_validate({"kind": "a"}).model_dump() == {"kind": "a", "count": 3}
    for wrong in ({"kind": "c"}, {}, {"kind": "a", "count": "many"}):
        with pytest.raises(ValueError, match="validation error"):
            model.model_validate(wrong)


def test_what_is_chosen_among_a_tools_own_words_is_no_text_of_the_model() -> None:
    arguments = {"kind": "for_you", "which": "the blue_one"}
    assert own_texts(recommend_products, arguments) == ["the blue_one"]


def test_the_cart_changes_only_for_what_the_shoppers_words_point_at(turns: Turns) -> None:
    context = turns("what a nice day", shown=("camp-mug", "oak-mug"))
    with capture_logs(), pytest.raises(ToolException):
        run_tool(cart, context, {"action": "add", "which": "the first one"})
    assert context.shop.carts.view(context.principal).lines == ()


def test_the_cart_takes_what_they_point_at_whatever_the_model_says(turns: Turns) -> None:
    context = turns("add the second one", shown=("camp-mug", "oak-mug"))
    (fact,) = run_tool(cart, context, {"action": "add", "which": "the first one"}).evidence
    assert isinstance(fact, CartFact)
    assert [line.variant_id for line in fact.lines] == ["oak-mug-0"]


def test_a_turn_may_change_the_cart_a_few_times_only(turns: Turns) -> None:
    context = turns("add the first one", shown=("camp-mug",))
    results = [run_tool(cart, context, {"action": "add", "which": "it"}) for _ in range(MAX_CART_CHANGES + 1)]
    last = results[-1].evidence[0]
    assert isinstance(last, RefusalFact)
    assert last.code == "too_many_cart_changes"
    assert context.shop.carts.view(context.principal).lines[0].quantity == MAX_CART_CHANGES
