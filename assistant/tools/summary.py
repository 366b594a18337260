"""Evidence as short JSON for a chat model. Text that others wrote is cut, cleaned, labelled and fenced.

Such text stands below a key that begins with "untrusted_", as a JSON string: its quotes are escaped, and nothing in it
reads as a delimiter, so it cannot end its own fence. The model reads these; people see the cards that are drawn from
the same evidence.
"""

from __future__ import annotations

import json
from typing import Any

from assistant.text import clean, without_fences
from assistant.turn import (
    CartFact,
    ComparisonFact,
    Evidence,
    HandOverFact,
    Order,
    OrdersFact,
    PolicyFact,
    ProductFact,
    ProfileChange,
    ProfileFact,
    ProfileLine,
    Proposal,
    RefusalFact,
    SlateFact,
    WhyFact,
)
from recommender.reasons import tellable
from retrieval.product import Variant
from retrieval.relations import Relation

MAX_TITLE_CHARS = 120
MAX_DESCRIPTION_CHARS = 400
MAX_NAME_CHARS = 60
MAX_VALUE_CHARS = 80
MAX_ATTRIBUTES = 24
MAX_EVIDENCE = 3
MAX_VARIANTS = 24


def summarise(evidence: tuple[Evidence, ...], *, whole: bool = False) -> str:
    """Write evidence as JSON.

    Args:
        evidence: facts.
        whole: with all attributes and the description of each product, for questions about one.
    """
    rows = [_fact(fact, whole) for fact in evidence]
    told = json.dumps(rows[0] if len(rows) == 1 else rows, ensure_ascii=False, separators=(",", ":"))
    return without_fences(told)


def _fact(fact: Evidence, whole: bool) -> dict[str, Any]:
    match fact:
        case SlateFact():
            return _slate(fact)
        case ProductFact():
            return {"untrusted_catalogue": [_product(fact, whole)]}
        case ComparisonFact():
            rows = {_name(label): [text and _value(text) for text in texts] for label, texts in fact.rows.items()}
            return {"untrusted_catalogue": [_product(item, False) for item in fact.items], "untrusted_compared": rows}
        case CartFact():
            return _cart(fact)
        case OrdersFact():
            return {"orders": [_order(order) for order in fact.orders], "signed_in": fact.signed_in}
        case PolicyFact():
            sections = [{"id": s.id, "title": s.title, "text": s.text, "link": s.url} for s in fact.sections]
            return {"policy": sections, "note": None if sections else "The shop's policies say nothing about this."}
        case Proposal():
            return {
                "proposal": fact.title,
                "before": fact.before,
                "after": fact.after,
                "note": "Only the shopper's click does it.",
            }
        case RefusalFact():
            return {"refused": fact.code, "reason": fact.message}
        case HandOverFact():
            return {"handed_over": True, "position": fact.position}
        case ProfileFact():
            return _profile(fact)
        case WhyFact():
            return _why(fact)


def _profile(fact: ProfileFact) -> dict[str, Any]:
    lines = [f"{line.kind}: {_value(line.label)}{_band(line)}" for line in fact.lines]
    row: dict[str, Any] = {
        "profile_is_kept": fact.kept,
        "untrusted_catalogue": lines,
        "learning_is_paused": fact.paused,
        "this_visit_is_for_somebody_else": fact.for_somebody,
    }
    if fact.changed:
        row["done_now"] = fact.changed.value
        row["untrusted_changed"] = [_value(label) for label in fact.changed_labels]
    if fact.changed is ProfileChange.ERASE_ASKED:
        row["note"] = "Only the shopper's click does it."
    return row


def _band(line: ProfileLine) -> str:
    return f", {line.low.short()} to {line.high.short()}" if line.low and line.high else ""


def _why(fact: WhyFact) -> dict[str, Any]:
    reasons = [
        {"reason": reason.code, "detail": _value(fact.titles.get(reason.detail, reason.detail))}
        for reason in tellable(fact.item.reasons)
    ]
    return {"untrusted_catalogue": [_product(fact.item, False)], "untrusted_why": reasons}


def _slate(fact: SlateFact) -> dict[str, Any]:
    row: dict[str, Any] = {
        "looked_for": fact.need.text,
        "wishes": [constraint.label() for constraint in fact.need.constraints],
        "total": fact.total,
        "untrusted_catalogue": [_product(item, False) for item in fact.items],
    }
    if fact.about is not None:
        row["untrusted_set_against"] = clean(fact.about.product.title, MAX_TITLE_CHARS)
    if fact.relaxations:
        row["nothing_fits_unless_dropped"] = [{"drop": r.label, "then": r.count} for r in fact.relaxations]
        if fact.items:
            row["note"] = "Nothing fits all of it: these are the nearest, and lack what one of them drops."
    if fact.relations:
        row["untrusted_relations"] = [_relation(fact.relations[item.product.id], item) for item in fact.items]
    if fact.loosenings:
        row["nothing_fits_unless_moved"] = [{"to": way.label, "then": way.count} for way in fact.loosenings]
    if fact.mentions:
        row["words_without_a_filter_and_how_many_mention_them"] = dict(fact.mentions)
    if fact.asks_first:
        row["note"] = "The shop puts one question before it shows any. Say only how many there are."
    if fact.set_aside:
        row["words_that_found_nothing"] = list(fact.set_aside)
    return row


def _relation(relation: Relation, item: ProductFact) -> dict[str, Any]:
    """How a product stands to the one that was asked about, and what makes it so."""
    evidence = [
        {
            key: clean(value, MAX_VALUE_CHARS) if isinstance(value, str) else value
            for key, value in piece.model_dump().items()
        }
        for piece in relation.evidence[:MAX_EVIDENCE]
    ]
    is_source = relation.source_id == item.product.id
    title = clean(item.product.title, MAX_TITLE_CHARS)
    return {"product": title, "is": relation.kind.value, "is_source": is_source, "evidence": evidence}


def _product(fact: ProductFact, whole: bool) -> dict[str, Any]:
    product, variant = fact.product, fact.variant
    row: dict[str, Any] = {
        "title": clean(product.title, MAX_TITLE_CHARS),
        "price": variant.price.format(),
        "brand": product.brand and _name(product.brand),
        "category": product.category and _name(product.category),
        "in_stock": variant.in_stock,
        "rating": product.rating,
    }
    if fact.sponsored:
        row["sponsored"] = "Somebody pays for this place; say so where you name it."
    if variant.options:
        row["variant"] = _options(variant)
    if variant.list_price is not None:
        row["list_price"] = variant.list_price.format()
    if fact.verdicts:
        row["wishes"] = {label: verdict.value for label, verdict in fact.verdicts.items()}
    attributes = list(product.attributes.values())[: MAX_ATTRIBUTES if whole else 6]
    row["attributes"] = {_name(attribute.label): _value(attribute.text) for attribute in attributes}
    if whole:
        row["description"] = clean(product.description, MAX_DESCRIPTION_CHARS)
        row["rating_count"] = product.rating_count
        row["variants"] = [
            {"options": _options(v), "price": v.price.format(), "in_stock": v.in_stock}
            for v in product.variants[:MAX_VARIANTS]
        ]
    return row


def _options(variant: Variant) -> dict[str, str]:
    return {_name(name): _value(value) for name, value in variant.options.items()}


def _name(text: str) -> str:
    return clean(text, MAX_NAME_CHARS)


def _value(text: str) -> str:
    return clean(text, MAX_VALUE_CHARS)


def _cart(fact: CartFact) -> dict[str, Any]:
    return {
        "cart": [
            {
                "untrusted_title": clean(line.title, MAX_TITLE_CHARS),
                "quantity": line.quantity,
                "price": line.total.format(),
            }
            for line in fact.lines
        ],
        "subtotal": fact.subtotal.format(),
        "shipping": fact.shipping.format(),
        "total": fact.total.format(),
        "changed": fact.changed,
        "untrusted_notes": [clean(change, MAX_DESCRIPTION_CHARS) for line in fact.lines for change in line.changes],
    }


def _order(order: Order) -> dict[str, Any]:
    def day(value: Any) -> str | None:
        return value.date().isoformat() if value else None

    return {
        "id": order.id,
        "status": order.status.value,
        "untrusted_items": [f"{line.quantity} × {clean(line.title, 80)}" for line in order.lines],
        "total": order.total.format(),
        "placed": day(order.placed_at),
        "shipped": day(order.shipped_at),
        "expected": day(order.expected_at),
        "delivered": day(order.delivered_at),
        "carrier": order.carrier,
    }
