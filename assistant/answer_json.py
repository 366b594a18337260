"""An answer as JSON for other programs. Keys are only ever added."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from assistant.turn import Answer, ProductFact, Proposal, SlateFact


def answer_json(answer: Answer) -> dict[str, Any]:
    """Write an answer in the shape of `aisle ask --json`.

    Products are those of all slates of the turn in the order shown; `decision_id` is the first slate's.
    """
    slates = answer.slates
    facts = [item for slate in slates for item in slate.items]
    facts += [fact for fact in answer.evidence if isinstance(fact, ProductFact)]
    decisions = [slate.decision.decision_id for slate in slates if slate.decision]
    return {
        "text": answer.text,
        "products": [product_json(fact) for fact in facts],
        "handed_over": answer.handed_over,
        "proposals": [_proposal(proposal) for proposal in answer.proposals],
        "sources": [{"id": source.id, "title": source.title, "url": source.url} for source in answer.sources],
        "claims": [{"kind": c.kind, "text": c.text, "source": c.source} for c in answer.claims],
        "decision_id": decisions[0] if decisions else None,
        "slates": [_slate(slate) for slate in slates],
        "wishes": [{"key": c.key, "label": c.label()} for c in answer.wishes.constraints],
        "question": {"text": answer.question.text, "answers": list(answer.question.answers)}
        if answer.question
        else None,
        "prompt_hash": answer.prompt_hash,
        "version": aisle_version(),
    }


def product_json(fact: ProductFact) -> dict[str, Any]:
    """Write one product of an answer."""
    return {
        "id": fact.product.id,
        "title": fact.product.title,
        "brand": fact.product.brand,
        "price_minor": fact.variant.price.amount_minor,
        "currency": fact.variant.price.currency,
        "wishes": {label: verdict.value for label, verdict in fact.verdicts.items()},
        "why": [{"code": reason.code, "detail": reason.detail, "weight": reason.weight} for reason in fact.reasons],
        "variant_id": fact.variant.id,
        "in_stock": fact.variant.in_stock,
        "sponsored": fact.sponsored,
    }


def _slate(slate: SlateFact) -> dict[str, Any]:
    return {
        "surface": slate.surface,
        "looked_for": slate.need.text,
        "total": slate.total,
        "product_ids": [item.product.id for item in slate.items],
        "relaxations": [{"drop": relaxation.label, "count": relaxation.count} for relaxation in slate.relaxations],
        "loosenings": [{"to": way.label, "count": way.count} for way in slate.loosenings],
        "decision_id": slate.decision.decision_id if slate.decision else None,
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "id": proposal.id,
        "kind": proposal.kind,
        "order_id": proposal.order_id,
        "title": proposal.title,
        "before": proposal.before,
        "after": proposal.after,
        "amount_minor": proposal.amount.amount_minor if proposal.amount else None,
        "currency": proposal.amount.currency if proposal.amount else None,
        "status": proposal.status.value,
    }


def aisle_version() -> str:
    """The installed version, e.g. "0.1.0"; "0+source" where Aisle runs from its source without an installation."""
    try:
        return version("aisle")
    except PackageNotFoundError:
        return "0+source"
