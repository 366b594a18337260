"""Builds the demo shop and writes it as files.

Knows neither the store nor the index: they read the files or the returned objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.demo.catalogue import make_catalogue
from assistant.demo.spec import load_spec
from retrieval.product import Product
from retrieval.product_json import product_to_json

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class DemoShop:
    """The demo shop in memory.

    Args:
        products: the whole catalogue.
    """

    products: tuple[Product, ...]


def build_demo(folder: Path, *, seed: int, progress: Progress | None = None) -> DemoShop:
    """Make the demo shop and write it.

    Args:
        folder: created where it is missing.
        seed: the same seed gives the same files, byte for byte.
        progress: called with (what, done, total).

    Returns:
        What was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    products = tuple(made.product for made in make_catalogue(load_spec(), seed=seed, progress=progress))
    _write_lines(folder / "catalogue.jsonl", (product_to_json(product) for product in products))
    return DemoShop(products)


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
