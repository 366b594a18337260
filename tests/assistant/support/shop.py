"""A tiny shop for the tests of support: three products, two customers, orders in every state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from assistant.config import Settings
from assistant.store import Store
from assistant.support.actions import Actions
from assistant.support.cart import Carts
from assistant.support.handoff import HandOff
from assistant.support.identity import Customer
from assistant.support.orders import OrderBook
from assistant.turn import Order, OrderLine, OrderStatus, Principal
from retrieval.product import Money, Product, Variant
from tests.fakes.clock import ManualClock

MARA = Customer("C-1", "Mara Lindqvist", "mara@example.com", datetime(2024, 1, 1, tzinfo=UTC))
OTTO = Customer("C-2", "Otto Brandt", "otto@example.com", datetime(2024, 1, 2, tzinfo=UTC))
AS_MARA = Principal("session-m", "C-1")
AS_OTTO = Principal("session-o", "C-2")
GUEST = Principal("session-g")
PLACED = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def usd(amount_minor: int) -> Money:
    return Money(amount_minor, "USD")


def product(
    product_id: str, price: Money, *, stock: int | None = 10, list_price: Money | None = None, size: str = ""
) -> Product:
    options = {"size": size} if size else {}
    variant = Variant(f"{product_id}-v", price, options, list_price=list_price, stock=stock)
    return Product(product_id, f"The {product_id.title()}", (variant,))


def order(
    number: int,
    status: OrderStatus = OrderStatus.PLACED,
    *,
    total: Money | None = None,
    title: str = "Blue Trail Tent",
    placed_at: datetime = PLACED,
) -> Order:
    """An order of one line whose total is what was paid."""
    total = total or usd(4490)
    return Order(
        id=f"A-{number}",
        status=status,
        lines=(OrderLine("tent", "tent-v", title, 1, total),),
        subtotal=total,
        shipping=Money(0, total.currency),
        total=total,
        placed_at=placed_at,
        shipped_at=placed_at if status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED) else None,
    )


@dataclass
class Shop:
    """Support over one store; `catalogue` may be changed while a test runs."""

    store: Store
    clock: ManualClock
    settings: Settings = field(default_factory=Settings)
    catalogue: dict[str, Product] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.orders = OrderBook(self.store, self.clock)
        self.carts = Carts(self.store, self.by_variant, self.settings, self.clock)
        self.actions = Actions(self.store, self.clock)
        self.handoff = HandOff(self.store, self.clock)

    def sells(self, *products: Product) -> None:
        self.catalogue.update({one.id: one for one in products})

    def by_variant(self, variant_id: str) -> Product | None:
        return next((one for one in self.catalogue.values() if any(v.id == variant_id for v in one.variants)), None)

    def change(self, product_id: str, **changes: object) -> None:
        """Change the (only) variant of a product, e.g. change("tent", stock=0)."""
        before = self.catalogue[product_id]
        variant = replace(before.variants[0], **changes)  # type: ignore[arg-type]
        self.catalogue[product_id] = replace(before, variants=(variant,))

    def has_orders(self, orders: Mapping[str, tuple[Order, ...]]) -> None:
        self.orders.load((MARA, OTTO), [(customer, one) for customer, many in orders.items() for one in many])
