"""Evidence as the words of a page: prices written out, verdicts named, hidden characters removed.

Pure: no HTML, no Gradio. Templates escape whatever stands here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from assistant.text import clean
from assistant.turn import CartFact, CartLineFact, Order, OrderStatus, ProductFact
from retrieval.filters import Verdict
from retrieval.product import Money, Product, Variant
from ui.images import image_address, shape_of
from ui.reasons import ReasonLine, reason_lines

FEW_LEFT = 5
"""From this stock downwards a card says how many are left."""

_VERDICT_WORDS = {Verdict.MET: "met", Verdict.NOT_MET: "not met", Verdict.NOT_STATED: "not stated by the shop"}
_ORDER_WORDS = {
    OrderStatus.DELIVERED: "Arrived",
    OrderStatus.RETURN_REQUESTED: "Arrived",
    OrderStatus.RETURNED: "Arrived",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How this shop's pages write and what they may load.

    Args:
        locale: of prices and dates, e.g. "en_US".
        timezone: the zone dates are written in until the browser writes them in its own.
        image_hosts: hosts that pictures may come from, besides this site.
        link_hosts: hosts that links in replies may lead to, besides this site.
    """

    locale: str = "en_US"
    timezone: str = "UTC"
    image_hosts: Collection[str] = ()
    link_hosts: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class WishView:
    """One wish on a card: `verdict` names the sign, `words` say it."""

    label: str
    verdict: str
    words: str


@dataclass(frozen=True, slots=True)
class VariantView:
    """One variant in a list."""

    id: str
    name: str
    label: str
    price: str
    stock: str
    sold_out: bool
    selected: bool


@dataclass(frozen=True, slots=True)
class ItemView:
    """A product as its card shows it."""

    id: str
    title: str
    brand: str
    image: str | None
    shape: str
    price: str
    list_price: str
    saving: str
    rating: str | None
    rating_count: int
    stock: str
    sold_out: bool
    verdicts: tuple[WishView, ...]
    reasons: tuple[ReasonLine, ...]
    attributes: tuple[tuple[str, str], ...]
    variants: tuple[VariantView, ...]
    variant_id: str
    decision_id: str
    position: int | None
    sponsored: bool = False


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a cart or an order."""

    title: str
    quantity: int
    total: str
    variant_id: str = ""
    options: str = ""
    image: str | None = None
    shape: str = "box"
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart; amounts that are nothing are empty."""

    lines: tuple[LineView, ...]
    count: int
    subtotal: str
    discount: str
    shipping: str
    total: str
    tax_note: str
    checkout_url: str | None
    changed: str
    undo: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class MomentView:
    """A moment: `iso` for the browser, `text` until the browser has written it in its own zone."""

    iso: str
    text: str
    day_only: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of an order's way; `when` is None where it has not happened."""

    name: str
    when: MomentView | None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as its card shows it."""

    id: str
    status: str
    lines: tuple[LineView, ...]
    total: str
    refunded: str
    placed: MomentView
    arrives_word: str
    arrives: MomentView | None
    steps: tuple[StepView, ...]
    carrier: str
    tracking_code: str


def item_view(fact: ProductFact, look: Look, titles: Mapping[str, str] | None = None) -> ItemView:
    """Write a product out for its card."""
    product, variant = fact.product, fact.variant
    saving = _saving(variant)
    sold_out = product.in_stock is False
    return ItemView(
        id=product.id,
        title=clean(product.title) or product.id,
        brand=clean(product.brand or ""),
        image=image_address(product.image, look.image_hosts),
        shape=shape_of(product.category, product.title),
        price=variant.price.format(look.locale),
        list_price=variant.list_price.format(look.locale) if variant.list_price and saving else "",
        saving=saving.format(look.locale) if saving else "",
        rating=None if product.rating is None else f"{product.rating:.1f}",
        rating_count=product.rating_count,
        stock="Sold out" if sold_out else _stock(variant),
        sold_out=sold_out,
        verdicts=tuple(WishView(clean(label), v.value, _VERDICT_WORDS[v]) for label, v in fact.verdicts.items()),
        reasons=reason_lines(fact.reasons, titles or {}),
        attributes=tuple((clean(a.label), clean(a.text)) for a in product.attributes.values()),
        variants=tuple(_variant_view(v, variant, product, look) for v in product.variants),
        variant_id=variant.id,
        decision_id=fact.decision_id or "",
        position=fact.position,
        sponsored=fact.sponsored,
    )


def cart_view(cart: CartFact, look: Look) -> CartView:
    """Write a cart out."""
    return CartView(
        lines=tuple(_line_view(line, look) for line in cart.lines),
        count=sum(line.quantity for line in cart.lines),
        subtotal=cart.subtotal.format(look.locale),
        discount=_amount(cart.discount, look),
        shipping=_amount(cart.shipping, look),
        total=cart.total.format(look.locale),
        tax_note=cart.tax_note,
        checkout_url=cart.checkout_url,
        changed=_changed(cart.changed),
        undo=cart.undo,
    )


def order_view(order: Order, look: Look) -> OrderView:
    """Write an order out."""
    arrives = order.delivered_at or order.expected_at
    if order.status is OrderStatus.CANCELLED:
        arrives = None
    return OrderView(
        id=clean(order.id),
        status=order.status.value.replace("_", " ").capitalize(),
        lines=tuple(
            LineView(
                clean(line.title),
                line.quantity,
                Money(line.unit_price.amount_minor * line.quantity, line.unit_price.currency).format(look.locale),
            )
            for line in order.lines
        ),
        total=order.total.format(look.locale),
        refunded=_amount(order.refunded, look) if order.refunded else "",
        placed=moment_view(order.placed_at, look),
        arrives_word=_ORDER_WORDS.get(order.status, "Arrived" if order.delivered_at else "Arrives"),
        arrives=moment_view(arrives, look) if arrives else None,
        steps=_steps(order, look),
        carrier=clean(order.carrier or ""),
        tracking_code=clean(order.tracking_code or ""),
    )


def moment_view(moment: datetime, look: Look, *, day_only: bool = True) -> MomentView:
    """Write a moment in the shop's zone, e.g. "Tue, Dec 3"."""
    pattern = "EEE, MMM d" if day_only else "HH:mm"
    text = format_datetime(moment, pattern, tzinfo=ZoneInfo(look.timezone), locale=look.locale)
    return MomentView(moment.isoformat(), text, day_only)


def _saving(variant: Variant) -> Money | None:
    before, now = variant.list_price, variant.price
    if before is None or before.currency != now.currency or before.amount_minor <= now.amount_minor:
        return None
    return Money(before.amount_minor - now.amount_minor, now.currency)


def _stock(variant: Variant) -> str:
    if variant.stock is None:
        return "In stock" if variant.in_stock else ""
    if variant.stock <= 0:
        return "This version is sold out"
    return f"Only {variant.stock} left" if variant.stock <= FEW_LEFT else "In stock"


def _variant_view(variant: Variant, meant: Variant, product: Product, look: Look) -> VariantView:
    name = clean(" · ".join(variant.options.values())) or variant.id
    price = variant.price.format(look.locale)
    one_price = len({v.price.amount_minor for v in product.variants}) == 1
    return VariantView(
        id=variant.id,
        name=name,
        label=name if one_price else f"{name} · {price}",
        price=price,
        stock="Sold out" if variant.in_stock is False else _stock(variant),
        sold_out=variant.in_stock is False,
        selected=variant.id == meant.id,
    )


def _line_view(line: CartLineFact, look: Look) -> LineView:
    product = line.product
    options = tuple(line.variant.options.values()) if line.variant else ()
    return LineView(
        title=clean(line.title),
        quantity=line.quantity,
        total=line.total.format(look.locale),
        variant_id=line.variant_id,
        options="" if all(option in line.title for option in options) else clean(" · ".join(options)),
        image=image_address(product.image, look.image_hosts) if product else None,
        shape=shape_of(product.category if product else None, line.title),
        changes=line.changes,
    )


def _amount(money: Money, look: Look) -> str:
    return money.format(look.locale) if money.amount_minor else ""


def _changed(what: str | None) -> str:
    words = {"added": "Added to your cart", "removed": "Taken out of your cart", "changed": "Your cart was changed"}
    return "" if what is None else words.get(what, what)


def _steps(order: Order, look: Look) -> tuple[StepView, ...]:
    if order.status is OrderStatus.CANCELLED:
        moments = [("Placed", order.placed_at), ("Cancelled", order.cancelled_at)]
    else:
        moments = [("Placed", order.placed_at), ("Shipped", order.shipped_at), ("Delivered", order.delivered_at)]
    return tuple(StepView(name, moment_view(at, look) if at else None) for name, at in moments)
