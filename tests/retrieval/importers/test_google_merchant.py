"""Google Merchant feeds keep the importer contract as TSV, RSS and Atom, and groups become variants."""

from __future__ import annotations

from html import escape

from retrieval.importers.rows import RawRow
from tests.contracts.importer import ImporterContract, Row
from tests.retrieval.importers.test_shopify import stated


def _priced(price: str) -> str:
    return f"{price} USD" if price else ""


class TestTsv(ImporterContract):
    name = "google"
    suffix = ".tsv"
    before = ("id\ttitle\tlink\timage link\tprice\tavailability",)

    def row(self, row: Row) -> str:
        return f"{row['id']}\t{row['title']}\thttps://x.example\thttps://x.example/i\t{_priced(row['price'])}\tin stock"

    def broken_row(self) -> str:
        return "d\ttoo few"

    def told(self, row: RawRow) -> Row:
        return stated(row)


class TestRss(TestTsv):
    suffix = ".xml"
    before = (
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>',
    )
    after = ("</channel></rss>",)
    element = "item"

    def row(self, row: Row) -> str:
        inside = "".join(
            f"<g:{name}>{escape(value)}</g:{name}>"
            for name, value in {**row, "price": _priced(row["price"]), "availability": "in_stock"}.items()
        )
        return f"<{self.element}>{inside}</{self.element}>"

    def broken_row(self) -> str:
        return f"<{self.element}><g:id>d</{self.element}>"


class TestAtom(TestRss):
    before = ('<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">',)
    after = ("</feed>",)
    element = "entry"
