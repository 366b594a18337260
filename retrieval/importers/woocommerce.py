"""WooCommerce products: the CSV of the shop's own export, with English column names.

A variable product is its own row, and one row for each variation that names it as parent by `id:` or SKU, anywhere in
the file; those rows are kept in a temporary file. What is not published or hidden is rejected: it is not for sale.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import BinaryIO

from retrieval.importers.amounts import read_amount, sale_is_on
from retrieval.importers.csv_file import read_csv
from retrieval.importers.head import Head
from retrieval.importers.rows import Format, RawRow, RejectedRow
from retrieval.importers.shop_rows import (
    NotForSale,
    Offer,
    Offers,
    barcode,
    description,
    one_line,
    option_name,
    pictures,
    product_row,
    shelves,
    whole_number,
)
from retrieval.importers.spool import Group, Kept, Spool
from retrieval.product_json import BadRow

_GTIN = "gtin, upc, ean, or isbn"
_MEASURE = re.compile(r"(weight|length|width|height) \((.{1,10})\)")
_ATTRIBUTE = re.compile(r"attribute (\d+) name")
_COMMA = re.compile(r"(?<!\\),")
_PICTURE_COMMA = re.compile(r",\s*(?=https?://|/)|,\s+")
_PUBLISHED = {"1", "true", "yes"}
_MAX_META = 300


def _now() -> datetime:
    return datetime.now(UTC)


def _recognises(head: Head) -> bool:
    return {"type", "name", "regular price"} <= head.columns and bool({"id", "sku"} & head.columns)


def read_woocommerce(stream: BinaryIO, now: Callable[[], datetime] = _now) -> Iterator[RawRow | RejectedRow]:
    """Read a WooCommerce export; see rows.Importer.

    Args:
        now: aware clock, for sales with a date.

    Raises:
        ImportFailed: it has no header, or the temporary folder is full.
    """
    reader = _Reader(now())
    with Spool() as spool:
        for row in read_csv(stream):
            if isinstance(row, RejectedRow):
                yield row
                continue
            values = {name.lower(): str(value).strip() for name, value in row.values.items()}
            kinds = {kind.strip().lower() for kind in values.get("type", "simple").split(",")}
            if "variation" in kinds:
                parent = values.get("parent", "")
                if parent:
                    spool.add(_key(parent), row.line, values)
                else:
                    yield RejectedRow(row.line, "a variation without a parent")
            elif "variable" in kinds:
                own_id = values.get("id", "")
                spool.add(
                    _key(values.get("sku") or f"id:{own_id}"), row.line, values, f"id:{own_id}" if own_id else None
                )
            else:
                yield reader.simple(row.line, values, kinds)
        spool.join_marks()
        for group in spool.groups():
            yield from reader.variable(group)


def _key(text: str) -> str:
    return re.sub(r"^id:\s*", "id:", text.strip(), flags=re.IGNORECASE)


class _Reader:
    """Rows to products, at one moment: a sale may have begun or ended."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def simple(self, line: int, values: Mapping[str, str], kinds: set[str]) -> RawRow | RejectedRow:
        """A product of one row."""
        try:
            if "grouped" in kinds:
                raise BadRow("a grouped product has no price of its own; its parts stand in rows of their own")
            _check_for_sale(values)
            offer = self._offer(values, {})
            return product_row(line, [offer], *_told(values, set()))
        except BadRow as error:
            return RejectedRow(line, str(error), withdraws=_withdrawn(values, error))

    def variable(self, group: Group) -> Iterator[RawRow | RejectedRow]:
        """A product with its variations."""
        parents = [row for row in group.rows if not _is_variation(row)]
        variations = [row for row in group.rows if _is_variation(row)]
        yield from (RejectedRow(row.line, f"the same product as line {parents[0].line}") for row in parents[1:])
        n_rows = len(variations) + (group.n_rows - len(group.rows))
        if not parents:
            yield RejectedRow(
                variations[0].line, f"a variation of {group.key[:60]!r}, which is not in the file", n_rows
            )
            return
        parent = {name: str(value) for name, value in parents[0].values.items()}
        line = parents[0].line
        try:
            _check_for_sale(parent)
            if not variations:
                raise BadRow("a variable product without variations")
        except BadRow as error:
            yield RejectedRow(line, str(error), n_rows + 1, withdraws=_withdrawn(parent, error))
            return
        offers, chosen = Offers(), set[str]()
        for row in sorted(variations, key=_position):
            values = {name: str(value) for name, value in row.values.items()}
            options = _attributes(values)
            chosen.update(options)
            offers.add(row.line, partial(self._variation, values, options))
        yield from offers.rejected
        if offers.good:
            yield product_row(line, offers.good, *_told(parent, chosen), n_rows + 1 - len(offers.rejected))
        else:
            yield RejectedRow(line, "none of its variations can be loaded")

    def _variation(self, values: Mapping[str, str], options: Mapping[str, list[str]]) -> Offer:
        if values.get("published", "1").lower() not in _PUBLISHED:
            raise BadRow("not published")
        return self._offer(values, {name: ", ".join(value) for name, value in options.items()})

    def _offer(self, values: Mapping[str, str], options: Mapping[str, str]) -> Offer:
        regular, sale = _price(values.get("regular price")), _price(values.get("sale price"))
        on_sale = sale is not None and sale_is_on(
            values.get("date sale price starts"), values.get("date sale price ends"), self._now
        )
        price = sale if on_sale or regular is None else regular
        if price is None:
            raise BadRow("no price")
        stated = values.get("in stock?", "").lower()
        stock = whole_number(values.get("stock"))
        return Offer(
            id=_id(values),
            price=price,
            list_price=regular if on_sale else None,
            options=options,
            # "backorder", or sold beyond its stock: it can be bought, and is not at hand.
            stock=None if stock is None or stated == "backorder" else (0 if stated == "0" else stock),
            available={"1": True, "0": False}.get(stated),
            gtin=barcode(values.get(_GTIN)),
        )


def _is_variation(row: Kept) -> bool:
    return "variation" in str(row.values.get("type", "")).lower()


def _position(row: Kept) -> tuple[int, int]:
    return whole_number(str(row.values.get("position", ""))) or 0, row.line


def _check_for_sale(values: Mapping[str, str]) -> None:
    published = values.get("published", "1").lower()
    if published not in _PUBLISHED:
        raise NotForSale("not published: a draft" if published == "-1" else "not published")
    if values.get("visibility in catalog", "").lower() == "hidden":
        raise NotForSale("hidden in the shop's catalogue")


def _withdrawn(values: Mapping[str, str], error: BadRow) -> str:
    return _id(values) if isinstance(error, NotForSale) else ""


def _id(values: Mapping[str, str]) -> str:
    return values.get("id") or values.get("sku", "")


def _price(text: str | None) -> Decimal | None:
    # The export never parts thousands, and writes the decimal mark of the shop.
    return read_amount(text, ".,") if text else None


def _told(values: Mapping[str, str], options: set[str]) -> tuple[dict[str, object], dict[str, object]]:
    """Fields and attributes of a product's row; what its variations choose is no attribute."""
    brands = _listed(values.get("brands", ""))
    brand = brands[0].rpartition(">")[2].strip() if brands else ""
    shelf, attributes = shelves([path.split(">") for path in _listed(values.get("categories", ""))], brand)
    fields = {
        "id": _id(values),
        "title": one_line(values.get("name", "")),
        "description": description(values.get("short description"), values.get("description")),
        "brand": one_line(brand),
        "url": values.get("external url"),
        **shelf,
        **pictures(_PICTURE_COMMA.split(values.get("images", ""))),
    }
    attributes |= {name: value for name, value in _attributes(values).items() if name not in options}
    attributes |= {"tags": _listed(values.get("tags", "")), "sku": values.get("sku")}
    for name, value in values.items():
        if measure := _MEASURE.fullmatch(name):
            number = _number(value)
            attributes[measure[1]] = None if number is None else {"value": number, "unit": measure[2]}
        # Names that begin with an underscore are WordPress's own, and long values are a plugin's.
        elif name.startswith("meta: ") and not name.startswith("meta: _") and len(value) <= _MAX_META:
            attributes.setdefault(name.removeprefix("meta: "), one_line(value))
    return fields, attributes


def _attributes(values: Mapping[str, str]) -> dict[str, list[str]]:
    told = {}
    for name, label in values.items():
        if found := _ATTRIBUTE.fullmatch(name):
            value = [one_line(part) for part in _listed(values.get(f"attribute {found[1]} value(s)", ""))]
            if key := option_name(label.removeprefix("pa_")):
                told[key] = value
    return {name: value for name, value in told.items() if any(value)}


def _listed(text: str) -> list[str]:
    """Split at commas; one that belongs to a name is written as "\\,"."""
    parts = (part.replace("\\,", ",").strip() for part in _COMMA.split(text))
    return [one_line(part) for part in parts if part]


def _number(text: str) -> float | None:
    try:
        return float(read_amount(text, ".,"))
    except BadRow:
        return None


WOOCOMMERCE = Format("WooCommerce products (CSV)", read_woocommerce, _recognises)
