"""Draws the demo shop's products from the specification: one seed, one catalogue.

Knows neither files nor drawings, customers or behaviour.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from assistant.demo.attributes import draw_attributes, draw_successor
from assistant.demo.prices import draw_discount, draw_price, draw_stock, gtin, list_price, snap
from assistant.demo.spec import BrandSpec, OptionSpec, ShopSpec, TypeSpec
from assistant.demo.writing import write_description, write_title
from retrieval.product import Attribute, Product, Variant

LAST_RELEASE = dt.date(2026, 10, 30)
"""The newest product of the shop came out on this day."""
FEW_REVIEWS = 6
"""Up to so many reviews the demo shop holds all of a product's; beyond it holds a sample."""
_MAX_TRIES = 200
_SUCCESSORS = 0.09
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A product with what only the generator knows.

    Args:
        product: as the shop states it.
        spec: its type.
        tier: how good it is within its type, 0 to 1.
        model: its name without brand and noun, e.g. "Kestrel 2".
        true: all its attributes, also those that the shop does not state.
        replaces: id of the older product of the same brand and type that it stands in for; None for most.
    """

    product: Product
    spec: TypeSpec
    tier: float
    model: str
    true: Mapping[str, Attribute]
    replaces: str | None = None


def make_catalogue(spec: ShopSpec, *, seed: int, progress: Progress | None = None) -> tuple[Made, ...]:
    """Make all products of the shop.

    Args:
        spec: from `load_spec`.
        seed: the same seed gives the same products, in the same order.
        progress: called with ("products", done, total).
    """
    total = sum(kind.count for kind in spec.types)
    barcodes = itertools.count()
    taken: set[str] = set()
    made: list[Made] = []
    for kind in spec.types:
        made += _Shelf(spec, kind, taken, barcodes, random.Random(f"{seed}:{kind.category}")).fill()
        if progress:
            progress("products", len(made), total)
    return tuple(made)


def slug(text: str) -> str:
    """Write a text as an id: "Café Ø 2 l" becomes "cafe-o-2-l"."""
    plain = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("Ø", "O")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


class _Shelf:
    """Makes the products of one type, and sees to it that they can be told apart.

    Args:
        shop, kind: what may be sold.
        taken: names of brand and model that are used in the shop; added to.
        barcodes: one number per variant.
        rng: source of chance of this type.
    """

    def __init__(
        self, shop: ShopSpec, kind: TypeSpec, taken: set[str], barcodes: Iterator[int], rng: random.Random
    ) -> None:
        self._shop, self._kind, self._taken, self._barcodes, self._rng = shop, kind, taken, barcodes, rng
        self._models: set[str] = set()
        self._stated: set[tuple[str, ...]] = set()
        self._descriptions: set[str] = set()

    def fill(self) -> list[Made]:
        """Make what is new, then successors of some that came out long ago."""
        kind, rng = self._kind, self._rng
        n_successors = round(kind.count * _SUCCESSORS)
        made = [self._original(index) for index in range(kind.count - n_successors)]
        by_age = sorted(made, key=lambda one: (one.product.released or "", one.product.id))
        return made + [self._successor(old) for old in rng.sample(by_age[: len(made) // 2], n_successors)]

    def _original(self, index: int) -> Made:
        kind, rng = self._kind, self._rng
        # The first of a type go once round its makers, so that each of them is there.
        brand = kind.brands[index % len(kind.brands)] if index < len(kind.brands) else rng.choice(kind.brands)
        tier = min(1.0, max(0.0, 0.6 * self._shop.brands[brand].quality + 0.4 * rng.random()))
        age_days = min(int(30 * math.exp(rng.gauss(2.2, 0.9))), 2200)
        return self._make(
            brand,
            self._free_model(brand),
            tier,
            LAST_RELEASE - dt.timedelta(days=age_days),
            lambda: draw_attributes(kind.attributes, tier, rng),
        )

    def _successor(self, old: Made) -> Made:
        kind, rng, brand = self._kind, self._rng, old.product.brand or ""
        model = f"{old.model} 2"
        self._taken.add(f"{brand} {model}")
        tier = min(1.0, old.tier + rng.uniform(0.02, 0.15))
        out = dt.date.fromisoformat(old.product.released or "")
        released = out + (LAST_RELEASE - out) * rng.uniform(0.45, 0.95)
        new = self._make(brand, model, tier, released, lambda: draw_successor(kind.attributes, old.true, tier, rng))
        return replace(new, replaces=old.product.id)

    def _make(
        self,
        brand: str,
        model: str,
        tier: float,
        released: dt.date,
        draw: Callable[[], tuple[dict[str, Attribute], dict[str, Attribute]]],
    ) -> Made:
        kind, rng, maker = self._kind, self._rng, self._shop.brands[brand]
        true, stated = self._unlike_others(draw)
        product_id = slug(f"{brand} {model} {kind.noun}")
        rating, rating_count = _reception(tier, (LAST_RELEASE - released).days, rng)
        title = write_title(kind, brand, model, stated, rng)
        product = Product(
            id=product_id,
            title=title,
            description=self._description(brand, maker, model, stated),
            brand=brand,
            category=kind.category,
            department=kind.department,
            attributes=stated,
            variants=_variants(
                product_id, kind, draw_price(kind.price, true, tier, maker.level, rng), self._barcodes, rng
            ),
            rating=rating,
            rating_count=rating_count,
            image=f"images/{product_id}.svg",
            released=released.isoformat(),
        )
        return Made(product, kind, tier, model, true)

    def _unlike_others(
        self, draw: Callable[[], tuple[dict[str, Attribute], dict[str, Attribute]]]
    ) -> tuple[dict[str, Attribute], dict[str, Attribute]]:
        """Draw until the type has no other product that states the same."""
        for _ in range(_MAX_TRIES):
            true, stated = draw()
            key = tuple(f"{name}={attribute.text}" for name, attribute in stated.items())
            if key not in self._stated:
                self._stated.add(key)
                return true, stated
        raise ValueError(f"{self._kind.category}: its attributes leave no room for {self._kind.count} products")

    def _description(self, brand: str, maker: BrandSpec, model: str, stated: Mapping[str, Attribute]) -> str:
        """Write a description that the type does not have yet, where the sentences allow it."""
        for _ in range(5):
            text = write_description(self._kind, brand, maker, model, stated, self._rng)
            if text not in self._descriptions:
                break
        self._descriptions.add(text)
        return text

    def _free_model(self, brand: str) -> str:
        """Take a model name that neither this type nor this brand has used."""
        free = [
            name
            for name in self._shop.models[self._kind.models]
            if name not in self._models and f"{brand} {name}" not in self._taken
        ]
        if not free:
            raise ValueError(f"{self._kind.category}: no model name left for {brand}")
        model = self._rng.choice(free)
        self._models.add(model)
        self._taken.add(f"{brand} {model}")
        return model


def _choose(option: OptionSpec, rng: random.Random) -> list[tuple[str, float]]:
    """Choose the values of an option. Colours come in any order, so that not every product shows the first."""
    values = list(option.of.items())
    if option.n is None:
        return values
    n = min(rng.randint(*option.n), len(values))
    if any(surcharge for _, surcharge in values):
        start = rng.randint(0, len(values) - n)
        return values[start : start + n]
    return rng.sample(values, n)


def _variants(
    product_id: str, kind: TypeSpec, raw: float, counter: Iterator[int], rng: random.Random
) -> tuple[Variant, ...]:
    names = list(kind.options)
    chosen = [_choose(option, rng) for option in kind.options.values()]
    discount = draw_discount(rng)
    gone = rng.random() < 0.04
    variants = []
    for combination in itertools.product(*chosen):
        options = {name: value for name, (value, _) in zip(names, combination, strict=True)}
        price = snap((raw + sum(surcharge for _, surcharge in combination)) * (1 - (discount or 0.0)))
        variants.append(
            Variant(
                id=slug(" ".join((product_id, *options.values()))),
                price=price,
                options=options,
                list_price=list_price(price, discount),
                stock=draw_stock(rng, sold_out=gone),
                gtin=gtin(next(counter)),
            )
        )
    return tuple(variants)


def _reception(tier: float, age_days: int, rng: random.Random) -> tuple[float | None, int]:
    """Draw rating and number of reviews; what is newest has no reviews yet."""
    if age_days < 75 or rng.random() < 0.03:
        return None, 0
    count = max(1, int(math.exp(rng.gauss(3.2, 1.2)) * min(2.0, age_days / 400)))
    quality = 0.62 + 0.26 * tier
    strength = 12.0
    rating = min(4.9, max(2.1, 1 + 4 * rng.betavariate(quality * strength, (1 - quality) * strength)))
    if count <= FEW_REVIEWS:
        # The mean of so few whole stars.
        rating = min(max(round(rating * count), 2 * count), int(4.9 * count)) / count
    return round(rating, 1), count
