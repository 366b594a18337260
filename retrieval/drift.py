"""What changed between two versions. Products are compared by their lines on disk; only those that differ are read.

Knows nothing of files that were imported.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from retrieval.data_report import (
    Changes,
    PriceLevel,
    coverage_falls,
    find_report,
    listed,
    median_shifts,
    price_changes,
)
from retrieval.errors import IndexBroken
from retrieval.product import Product
from retrieval.product_json import BadRow, product_from_json
from retrieval.storage import Manifest, check_files

_ID = len('{"id":')
_decode = json.JSONDecoder().raw_decode


class Before:
    """A version's products by id and by a fingerprint of what they hold.

    Args:
        path: folder of the version.
        manifest: of the version.

    Raises:
        IndexBroken: products.jsonl is missing or damaged.
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        check_files(path, manifest, "products.jsonl")
        self.path = path
        self.manifest = manifest
        self.fingerprints = {product_id: fingerprint(line) for product_id, line in self._lines()}

    def products(self, ids: Collection[str]) -> Iterator[Product]:
        """Read some of the products, in the order of the version."""
        for product_id, line in self._lines() if ids else ():
            if product_id in ids:
                yield product_from_json(line)

    def _lines(self) -> Iterator[tuple[str, str]]:
        try:
            with (self.path / "products.jsonl").open(encoding="utf-8") as file:
                for line in file:
                    # Every line begins with the id, so the rest of it need not be read.
                    yield str(_decode(line, _ID)[0]), line
        except ValueError as error:
            raise IndexBroken("products.jsonl holds a line that is no product.") from error


def fingerprint(line: str) -> int:
    """A number that stands for what a product's line holds, within this process."""
    return hash(line.rstrip("\n"))


def find_before(path: Path, manifest: Manifest) -> Before | None:
    """Read a version for comparison; None where it cannot be read, because an import must mend a damaged catalogue."""
    try:
        return Before(path, manifest)
    except IndexBroken:
        return None


def find_changes(
    before: Before,
    products: Sequence[Product],
    fingerprints: Mapping[str, int],
    *,
    currency: str,
    coverage: Mapping[str, float],
    prices: Sequence[PriceLevel],
) -> Changes:
    """Compare a version with the one before it.

    Args:
        before: the older one.
        products: of the newer one.
        fingerprints: of the newer one, by id.
        currency, coverage, prices: of the newer one; see DataReport.
    """
    old = before.fingerprints
    added = [product_id for product_id in fingerprints if product_id not in old]
    removed = [product_id for product_id in old if product_id not in fingerprints]
    changed = {product_id for product_id, one in fingerprints.items() if old.get(product_id, one) != one}
    try:
        dearer = price_changes(before.products(changed), {p.id: p for p in products if p.id in changed})
    except BadRow:
        dearer = ()
    report = find_report(before.path)
    same_currency = before.manifest.currency == currency
    return Changes(
        since=before.manifest.version,
        added=len(added),
        changed=len(changed),
        removed=len(removed),
        unchanged=len(fingerprints) - len(added) - len(changed),
        added_ids=listed(added),
        removed_ids=listed(removed),
        prices_changed=len(dearer),
        largest=dearer[:20],
        coverage_fell=() if report is None else coverage_falls(report.coverage, coverage),
        medians=() if report is None or not same_currency else median_shifts(report.prices, prices),
        currency_before=None if same_currency else before.manifest.currency,
    )
