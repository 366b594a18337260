"""What a dearer product is better in, in words: each value as the shop states it."""

from __future__ import annotations

from assistant.better import stated_text, step_up
from assistant.evidence import SlateFact
from assistant.llm.embedded.wording import Wording, plain
from recommender.selling.upsell import UpSell
from retrieval.product import Money, Product


def better_terms(say: Wording, first: Product, other: Product, found: UpSell) -> dict[str, str]:
    """Return the variables of a sentence that sets a dearer product against the first."""
    return {
        "title": plain(other.title),
        "more": say.money(Money(found.more_minor, first.price.currency)),
        "label": say.label(found.name.replace("_", " ")),
        "better": plain(stated_text(other, found.name)),
        "value": plain(stated_text(first, found.name)),
    }


def tell_better(say: Wording, slate: SlateFact) -> str:
    """Say in what the first of a slate is better than the product that the slate is set against; "" without one."""
    about, found = slate.about, None
    if about is not None and slate.items:
        found = step_up(about, slate.items[:1], None)
    if about is None or found is None:
        return ""
    terms = better_terms(say, about.product, slate.items[0].product, found)
    return say("better", than=plain(about.product.title), **terms)
