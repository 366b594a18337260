"""What a reply may say, read once from the evidence of a turn. Knows no rules: those are in the files beside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from assistant.evidence import (
    CartFact,
    CartLineFact,
    ComparisonFact,
    Evidence,
    HandOverFact,
    Order,
    OrdersFact,
    PolicyFact,
    ProductFact,
    ProfileFact,
    Proposal,
    RefusalFact,
    SlateFact,
    WhyFact,
)
from assistant.grounding.claims import DATE, MONEY, digits, month_day, readings
from assistant.grounding.names import name_patterns
from assistant.grounding.ordinary import ORDINARY, stem, stems_of, words_of
from assistant.grounding.quantities import Quantity, figures, quantities
from assistant.grounding.sheets import Sheet
from retrieval.filters import PriceRange, fold
from retrieval.product import Money, Product, Variant
from retrieval.relations import Bought, Relation, RelationKind

ENGLISH = "en"
_SEARCHED = re.compile(r"\b(?:nothing|none) here fits\b|\bfound\b|\bwith(?:out)?\b.{0,120}?\bthere (?:is|are)\b", re.I)


@dataclass
class Facts:
    """What a reply may say, read once from the evidence of a turn.

    Args:
        evidence: the facts.
        words: the shopper's own words: repeating them claims nothing.
        before: what the reply has said so far: it tells what "it" means.
        language: of the reply; sentences of another language than English are read in English (`translated.py`).
        table: products that may be spoken of as well, in their order, e.g. those of the turn before.
    """

    evidence: Sequence[Evidence]
    words: str = ""
    before: str = ""
    language: str = ENGLISH
    table: Sequence[ProductFact] = ()
    amounts: set[float] = field(default_factory=set)
    numbers: set[float] = field(default_factory=set)
    counts: set[float] = field(default_factory=set)
    related: set[frozenset[str]] = field(default_factory=set)
    bought: set[float] = field(default_factory=set)
    days: set[tuple[int, int]] = field(default_factory=set)
    weekdays: set[str] = field(default_factory=set)
    quantities: list[Quantity] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    chosen: dict[str, Variant] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fact in (*self.evidence, *self.table):
            self._read(fact)
        self.shared = fold(" . ".join(self.texts))
        self._text(self.words)
        self.said = fold(self.words)
        self.asked = fold(" . ".join([*self.wishes, self.words]))
        self.text = fold(" . ".join([self.shared, *self.wishes, *(sheet.text for sheet in self.sheets.values())]))
        self._names: list[tuple[Sheet, re.Pattern[str]]] | None = None

    @property
    def products(self) -> list[Product]:
        """The products of the evidence, each once."""
        return [sheet.product for sheet in self.sheets.values()]

    @cached_property
    def sheets_shown(self) -> list[Sheet]:
        """What "the second one" and "all of them" mean: the last slate or comparison, else all, the table first."""
        groups = [fact.items for fact in self.evidence if isinstance(fact, SlateFact | ComparisonFact) and fact.items]
        ids = [item.product.id for item in (groups[-1] if groups else self.table)]
        return [self.sheets[key] for key in dict.fromkeys(ids if groups else [*ids, *self.sheets])]

    @cached_property
    def looked_up(self) -> Sheet | None:
        """The product whose details were found last; None where a slate or a comparison came later, or nothing did."""
        found: Sheet | None = None
        for fact in self.evidence:
            match fact:
                case ProductFact():
                    found = self.sheets[fact.product.id]
                case WhyFact():
                    found = self.sheets[fact.item.product.id]
                case SlateFact() | ComparisonFact() if fact.items:
                    found = None
        return found

    @cached_property
    def values(self) -> Mapping[str, set[str]]:
        """Name of a field -> the folded texts that the products state there."""
        rows: dict[str, set[str]] = {}
        for sheet in self.sheets.values():
            for one in sheet.fields:
                rows.setdefault(one.name, set()).update(one.texts)
        return rows

    @cached_property
    def rules(self) -> list[PolicyFact]:
        """The shop's rules that were found for the question."""
        return [fact for fact in self.evidence if isinstance(fact, PolicyFact) and fact.sections]

    @cached_property
    def pieces(self) -> frozenset[float]:
        """How many of one thing are in the cart, or were ordered."""
        ordered = [line.quantity for order in self._all_orders for line in order.lines]
        return frozenset(map(float, [*(line.quantity for line in self._cart_lines), *ordered]))

    @cached_property
    def options_taken(self) -> frozenset[float]:
        """Numbers in the sizes of what is in the cart ("in size 9")."""
        texts = (text for line in self._cart_lines if line.variant for text in line.variant.options.values())
        ends = (end for text in texts for figure in figures(text) for end in (figure.low, figure.high) if end)
        return frozenset(number for end in ends for number in end.values)

    @property
    def _all_orders(self) -> list[Order]:
        return [order for fact in self.evidence if isinstance(fact, OrdersFact) for order in fact.orders]

    @property
    def _cart_lines(self) -> list[CartLineFact]:
        return [line for fact in self.evidence if isinstance(fact, CartFact) for line in fact.lines]

    def names_order(self, text: str) -> bool:
        """Whether a text names one of the orders."""
        return any(order.id in text for order in self._all_orders)

    def searched(self, sentence: str) -> bool:
        """Whether a sentence says how a search went ("Without “size 45” there are 55"): it tells no rule."""
        wished = stems_of(self.asked)
        telling = (stem(word) for word in words_of(sentence) if word not in ORDINARY)
        return self.has(SlateFact) and bool(_SEARCHED.search(sentence)) and all(word in wished for word in telling)

    def names(self, values: frozenset[str]) -> list[tuple[Sheet, re.Pattern[str]]]:
        """How each product may be named; `values` are no names."""
        if self._names is None:
            self._names = name_patterns(list(self.sheets.values()), values)
        return self._names

    def has(self, *kinds: type) -> bool:
        """Whether there is evidence of one of these kinds."""
        return any(isinstance(fact, kinds) for fact in self.evidence)

    def _read(self, fact: Evidence) -> None:
        match fact:
            case SlateFact():
                self._slate(fact)
            case ProductFact():
                self._item(fact)
            case ComparisonFact():
                self._comparison(fact)
            case CartFact():
                self._cart(fact)
            case OrdersFact():
                self._orders(fact)
            case PolicyFact():
                for section in fact.sections:
                    self._text(section.whole)
            case Proposal():
                self._text(f"{fact.title} {fact.before} {fact.after}")
                self._money(fact.amount)
            case RefusalFact():
                self._text(fact.message)
            case HandOverFact():
                self.numbers.add(float(fact.position))
            case ProfileFact():
                self._profile(fact)
            case WhyFact():
                self._why(fact)

    def _comparison(self, fact: ComparisonFact) -> None:
        for item in fact.items:
            self._item(item)
        self.counts.add(float(len(fact.items)))

    def _orders(self, fact: OrdersFact) -> None:
        for order in fact.orders:
            self._order(order)
        self.numbers.add(float(len(fact.orders)))

    def _profile(self, fact: ProfileFact) -> None:
        """What is known of the shopper says nothing of a product: its values are wishes of theirs."""
        self._text("profile")
        for label in (*(line.label for line in fact.lines), *fact.changed_labels, *fact.visit):
            self._wish(label)
        for line in fact.lines:
            for amount in (line.low, line.high):
                self._money(amount)

    def _why(self, fact: WhyFact) -> None:
        self._item(fact.item)
        for reason in fact.item.reasons:
            self._wish(fact.titles.get(reason.detail, reason.detail))

    def _slate(self, slate: SlateFact) -> None:
        self.counts |= {float(slate.total), float(len(slate.items)), float(slate.total - len(slate.items))}
        self.counts |= set(map(float, slate.mentions.values()))
        if slate.about is not None:
            self._item(slate.about)
        for index, item in enumerate(slate.items):
            self._item(item)
            self.counts.add(float(index + 1))
        for relaxation in slate.relaxations:
            self.counts.add(float(relaxation.count))
            self._wish(relaxation.label)
        for relation in slate.relations.values():
            self._relation(relation)
        for loosening in slate.loosenings:
            self.counts.add(float(loosening.count))
        for constraint in (*slate.need.constraints, *(way.to for way in slate.loosenings)):
            self._wish(constraint.label())
            if isinstance(constraint, PriceRange):
                for minor in (constraint.min_minor, constraint.max_minor):
                    self._money(None if minor is None else Money(minor, constraint.currency))
        self._wish(" ".join([slate.need.text, *slate.set_aside, *slate.corrected.values()]))
        for name, values in slate.facets.items():
            self._wish(f"{name.replace('_', ' ')} {' '.join(values)}")

    def _relation(self, relation: Relation) -> None:
        """What makes a relation: the words of both products, or how often they were bought together."""
        if relation.kind in (RelationKind.FITS_WITH, RelationKind.ACCESSORY_OF, RelationKind.BOUGHT_WITH):
            self.related.add(frozenset({relation.source_id, relation.target_id}))
        for piece in relation.evidence:
            if isinstance(piece, Bought):
                self.bought |= {float(piece.together), float(piece.source_baskets), float(piece.target_baskets)}
            else:
                names = f"{piece.source_attribute} {piece.target_attribute}".replace("_", " ")
                self._text(f"{names} {piece.source_value} {piece.target_value}")

    def _wish(self, text: str) -> None:
        """Words of the need: they may be repeated, and say nothing of a product."""
        self._text(text)
        self.wishes.append(self.texts.pop())

    def _item(self, item: ProductFact) -> None:
        self._product(item.product)
        self.chosen.setdefault(item.product.id, item.variant)

    def _product(self, product: Product) -> None:
        if product.id not in self.sheets:
            self.sheets[product.id] = Sheet.of(product)
            self._wish(product.price.currency)

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
            self.weekdays |= {f"{moment:%A}".casefold(), f"{moment:%a}".casefold()}
            self.numbers.add(float(moment.year))

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
        self.quantities += quantities(text)
        for match in DATE.finditer(text):
            self.days.add(month_day(match))
