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
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.demo.attributes import draw_attributes
from assistant.demo.prices import draw_discount, draw_price, draw_stock, gtin, list_price, snap
from assistant.demo.spec import OptionSpec, ShopSpec, TypeSpec
from assistant.demo.writing import write_description, write_title
from retrieval.product import Product, Variant

_LAST_RELEASE = dt.date(2026, 10, 30)
_MAX_TRIES = 200
_NUMBERS = ("2", "3", "4", "5")
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A product with what only the generator knows: its type and how good it is (0 to 1)."""

    product: Product
    spec: TypeSpec
    tier: float


def make_catalogue(spec: ShopSpec, *, seed: int, progress: Progress | None = None) -> tuple[Made, ...]:
    """Make all products of the shop.

    Args:
        spec: from `load_spec`.
        seed: the same seed gives the same products, in the same order.
        progress: called with ("products", done, total).
    """
    total = sum(kind.count for kind in spec.types)
    counter = itertools.count()
    taken: set[str] = set()
    made: list[Made] = []
    for kind in spec.types:
        rng = random.Random(f"{seed}:{kind.category}")
        for index in range(kind.count):
            made.append(_make(spec, kind, index, taken, counter, rng))
        if progress:
            progress("products", len(made), total)
    return tuple(made)


def slug(text: str) -> str:
    """Write a text as an id: "Café Ø 2 l" becomes "cafe-o-2-l"."""
    plain = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("Ø", "O")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def _make(
    shop: ShopSpec, kind: TypeSpec, index: int, taken: set[str], counter: Iterator[int], rng: random.Random
) -> Made:
    # The first of a type go once round its makers, so that each of them is there.
    brand = kind.brands[index % len(kind.brands)] if index < len(kind.brands) else rng.choice(kind.brands)
    maker = shop.brands[brand]
    tier = min(1.0, max(0.0, 0.6 * maker.quality + 0.4 * rng.random()))
    model = _free_model(shop.models[kind.models], brand, taken, rng)
    true, stated = draw_attributes(kind.attributes, tier, rng)
    raw = draw_price(kind.price, true, tier, maker.level, rng)
    product_id = slug(f"{brand} {model} {kind.noun}")
    rating, rating_count, released = _reception(tier, rng)
    product = Product(
        id=product_id,
        title=write_title(kind, brand, model, stated, rng),
        description=write_description(kind, brand, maker, model, stated, rng),
        brand=brand,
        category=kind.category,
        department=kind.department,
        attributes=stated,
        variants=_variants(product_id, kind, raw, counter, rng),
        rating=rating,
        rating_count=rating_count,
        image=f"images/{product_id}.svg",
        released=released.isoformat(),
    )
    return Made(product, kind, tier)


def _free_model(pool: tuple[str, ...], brand: str, taken: set[str], rng: random.Random) -> str:
    """Take a model name that this brand has not used: first a bare one, later with a number."""
    for attempt in range(_MAX_TRIES):
        name = rng.choice(pool)
        model = name if attempt < 4 and rng.random() < 0.7 else f"{name} {rng.choice(_NUMBERS)}"
        if f"{brand} {model}" not in taken:
            taken.add(f"{brand} {model}")
            return model
    raise ValueError(f"no model name left for {brand}")


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


def _reception(tier: float, rng: random.Random) -> tuple[float | None, int, dt.date]:
    """Draw rating, number of reviews and release date; what is newest has no reviews yet."""
    age_days = int(30 * math.exp(rng.gauss(2.2, 0.9)))
    released = _LAST_RELEASE - dt.timedelta(days=min(age_days, 2200))
    if age_days < 75 or rng.random() < 0.03:
        return None, 0, released
    count = max(1, int(math.exp(rng.gauss(3.2, 1.2)) * min(2.0, age_days / 400)))
    quality = 0.62 + 0.26 * tier
    strength = 12.0
    rating = 1 + 4 * rng.betavariate(quality * strength, (1 - quality) * strength)
    return round(min(4.9, max(2.1, rating)), 1), count, released
