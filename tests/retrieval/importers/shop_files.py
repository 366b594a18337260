"""Reading a file of a shop format into products, for tests."""

from __future__ import annotations

import io

from retrieval.errors import ImportFailed
from retrieval.importers import IMPORTERS
from retrieval.importers.column_map import RowReader, load_map
from retrieval.importers.rows import RawRow, RejectedRow
from retrieval.importers.shop_rows import Offer
from retrieval.product import Product
from retrieval.product_json import BadRow


def stated(row: RawRow) -> dict[str, str]:
    """Id, title and price of a product with one offer."""
    (offer,) = row.values["variants"]  # type: ignore[misc,attr-defined]
    assert isinstance(offer, Offer)
    return {**{name: str(row.values.get(name)) for name in ("id", "title")}, "price": f"{offer.price:.2f}"}


def read_shop(name: str, content: str | bytes, currency: str = "USD") -> tuple[list[Product], list[tuple[int, str]]]:
    """Read a file as the loader does: products, and (line, reason) of what was rejected, by line."""
    data = content.encode() if isinstance(content, str) else content
    reader = RowReader(load_map(None), currency)
    products, rejected = [], []
    for row in IMPORTERS[name].read(io.BytesIO(data)):
        if isinstance(row, RejectedRow):
            rejected.append((row.line, row.reason))
            continue
        try:
            products.append(reader.read(row.values))
        except BadRow as error:
            rejected.append((row.line, str(error)))
    return products, sorted(rejected)


def why_not(name: str, content: str | bytes) -> str:
    """Why a file cannot be read as a whole; empty where it can."""
    try:
        read_shop(name, content)
    except ImportFailed as error:
        return str(error)
    return ""
