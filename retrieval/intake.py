"""From a file to checked products: the format is found, rows are read, bad ones are kept aside with line and reason.

Knows nothing of catalogues on disk.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from retrieval.collector import no_collection
from retrieval.errors import ImportFailed
from retrieval.importers import IMPORTERS
from retrieval.importers.column_map import RowReader, load_map
from retrieval.importers.head import HEAD_BYTES, Head
from retrieval.importers.rows import Format, RawRow, RejectedRow
from retrieval.importers.shop_rows import NotForSale
from retrieval.product import Product
from retrieval.product_json import BadRow, valid_currency

Progress = Callable[[str, int, int | None], None]
"""Called with (step, done, in all or None)."""
_PROGRESS_EVERY = 1_000
_WORKBOOK = b"PK\x03\x04"


@dataclass
class Intake:
    """What a file holds.

    Args:
        path: of the file.
        format: key of IMPORTERS.
        currency: ISO 4217 code of every price.
        products: by id, in the order of the file.
        lines: product id -> physical line it begins on.
        rejected: bad rows, in the order of the file.
        withdrawn: product id -> line of the row that takes it out of the shop.
        rows: rows that the file holds, good and bad.
        ignored: columns that the column map does not name.
    """

    path: Path
    format: str
    currency: str
    products: dict[str, Product] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    rejected: list[RejectedRow] = field(default_factory=list)
    withdrawn: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    ignored: tuple[str, ...] = ()

    def reject(self, product_id: str, reason: str) -> None:
        """Take back a product that was read."""
        del self.products[product_id]
        self.rejected.append(RejectedRow(self.lines.pop(product_id), reason))
        self.rejected.sort(key=lambda row: row.line)

    def why_empty(self) -> str:
        """Say why nothing of the file can be loaded, with the first reason."""
        told = f"{self.path.name}, read as {IMPORTERS[self.format].about}, holds no row that can be loaded."
        if self.rejected:
            told += f" The first reason, line {self.rejected[0].line}: {self.rejected[0].reason}."
            if self.rejected[0].reason.startswith("currency "):
                told += " Give the currency of the file with --currency, or set AISLE_CURRENCY."
        return told


def read_file(
    path: Path, *, column_map: Path | None, format: str, currency: str, progress: Progress | None = None
) -> Intake:
    """Read a file to products.

    Args:
        path: of one of the formats, plain or gzip.
        column_map: YAML file, for CSV and JSON lines; None for files in Aisle's own column names.
        format: a key of IMPORTERS, or "auto" to go by name and content; with a map, "auto" is CSV or JSON lines.
        currency: ISO 4217 code of the catalogue, unless the map states one.

    Raises:
        ImportFailed: the file cannot be read.
        MapError: the column map is not valid.
    """
    rules = load_map(column_map)
    currency = rules.currency or currency
    check_currency(currency)
    try:
        with open_plain(path) as stream, no_collection():
            intake = Intake(path, _format(path, stream, format, column_map is not None), currency)
            reader = RowReader(rules, currency)
            collector = _Collector(intake, reader, progress)
            for row in _rows(IMPORTERS[intake.format], stream, path):
                collector.add(row)
            intake.ignored = reader.ignored
    except (OSError, EOFError, zlib.error) as error:
        raise ImportFailed(f"{path.name} cannot be read: {_reason(error)}.") from error
    intake.rejected.sort(key=lambda row: row.line)
    return intake


def _rows(format: Format, stream: BinaryIO, path: Path) -> Iterator[RawRow | RejectedRow]:
    try:
        yield from format.read(stream)
    except ImportFailed as error:
        # Importers know no file names.
        raise ImportFailed(f"{path.name}: {error}") from error


def check_currency(currency: str) -> None:
    """Check a currency that somebody gave.

    Raises:
        ImportFailed: it is none.
    """
    if not valid_currency(currency):
        raise ImportFailed(f"{currency!r} is no ISO 4217 currency code, as EUR or USD are.")


@contextmanager
def open_plain(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unpacked where its content is gzip."""
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        if not packed:
            yield stream
            return
        with gzip.GzipFile(fileobj=stream) as unpacked:
            yield cast(BinaryIO, unpacked)


class _Collector:
    """Puts rows into an intake; an id that comes twice is rejected."""

    def __init__(self, intake: Intake, reader: RowReader, progress: Progress | None) -> None:
        self._intake = intake
        self._reader = reader
        self._variant_lines: dict[str, int] = {}
        self._progress = progress

    def add(self, row: RawRow | RejectedRow) -> None:
        """Read one row."""
        intake = self._intake
        before, intake.rows = intake.rows, intake.rows + row.n_rows
        if self._progress is not None and intake.rows // _PROGRESS_EVERY > before // _PROGRESS_EVERY:
            self._progress("read", intake.rows, None)
        if isinstance(row, RejectedRow):
            self._reject(row)
            return
        try:
            self._keep(row.line, self._reader.read(row.values))
        except NotForSale as error:
            self._reject(RejectedRow(row.line, str(error), row.n_rows, withdraws=error.product_id))
        except BadRow as error:
            self._reject(RejectedRow(row.line, str(error), row.n_rows))

    def _reject(self, row: RejectedRow) -> None:
        self._intake.rejected.append(row)
        if row.withdraws:
            self._intake.withdrawn[row.withdraws] = row.line

    def _keep(self, line: int, product: Product) -> None:
        lines = self._intake.lines
        if product.id in lines:
            raise BadRow(f"duplicate id {product.id!r}, first on line {lines[product.id]}")
        for variant in product.variants:
            if variant.id in self._variant_lines:
                raise BadRow(f"duplicate variant id {variant.id!r}, first on line {self._variant_lines[variant.id]}")
        lines[product.id] = line
        self._variant_lines.update((variant.id, line) for variant in product.variants)
        self._intake.products[product.id] = product


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
