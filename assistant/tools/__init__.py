"""The tools that a chat model may call, in one visible list.

A tool is a plain function: `tool(context, …arguments of the model…) -> ToolResult`. Its docstring is its description.
"""

from __future__ import annotations

from collections.abc import Callable

from assistant.tools.answer_policy import answer_policy
from assistant.tools.cart import cart
from assistant.tools.change_profile import change_profile
from assistant.tools.compare_products import compare_products
from assistant.tools.continue_visit import continue_visit
from assistant.tools.explain_choice import explain_choice
from assistant.tools.find_orders import find_orders
from assistant.tools.find_related import find_related
from assistant.tools.hand_over import hand_over
from assistant.tools.mark_gift import mark_gift
from assistant.tools.product_details import product_details
from assistant.tools.propose_cancel_order import propose_cancel_order
from assistant.tools.put_away import put_away
from assistant.tools.recommend_products import recommend_products
from assistant.tools.search_products import search_products
from assistant.tools.show_profile import show_profile
from assistant.tools.track_order import track_order
from assistant.turn import ToolResult

TOOLS: tuple[Callable[..., ToolResult], ...] = (
    search_products,
    compare_products,
    product_details,
    recommend_products,
    continue_visit,
    explain_choice,
    find_related,
    show_profile,
    change_profile,
    mark_gift,
    put_away,
    cart,
    find_orders,
    track_order,
    propose_cancel_order,
    answer_policy,
    hand_over,
)

TOOL_NAMES = frozenset(tool.__name__ for tool in TOOLS)
