"""What a product is, told by which attributes it states: laptops have a processor, bags have none.

Shops without categories still fill the same attributes for the same kind of thing. Each product is a bag of the names
of its attributes and of its shelf, weighted by rarity and reduced to a few dimensions (latent semantic analysis,
Deerwester et al. 1990). Knows no values and no words.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.product import Product

DIMENSIONS = 48
_FEWEST = 3
"""A name on fewer products tells of these products, and not of a kind."""


def schema_vectors(products: Sequence[Product], seed: int = 0) -> NDArray[np.float32]:
    """Return a unit vector per product, or zeros for one that states nothing; shape (n_products, n_dimensions).

    Args:
        products: row i of the result is products[i].
        seed: where the decomposition begins; it is exact, so this changes nothing but signs.
    """
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import TruncatedSVD

    found = Counter(name for product in products for name in _names(product))
    column_of = {name: place for place, name in enumerate(sorted(n for n, count in found.items() if count >= _FEWEST))}
    rows, columns, weights = [], [], []
    for row, product in enumerate(products):
        for name in _names(product):
            if name in column_of:
                rows.append(row)
                columns.append(column_of[name])
                weights.append(math.log(len(products) / found[name]))
    table = csr_matrix((weights, (rows, columns)), shape=(len(products), max(1, len(column_of))))
    if min(table.shape) <= DIMENSIONS:
        reduced = table.toarray()
    else:
        reduced = TruncatedSVD(DIMENSIONS, algorithm="arpack", random_state=seed).fit_transform(table)
    norms = np.linalg.norm(reduced, axis=1, keepdims=True)
    return np.asarray(np.divide(reduced, norms, out=np.zeros_like(reduced), where=norms > 1e-9), np.float32)


def _names(product: Product) -> Iterable[tuple[str, str]]:
    yield from (("attribute", name) for name in product.attributes)
    yield from {("option", name) for variant in product.variants for name in variant.options}
    if product.category:
        yield ("category", product.category)
    if product.department:
        yield ("department", product.department)
