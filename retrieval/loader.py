"""The way into a catalogue: read, check, embed, index, swap. Until the swap the old version is served.

Bad rows are reported with line and reason and the good ones loaded. Knows nothing of file formats and columns beyond
asking `retrieval.importers`.
"""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from retrieval.bm25_index import Bm25Index
from retrieval.catalogue import Catalogue
from retrieval.compact import CompactVectors
from retrieval.embeddings import EmbeddingCache, product_text
from retrieval.encoder import Encoder
from retrieval.errors import ImportFailed
from retrieval.importers import IMPORTERS
from retrieval.importers.column_map import RowReader, load_map
from retrieval.importers.head import HEAD_BYTES, Head
from retrieval.importers.rows import RawRow, RejectedRow
from retrieval.product import Product
from retrieval.product_json import BadRow, product_from_json, product_to_json, valid_currency
from retrieval.relevance import write_relevance
from retrieval.storage import (
    COMPACT,
    VECTORS,
    VOCABULARY,
    Manifest,
    begin_version,
    catalogue_folder,
    digest_files,
    file_sha256,
    finish_version,
)
from retrieval.vocabulary import Vocabulary

Progress = Callable[[str, int, int | None], None]
"""Called with (step, done, in all or None): steps are "read", "words", "vocabulary", "meaning", "index", "ranking"."""
_PROGRESS_EVERY = 1_000
_WORKBOOK = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Args:
        rows: rows that the file holds, good and bad.
        loaded: products in the catalogue now.
        rejected: bad rows, in the order of the file.
        seconds: wall-clock time of the whole import.
        format: key of the format in IMPORTERS; empty where no file was read.
        currency: ISO 4217 code of every price.
    """

    rows: int
    loaded: int
    rejected: tuple[RejectedRow, ...]
    seconds: float
    format: str = ""
    currency: str = ""


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
) -> ImportReport:
    """Load a file into a catalogue.

    Args:
        path: of one of the formats, plain or gzip.
        root: folder of all catalogues.
        name: of the catalogue, e.g. "icecat".
        column_map: YAML file, for CSV and JSON lines; None for files in Aisle's own column names.
        format: a key of IMPORTERS, or "auto" to go by name and content; with a map, "auto" is CSV or JSON lines.
        encoder: makes vectors for search by meaning; None loads for search by words alone.
        currency: ISO 4217 code of the catalogue, unless the map states one.

    Raises:
        ImportFailed: the file cannot be read or holds no good row; nothing was changed.
        MapError: the column map is not valid.
    """
    started = time.monotonic()
    rules = load_map(column_map)
    _check_currency(rules.currency or currency)
    reader = RowReader(rules, rules.currency or currency)
    collected = _Collected(progress)
    try:
        with _open(path) as stream:
            name_of_format = _format(path, stream, format, column_map is not None)
            for row in IMPORTERS[name_of_format].read(stream):
                collected.add(row, reader)
    except (OSError, EOFError, zlib.error) as error:
        raise ImportFailed(f"{path.name} cannot be read: {_reason(error)}.") from error
    collected.rejected.sort(key=lambda row: row.line)
    if not collected.products:
        raise ImportFailed(_nothing_loaded(path, name_of_format, collected.rejected))
    _write(list(collected.products.values()), root, name, encoder, rules.currency or currency, progress)
    return ImportReport(
        rows=collected.rows,
        loaded=len(collected.products),
        rejected=tuple(collected.rejected),
        seconds=time.monotonic() - started,
        format=name_of_format,
        currency=rules.currency or currency,
    )


def _nothing_loaded(path: Path, format: str, rejected: list[RejectedRow]) -> str:
    told = f"{path.name}, read as {IMPORTERS[format].about}, holds no row that can be loaded."
    if rejected:
        told += f" The first reason, line {rejected[0].line}: {rejected[0].reason}."
        if rejected[0].reason.startswith("currency "):
            told += " Give the currency of the file with --currency, or set AISLE_CURRENCY."
    return told


def import_products(
    products: Iterable[Product],
    *,
    root: Path,
    name: str,
    encoder: Encoder | None = None,
    currency: str = "USD",
    progress: Progress | None = None,
) -> ImportReport:
    """Load products that a program made; see import_file.

    Raises:
        ImportFailed: there is none, one is not valid, two share an id, or one has another currency.
    """
    started = time.monotonic()
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
    if not checked:
        raise ImportFailed("There are no products to load.")
    _write(list(checked.values()), root, name, encoder, currency, progress)
    return ImportReport(len(checked), len(checked), (), time.monotonic() - started, currency=currency)


class _Collected:
    """Products and rejections of a file."""

    def __init__(self, progress: Progress | None) -> None:
        self.products: dict[str, Product] = {}
        self.rejected: list[RejectedRow] = []
        self.rows = 0
        self._lines: dict[str, int] = {}
        self._variant_lines: dict[str, int] = {}
        self._progress = progress

    def add(self, row: RawRow | RejectedRow, reader: RowReader) -> None:
        """Read one row."""
        before, self.rows = self.rows, self.rows + row.n_rows
        if self._progress is not None and self.rows // _PROGRESS_EVERY > before // _PROGRESS_EVERY:
            self._progress("read", self.rows, None)
        if isinstance(row, RejectedRow):
            self.rejected.append(row)
            return
        try:
            self._keep(row.line, reader.read(row.values))
        except BadRow as error:
            self.rejected.append(RejectedRow(row.line, str(error)))

    def _keep(self, line: int, product: Product) -> None:
        if product.id in self._lines:
            raise BadRow(f"duplicate id {product.id!r}, first on line {self._lines[product.id]}")
        for variant in product.variants:
            if variant.id in self._variant_lines:
                raise BadRow(f"duplicate variant id {variant.id!r}, first on line {self._variant_lines[variant.id]}")
        self._lines[product.id] = line
        self._variant_lines.update((variant.id, line) for variant in product.variants)
        self.products[product.id] = product


@contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unpacked where its content is gzip."""
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        if not packed:
            yield stream
            return
        with gzip.GzipFile(fileobj=stream) as unpacked:
            yield cast(BinaryIO, unpacked)


def _format(path: Path, stream: BinaryIO, wanted: str, has_map: bool) -> str:
    if wanted != "auto":
        if wanted not in IMPORTERS:
            raise ImportFailed(f"There is no importer {wanted!r}: use one of {', '.join(IMPORTERS)}.")
        if has_map and not IMPORTERS[wanted].takes_map:
            raise ImportFailed(
                f"The format {wanted!r} knows its columns, so leave --map out, or read the file as csv or jsonl."
            )
        return wanted
    head = Head(path.name, stream.read(HEAD_BYTES))
    stream.seek(0)
    if head.content.startswith(_WORKBOOK):
        raise ImportFailed(f"{path.name} is a workbook or an archive: save it as CSV, or unpack it.")
    # Who gives a map says what the columns mean, whatever they are called.
    formats = {name: one for name, one in IMPORTERS.items() if one.takes_map or not has_map}
    return next(name for name, one in formats.items() if one.recognises(head))


def _reason(error: BaseException) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    if isinstance(error, PermissionError):
        return "permission denied"
    return "the compressed file is damaged or cut off"


def _check_currency(currency: str) -> None:
    if not valid_currency(currency):
        raise ImportFailed(f"{currency!r} is no ISO 4217 currency code, as EUR or USD are.")


def _write(
    products: list[Product], root: Path, name: str, encoder: Encoder | None, currency: str, progress: Progress | None
) -> None:
    _check_currency(currency)
    folder = catalogue_folder(root, name)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "import.lock", timeout=0):
            _write_version(products, folder, name, encoder, currency, progress)
    except Timeout as error:
        raise ImportFailed(f"Another import into catalogue {name!r} is running.") from error


def _write_version(
    products: list[Product],
    folder: Path,
    name: str,
    encoder: Encoder | None,
    currency: str,
    progress: Progress | None,
) -> None:
    number, path = begin_version(folder)
    total = len(products)
    with (path / "products.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(product_to_json(product) + "\n" for product in products)
    lexical = Bm25Index.build(products, _step(progress, "words", total))
    lexical.save(path / "bm25")
    vocabulary = Vocabulary.learn(products)
    vocabulary.save(path / VOCABULARY)
    if progress is not None:
        progress("vocabulary", total, total)
    if encoder is not None:
        vectors = _write_meaning(products, folder, path, encoder, progress)
        catalogue = Catalogue(name, number, currency, {product.id: product for product in products})
        write_relevance(catalogue, path, lexical=lexical, vocabulary=vocabulary, encoder=encoder, vectors=vectors)
        if progress is not None:
            progress("ranking", total, total)
    names = sorted(_checked_files(path))
    finish_version(
        folder,
        path,
        Manifest(name, number, currency, total, None if encoder is None else encoder.name, digest_files(path, names)),
    )


def _write_meaning(
    products: list[Product], folder: Path, path: Path, encoder: Encoder, progress: Progress | None
) -> NDArray[np.float32]:
    texts = [product_text(product) for product in products]
    cache = EmbeddingCache(folder / "embeddings", encoder)
    vectors = cache.encode(texts, None if progress is None else lambda done, total: progress("meaning", done, total))
    np.save(path / VECTORS, vectors, allow_pickle=False)
    CompactVectors.make(vectors).write(path / COMPACT, file_sha256(path / VECTORS))
    from retrieval.chroma_index import ChromaIndex

    ChromaIndex.create(path / "chroma", vectors, _step(progress, "index", len(products))).close()
    cache.keep_only(texts)
    return vectors


def _checked_files(path: Path) -> Iterator[str]:
    """Files of the manifest. Chroma's database is not among them: Chroma writes to it whenever it is opened."""
    for file in path.rglob("*"):
        if file.is_file() and not file.name.startswith("chroma.sqlite3"):
            yield file.relative_to(path).as_posix()


def _step(progress: Progress | None, step: str, total: int) -> Callable[[int], None] | None:
    return None if progress is None else lambda done: progress(step, done, total)
