"""What is bought reaches the recommender, in the shop's own checkout or in the demo's: each line once, joined to what
showed the product."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assistant.support.purchases import (
    CartOrigin,
    JoinedLine,
    Purchase,
    PurchaseBook,
    PurchaseLine,
    event_id,
    order_key,
    product_of,
)
from assistant.tools.profiling import Profiling, identity_key, session_key
from assistant.turn import Order, Principal
from recommender.decide import Recommender
from recommender.events import Decision, Event, EventLog, EventType
from retrieval.product import Product

OLDEST = timedelta(days=365)
"""A purchase counts as at most this old, whatever the shop's clock says."""


@dataclass(frozen=True, slots=True)
class PurchaseJoined:
    """What became of a purchase.

    Args:
        joined: lines joined to the decision that showed the product.
        unattributed: the other lines; they are learned from as well where the product is known.
        duplicate: True where the order was told before and nothing was counted again.
    """

    joined: int
    unattributed: int
    duplicate: bool


class Purchasing:
    """Records purchases. Safe for several threads.

    Args:
        book: keeps them.
        log: finds decisions.
        find_variant, find_product: the product of a variant id and of a product id, as the catalogue has it now.
        now: aware clock.
    """

    def __init__(
        self,
        book: PurchaseBook,
        log: EventLog,
        find_variant: Callable[[str], Product | None],
        find_product: Callable[[str], Product | None],
        now: Callable[[], datetime],
    ) -> None:
        self._book = book
        self._log = log
        self._find_variant = find_variant
        self._find_product = find_product
        self._now = now

    def record(self, purchase: Purchase, recommender: Recommender, profiling: Profiling) -> PurchaseJoined:
        """Keep a purchase and let the recommender learn from it, once however often it is told.

        The crowd learns from every purchase, the buyer's profile only where one may be kept.

        Raises:
            Refused: "order_differs" where the order was told before with other contents.
        """
        kept = self._book.keep(purchase, self._join)
        at = min(max(purchase.placed_at, self._now() - OLDEST), self._now()).timestamp()
        # Also for a duplicate: what a crash left out the first time is made up for, and the rest is known by its id.
        for line in kept.lines:
            if line.product_id is not None:
                shopper = profiling.key_of(line.shopper_key, line.session_key)
                recommender.record(_event(line, line.product_id, shopper, at))
        joined = sum(line.decision_id is not None for line in kept.lines)
        return PurchaseJoined(joined, len(kept.lines) - joined, kept.duplicate)

    def record_order(
        self,
        order: Order,
        chosen_from: Mapping[int, str],
        principal: Principal,
        recommender: Recommender,
        profiling: Profiling,
    ) -> None:
        """Let the recommender learn from an order of this shop's own checkout, once however often it is placed.

        Args:
            order: as kept.
            chosen_from: number of a line -> the decision that it was chosen from.
            principal: who placed it.
            recommender, profiling: the shop's.
        """
        for event in self._of_order(order, chosen_from, principal, profiling):
            recommender.record(event)

    def record_cancelled(
        self,
        order: Order,
        chosen_from: Mapping[int, str],
        principal: Principal,
        recommender: Recommender,
        profiling: Profiling,
    ) -> None:
        """Let the recommender learn, once, that an order came to nothing; see `record_order`."""
        now = self._now().timestamp()
        for bought in self._of_order(order, chosen_from, principal, profiling):
            back = replace(bought, event_id=f"{bought.event_id}:back", type=EventType.RETURN, at=now, value_minor=0)
            recommender.record(back)

    def _of_order(
        self, order: Order, chosen_from: Mapping[int, str], principal: Principal, profiling: Profiling
    ) -> Iterator[Event]:
        for number, line in enumerate(order.lines):
            decision, position = self._shown(line.product_id, [chosen_from[number]] if number in chosen_from else ())
            yield Event(
                event_id=event_id(order.id, number),
                type=EventType.PURCHASE,
                item_id=line.product_id,
                shopper_key=profiling.key(principal),
                session_key=session_key(principal),
                at=order.placed_at.timestamp(),
                decision_id=decision.decision_id if decision else None,
                position=position,
                value_minor=line.unit_price.amount_minor * line.quantity,
            )

    def _join(self, purchase: Purchase, cart: CartOrigin | None) -> tuple[JoinedLine, ...]:
        return tuple(self._line(purchase, number, line, cart) for number, line in enumerate(purchase.lines))

    def _line(self, purchase: Purchase, number: int, line: PurchaseLine, cart: CartOrigin | None) -> JoinedLine:
        product_id = product_of(line, cart, self._find_variant, self._find_product)
        decision, position = self._shown(product_id, _named_decisions(line, product_id, cart))
        shopper, session = _keys(purchase, cart, decision)
        return JoinedLine(
            event_id=event_id(purchase.order_id, number),
            product_id=product_id,
            decision_id=decision.decision_id if decision else None,
            position=position,
            shopper_key=shopper,
            session_key=session,
            value_minor=line.unit_price_minor * line.quantity,
        )

    def _shown(self, product_id: str | None, decision_ids: Sequence[str]) -> tuple[Decision | None, int | None]:
        """The first of the decisions that is known and did show the product, with its place there."""
        for decision_id in decision_ids:
            decision = self._log.find_decision(decision_id)
            # What was erased belongs to nobody: no later order may lead back to it.
            for item in decision.items if decision and not decision.erased else ():
                if item.item_id == product_id:
                    return decision, item.position
        return None, None


def _named_decisions(line: PurchaseLine, product_id: str | None, cart: CartOrigin | None) -> list[str]:
    """The decision that the shop names, then the one that the cart's line was chosen from."""
    chosen = cart.find_decision_id(line.variant_id, product_id) if cart and product_id else None
    return [decision_id for decision_id in (line.decision_id, chosen) if decision_id]


def _keys(purchase: Purchase, cart: CartOrigin | None, decision: Decision | None) -> tuple[str, str]:
    """Who bought, and in which visit: as the cart and the decision know it, else the order stands for both."""
    shopper = session = order_key(purchase.order_id)
    if decision is not None:
        shopper, session = decision.context.shopper_key, decision.context.session_key
    kind, _, who = cart.owner.partition(":") if cart else ("", "", "")
    if kind == "customer":
        # The visit of a customer's cart is not known from the cart: they may have several.
        shopper = identity_key(Principal("", who))
    elif kind == "session" and decision is None:
        shopper, session = identity_key(Principal(who)), session_key(Principal(who))
    return shopper, session


def _event(line: JoinedLine, product_id: str, shopper: str, at: float) -> Event:
    return Event(
        event_id=line.event_id,
        type=EventType.PURCHASE,
        item_id=product_id,
        shopper_key=shopper,
        session_key=line.session_key,
        at=at,
        decision_id=line.decision_id,
        position=line.position,
        value_minor=line.value_minor,
    )
