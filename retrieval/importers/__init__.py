"""Importers by format. To add one, see docs/add-importer.md."""

from __future__ import annotations

from retrieval.importers.csv_file import read_csv
from retrieval.importers.jsonl_file import read_jsonl
from retrieval.importers.rows import Importer

IMPORTERS: dict[str, Importer] = {
    "csv": read_csv,
    "jsonl": read_jsonl,
}
SUFFIXES: dict[str, str] = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
"""File name endings (a last `.gz` is taken off first) and the importer that reads them."""
