"""Changes to a catalogue without loading it anew: products replaced, added or removed.

Each makes a version of its own, which is served once it is whole. What did not change is taken over: vectors of the
same text, and Chroma's index, which is copied and patched. Words are counted again, because their weights hang on all
products.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from retrieval.catalogue import read_catalogue
from retrieval.drift import Before
from retrieval.encoder import Encoder
from retrieval.errors import ImportFailed
from retrieval.history import Kind
from retrieval.intake import Intake, read_file
from retrieval.loader import (
    Base,
    ImportReport,
    Load,
    Meaning,
    Terms,
    check_products,
    describe,
    publish,
    refuse_loss,
    report_of,
)
from retrieval.merging import find_conflict, merge
from retrieval.product import Product
from retrieval.product_json import product_to_json
from retrieval.storage import (
    catalogue_folder,
    changing,
    check_files,
    current_version,
)

LoadEncoder = Callable[[str], Encoder]
"""Gives the encoder of a name: that of the catalogue's vectors. Called only where a text is new."""


def update_file(
    path: Path,
    *,
    root: Path,
    name: str,
    load_encoder: LoadEncoder,
    column_map: Path | None = None,
    format: str = "auto",
    currency: str | None = None,
    terms: Terms | None = None,
) -> ImportReport:
    """Replace or add the products of a file; all others stay.

    A product that the file says is no longer sold (a draft, hidden, or marked as deleted) is removed. Where the
    catalogue is so already, no version is made, and the report says `unchanged`.

    Args:
        path, root, name, column_map, format: see loader.import_file.
        load_encoder: used where the catalogue has vectors.
        currency: ISO 4217 code of the file; None for that of the catalogue.
        terms: how the version is written.

    Raises:
        CatalogueMissing: there is nothing to update.
        ImportFailed: the file cannot be read or changes nothing, or see loader.refuse_loss; nothing was changed.
        MapError: the column map is not valid.
        IndexBroken: the catalogue is damaged.
    """
    started, terms = time.monotonic(), terms or Terms()
    _, manifest = current_version(root, name)
    intake = read_file(
        path,
        column_map=column_map,
        format=format,
        currency=currency or manifest.currency,
        progress=terms.progress,
    )
    if intake.currency != manifest.currency:
        raise ImportFailed(f"The file is read in {intake.currency}, and catalogue {name!r} is in {manifest.currency}.")
    if not intake.products and not intake.withdrawn:
        raise ImportFailed(intake.why_empty())
    change = _Change("update", intake.products, set(intake.withdrawn) - intake.products.keys(), intake)
    return _apply(change, root, name, load_encoder, terms, started)


def update_products(
    products: Iterable[Product],
    *,
    root: Path,
    name: str,
    load_encoder: LoadEncoder,
    removed: Collection[str] = (),
    terms: Terms | None = None,
) -> ImportReport:
    """Replace or add products that a program made, and remove others; see update_file.

    Args:
        products: sound ones; may be none where some are removed.
        removed: ids that go; those that are not there do not matter.
    """
    started, terms = time.monotonic(), terms or Terms()
    _, manifest = current_version(root, name)
    checked = check_products(products, manifest.currency)
    return _apply(_Change("update", checked, set(removed)), root, name, load_encoder, terms, started)


def delete_products(ids: Collection[str], *, root: Path, name: str, terms: Terms | None = None) -> ImportReport:
    """Remove products.

    Args:
        ids: of products; those that are not there are told in the report.

    Raises:
        CatalogueMissing: nothing is imported under that name.
        ImportFailed: none of them is there, nothing would be left, or see loader.refuse_loss; nothing was changed.
        IndexBroken: the catalogue is damaged.
    """
    started, terms = time.monotonic(), terms or Terms()

    def load_encoder(_name: str) -> Encoder:
        raise AssertionError("what stays has its vector")

    return _apply(_Change("delete", {}, set(ids)), root, name, load_encoder, terms, started)


class _Change:
    """What is to be changed."""

    def __init__(
        self, kind: Kind, update: dict[str, Product], removed: Collection[str], intake: Intake | None = None
    ) -> None:
        self.kind: Kind = kind
        self.update = update
        self.removed = removed
        self.intake = intake
        self.missing: tuple[str, ...] = ()

    def check(self, before: Mapping[str, Product]) -> None:
        """Take what does not fit the catalogue out of the update, or refuse it as a whole."""
        self.missing = tuple(sorted(set(self.removed) - before.keys()))
        if self.kind == "delete" and len(self.missing) == len(self.removed):
            told = "this id" if len(self.removed) == 1 else f"any of these {len(self.removed):,} ids"
            raise ImportFailed(f"The catalogue has no product with {told}, so nothing was changed.")
        while (conflict := find_conflict(before, self.update, self.removed)) is not None:
            product_id, reason = conflict
            if self.intake is None:
                raise ImportFailed(f"Product {product_id!r} cannot be loaded: {reason}.")
            self.intake.reject(product_id, reason)
            self.update.pop(product_id, None)

    def is_idle(self, before: Mapping[str, Product]) -> bool:
        """Whether the catalogue is so already."""
        if len(self.missing) < len(self.removed):
            return False
        return all(
            product_id in before and product_to_json(product) == product_to_json(before[product_id])
            for product_id, product in self.update.items()
        )


def _apply(
    change: _Change, root: Path, name: str, load_encoder: LoadEncoder, terms: Terms, started: float
) -> ImportReport:
    folder = catalogue_folder(root, name)
    with changing(folder, name):
        path, manifest = current_version(root, name)
        catalogue, before = read_catalogue(path, manifest), Before(path, manifest)
        change.check(catalogue.products)
        if change.is_idle(catalogue.products):
            load = Load(change.kind, catalogue.rows, manifest.currency, change.intake)
            data = describe(load, manifest.version, before, before.fingerprints, terms.now())
            told = report_of(load, data, len(change.update), started)
            return replace(told, missing=change.missing, unchanged=True)
        merged = merge(catalogue.products, change.update, change.removed)
        if not merged.products:
            raise ImportFailed("No product would be left in the catalogue, so nothing was changed.")
        if not terms.force:
            refuse_loss(before, {product.id for product in merged.products}, None)
        encoder, meaning = manifest.encoder, None
        if encoder is not None:
            check_files(path, manifest, "vectors.npy")
            meaning = Meaning(encoder, lambda: load_encoder(encoder))
        base = Base(path, catalogue.rows, merged.source)
        load = Load(change.kind, merged.products, manifest.currency, change.intake, meaning, base)
        data = publish(load, folder, name, before, terms)
    return replace(report_of(load, data, len(change.update), started), missing=change.missing)
