"""Answers as compact JSON: ids and what cannot be looked up again; products, orders, sections and proposals by id.

So an old answer, drawn again after a restart, shows today's product and today's state of an order or a proposal. What
is gone since is left out, and a note says so. Facets are not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from assistant.turn import (
    Answer,
    CartFact,
    CartLineFact,
    ComparisonFact,
    Evidence,
    HandOverFact,
    Need,
    Order,
    OrdersFact,
    PolicyFact,
    PolicySection,
    ProductFact,
    ProfileFact,
    Proposal,
    Question,
    RefusalFact,
    SlateFact,
    Source,
    TurnCost,
    WhyFact,
)
from recommender.events import Decision, Reason
from retrieval.filters import Verdict
from retrieval.product import Money, Product
from retrieval.relations import Relation
from retrieval.results import Loosening, Relaxation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lookups:
    """Where the facts behind ids come from; each returns None for what is gone or not this shopper's.

    Args:
        product: by product id.
        order: by order id, the shopper's own only.
        proposal: by proposal id, the shopper's own only.
        section: policy section by id.
        decision: by decision id.
    """

    product: Callable[[str], Product | None]
    order: Callable[[str], Order | None]
    proposal: Callable[[str], Proposal | None]
    section: Callable[[str], PolicySection | None]
    decision: Callable[[str], Decision | None]


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Product(_Stored):
    kind: Literal["product"] = "product"
    product_id: str
    variant_id: str
    verdicts: dict[str, Verdict] = {}
    reasons: tuple[Reason, ...] = ()
    decision_id: str | None = None
    position: int | None = None


class _Slate(_Stored):
    kind: Literal["slate"] = "slate"
    need: Need
    items: tuple[_Product, ...]
    total: int
    relaxations: tuple[Relaxation, ...] = ()
    loosenings: tuple[Loosening, ...] = ()
    relations: dict[str, Relation] = {}
    set_aside: tuple[str, ...] = ()
    corrected: dict[str, str] = {}
    decision_id: str | None = None
    surface: str
    meaning_ready: bool
    asks_first: bool = False


class _Comparison(_Stored):
    kind: Literal["comparison"] = "comparison"
    items: tuple[_Product, ...]
    rows: dict[str, tuple[str | None, ...]]


class _CartLine(_Stored):
    variant_id: str
    product_id: str | None
    title: str
    quantity: int
    unit_price: Money
    added_price: Money
    changes: tuple[str, ...] = ()


class _Cart(_Stored):
    kind: Literal["cart"] = "cart"
    lines: tuple[_CartLine, ...]
    subtotal: Money
    discount: Money
    shipping: Money
    total: Money
    tax_note: str
    checkout_url: str | None
    changed: str | None


class _Orders(_Stored):
    kind: Literal["orders"] = "orders"
    order_ids: tuple[str, ...]
    tracked: bool
    signed_in: bool


class _Policy(_Stored):
    kind: Literal["policy"] = "policy"
    question: str
    section_ids: tuple[str, ...]


class _Proposal(_Stored):
    kind: Literal["proposal"] = "proposal"
    proposal_id: str


class _Refusal(_Stored):
    kind: Literal["refusal"] = "refusal"
    code: str
    message: str


class _HandOver(_Stored):
    kind: Literal["hand_over"] = "hand_over"
    position: int
    reason: str


class _Profile(_Stored):
    kind: Literal["profile"] = "profile"


class _Why(_Stored):
    kind: Literal["why"] = "why"
    item: _Product


_Fact = Annotated[
    _Product | _Slate | _Comparison | _Cart | _Orders | _Policy | _Proposal | _Refusal | _HandOver | _Profile | _Why,
    Field(discriminator="kind"),
]


class _Answer(_Stored):
    text: str
    facts: tuple[_Fact, ...] = ()
    wishes: Need = Need()
    question: Question | None = None
    sources: tuple[Source, ...] = ()
    handed_over: bool = False
    prompt_hash: str = ""
    repaired: int = 0
    cost: TurnCost = TurnCost()


def answer_to_json(answer: Answer) -> str:
    """Write an answer in its compact form."""
    return _Answer(
        text=answer.text,
        facts=tuple(_store(fact) for fact in answer.evidence),
        wishes=answer.wishes,
        question=answer.question,
        sources=answer.sources,
        handed_over=answer.handed_over,
        prompt_hash=answer.prompt_hash,
        repaired=answer.repaired,
        cost=answer.cost,
    ).model_dump_json()


def answer_from_json(text: str, lookups: Lookups) -> tuple[Answer, tuple[str, ...]]:
    """Rebuild an answer with the facts of now.

    Args:
        text: as written by `answer_to_json`.
        lookups: where facts come from.

    Returns:
        The answer, and one note per kind of thing that is gone since.
    """
    stored = _Answer.model_validate_json(text)
    restorer = _Restorer(lookups)
    evidence = tuple(fact for one in stored.facts if (fact := restorer.restore(one)) is not None)
    answer = Answer(
        text=stored.text,
        evidence=evidence,
        wishes=stored.wishes,
        question=stored.question,
        sources=stored.sources,
        handed_over=stored.handed_over,
        prompt_hash=stored.prompt_hash,
        repaired=stored.repaired,
        cost=stored.cost,
    )
    return answer, restorer.notes


def _store(fact: Evidence) -> _Fact:
    match fact:
        case ProductFact():
            return _store_product(fact)
        case SlateFact():
            return _Slate(
                need=fact.need,
                items=tuple(_store_product(item) for item in fact.items),
                total=fact.total,
                relaxations=fact.relaxations,
                loosenings=fact.loosenings,
                relations=dict(fact.relations),
                set_aside=fact.set_aside,
                corrected=dict(fact.corrected),
                decision_id=fact.decision.decision_id if fact.decision else None,
                surface=fact.surface,
                meaning_ready=fact.meaning_ready,
                asks_first=fact.asks_first,
            )
        case ComparisonFact():
            return _Comparison(items=tuple(_store_product(item) for item in fact.items), rows=dict(fact.rows))
        case CartFact():
            return _store_cart(fact)
        case OrdersFact():
            ids = tuple(order.id for order in fact.orders)
            return _Orders(order_ids=ids, tracked=fact.tracked, signed_in=fact.signed_in)
        case PolicyFact():
            return _Policy(question=fact.question, section_ids=tuple(section.id for section in fact.sections))
        case Proposal():
            return _Proposal(proposal_id=fact.id)
        case RefusalFact():
            return _Refusal(code=fact.code, message=fact.message)
        case HandOverFact():
            return _HandOver(position=fact.position, reason=fact.reason)
        case ProfileFact():
            # What was known then is nobody's business now: what is forgotten must not stand in an old answer.
            return _Profile()
        case WhyFact():
            return _Why(item=_store_product(fact.item))


def _store_product(fact: ProductFact) -> _Product:
    return _Product(
        product_id=fact.product.id,
        variant_id=fact.variant.id,
        verdicts=dict(fact.verdicts),
        reasons=fact.reasons,
        decision_id=fact.decision_id,
        position=fact.position,
    )


def _store_cart(fact: CartFact) -> _Cart:
    lines = tuple(
        _CartLine(
            variant_id=line.variant_id,
            product_id=line.product.id if line.product else None,
            title=line.title,
            quantity=line.quantity,
            unit_price=line.unit_price,
            added_price=line.added_price,
            changes=line.changes,
        )
        for line in fact.lines
    )
    return _Cart(
        lines=lines,
        subtotal=fact.subtotal,
        discount=fact.discount,
        shipping=fact.shipping,
        total=fact.total,
        tax_note=fact.tax_note,
        checkout_url=fact.checkout_url,
        changed=fact.changed,
    )


def _note(what: str, how_many: int) -> str:
    if how_many > 1:
        return f"{how_many} {what}s shown here are no longer there."
    article = "An" if what[0] in "aeiou" else "A"
    return f"{article} {what} shown here is no longer there."


class _Restorer:
    """Turns stored facts into facts, and counts what is gone."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._gone: dict[str, set[str]] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence per kind of thing that is gone."""
        return tuple(_note(what, len(ids)) for what, ids in self._gone.items())

    def restore(self, fact: _Fact) -> Evidence | None:
        match fact:
            case _Product():
                return self._product(fact)
            case _Slate():
                return self._slate(fact)
            case _Comparison():
                return self._comparison(fact)
            case _Cart():
                return self._cart(fact)
            case _Orders():
                orders = (self._find(self._lookups.order, order_id, "order") for order_id in fact.order_ids)
                return OrdersFact(tuple(order for order in orders if order), fact.tracked, fact.signed_in)
            case _Policy():
                found = (
                    self._find(self._lookups.section, section_id, "policy section") for section_id in fact.section_ids
                )
                return PolicyFact(fact.question, tuple(section for section in found if section))
            case _Proposal():
                return self._find(self._lookups.proposal, fact.proposal_id, "offer")
            case _Refusal():
                return RefusalFact(fact.code, fact.message)
            case _HandOver():
                return HandOverFact(fact.position, fact.reason)
            case _Profile():
                return None
            case _Why():
                return self._why(fact)

    def _find(self, lookup: Callable[[str], T | None], key: str, what: str) -> T | None:
        found = lookup(key)
        if found is None:
            self._gone.setdefault(what, set()).add(key)
        return found

    def _product(self, fact: _Product) -> ProductFact | None:
        product = self._find(self._lookups.product, fact.product_id, "product")
        if product is None:
            return None
        variant = next((v for v in product.variants if v.id == fact.variant_id), product.default_variant)
        return ProductFact(product, variant, fact.verdicts, fact.reasons, fact.decision_id, fact.position)

    def _why(self, fact: _Why) -> WhyFact | None:
        item = self._product(fact.item)
        if item is None:
            return None
        named = (self._lookups.product(reason.detail) for reason in item.reasons if reason.detail)
        return WhyFact(item, {product.id: product.title for product in named if product})

    def _slate(self, fact: _Slate) -> SlateFact:
        items = (self._product(item) for item in fact.items)
        return SlateFact(
            need=fact.need,
            items=tuple(item for item in items if item),
            total=fact.total,
            relaxations=fact.relaxations,
            loosenings=fact.loosenings,
            relations=fact.relations,
            set_aside=fact.set_aside,
            corrected=fact.corrected,
            decision=self._lookups.decision(fact.decision_id) if fact.decision_id else None,
            surface=fact.surface,
            meaning_ready=fact.meaning_ready,
            asks_first=fact.asks_first,
        )

    def _comparison(self, fact: _Comparison) -> ComparisonFact:
        items = [self._product(item) for item in fact.items]
        kept = [place for place, item in enumerate(items) if item]
        rows: Mapping[str, tuple[str | None, ...]] = {
            label: tuple(texts[place] for place in kept) for label, texts in fact.rows.items()
        }
        return ComparisonFact(tuple(item for item in items if item), rows)

    def _cart(self, fact: _Cart) -> CartFact:
        return CartFact(
            lines=tuple(self._cart_line(line) for line in fact.lines),
            subtotal=fact.subtotal,
            discount=fact.discount,
            shipping=fact.shipping,
            total=fact.total,
            tax_note=fact.tax_note,
            checkout_url=fact.checkout_url,
            changed=fact.changed,
        )

    def _cart_line(self, line: _CartLine) -> CartLineFact:
        product = self._lookups.product(line.product_id) if line.product_id else None
        variant = next((v for v in product.variants if v.id == line.variant_id), None) if product else None
        return CartLineFact(
            variant_id=line.variant_id,
            title=line.title,
            quantity=line.quantity,
            unit_price=line.unit_price,
            added_price=line.added_price,
            product=product if variant else None,
            variant=variant,
            changes=line.changes,
        )
