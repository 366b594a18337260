"""What is found, ordered by a number that its products state: "the lightest" first.

Products that do not state it come last, in the order found; so do those that state it in another unit than most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from assistant.evidence import Extreme
from retrieval.product import Attribute, Product
from retrieval.results import SearchResult


def by_extreme(result: SearchResult, extreme: Extreme, products: Mapping[str, Product]) -> SearchResult:
    """Order the hits of a search by an attribute's number.

    Args:
        result: of the search.
        extreme: the attribute, and which end of it comes first.
        products: by id.
    """
    stated = {hit.product_id: stated_number(products[hit.product_id], extreme.name) for hit in result.hits}
    units = Counter(attribute.unit for attribute in stated.values() if attribute is not None)
    unit = units.most_common(1)[0][0] if units else None
    numbers = {id_: float(str(a.value)) for id_, a in stated.items() if a is not None and a.unit == unit}
    sign = -1.0 if extreme.highest else 1.0
    hits = sorted(result.hits, key=lambda hit: sign * numbers.get(hit.product_id, sign * float("inf")))
    return replace(result, hits=tuple(hits))


def stated_number(product: Product, name: str) -> Attribute | None:
    """The attribute, where the product states it as a number."""
    attribute = product.attributes.get(name)
    if attribute is None or isinstance(attribute.value, bool) or not isinstance(attribute.value, int | float):
        return None
    return attribute
