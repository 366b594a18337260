"""Shopify: both CSV namings and JSON keep the importer contract, and become products with variants."""

from __future__ import annotations

import json

from retrieval.importers.rows import RawRow
from retrieval.importers.shop_rows import Offer
from tests.contracts.importer import ImporterContract, Row


def stated(row: RawRow) -> Row:
    """Id, title and price of a product with one offer."""
    (offer,) = row.values["variants"]  # type: ignore[misc,attr-defined]
    assert isinstance(offer, Offer)
    return {**{name: str(row.values.get(name)) for name in ("id", "title")}, "price": f"{offer.price:.2f}"}


class TestOldCsv(ImporterContract):
    name = "shopify"
    suffix = ".csv"
    before = ("Handle,Title,Option1 Name,Option1 Value,Variant Price,Image Src",)

    def row(self, row: Row) -> str:
        return f'{row["id"]},"{row["title"]}",Title,Default Title,{row["price"]},https://x.example/{row["id"]}.jpg'

    def broken_row(self) -> str:
        return "d,too,many,fields,,,,"

    def told(self, row: RawRow) -> Row:
        return stated(row)


class TestNewCsv(TestOldCsv):
    before = ("URL handle,Title,Option1 name,Option1 value,Price,Product image URL",)


class TestJson(ImporterContract):
    name = "shopify"
    suffix = ".json"
    before = ('{"products": [',)
    after = ("]}",)
    separator = ","

    def row(self, row: Row) -> str:
        variant = {"id": int.from_bytes(row["id"].encode()), "option1": "Default Title", "price": row["price"]}
        product = {"id": 1, "handle": row["id"], "title": row["title"], "variants": [variant]}
        return json.dumps(product, ensure_ascii=False)

    def broken_row(self) -> str:
        return '{"id": 3, "title": '

    def told(self, row: RawRow) -> Row:
        return stated(row)


class TestJsonList(TestJson):
    before = ("[",)
    after = ("]",)


class TestJsonLines(TestJson):
    before = ()
    after = ()
    separator = ""
