"""The way into a catalogue: read, check, embed, index, swap. Until the swap the old version is served.

Bad rows are reported with line and reason and the good ones loaded. A version is written as a whole, also where little
of it changes (`retrieval.updating`): whoever searches has the old one or the new one, never some of each. Knows nothing
of file formats.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.bm25_index import Bm25Index
from retrieval.catalogue import Catalogue
from retrieval.collector import no_collection
from retrieval.compact import CompactVectors
from retrieval.data_report import REPORT, DataReport, coverage, duplicated, price_levels, reasons
from retrieval.drift import Before, find_before, find_changes, fingerprint
from retrieval.embeddings import EmbeddingCache, product_text
from retrieval.encoder import Encoder
from retrieval.errors import CatalogueMissing, ImportFailed, IndexBroken
from retrieval.graph import mine_relations, write_relations
from retrieval.history import Kind, Served, record
from retrieval.importers.rows import RejectedRow
from retrieval.intake import Intake, Progress, check_currency, read_file
from retrieval.product import Product
from retrieval.product_json import product_from_json, product_to_json
from retrieval.quarantine import header_of, write_quarantine
from retrieval.relevance import take_over_relevance, write_relevance
from retrieval.storage import (
    COMPACT,
    KEPT_VERSIONS,
    RELATIONS,
    VECTORS,
    VOCABULARY,
    Manifest,
    begin_version,
    catalogue_folder,
    changing,
    current_version,
    digest_files,
    file_sha256,
    finish_version,
    remove_old_versions,
    serve_version,
    write_atomically,
)
from retrieval.taken import Taken
from retrieval.vocabulary import Vocabulary

_GUARDED = 100
"""Products from which on a load that loses most of them is refused: fewer are somebody trying things out."""
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Args:
        rows: rows that the file holds, good and bad.
        loaded: products of the file that are in the catalogue now.
        rejected: bad rows, in the order of the file.
        seconds: wall-clock time of the whole import.
        format: key of the format in IMPORTERS; empty where no file was read.
        currency: ISO 4217 code of every price.
        data: the report that lies in the version; it has the number of the version, and what changed.
        missing: ids that were to be removed and are not there.
        unchanged: whether the catalogue held all of it already, so that no version was made.
    """

    rows: int
    loaded: int
    rejected: tuple[RejectedRow, ...]
    seconds: float
    format: str
    currency: str
    data: DataReport
    missing: tuple[str, ...] = ()
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """Where vectors come from.

    Args:
        name: of the encoder.
        load: gives the encoder; called only where a text has no vector yet.
    """

    name: str
    load: Callable[[], Encoder]


@dataclass(frozen=True, slots=True)
class Base:
    """The version that an update is made from, whose vectors and Chroma index are used again.

    Args:
        path: folder of the version.
        products: row i of it is products[i].
        source: see Merged.
    """

    path: Path
    products: Sequence[Product]
    source: Sequence[int]


@dataclass(frozen=True, slots=True)
class Load:
    """A version that is to be written.

    Args:
        kind: what is done.
        products: of the whole catalogue.
        currency: ISO 4217 code of every price.
        intake: the file that was read; None without one.
        meaning: None for search by words alone.
        base: None where everything is made anew.
        taken: what shoppers took, for the ranker to learn from.
    """

    kind: Kind
    products: Sequence[Product]
    currency: str
    intake: Intake | None = None
    meaning: Meaning | None = None
    base: Base | None = None
    taken: Sequence[Taken] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """How a version is written.

    Args:
        progress: called with (step, done, in all or None): steps are "read", "words", "vocabulary", "meaning", "index",
            "ranking".
        force: load also what would lose most of the catalogue.
        kept: versions to keep for going back, with the new one.
        now: aware clock.
    """

    progress: Progress | None = None
    force: bool = False
    kept: int = KEPT_VERSIONS
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def import_file(
    path: Path,
    *,
    root: Path,
    name: str,
    column_map: Path | None = None,
    format: str = "auto",
    encoder: Encoder | None = None,
    currency: str = "USD",
    progress: Progress | None = None,
    taken: Sequence[Taken] = (),
    terms: Terms | None = None,
) -> ImportReport:
    """Load a file into a catalogue, in place of all that it holds.

    Args:
        path: of one of the formats, plain or gzip.
        root: folder of all catalogues.
        name: of the catalogue, e.g. "icecat".
        column_map: YAML file, for CSV and JSON lines; None for files in Aisle's own column names.
        format: a key of IMPORTERS, or "auto" to go by name and content; with a map, "auto" is CSV or JSON lines.
        encoder: makes vectors for search by meaning; None loads for search by words alone.
        currency: ISO 4217 code of the catalogue, unless the map states one.
        progress: see Terms; used where no terms are given.
        taken: what shoppers took, for the ranker to learn from.
        terms: how the version is written.

    Raises:
        ImportFailed: the file cannot be read, holds no good row, or would lose most of the catalogue; nothing was
            changed.
        MapError: the column map is not valid.
    """
    started = time.monotonic()
    terms = terms or Terms(progress)
    folder = catalogue_folder(root, name)
    intake = read_file(path, column_map=column_map, format=format, currency=currency, progress=terms.progress)
    if not intake.products:
        raise ImportFailed(intake.why_empty())
    meaning = None if encoder is None else Meaning(encoder.name, lambda: encoder)
    load = Load("import", list(intake.products.values()), intake.currency, intake, meaning, taken=taken)
    with changing(folder, name):
        before = _served_before(root, name)
        if not terms.force:
            refuse_loss(before, intake.products, intake)
        data = publish(load, folder, name, before, terms)
    return report_of(load, data, len(intake.products), started)


def import_products(
    products: Iterable[Product],
    *,
    root: Path,
    name: str,
    encoder: Encoder | None = None,
    currency: str = "USD",
    progress: Progress | None = None,
    taken: Sequence[Taken] = (),
) -> ImportReport:
    """Load products that a program made; see import_file.

    Raises:
        ImportFailed: there is none, one is not valid, two share an id, or one has another currency.
    """
    started = time.monotonic()
    check_currency(currency)
    checked = check_products(products, currency)
    if not checked:
        raise ImportFailed("There are no products to load.")
    meaning = None if encoder is None else Meaning(encoder.name, lambda: encoder)
    load = Load("import", list(checked.values()), currency, meaning=meaning, taken=taken)
    folder = catalogue_folder(root, name)
    with changing(folder, name):
        data = publish(load, folder, name, _served_before(root, name), Terms(progress))
    return report_of(load, data, len(checked), started)


def check_products(products: Iterable[Product], currency: str) -> dict[str, Product]:
    """Check products that a program made.

    Returns:
        Sound products by id.

    Raises:
        ImportFailed: one is not valid, two share an id, or one has another currency.
    """
    checked: dict[str, Product] = {}
    for product in products:
        try:
            sound = product_from_json(product_to_json(product))
        except ValueError as error:
            raise ImportFailed(f"Product {product.id!r} is not valid: {error}.") from error
        if sound.id in checked:
            raise ImportFailed(f"Two products have the id {sound.id!r}.")
        if any(variant.price.currency != currency for variant in sound.variants):
            raise ImportFailed(f"Product {sound.id!r} is not priced in {currency}.")
        checked[sound.id] = sound
    return checked


def refuse_loss(before: Before | None, left: Collection[str], intake: Intake | None) -> None:
    """Refuse what looks like a broken export: it would lose most of the products, or most of its rows are rejected.

    Args:
        before: the version that is served; without one, or with few products, nothing is refused.
        left: ids of the next version.
        intake: the file where it replaces all; None where a bad row leaves a product as it was.

    Raises:
        ImportFailed: with the way to do it all the same.
    """
    if before is None or len(before.fingerprints) < _GUARDED:
        return
    n_before = len(before.fingerprints)
    gone = sum(1 for product_id in before.fingerprints if product_id not in left)
    if gone > _MOST * n_before:
        told = f"This would remove {gone:,} of the catalogue's {n_before:,} products"
    elif intake is not None and len(bad := [row for row in intake.rejected if not row.withdraws]) > _MOST * intake.rows:
        told = f"{len(bad):,} of {intake.rows:,} rows cannot be loaded (line {bad[0].line}: {bad[0].reason})"
    else:
        return
    raise ImportFailed(f"{told}, so nothing was changed; if that is meant, do it with --force.")


def report_of(load: Load, data: DataReport, loaded: int, started: float) -> ImportReport:
    """Sum up a load that began at the monotonic time `started`."""
    return ImportReport(
        rows=loaded if load.intake is None else load.intake.rows,
        loaded=loaded,
        rejected=() if load.intake is None else tuple(load.intake.rejected),
        seconds=time.monotonic() - started,
        format="" if load.intake is None else load.intake.format,
        currency=load.currency,
        data=data,
    )


def publish(load: Load, folder: Path, name: str, before: Before | None, terms: Terms) -> DataReport:
    """Write a version, serve it, and remove what is no longer needed; called by the one that changes the catalogue.

    Raises:
        ImportFailed: it could not be written; the old version is still served.
    """
    try:
        number, path = begin_version(folder)
        data = _write_version(load, folder, path, name, number, before, terms)
        serve_version(folder, number)
        since = None if before is None else before.manifest.version
        record(folder, Served(data.made, load.kind, number, since))
    except OSError as error:
        raise ImportFailed(f"The catalogue could not be written: {error.strerror or error}.") from error
    remove_old_versions(folder, kept=terms.kept, before=since)
    return data


def _served_before(root: Path, name: str) -> Before | None:
    try:
        return find_before(*current_version(root, name))
    except (CatalogueMissing, IndexBroken):
        return None


def _write_version(
    load: Load, folder: Path, path: Path, name: str, number: int, before: Before | None, terms: Terms
) -> DataReport:
    """Write everything that a version holds into its folder, and its manifest last."""
    products, progress = load.products, terms.progress
    with no_collection():
        fingerprints = _write_products(products, path)
        lexical = _write_words(products, path, progress)
        vocabulary = _write_vocabulary(products, path, progress)
        write_relations(path / RELATIONS, mine_relations(products, vocabulary.modifiers))
    if load.meaning is not None:
        vectors = _write_meaning(load, folder, path, load.meaning, progress)
        if load.base is None:
            catalogue = Catalogue(name, number, load.currency, {product.id: product for product in products})
            encoder = load.meaning.load()
            write_relevance(
                catalogue,
                path,
                lexical=lexical,
                vocabulary=vocabulary,
                encoder=encoder,
                vectors=vectors,
                taken=load.taken,
            )
        else:
            take_over_relevance(products, load.base.path, path)
        if progress is not None:
            progress("ranking", len(products), len(products))
    with no_collection():
        data = describe(load, number, before, fingerprints, terms.now())
        if load.intake is not None:
            write_quarantine(load.intake, path)
        write_atomically(path / REPORT, data.model_dump_json(indent=1))
    encoder_name = None if load.meaning is None else load.meaning.name
    files = digest_files(path, sorted(_checked_files(path)))
    finish_version(path, Manifest(name, number, load.currency, len(products), encoder_name, files))
    return data


def _write_products(products: Sequence[Product], path: Path) -> dict[str, int]:
    """Write the products; return their fingerprints by id."""
    fingerprints = {}
    with (path / "products.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for product in products:
            line = product_to_json(product)
            fingerprints[product.id] = fingerprint(line)
            file.write(line + "\n")
    return fingerprints


def _write_words(products: Sequence[Product], path: Path, progress: Progress | None) -> Bm25Index:
    lexical = Bm25Index.build(products, _step(progress, "words", len(products)))
    lexical.save(path / "bm25")
    return lexical


def _write_vocabulary(products: Sequence[Product], path: Path, progress: Progress | None) -> Vocabulary:
    vocabulary = Vocabulary.learn(products)
    vocabulary.save(path / VOCABULARY)
    if progress is not None:
        progress("vocabulary", len(products), len(products))
    return vocabulary


def _write_meaning(
    load: Load, folder: Path, path: Path, meaning: Meaning, progress: Progress | None
) -> NDArray[np.float32]:
    from retrieval.chroma_index import ChromaIndex

    step = _step(progress, "index", len(load.products))
    if load.base is None:
        vectors = _new_vectors(load.products, folder, meaning.load(), progress)
        ChromaIndex.create(path / "chroma", vectors, step).close()
    else:
        vectors, changed = _patched_vectors(load.products, load.base, folder, meaning, progress)
        ChromaIndex.patched(load.base.path / "chroma", path / "chroma", vectors, changed, step).close()
    np.save(path / VECTORS, vectors, allow_pickle=False)
    CompactVectors.make(vectors).write(path / COMPACT, file_sha256(path / VECTORS))
    return vectors


def _new_vectors(
    products: Sequence[Product], folder: Path, encoder: Encoder, progress: Progress | None
) -> NDArray[np.float32]:
    texts = [product_text(product) for product in products]
    cache = EmbeddingCache(folder / "embeddings", encoder)
    vectors = cache.encode(texts, None if progress is None else lambda done, total: progress("meaning", done, total))
    cache.keep_only(texts)
    return vectors


def _patched_vectors(
    products: Sequence[Product], base: Base, folder: Path, meaning: Meaning, progress: Progress | None
) -> tuple[NDArray[np.float32], list[int]]:
    """Take the vectors of the base, and encode the texts that are new.

    Returns:
        Vectors by row, shape (n_products, dim), and the rows that differ from those of the base.
    """
    new = [
        row
        for row, (product, source) in enumerate(zip(products, base.source, strict=True))
        if source < 0
        or (product is not base.products[source] and product_text(product) != product_text(base.products[source]))
    ]
    # A new row takes any vector for the moment.
    vectors = np.load(base.path / VECTORS, mmap_mode="r", allow_pickle=False)[np.maximum(base.source, 0)]
    if new:
        texts = [product_text(products[row]) for row in new]
        vectors[new] = EmbeddingCache(folder / "embeddings", meaning.load()).encode(texts)
    if progress is not None:
        progress("meaning", len(products), len(products))
    moved = {row for row, source in enumerate(base.source) if source != row}
    return vectors, sorted(moved.union(new))


def describe(
    load: Load, number: int, before: Before | None, fingerprints: Mapping[str, int], now: datetime
) -> DataReport:
    """Say what a load brought.

    Args:
        load: what was loaded.
        number: of the version.
        before: the version that it is compared with.
        fingerprints: of the products, by id.
        now: aware time.
    """
    products, intake = load.products, load.intake
    covered, prices = coverage(products), price_levels(products)
    duplicates, n_duplicates = duplicated(products)
    data = DataReport(
        version=number,
        kind=load.kind,
        made=now.isoformat(timespec="seconds"),
        products=len(products),
        variants=sum(len(product.variants) for product in products),
        currency=load.currency,
        coverage=covered,
        prices=prices,
        duplicates=duplicates,
        duplicates_found=n_duplicates,
    )
    if before is not None:
        changes = find_changes(before, products, fingerprints, currency=load.currency, coverage=covered, prices=prices)
        data = data.model_copy(update={"changes": changes})
    if intake is not None:
        told = {
            "file": intake.path.name,
            "format": intake.format,
            "header": header_of(intake.path, intake.format) if intake.rejected else None,
            "ignored_columns": intake.ignored,
            "rows": intake.rows,
            "rejected": len(intake.rejected),
            "reasons": reasons(intake.rejected),
        }
        data = data.model_copy(update=told)
    return data


def _checked_files(path: Path) -> Iterator[str]:
    """Files of the manifest. Chroma's database is not among them: Chroma writes to it whenever it is opened."""
    for file in path.rglob("*"):
        if file.is_file() and not file.name.startswith("chroma.sqlite3"):
            yield file.relative_to(path).as_posix()


def _step(progress: Progress | None, step: str, total: int) -> Callable[[int], None] | None:
    return None if progress is None else lambda done: progress(step, done, total)
