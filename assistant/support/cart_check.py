"""A stored cart against the catalogue of now: pure functions, no store.

A line counts while it can be bought here and now in the cart's currency; every other line stays visible and says why it
does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from assistant.config import Settings
from assistant.support.totals import total_up
from assistant.turn import CartFact, CartLineFact
from retrieval.product import Money, Product, Variant

Sold = tuple[Product, Variant]
"""A product with the variant that is meant."""


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line as it was added."""

    variant_id: str
    title: str
    quantity: int
    price: Money
    decision_id: str | None = None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> StoredLine:
        """Read a row of cart_lines."""
        price = Money(row["price_minor"], row["currency"])
        return cls(row["variant_id"], row["title"], row["quantity"], price, row["decision_id"])


def check_cart(
    cart_id: str | None, stored: Sequence[StoredLine], sold: Mapping[str, Sold], settings: Settings
) -> CartFact:
    """Return the cart as it stands now.

    Args:
        cart_id: opaque; None where there is no cart yet.
        stored: lines in the order of adding.
        sold: variant id -> product and variant as the catalogue states them now; without those that are gone.
        settings: currency of an empty cart, shipping, tax note and checkout.
    """
    currency = _currency(sold[line.variant_id] for line in stored if line.variant_id in sold) or settings.currency
    lines = tuple(_check_line(line, sold.get(line.variant_id), currency, settings.locale) for line in stored)
    counted = [line for line in lines if _counts(line, currency)]
    totals = total_up(counted, currency, settings)
    return CartFact(
        lines=lines,
        subtotal=totals.subtotal,
        discount=totals.discount,
        shipping=totals.shipping,
        total=totals.total,
        tax_note=settings.tax_note,
        checkout_url=checkout_url(settings.checkout_url, cart_id, counted) if cart_id and counted else None,
    )


def buyable_lines(cart: CartFact) -> tuple[CartLineFact, ...]:
    """Return the lines that the totals count and that a checkout takes."""
    return tuple(line for line in cart.lines if _counts(line, cart.total.currency))


def checkout_url(template: str, cart_id: str, lines: Iterable[CartLineFact]) -> str:
    """Fill the shop's checkout address: {cart} and {lines} ("variant:quantity,…"), each percent-encoded."""
    # Ids are the shop's own text: whatever they hold, they stay one value of the address.
    pairs = ",".join(f"{quote(line.variant_id, safe='')}:{line.quantity}" for line in lines)
    return template.replace("{lines}", pairs).replace("{cart}", quote(cart_id, safe=""))


def line_title(product: Product, variant: Variant) -> str:
    """Return the title of a line, e.g. "Trail Jacket (M, Black)"."""
    options = ", ".join(variant.options.values())
    return f"{product.title} ({options})" if options else product.title


def _currency(sold: Iterable[Sold]) -> str | None:
    """The currency of most lines; None without lines."""
    counts = Counter(variant.price.currency for _, variant in sold)
    return counts.most_common(1)[0][0] if counts else None


def _counts(line: CartLineFact, currency: str) -> bool:
    return line.variant is not None and line.variant.in_stock is not False and line.unit_price.currency == currency


def _check_line(line: StoredLine, sold: Sold | None, currency: str, locale: str) -> CartLineFact:
    product, variant = sold or (None, None)
    quantity = line.quantity
    if variant is not None and variant.stock:
        quantity = min(quantity, variant.stock)
    return CartLineFact(
        variant_id=line.variant_id,
        title=line.title,
        quantity=quantity,
        unit_price=variant.price if variant else line.price,
        added_price=line.price,
        product=product,
        variant=variant,
        changes=_changes(line, variant, currency, locale),
    )


def _changes(line: StoredLine, variant: Variant | None, currency: str, locale: str) -> tuple[str, ...]:
    if variant is None:
        return ("No longer sold here; not counted in the total.",)
    if variant.in_stock is False:
        return ("Sold out; not counted in the total.",)
    if variant.price.currency != currency:
        return (f"Priced in {variant.price.currency}, not in {currency}; not counted in the total.",)
    said = []
    if variant.price != line.price:
        said.append(f"Price went from {line.price.format(locale)} to {variant.price.format(locale)}.")
    if variant.stock is not None and variant.stock < line.quantity:
        said.append(f"Only {variant.stock} left, so {variant.stock} instead of {line.quantity}.")
    return tuple(said)
