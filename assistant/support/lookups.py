"""The facts behind the ids of a stored answer, as one principal may see them."""

from __future__ import annotations

from collections.abc import Callable

from assistant.store import SqlEventLog
from assistant.store.answers import Lookups
from assistant.support.actions import Actions
from assistant.support.orders import OrderBook
from assistant.support.policies import Policies
from assistant.turn import Principal
from retrieval.product import Product


def lookups_for(
    principal: Principal,
    *,
    find_product: Callable[[str], Product | None],
    orders: OrderBook,
    actions: Actions,
    policies: Policies,
    log: SqlEventLog,
) -> Lookups:
    """Return where a principal's facts come from.

    Args:
        principal: whose orders and proposals.
        find_product: by product id, None for what is gone.
        orders, actions, policies, log: the shop's.
    """
    return Lookups(
        product=find_product,
        order=lambda order_id: next(iter(orders.find(principal, order_id=order_id, limit=1)), None),
        proposal=lambda proposal_id: actions.find(principal, proposal_id),
        section=policies.find,
        decision=log.find_decision,
    )
