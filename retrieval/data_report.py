"""What a load brought: counts, coverage, prices, what changed against the version before, rejected rows, duplicates.

Written as `report.json` into the version that it is of. Knows nothing of indexes.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median

from pydantic import BaseModel, ConfigDict, ValidationError

from retrieval.duplicates import Duplicate, find_duplicates
from retrieval.history import Kind
from retrieval.importers.rows import RejectedRow
from retrieval.product import Product

REPORT = "report.json"
PRICE_CHANGE = 0.2
"""Share of the old price from which on a change is told."""
COVERAGE_FALL = 0.05
"""Share of all products by which an attribute must be stated less to be told."""
MEDIAN_SHIFT = 0.2
_LISTED = 20
_LEAST = 5
"""Products of a kind from which on a median says something."""
_FIELDS: Mapping[str, Callable[[Product], object]] = {
    "brand": lambda product: product.brand,
    "category": lambda product: product.category,
    "department": lambda product: product.department,
    "description": lambda product: product.description,
    "image": lambda product: product.image,
    "url": lambda product: product.url,
    "rating": lambda product: product.rating,
    "released": lambda product: product.released,
    "gtin": lambda product: any(variant.gtin for variant in product.variants),
    "stock": lambda product: product.in_stock is not None,
}


class _Part(BaseModel):
    # A report of a newer Aisle may say more.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Reason(_Part):
    """Why rows were not loaded: the reason without its particulars, the rows, and the first of their lines.

    `withdraws` says that they take products out of the shop, as drafts do, and that nothing is wrong with them.
    """

    reason: str
    rows: int
    first_line: int
    withdraws: bool = False


class PriceLevel(_Part):
    """Products of a category, "" for all of them, and the median of their prices."""

    category: str
    products: int
    median_minor: int


class PriceChange(_Part):
    """A product that costs something else now."""

    id: str
    title: str
    before_minor: int
    after_minor: int


class Shift(_Part):
    """A number that is another one now: share of products that state an attribute, or a category's median price."""

    name: str
    before: float
    after: float


class Changes(_Part):
    """Drift against another version.

    Args:
        since: number of the version that it is compared with.
        added, changed, removed, unchanged: products, by id and content.
        added_ids, removed_ids: the first of them.
        prices_changed: products whose price changed by PRICE_CHANGE or more; `largest` are the first, by share.
        coverage_fell: attributes and fields that a smaller share of the products states, largest fall first.
        medians: categories whose median price moved by MEDIAN_SHIFT or more, in minor units.
        currency_before: where the catalogue had another currency.
    """

    since: int
    added: int
    changed: int
    removed: int
    unchanged: int
    added_ids: tuple[str, ...] = ()
    removed_ids: tuple[str, ...] = ()
    prices_changed: int = 0
    largest: tuple[PriceChange, ...] = ()
    coverage_fell: tuple[Shift, ...] = ()
    medians: tuple[Shift, ...] = ()
    currency_before: str | None = None


class Duplicated(_Part):
    """See duplicates.Duplicate."""

    reason: str
    key: str
    ids: tuple[str, ...]


class DataReport(_Part):
    """What a load brought.

    Args:
        version: number of the version.
        kind: what was done.
        made: ISO time in UTC.
        file: name of the file that was read; None without one.
        format: key of IMPORTERS; None without a file.
        header: first line of a table.
        ignored_columns: columns of the file that were not read, because the column map does not name them.
        rows, rejected: rows of the file, and how many of them could not be loaded.
        reasons: of those, the most frequent first.
        products, variants: in the catalogue now.
        currency: ISO 4217 code.
        coverage: field or attribute -> share of the products that state it, 0 to 1; fields first.
        prices: median of all products, then of each category.
        changes: against the version that was served before; None for the first.
        duplicates: what may be one product, at most DUPLICATES_LISTED; `duplicates_found` counts all.
    """

    version: int
    kind: Kind
    made: str
    file: str | None = None
    format: str | None = None
    header: str | None = None
    ignored_columns: tuple[str, ...] = ()
    rows: int = 0
    rejected: int = 0
    reasons: tuple[Reason, ...] = ()
    products: int
    variants: int
    currency: str
    coverage: Mapping[str, float]
    prices: tuple[PriceLevel, ...]
    changes: Changes | None = None
    duplicates: tuple[Duplicated, ...] = ()
    duplicates_found: int = 0


DUPLICATES_LISTED = 200


def coverage(products: Sequence[Product]) -> dict[str, float]:
    """Share of the products that state a field or an attribute; fields first, then attributes, most stated first."""
    stated: Counter[str] = Counter()
    for product in products:
        stated.update(product.attributes.keys())
    n = len(products)
    fields = {name: sum(1 for product in products if has(product)) / n for name, has in _FIELDS.items()}
    return fields | {f"attributes.{name}": count / n for name, count in stated.most_common()}


def price_levels(products: Iterable[Product]) -> tuple[PriceLevel, ...]:
    """Median price of all products (category ""), then of each category, in minor units."""
    amounts: defaultdict[str, list[int]] = defaultdict(list)
    for product in products:
        amount = product.price.amount_minor
        amounts[""].append(amount)
        if product.category:
            amounts[product.category].append(amount)
    return tuple(
        PriceLevel(category=category, products=len(held), median_minor=round(median(held)))
        for category, held in sorted(amounts.items())
    )


def reasons(rejected: Iterable[RejectedRow]) -> tuple[Reason, ...]:
    """Group rejections by their reason without quoted values and numbers, the most frequent first."""
    groups: defaultdict[tuple[str, bool], list[int]] = defaultdict(list)
    for row in rejected:
        reason = re.sub(r"\d[\d,]*", "#", re.sub(r"'[^']*'|\"[^\"]*\"", "…", row.reason))
        groups[reason, bool(row.withdraws)].append(row.line)
    told = [
        Reason(reason=reason, rows=len(lines), first_line=min(lines), withdraws=withdraws)
        for (reason, withdraws), lines in groups.items()
    ]
    return tuple(sorted(told, key=lambda one: (-one.rows, one.first_line)))


def price_changes(before: Iterable[Product], after: Mapping[str, Product]) -> tuple[PriceChange, ...]:
    """Products whose price in one currency changed by PRICE_CHANGE or more, the largest change first."""
    told = []
    for product in before:
        now = after[product.id].price
        was = product.price
        if was.currency == now.currency and abs(now.amount_minor - was.amount_minor) >= PRICE_CHANGE * max(
            1, was.amount_minor
        ):
            told.append(
                PriceChange(
                    id=product.id,
                    title=after[product.id].title,
                    before_minor=was.amount_minor,
                    after_minor=now.amount_minor,
                )
            )
    return tuple(sorted(told, key=lambda one: -abs(one.after_minor - one.before_minor) / max(1, one.before_minor)))


def coverage_falls(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[Shift, ...]:
    """Fields and attributes that are stated less, by COVERAGE_FALL of all products or more; largest fall first."""
    told = [Shift(name=name, before=share, after=after.get(name, 0.0)) for name, share in before.items()]
    return tuple(
        sorted((one for one in told if one.before - one.after >= COVERAGE_FALL), key=lambda one: one.after - one.before)
    )


def median_shifts(before: Sequence[PriceLevel], after: Sequence[PriceLevel]) -> tuple[Shift, ...]:
    """Categories of _LEAST products or more whose median price moved by MEDIAN_SHIFT or more."""
    now = {level.category: level for level in after}
    return tuple(
        Shift(name=level.category, before=level.median_minor, after=now[level.category].median_minor)
        for level in before
        if level.category in now
        and min(level.products, now[level.category].products) >= _LEAST
        and abs(now[level.category].median_minor - level.median_minor) >= MEDIAN_SHIFT * max(1, level.median_minor)
    )


def listed(ids: Iterable[str]) -> tuple[str, ...]:
    """The first few ids."""
    return tuple(ids)[:_LISTED]


def duplicated(products: Sequence[Product]) -> tuple[tuple[Duplicated, ...], int]:
    """What may be one product: the first DUPLICATES_LISTED, and how many there are."""
    found: Sequence[Duplicate] = find_duplicates(products)
    told = tuple(Duplicated(reason=one.reason, key=one.key, ids=one.product_ids) for one in found[:DUPLICATES_LISTED])
    return told, len(found)


def find_report(path: Path) -> DataReport | None:
    """Read the report of the version in the folder `path`; None where it has none, or none that can be read."""
    try:
        return DataReport.model_validate_json((path / REPORT).read_bytes())
    except (OSError, ValidationError):
        return None
