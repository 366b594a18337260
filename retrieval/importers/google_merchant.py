"""Google Merchant product feeds: tab separated (or CSV), and RSS 2.0 or Atom XML.

Rows with one `item_group_id` are one product with a variant each. They may lie apart, so they are kept in a temporary
file; rows without a group are given on at once, so they come first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO

from retrieval.importers.amounts import read_measure, read_price, sale_is_on
from retrieval.importers.csv_file import read_csv
from retrieval.importers.head import HEAD_BYTES, Head
from retrieval.importers.rows import Format, RawRow, RejectedRow
from retrieval.importers.shop_rows import Offer, Offers, barcode, description, one_line, pictures, product_row, shelves
from retrieval.importers.spool import Group, Kept, Spool
from retrieval.importers.xml_items import read_items
from retrieval.product_json import BadRow

_CHOICES = ("color", "size", "material", "pattern", "age_group", "gender")
"""What may tell the variants of a group apart."""
_TEXTS = (*_CHOICES, "condition", "mpn", "size_type", "size_system", "energy_efficiency_class", "availability_date")
_MEASURES = ("shipping_weight", "product_weight", "product_length", "product_width", "product_height")
_IN_STOCK = {"in_stock": True, "out_of_stock": False}
_NOT_AT_HAND = ("preorder", "backorder")
_NEEDED = {"id", "title", "price", "availability"}
_ENDS_OF_WORDS = " \t-–—|/,:(["


def _now() -> datetime:
    return datetime.now(UTC)


def _column(name: str) -> str:
    """Write a column's name as the specification does: "g:Item Group ID" is item_group_id."""
    return re.sub(r"[\s_]+", "_", name.strip().lower()).removeprefix("g:")


def _recognises(head: Head) -> bool:
    if head.text[:1] == "<":
        return True
    columns = {_column(name) for name in head.columns}
    return columns >= _NEEDED and bool(columns & {"link", "image_link"})


def read_google(stream: BinaryIO, now: Callable[[], datetime] = _now) -> Iterator[RawRow | RejectedRow]:
    """Read a Google Merchant feed; see rows.Importer.

    Args:
        now: aware clock, for sales with a date.

    Raises:
        ImportFailed: it has no header and no item, or the temporary folder is full.
    """
    head = Head("", stream.read(HEAD_BYTES))
    stream.seek(0)
    reader = _Reader(now())
    with Spool() as spool:
        for row in read_items(stream) if head.text[:1] == "<" else _rows(stream):
            if isinstance(row, RejectedRow):
                yield row
                continue
            fields = _Fields(row.values)
            if group := fields.first("item_group_id"):
                spool.add(group, row.line, row.values)
            else:
                yield from reader.product((Kept(row.line, row.values),), fields.first("id"), 1)
        for found in spool.groups():
            yield from reader.group(found)


def _rows(stream: BinaryIO) -> Iterator[RawRow | RejectedRow]:
    for row in read_csv(stream):
        if isinstance(row, RejectedRow):
            yield row
        else:
            yield RawRow(row.line, {_column(name): [value] for name, value in row.values.items()})


class _Fields:
    """What a row states, by the names of the specification; in XML an element may stand several times."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def all(self, name: str) -> list[object]:
        """Everything that is stated under a name."""
        found = self._values.get(name)
        return found if isinstance(found, list) else []

    def texts(self, name: str) -> list[str]:
        """The texts under a name."""
        return [text.strip() for text in self.all(name) if isinstance(text, str) and text.strip()]

    def first(self, name: str) -> str:
        """The first text under a name; empty without one."""
        for text in self.all(name):
            if isinstance(text, str) and (told := text.strip()):
                return told
        return ""


class _Reader:
    """Rows to products, at one moment: a sale may have begun or ended."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def group(self, group: Group) -> Iterator[RawRow | RejectedRow]:
        """The product of a group."""
        yield from self.product(group.rows, group.key, group.n_rows)

    def product(self, rows: Sequence[Kept], product_id: str, n_rows: int) -> Iterator[RawRow | RejectedRow]:
        """A product of its rows; each row is a variant."""
        told = [(row.line, _Fields(row.values)) for row in rows]
        varying = [name for name in _CHOICES if len({fields.first(name).casefold() for _, fields in told}) > 1]
        offers = Offers()
        for line, fields in told:
            offers.add(line, partial(self._offer, fields, varying))
        yield from offers.rejected
        if offers.good:
            line, first = told[0]
            n_good = n_rows - len(offers.rejected)
            yield product_row(line, offers.good, *_told(first, product_id, told, varying), n_good)

    def _offer(self, fields: _Fields, varying: Sequence[str]) -> Offer:
        if not fields.first("title"):
            raise BadRow("no title")
        if not fields.first("price"):
            raise BadRow("no price")
        price, currency = read_price(fields.first("price"))
        before = None
        if sale := fields.first("sale_price"):
            lower, sale_currency = read_price(sale)
            if sale_currency not in {None, currency}:
                raise BadRow(f"the sale price is in {sale_currency}, the price in {currency}")
            start, _, end = fields.first("sale_price_effective_date").partition("/")
            if lower < price and sale_is_on(start, end, self._now):
                price, before = lower, price
        return Offer(
            id=fields.first("id"),
            price=price,
            list_price=before,
            currency=currency,
            options={_NAMES.get(name, name): value for name in varying if (value := one_line(fields.first(name)))},
            available=_IN_STOCK.get(_availability(fields)),
            gtin=barcode(fields.first("gtin")),
        )


_NAMES = {"color": "colour"}


def _availability(fields: _Fields) -> str:
    return _column(fields.first("availability"))


def _told(
    fields: _Fields, product_id: str, rows: Sequence[tuple[int, _Fields]], varying: Sequence[str]
) -> tuple[dict[str, object], dict[str, object]]:
    """Text fields and attributes, from the first row; the pictures of all."""
    brand = one_line(fields.first("brand"))
    # A bare number is a shelf of Google's taxonomy, whose names are not in the feed.
    paths = [path.split(">") for name in ("product_type", "google_product_category") for path in fields.texts(name)]
    shelf, attributes = shelves([path for path in paths if not path[0].strip().isdigit()], brand)
    urls: list[str] = []
    for _, row in rows:
        urls += row.texts("image_link")[:1]
    for _, row in rows:
        urls += [url for text in row.texts("additional_image_link") for url in re.split(r",(?=\s*https?:)", text)]
    told = {
        "id": product_id,
        "title": _shared_title([one_line(row.first("title")) for _, row in rows]),
        "description": description(fields.first("description")),
        "brand": brand,
        "url": fields.first("link"),
        **shelf,
        **pictures(urls),
    }
    for name in _TEXTS:
        if name not in varying and (value := one_line(fields.first(name))):
            attributes[name] = value.split("/") if name == "color" else value
    attributes |= {name: read_measure(value) for name in _MEASURES if (value := fields.first(name))}
    if _availability(fields) in _NOT_AT_HAND:
        attributes["availability"] = _availability(fields)
    attributes["highlights"] = [one_line(text) for text in fields.texts("product_highlight")]
    return told, {**attributes, **_details(fields)}


def _shared_title(titles: Sequence[str]) -> str:
    """What the titles of the variants begin with, in whole words; the first one where that is less than two words."""
    words = [title.split() for title in titles if title]
    shared: list[str] = []
    for same in zip(*words, strict=False):
        if len(set(same)) > 1:
            break
        shared.append(same[0])
    title = " ".join(shared).rstrip(_ENDS_OF_WORDS)
    return title if len(title.split()) >= 2 else titles[0]


def _details(fields: _Fields) -> dict[str, object]:
    """Read product_detail: elements with a name and a value, or "section:name:value" texts parted by commas."""
    told: dict[str, object] = {}
    for detail in fields.all("product_detail"):
        if isinstance(detail, dict):
            inner = _Fields(detail)
            told[one_line(inner.first("attribute_name"))] = read_measure(one_line(inner.first("attribute_value")))
        elif isinstance(detail, str):
            for text in re.split(r",(?=[^,:]*:[^,:]*:)", detail):
                _, _, rest = text.partition(":")
                name, _, value = rest.partition(":")
                told[one_line(name)] = read_measure(one_line(value))
    return told


GOOGLE_MERCHANT = Format("Google Merchant feed (TSV or XML)", read_google, _recognises)
