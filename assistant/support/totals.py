"""What a cart costs: pure arithmetic in minor units, in one currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.config import Settings
from assistant.turn import CartLineFact
from retrieval.product import Money


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a cart; `discount` is what list prices are undercut by, already in the subtotal."""

    subtotal: Money
    discount: Money
    shipping: Money
    total: Money


def total_up(lines: Sequence[CartLineFact], currency: str, settings: Settings) -> Totals:
    """Add up lines that are all in `currency`, with the shop's shipping."""
    subtotal = sum(line.total.amount_minor for line in lines)
    discount = sum(_saved(line) for line in lines)
    shipping = _shipping(subtotal, currency, settings) if lines else 0
    return Totals(*(Money(amount, currency) for amount in (subtotal, discount, shipping, subtotal + shipping)))


def _saved(line: CartLineFact) -> int:
    listed = line.variant.list_price if line.variant else None
    if listed is None or listed.currency != line.unit_price.currency:
        return 0
    return max(0, listed.amount_minor - line.unit_price.amount_minor) * line.quantity


def _shipping(subtotal_minor: int, currency: str, settings: Settings) -> int:
    free_from: Decimal | None = settings.shipping_free_from
    if free_from is not None and subtotal_minor >= Money.from_major(free_from, currency).amount_minor:
        return 0
    return Money.from_major(settings.shipping_flat, currency).amount_minor
