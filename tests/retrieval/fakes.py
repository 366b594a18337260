"""A small shop and an encoder whose vectors are word counts, for tests of search."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.product import Attribute, AttributeValue, Money, Product, Variant

Stated = Mapping[str, AttributeValue | tuple[float, str]]


def product(
    product_id: str,
    title: str,
    price_minor: int = 1_000,
    *,
    brand: str | None = None,
    category: str | None = None,
    stock: int | None = 5,
    rating: float | None = None,
    rating_count: int = 0,
    attributes: Sequence[Attribute] = (),
    variants: Sequence[Variant] = (),
    description: str = "",
    released: str | None = None,
    currency: str = "USD",
) -> Product:
    """Build a product with one variant, or with those given."""
    own = tuple(variants) or (Variant(f"{product_id}-v", Money(price_minor, currency), stock=stock),)
    return Product(
        product_id,
        title,
        own,
        description=description,
        brand=brand,
        category=category,
        attributes={attribute.name: attribute for attribute in attributes},
        rating=rating,
        rating_count=rating_count,
        released=released,
    )


def sized(product_id: str, size: str, price_minor: int, stock: int | None) -> Variant:
    """Build a variant of one size."""
    return Variant(f"{product_id}-{size}", Money(price_minor, "USD"), {"size": size}, stock=stock)


def small_shop() -> list[Product]:
    """Products whose right answers can be seen by eye."""
    return [
        product(
            "boot-1",
            "Norrfell Ridge hiking boot",
            brand="Norrfell",
            category="Hiking boots",
            rating=4.5,
            rating_count=200,
            attributes=[Attribute("waterproof", True), Attribute("weight", 900.0, "g")],
            variants=[sized("boot-1", "41", 12_000, 3), sized("boot-1", "42", 13_000, 0)],
            released="2024-01-01",
        ),
        product(
            "boot-2",
            "Karst Trail hiking boot",
            brand="Karst",
            category="Hiking boots",
            rating=4.9,
            rating_count=10,
            attributes=[Attribute("waterproof", False), Attribute("weight", 700.0, "g")],
            variants=[sized("boot-2", "41", 8_000, 0), sized("boot-2", "42", 9_000, 4)],
            released="2025-06-01",
        ),
        product("tent-1", "Two-person tent", 20_000, brand="Norrfell", category="Tents", rating=4.0, rating_count=50),
        product("mug-1", "Enamel mug red", 900, category="Mugs", stock=None, description="For the hiking kitchen."),
        product("mug-2", "Enamel mug blue", 950, category="Mugs", stock=0),
        product("lamp-1", "Head lamp LX-400/B with 400 lm", 3_500, brand="Karst", category="Lamps", stock=9),
    ]


class WordEncoder:
    """Counts words in hashed places; near texts share words."""

    def __init__(self, name: str = "words", dim: int = 64) -> None:
        self.name = name
        self.dim = dim
        self.calls: list[int] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls.append(len(texts))
        vectors = np.full((len(texts), self.dim), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().replace(".", " ").split():
                vectors[row, hashlib.sha256(word.encode()).digest()[0] % self.dim] += 1
        norms: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / norms, np.float32)

    def knows(self, text: str) -> bool:
        return True


class PowerCut(Exception):
    """Raised by an encoder that stops half-way."""


class FailingEncoder(WordEncoder):
    """Fails after some batches, like a machine that is switched off."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self._left = batches

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if not self._left:
            raise PowerCut
        self._left -= 1
        return super().encode(texts)
