"""Importers by format. To add one, see docs/add-importer.md."""

from __future__ import annotations

from retrieval.importers.csv_file import CSV
from retrieval.importers.google_merchant import GOOGLE_MERCHANT
from retrieval.importers.jsonl_file import JSONL
from retrieval.importers.rows import Format
from retrieval.importers.shopify import SHOPIFY
from retrieval.importers.woocommerce import WOOCOMMERCE

IMPORTERS: dict[str, Format] = {
    "google": GOOGLE_MERCHANT,
    "shopify": SHOPIFY,
    "woocommerce": WOOCOMMERCE,
    "jsonl": JSONL,
    "csv": CSV,
}
"""The first one that recognises a file reads it; CSV, the last, recognises everything."""
