"""WooCommerce keeps the importer contract, and its variations become variants."""

from __future__ import annotations

from retrieval.importers.rows import RawRow
from tests.contracts.importer import ImporterContract, Row
from tests.retrieval.importers.test_shopify import stated


class TestWooCommerce(ImporterContract):
    name = "woocommerce"
    suffix = ".csv"
    before = ('ID,Type,SKU,Name,Published,"In stock?","Regular price",Categories',)

    def row(self, row: Row) -> str:
        return f'{row["id"]},simple,,"{row["title"]}",1,1,{row["price"]},Camping > Tents'

    def broken_row(self) -> str:
        return "d,too,few"

    def told(self, row: RawRow) -> Row:
        return stated(row)
