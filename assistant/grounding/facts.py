"""What a reply may say, read once from the evidence of a turn. Knows no rules: those are in checks.py."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assistant.evidence import (
    CartFact,
    ComparisonFact,
    Evidence,
    HandOverFact,
    Order,
    OrdersFact,
    PolicyFact,
    ProductFact,
    Proposal,
    RefusalFact,
    SlateFact,
)
from assistant.grounding.claims import DATE, MONEY, NUMBER_WORDS, digits, month_day, readings
from retrieval.filters import PriceRange, fold
from retrieval.product import Money, Product


@dataclass
class Facts:
    """What a reply may say, read once from the evidence of a turn.

    Args:
        evidence: the facts.
        words: the shopper's own words: repeating them claims nothing.
    """

    evidence: Sequence[Evidence]
    words: str = ""
    amounts: set[float] = field(default_factory=set)
    numbers: set[float] = field(default_factory=set)
    days: set[tuple[int, int]] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)

    def __post_init__(self) -> None:
        for fact in self.evidence:
            self._read(fact)
        self._text(self.words)
        self.texts.pop()
        self.text = fold(" ".join(self.texts))
        self.said = fold(self.words)

    def has(self, *kinds: type) -> bool:
        """Whether there is evidence of one of these kinds."""
        return any(isinstance(fact, kinds) for fact in self.evidence)

    def _read(self, fact: Evidence) -> None:
        match fact:
            case SlateFact():
                self._slate(fact)
            case ProductFact():
                self._product(fact.product)
            case ComparisonFact():
                for item in fact.items:
                    self._product(item.product)
                self.numbers.add(float(len(fact.items)))
            case CartFact():
                self._cart(fact)
            case OrdersFact():
                for order in fact.orders:
                    self._order(order)
                self.numbers.add(float(len(fact.orders)))
            case PolicyFact():
                for section in fact.sections:
                    self._text(f"{section.title} {section.text} {section.url}")
            case Proposal():
                self._text(f"{fact.title} {fact.before} {fact.after}")
                self._money(fact.amount)
            case RefusalFact():
                self._text(fact.message)
            case HandOverFact():
                self.numbers.add(float(fact.position))

    def _slate(self, slate: SlateFact) -> None:
        self.numbers |= {float(slate.total), float(len(slate.items)), *map(float, slate.mentions.values())}
        for index, item in enumerate(slate.items):
            self._product(item.product)
            self.numbers.add(float(index + 1))
        for relaxation in slate.relaxations:
            self.numbers.add(float(relaxation.count))
            self._text(relaxation.label)
        for constraint in slate.need.constraints:
            self._text(constraint.label())
            if isinstance(constraint, PriceRange):
                for minor in (constraint.min_minor, constraint.max_minor):
                    self._money(None if minor is None else Money(minor, constraint.currency))
        self._text(" ".join([slate.need.text, *slate.set_aside, *slate.corrected.values()]))
        for name, values in slate.facets.items():
            self._text(f"{name.replace('_', ' ')} {' '.join(values)}")

    def _product(self, product: Product) -> None:
        self.products.append(product)
        self._text(f"{product.title} {product.brand or ''} {product.category or ''} {product.description}")
        for name, attribute in product.attributes.items():
            stated = attribute.value is not False
            self._text(f"{attribute.label} {attribute.text} {name.replace('_', ' ') if stated else ''}")
        if product.rating is not None:
            self.numbers |= {product.rating, round(product.rating, 1), 5.0}  # "4.6 of 5"
        self.numbers.add(float(product.rating_count))
        for variant in product.variants:
            self._text(" ".join([*variant.options, *variant.options.values()]))
            self._money(variant.price)
            self._money(variant.list_price)
            if variant.list_price is not None:
                saved = variant.list_price.amount_minor - variant.price.amount_minor
                self._money(Money(saved, variant.price.currency))
                self.numbers.add(float(round(100 * saved / max(1, variant.list_price.amount_minor))))
            if variant.stock is not None:
                self.numbers.add(float(variant.stock))

    def _cart(self, cart: CartFact) -> None:
        for amount in (cart.subtotal, cart.discount, cart.shipping, cart.total):
            self._money(amount)
        self.numbers |= {float(len(cart.lines)), float(sum(line.quantity for line in cart.lines))}
        for line in cart.lines:
            self._text(f"{line.title} {' '.join(line.changes)}")
            for amount in (line.unit_price, line.added_price, line.total):
                self._money(amount)
            self.numbers.add(float(line.quantity))
            if line.product:
                self._product(line.product)
        self._text(cart.tax_note)

    def _order(self, order: Order) -> None:
        self._text(
            f"{order.id} {order.carrier or ''} {order.tracking_code or ''} {order.status.value.replace('_', ' ')}"
        )
        for amount in (order.subtotal, order.shipping, order.total, order.refunded):
            self._money(amount)
        for line in order.lines:
            self._text(line.title)
            self._money(line.unit_price)
            self.numbers.add(float(line.quantity))
        moments = (order.placed_at, order.shipped_at, order.delivered_at, order.expected_at, order.cancelled_at)
        for moment in moments:
            self._day(moment)

    def _day(self, moment: datetime | None) -> None:
        if moment is not None:
            self.days.add((moment.month, moment.day))
            self.numbers |= {float(moment.day), float(moment.year)}

    def _money(self, amount: Money | None) -> None:
        if amount is not None:
            self.amounts.add(float(amount.amount))

    def _text(self, text: str) -> None:
        self.texts.append(text)
        self._numbers_in(MONEY.sub(" ", text))
        for match in MONEY.finditer(text):
            self.amounts |= set(readings(digits(match)))

    def _numbers_in(self, text: str) -> None:
        for match in re.finditer(r"\d+(?:[.,]\d+)*", text):
            self.numbers |= set(readings(match.group()))
        lowered = text.casefold()
        self.numbers |= {float(n) for word, n in NUMBER_WORDS.items() if re.search(rf"\b{word}\b", lowered)}
        for match in DATE.finditer(text):
            self.days.add(month_day(match))
