"""Random shops and requests of every kind of wish, small enough that wishes meet, miss and clash often."""

from __future__ import annotations

from hypothesis import strategies as st

from retrieval.filters import (
    AttributeIn,
    AttributeRange,
    BrandIn,
    CategoryIn,
    Constraint,
    InStock,
    MinRating,
    PriceRange,
)
from retrieval.product import Attribute, Money, Product, Variant
from retrieval.results import SearchRequest, Sort

NAMES = st.sampled_from(["size", "colour", "length", "waterproof", "ports", "unknown"])
WORDS = st.sampled_from(
    [
        "Red",
        "red",
        " blue ",
        "XL",
        "42",
        "43",
        "4.5",
        "7,5 mm",
        "9 cm",
        "1,500",
        "5-7",
        "yes",
        "no",
        "Deep  Red",
        "été",
        "",
    ]
)
BRANDS = st.sampled_from(["Norrfell", "norrfell", "Karst", "KARST ", "Ünder"])
CATEGORIES = st.sampled_from(["Boots", "boots", "Outdoor", "Tents"])
CURRENCIES = st.sampled_from(["USD", "USD", "USD", "JPY"])
UNITS = st.sampled_from([None, "mm", "mm", "cm"])
NUMBERS = st.one_of(st.integers(0, 12).map(float), st.integers(0, 100).map(lambda n: n / 10))
VALUES = st.one_of(WORDS, NUMBERS, st.booleans(), st.lists(WORDS, min_size=1, max_size=3).map(tuple))
TITLE_WORDS = st.sampled_from(
    ["boot", "tent", "lamp", "Norrfell", "Karst", "red", "blue", "red-ish", "red-free", "not red", "42", "yes", "warm"]
)
TEXTS = st.lists(TITLE_WORDS, max_size=3).map(" ".join)


@st.composite
def variants(draw: st.DrawFn, product_id: str) -> tuple[Variant, ...]:
    return tuple(
        Variant(
            f"{product_id}-{place}",
            Money(draw(st.integers(0, 20)), draw(CURRENCIES)),
            draw(st.dictionaries(NAMES, WORDS, max_size=2)),
            stock=draw(st.sampled_from([None, 0, 3])),
            available=draw(st.sampled_from([None, True, False])),
        )
        for place in range(draw(st.integers(1, 3)))
    )


@st.composite
def shops(draw: st.DrawFn) -> list[Product]:
    shop = []
    for number in range(draw(st.integers(1, 8))):
        names = draw(st.lists(NAMES, max_size=4, unique=True))
        shop.append(
            Product(
                f"p{number}",
                draw(TEXTS) or "thing",
                draw(variants(f"p{number}")),
                brand=draw(st.none() | BRANDS),
                category=draw(st.none() | CATEGORIES),
                department=draw(st.none() | CATEGORIES),
                attributes={name: Attribute(name, draw(VALUES), draw(UNITS)) for name in names},
                rating=draw(st.none() | st.integers(0, 10).map(lambda n: n / 2)),
            )
        )
    return shop


_PRICES = st.none() | st.integers(0, 20)
_ENDS = st.none() | NUMBERS
CONSTRAINTS: st.SearchStrategy[Constraint] = st.one_of(
    st.builds(PriceRange, CURRENCIES, _PRICES, _PRICES),
    st.builds(BrandIn, st.lists(BRANDS, min_size=1, max_size=2).map(tuple), st.booleans()),
    st.builds(CategoryIn, st.lists(CATEGORIES, min_size=1, max_size=2).map(tuple), st.booleans()),
    st.builds(InStock),
    st.builds(MinRating, st.integers(0, 10).map(lambda n: n / 2)),
    st.builds(AttributeIn, NAMES, st.lists(WORDS, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(AttributeRange, NAMES, _ENDS, _ENDS, st.sampled_from([None, None, "mm", "cm", "m"])),
)
REQUESTS = st.builds(
    SearchRequest,
    TEXTS,
    st.lists(CONSTRAINTS, max_size=5, unique_by=lambda wish: wish.key).map(tuple),
    st.sampled_from(list(Sort)),
    st.just(200),
)
