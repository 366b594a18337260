"""Shopify products: the CSV of the admin's export in its old and new column names, and JSON as of `products.json`.

In the CSV a product is all rows with its handle; they may lie apart, so rows are kept in a temporary file. In JSON a
product is one object of the list, or of one line. Products that are not published are rejected: they are not for sale.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import BinaryIO

from retrieval.importers.amounts import read_amount
from retrieval.importers.csv_file import read_csv
from retrieval.importers.head import HEAD_BYTES, Head
from retrieval.importers.json_stream import read_objects
from retrieval.importers.jsonl_file import read_jsonl
from retrieval.importers.rows import Format, RawRow, RejectedRow
from retrieval.importers.shop_rows import (
    NotForSale,
    Offer,
    Offers,
    barcode,
    counting,
    description,
    one_line,
    option_name,
    pictures,
    product_row,
    shelves,
    whole_number,
)
from retrieval.importers.spool import Group, Spool
from retrieval.product_json import MAX_ID, BadRow

_RENAMED = {
    "url handle": "handle",
    "body (html)": "description",
    "image src": "image",
    "product image url": "image",
    "published on online store": "published",
    "variant sku": "sku",
    "variant barcode": "barcode",
    "variant price": "price",
    "variant compare at price": "compare at",
    "compare-at price": "compare at",
    "variant inventory tracker": "tracker",
    "inventory tracker": "tracker",
    "variant inventory qty": "quantity",
    "inventory quantity": "quantity",
    "variant inventory policy": "policy",
    "continue selling when out of stock": "policy",
    "variant grams": "grams",
    "weight value (grams)": "grams",
    "standard product type": "product category",
}
"""Old and new column names in small letters, and what they are called here."""
_YES = {"true", "yes", "1"}
_GOES_ON = {"continue", *_YES}


def _recognises(head: Head) -> bool:
    columns = head.columns
    if {"handle", "title", "variant price"} <= columns or {"url handle", "title", "price"} <= columns:
        return True
    first = head.first_object
    if first is not None:
        products = first.get("products")
        first = products[0] if isinstance(products, list) and products and isinstance(products[0], dict) else first
        return isinstance(first.get("variants"), list) and ("handle" in first or "body_html" in first)
    text = head.text
    return text[:1] in {"{", "["} and '"variants"' in text and ('"handle"' in text or '"body_html"' in text)


def read_shopify(stream: BinaryIO) -> Iterator[RawRow | RejectedRow]:
    """Read a Shopify export; see rows.Importer.

    Raises:
        ImportFailed: it has no header and no list of products, or the temporary folder is full.
    """
    head = Head("", stream.read(HEAD_BYTES))
    stream.seek(0)
    if head.text[:1] not in {"{", "["}:
        yield from _read_rows(stream)
        return
    for row in read_jsonl(stream) if _is_one_per_line(head) else read_objects(stream, "products"):
        yield from [row] if isinstance(row, RejectedRow) else _product_of_json(row)


# ---------------------------------------------------------------- JSON


def _is_one_per_line(head: Head) -> bool:
    if head.text.startswith("[") or re.match(r'\{[^\[{]*"products"\s*:', head.text):
        return False
    return any(map(_is_object, head.text.splitlines()[:2]))


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _product_of_json(row: RawRow) -> Iterator[RawRow | RejectedRow]:
    try:
        yield from _product(row.line, row.values)
    except NotForSale as error:
        yield RejectedRow(row.line, str(error), withdraws=_handle(row.values))
    except BadRow as error:
        yield RejectedRow(row.line, str(error))


def _handle(values: Mapping[str, object]) -> str:
    return _text(values, "handle") or _text(values, "id")


def _product(line: int, values: Mapping[str, object]) -> Iterator[RawRow | RejectedRow]:
    _check_published(_text(values, "status"), "published_at" not in values or values["published_at"] is not None)
    handle = _handle(values)
    raw = values.get("variants")
    if not isinstance(raw, list) or not raw:
        raise BadRow("no variants")
    names = _option_names(values.get("options"))
    offers = Offers()
    for variant in raw:
        offers.add(line, partial(_offer_of_json, handle, names, variant))
    # One object is one row, whatever becomes of its variants.
    yield from counting(offers.rejected, 0 if offers.good else 1)
    if not offers.good:
        return
    tags = values.get("tags")
    fields, attributes = _told(
        {
            "title": _text(values, "title"),
            "description": _text(values, "body_html"),
            "vendor": _text(values, "vendor"),
            "type": _text(values, "product_type"),
            "tags": ",".join(map(str, tags)) if isinstance(tags, list) else _text(values, "tags"),
        }
    )
    images = values.get("images")
    urls = [_text(image, "src") for image in images if isinstance(image, dict)] if isinstance(images, list) else []
    yield product_row(line, offers.good, {"id": handle, **fields, **pictures(urls)}, attributes)


def _text(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadRow(f"{name} is no text")
    return str(value)


def _option_names(options: object) -> list[str]:
    if not isinstance(options, list):
        return []
    return [_text(option, "name") if isinstance(option, dict) else str(option) for option in options]


def _offer_of_json(handle: str, names: list[str], variant: object) -> Offer:
    if not isinstance(variant, dict):
        raise BadRow("a variant is not an object")
    values = [_text(variant, f"option{number}") for number in (1, 2, 3)]
    options = _options(zip([*names, "", "", ""], values, strict=False))
    available, quantity = variant.get("available"), whole_number(_text(variant, "inventory_quantity"))
    tracked = variant.get("inventory_management") is not None and quantity is not None
    oversold = _text(variant, "inventory_policy") in _GOES_ON and quantity is not None and quantity <= 0
    before = _text(variant, "compare_at_price")
    return Offer(
        id=_text(variant, "id") or _text(variant, "sku") or _made_id(handle, options),
        price=_price(_text(variant, "price")),
        list_price=read_amount(before, ".") if before else None,
        options=options,
        stock=quantity if tracked and not oversold else None,
        available=available if isinstance(available, bool) else None,
        gtin=barcode(_text(variant, "barcode")),
    )


# ---------------------------------------------------------------- CSV


def _read_rows(stream: BinaryIO) -> Iterator[RawRow | RejectedRow]:
    with Spool() as spool:
        for row in read_csv(stream):
            if isinstance(row, RejectedRow):
                yield row
                continue
            values = {_RENAMED.get(name.lower(), name.lower()): str(value) for name, value in row.values.items()}
            if handle := values.get("handle", "").strip():
                spool.add(handle, row.line, values, values.get("sku", "").strip() or None)
            else:
                yield RejectedRow(row.line, "no handle")
        for group in spool.groups():
            yield from _grouped(group, spool)


def _grouped(group: Group, spool: Spool) -> Iterator[RawRow | RejectedRow]:
    first = next((row for row in group.rows if row.values.get("title")), None)
    line = (first or group.rows[0]).line
    try:
        if first is None:
            raise BadRow(f"no row of the product {group.key[:60]!r} has a title")
        values = {name: str(value) for name, value in first.values.items()}
        _check_published(values.get("status", ""), values.get("published", "true").lower() in _YES)
        offers = _offers_of_rows(group, values, spool)
        fields, attributes = _told(values)
        attributes |= {
            name.partition("(")[0]: [part.strip() for part in value.split(";")]
            for name, value in values.items()
            if "(product.metafields." in name
        }
        urls = [str(row.values.get("image", "")) for row in group.rows]
    except BadRow as error:
        withdraws = group.key if isinstance(error, NotForSale) else ""
        yield RejectedRow(line, str(error), group.n_rows, withdraws=withdraws)
        return
    if not offers.good:
        yield from counting(offers.rejected, group.n_rows)
        return
    yield from offers.rejected
    n_rows = group.n_rows - len(offers.rejected)
    yield product_row(line, offers.good, {"id": group.key, **fields, **pictures(urls)}, attributes, n_rows)


def _offers_of_rows(group: Group, first: Mapping[str, str], spool: Spool) -> Offers:
    names = [first.get(f"option{number} name", "") for number in (1, 2, 3)]
    offers = Offers()
    seen: dict[tuple[str, ...], int] = {}
    for row in group.rows:
        values = {name: str(value) for name, value in row.values.items()}
        chosen = tuple(values.get(f"option{number} value", "").strip() for number in (1, 2, 3))
        if not any(chosen) and not {"price", "sku", "title"} & values.keys():
            continue  # a row that only adds a picture
        if chosen in seen:
            offers.rejected.append(RejectedRow(row.line, f"the same product and options as line {seen[chosen]}"))
            continue
        seen[chosen] = row.line
        options = _options(zip(names, chosen, strict=True))
        sku = values.get("sku", "").strip()
        # Shopify lets two variants share a SKU; an id may not, so then the handle and the options make it.
        variant_id = sku if sku and not spool.is_repeated(sku) else _made_id(group.key, options)
        offers.add(row.line, partial(_offer_of_row, variant_id, options, values))
    return offers


def _offer_of_row(variant_id: str, options: Mapping[str, str], values: Mapping[str, str]) -> Offer:
    quantity = whole_number(values.get("quantity"))
    tracked = bool(values.get("tracker", "").strip())
    goes_on = values.get("policy", "").strip().lower() in _GOES_ON
    oversold = goes_on and quantity is not None and quantity <= 0
    return Offer(
        id=variant_id,
        price=_price(values.get("price", "")),
        list_price=read_amount(values["compare at"], ".") if values.get("compare at") else None,
        options=options,
        stock=quantity if tracked and not oversold else None,
        # What Shopify does not track it always sells; what it sells beyond its stock is neither here nor gone.
        available=None if tracked else True,
        gtin=barcode(values.get("barcode")),
        cost=read_amount(values["cost per item"], ".") if values.get("cost per item") else None,
    )


# ---------------------------------------------------------------- both


def _check_published(status: str, published: bool) -> None:
    if status and status.strip().lower() != "active":
        raise NotForSale(f"not published: its status is {status.strip()[:20]!r}")
    if not published:
        raise NotForSale("not published")


def _price(text: str) -> Decimal:
    if not text.strip():
        raise BadRow("no price")
    return read_amount(text, ".")


def _options(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Options by name; the one option of a product without options, "Title: Default Title", is none."""
    told = {}
    for number, (name, value) in enumerate(pairs, 1):
        if value.strip() and value.strip().lower() != "default title":
            told[option_name(name) or f"option_{number}"] = value.strip()
    return told


def _made_id(handle: str, options: Mapping[str, str]) -> str:
    return "-".join([handle, *(option_name(value).replace("_", "-") for value in options.values())])[:MAX_ID]


def _told(values: Mapping[str, str]) -> tuple[dict[str, object], dict[str, object]]:
    """Text fields and attributes that both forms have."""
    brand, kind = one_line(values.get("vendor", "")), one_line(values.get("type", ""))
    shelf, attributes = shelves([values.get("product category", "").split(">")], brand)
    if kind and shelf.get("category") != kind:
        shelf = {"category": kind, "department": shelf.get("category")}
    grams = whole_number(values.get("grams"))
    fields = {
        "title": one_line(values.get("title", "")),
        "description": description(values.get("description")),
        "brand": brand,
        **shelf,
    }
    attributes |= {
        "tags": [tag.strip() for tag in values.get("tags", "").split(",") if tag.strip()],
        "weight": {"value": grams, "unit": "g"} if grams else None,
    }
    return fields, attributes


SHOPIFY = Format("Shopify products (CSV or JSON)", read_shopify, _recognises)
