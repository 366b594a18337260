"""Products by id, in one version of a catalogue.

Knows nothing of indexes; row i of every index is the i-th product here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from retrieval.collector import no_collection
from retrieval.errors import IMPORT_AGAIN, IndexBroken, ProductMissing
from retrieval.product import Product
from retrieval.product_json import BadRow, Pool, product_from_json
from retrieval.storage import Manifest, check_files


@dataclass(frozen=True)
class Catalogue:
    """One version of a catalogue.

    Args:
        name: e.g. "demo".
        version: number of the version, from 1.
        currency: ISO 4217 code of every price.
        products: by id, in the order of the rows of every index.
    """

    name: str
    version: int
    currency: str
    products: Mapping[str, Product]
    rows: tuple[Product, ...] = field(init=False, repr=False)
    row_of: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple(self.products.values()))
        object.__setattr__(self, "row_of", {product_id: row for row, product_id in enumerate(self.products)})

    def get(self, product_id: str) -> Product:
        """Return the product with this id.

        Raises:
            ProductMissing: there is none.
        """
        product = self.products.get(product_id)
        if product is None:
            raise ProductMissing(f"There is no product {product_id!r} in catalogue {self.name!r}.")
        return product

    def find(self, product_id: str) -> Product | None:
        """Return the product with this id; None where there is none."""
        return self.products.get(product_id)


def read_catalogue(path: Path, manifest: Manifest) -> Catalogue:
    """Read the products of a version.

    Args:
        path: folder of the version.

    Raises:
        IndexBroken: products.jsonl is missing or damaged.
    """
    check_files(path, manifest, "products.jsonl")
    products: dict[str, Product] = {}
    pool: Pool = {}
    with no_collection(), (path / "products.jsonl").open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                product = product_from_json(line, pool)
            except BadRow as error:
                raise IndexBroken(f"products.jsonl, line {number}: {error}; {IMPORT_AGAIN}.") from error
            products[product.id] = product
    if len(products) != manifest.products:
        raise IndexBroken(f"products.jsonl does not hold what its manifest says: {IMPORT_AGAIN}.")
    return Catalogue(manifest.name, manifest.version, manifest.currency, products)
