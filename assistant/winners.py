"""Which of several products an answer names as the winner: the one that states the most, or the least, of something.

The reply names it, and "it" means it afterwards. Writes no sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.aspects import Aspects
from assistant.turn import ProductFact
from retrieval.product import Attribute

_HIGH = re.compile(
    r"\b(longest|most|biggest|largest|highest|heaviest|brightest|strongest|fastest|quickest|loudest|widest|tallest"
    r"|longer|bigger|larger|higher|heavier|brighter|stronger|faster|quicker|louder|wider|taller|weighs more)\b",
    re.I,
)
_LOW = re.compile(
    r"\b(lightest|smallest|shortest|lowest|least|thinnest|quietest|narrowest|slowest"
    r"|lighter|smaller|shorter|lower|thinner|quieter|narrower|slower|weighs less)\b",
    re.I,
)
_PACE = re.compile(r"\b(?:fast|quick|slow)e(?:r|st)\b", re.I)


@dataclass(frozen=True, slots=True)
class Winner:
    """The winner.

    Args:
        item: the product.
        attribute: what it states the most or the least of.
        highest: whether it is the most.
    """

    item: ProductFact
    attribute: Attribute
    highest: bool


def winner_of(items: Sequence[ProductFact], question: str, aspects: Aspects) -> Winner | None:
    """The product that states the most, or least, of what a question asks: "which has the longest battery?".

    Args:
        items: the products compared.
        question: in English.
        aspects: finds what the question is about.

    Returns:
        None where the question asks for no extreme, or fewer than two products state a number for it.
    """
    much = _HIGH.search(question) is not None
    if not (much or _LOW.search(question)):
        return None
    found = [(item, aspects.find(item.product, question)) for item in items]
    rows = [(item, a) for item, a in found if a is not None and is_number(a)]
    name = rows[0][1].name if rows else ""
    rows = [(item, a) for item, a in rows if a.name == name]
    if len(rows) < 2:
        return None
    # What is fastest takes the least time.
    highest = much != (_PACE.search(question) is not None and "time" in name.split("_"))
    item, attribute = (max if highest else min)(rows, key=lambda row: float(str(row[1].value)))
    return Winner(item, attribute, highest)


def cheapest_of(items: Sequence[ProductFact]) -> ProductFact | None:
    """The product that costs less than all others; None where several cost the least."""
    low, *others = sorted(items, key=lambda item: item.variant.price.amount_minor)
    return low if others and others[0].variant.price != low.variant.price else None


def is_number(attribute: Attribute) -> bool:
    """Whether an attribute is stated as a number."""
    return isinstance(attribute.value, int | float) and not isinstance(attribute.value, bool)
