from __future__ import annotations

from typing import Any

import pytest

from assistant.tools import TOOL_NAMES, TOOLS
from assistant.tools.context import ShopperContext
from tests.assistant.tools.conftest import Turns
from tests.contracts.tool import Tool, ToolContract

ARGUMENTS: dict[str, dict[str, Any]] = {
    "search_products": {"query": "tents", "price_max": 300, "attributes": [{"name": "capacity", "min": 2}]},
    "compare_products": {"which": "the first two"},
    "product_details": {"which": "the second one"},
    "recommend_products": {"kind": "for_you"},
    "continue_visit": {},
    "explain_choice": {"which": "the second one"},
    "show_profile": {},
    "change_profile": {"action": "pause"},
    "mark_gift": {"gift": True},
    "put_away": {},
    "find_related": {"which": "the second one"},
    "cart": {"action": "add", "which": "the second one"},
    "find_orders": {"about": "tent"},
    "track_order": {"order_id": ""},
    "propose_cancel_order": {"order_id": "A-10421"},
    "answer_policy": {"question": "how long can I return it?"},
    "hand_over": {"reason": "a damaged parcel"},
}


class TestEveryTool(ToolContract):
    @pytest.fixture(params=TOOLS, ids=lambda tool: str(tool.__name__))
    def tool(self, request: pytest.FixtureRequest) -> Tool:
        tool: Tool = request.param
        return tool

    @pytest.fixture
    def context(self, turns: Turns) -> ShopperContext:
        return turns("compare the first two, add the second one", shown=("fjell-2", "dome", "camp-mug"))

    @pytest.fixture
    def arguments(self, tool: Tool) -> dict[str, Any]:
        return ARGUMENTS[tool.__name__]


def test_the_contract_has_arguments_for_every_tool() -> None:
    assert set(ARGUMENTS) == TOOL_NAMES
    assert len(TOOL_NAMES) == len(TOOLS)
