"""An update put into the catalogue that is there: what stays, what is replaced, added and removed, and on which row.

Products that stay keep their rows as far as they can, so that indexes by row can be patched. Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from retrieval.product import Product


@dataclass(frozen=True, slots=True)
class Merged:
    """Rows of the next version.

    Args:
        products: row i is products[i].
        source: source[i] is the row that the same product had before, -1 for a new one.
    """

    products: Sequence[Product]
    source: Sequence[int]


def merge(before: Mapping[str, Product], update: Mapping[str, Product], removed: Collection[str]) -> Merged:
    """Put an update into a catalogue.

    Args:
        before: products by id, in the order of their rows.
        update: products that replace those of the same id, or are added.
        removed: ids that go; those that are not there, and those of the update, do not matter.
    """
    fresh = iter([product for product_id, product in update.items() if product_id not in before])
    rows: list[tuple[Product, int] | None] = []
    for row, (product_id, product) in enumerate(before.items()):
        if product_id in update:
            rows.append((update[product_id], row))
        elif product_id not in removed:
            rows.append((product, row))
        else:
            new = next(fresh, None)
            rows.append(None if new is None else (new, -1))
    rows += [(product, -1) for product in fresh]
    whole = list(_without_holes(rows))
    return Merged([product for product, _ in whole], [row for _, row in whole])


def _without_holes(rows: list[tuple[Product, int] | None]) -> Iterator[tuple[Product, int]]:
    """Fill each hole with the last row: two rows change then, and not all that come behind."""
    place = 0
    while place < len(rows):
        entry = rows[place]
        while entry is None and len(rows) > place + 1:
            entry = rows.pop()
        if entry is not None:
            yield entry
        place += 1


def find_conflict(
    before: Mapping[str, Product], update: Mapping[str, Product], removed: Collection[str]
) -> tuple[str, str] | None:
    """Look for a product of the update with a variant id that another product has, which stays.

    Returns:
        Id of the update's product, and the reason in a few plain words; None where there is none.
    """
    owners = {
        variant.id: product_id
        for product_id, product in before.items()
        if product_id not in update and product_id not in removed
        for variant in product.variants
    }
    for product_id, product in update.items():
        for variant in product.variants:
            if variant.id in owners:
                return product_id, f"variant id {variant.id!r} belongs to product {owners[variant.id]!r} already"
    return None
