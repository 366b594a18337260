"""A small shop for the tests of understanding: every name in it is found by the reader, none is known to the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product as pairs

from retrieval.product import Attribute, AttributeValue, Money, Product, Variant

Stated = tuple[str, AttributeValue, str | None]
BRANDS = ("Acme", "Bolt", "Norrfell", "Apple")
COLOURS = ("Black", "Red", "Navy blue")
MATERIALS = ("Wool", "Leather", "Cotton")
SHOE_SIZES = ("8", "9", "10")
SIZES = ("S", "M", "L", "XL")
SHELVES = (
    ("Hiking boots", "Outdoor", 9000), ("Running shoes", "Sports", 7000), ("Hiking shoes", "Outdoor", 8000),
    ("Rain jackets", "Outdoor", 12000), ("Down jackets", "Outdoor", 15000), ("Sleeping bags", "Outdoor", 6000),
    ("Tents", "Outdoor", 20000), ("Backpacks", "Outdoor", 5000), ("Shirts", "Clothing", 3000),
    ("Sweaters", "Clothing", 4000), ("Jeans", "Clothing", 5000), ("Laptops", "Electronics", 90000),
    ("Computer mice", "Electronics", 2500), ("Mouse pads", "Electronics", 900), ("Headphones", "Electronics", 8000),
    ("Cables", "Electronics", 900), ("Laptop bags", "Electronics", 3500), ("Pepper mills", "Kitchen", 2500),
)  # fmt: skip


def make_product(
    product_id: str,
    title: str,
    *,
    category: str | None = None,
    department: str | None = None,
    brand: str | None = None,
    price_minor: int = 1000,
    stated: Sequence[Stated] = (),
    options: Sequence[Mapping[str, str]] = ({},),
    currency: str = "USD",
    description: str = "",
) -> Product:
    """Make a product in few words."""
    return Product(
        id=product_id,
        title=title,
        description=description,
        brand=brand,
        category=category,
        department=department,
        attributes={name: Attribute(name, value, unit) for name, value, unit in stated},
        variants=tuple(
            Variant(f"{product_id}-{i}", Money(price_minor, currency), options=option, stock=3)
            for i, option in enumerate(options)
        ),
    )


def make_shop() -> tuple[Product, ...]:
    """Make twelve products of each kind, each brand in each colour."""
    made = []
    for category, department, base in SHELVES:
        for number, (brand, colour) in enumerate(pairs(BRANDS, COLOURS)):
            made.append(
                make_product(
                    f"{category}-{number}",
                    f"{brand} Model {number} {category.removesuffix('s')} {colour}",
                    category=category,
                    department=department,
                    brand=brand,
                    price_minor=base + number * 500,
                    stated=_stated(category, department, number),
                    options=_options(category, department, colour),
                )
            )
    return tuple(made)


def _options(category: str, department: str, colour: str) -> list[dict[str, str]]:
    if department not in ("Outdoor", "Sports", "Clothing"):
        return [{"colour": colour}]
    sizes = SHOE_SIZES if "shoes" in category or "boots" in category else SIZES
    return [{"size": size, "colour": colour} for size in sizes]


def _stated(category: str, department: str, number: int) -> list[Stated]:
    stated: list[Stated] = [("material", MATERIALS[number % 3], None)]
    if department == "Outdoor":
        stated.append(("waterproof", number % 2 == 0, None))
    special: dict[str, list[Stated]] = {
        "Laptops": [
            ("memory", 8.0 * (1 + number % 4), "GB"),
            ("storage", 256.0 * (1 + number % 3), "GB"),
            ("display_size", (13.3, 14.0, 15.6)[number % 3], "inch"),
            ("weight", 1200.0 + 100 * number, "g"),
            ("band_colour", "Red", None),
        ],
        "Tents": [("sleeps", 1.0 + number % 4, "person"), ("weight", 2000.0 + 100 * number, "g")],
        "Cables": [("cable_length", 0.5 * (1 + number % 6), "m")],
        "Headphones": [
            ("battery_life", 10.0 + 2 * number, "h"),
            ("connectivity", "Bluetooth" if number % 2 else "Wired", None),
        ],
    }
    return stated + special.get(category, [])


def make_chinese_shop() -> tuple[Product, ...]:
    """Make a shop whose names are written without spaces."""
    return tuple(
        make_product(
            f"{category}-{i}",
            f"{brand}{colour}{category}",
            category=category,
            brand=brand,
            price_minor=10000 + i,
            stated=[("颜色", colour, None)],
            currency="CNY",
        )
        for i, (category, brand, colour) in enumerate(
            pairs(("跑步鞋", "登山包", "羽绒服"), ("安踏", "李宁"), ("黑色", "红色"))
        )
    )
