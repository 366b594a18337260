"""Masks say exactly what `filters.passes` says, on any products and constraints."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.columns import Columns
from retrieval.filters import (
    AttributeIn,
    AttributeRange,
    BrandIn,
    CategoryIn,
    Constraint,
    InStock,
    MinRating,
    PriceRange,
    judge,
    passes,
)
from retrieval.product import Attribute, Money, Product, Variant
from tests.retrieval.fakes import product, sized, small_shop

STEEL = Attribute("material", "Steel")
NAMES = st.sampled_from(["size", "colour", "weight", "waterproof", "ports", "unknown"])
WORDS = st.sampled_from(["Red", "red", " blue ", "XL", "42", "4.5", "7,5 mm", "yes", "no", "Deep  Red", "ß", "été", ""])
BRANDS = st.sampled_from(["Norrfell", "norrfell", "Karst", "KARST ", "Ünder"])
CATEGORIES = st.sampled_from(["Boots", "boots", "Outdoor", "Tents"])
CURRENCIES = st.sampled_from(["USD", "USD", "USD", "JPY"])
NUMBERS = st.one_of(st.integers(-3, 12).map(float), st.floats(-5, 50, allow_nan=False), st.just(0.1 + 0.2))
VALUES = st.one_of(WORDS, NUMBERS, st.booleans(), st.lists(WORDS, min_size=1, max_size=3).map(tuple))


@st.composite
def products(draw: st.DrawFn) -> Product:
    number = draw(st.integers(0, 10**9))
    variants = tuple(
        Variant(
            f"{number}-{i}",
            Money(draw(st.integers(0, 20)), draw(CURRENCIES)),
            draw(st.dictionaries(NAMES, WORDS, max_size=2)),
            stock=draw(st.sampled_from([None, 0, 3])),
            available=draw(st.sampled_from([None, True, False])),
        )
        for i in range(draw(st.integers(1, 4)))
    )
    names = draw(st.lists(NAMES, max_size=4, unique=True))
    attributes = {name: Attribute(name, draw(VALUES), draw(st.sampled_from([None, "mm"]))) for name in names}
    title = " ".join(draw(st.lists(st.one_of(WORDS, st.just("boot"), st.just("red-ish")), max_size=4)))
    return Product(
        str(number),
        title,
        variants,
        brand=draw(st.none() | BRANDS),
        category=draw(st.none() | CATEGORIES),
        department=draw(st.none() | CATEGORIES),
        attributes=attributes,
        rating=draw(st.none() | st.integers(0, 10).map(lambda n: n / 2)),
    )


_SOME_WORDS = st.lists(WORDS, min_size=1, max_size=3).map(tuple)
_ENDS = st.none() | NUMBERS
CONSTRAINTS: st.SearchStrategy[Constraint] = st.one_of(
    st.builds(PriceRange, CURRENCIES, st.none() | st.integers(0, 20), st.none() | st.integers(0, 20)),
    st.builds(BrandIn, st.lists(BRANDS, min_size=1, max_size=2).map(tuple), st.booleans()),
    st.builds(CategoryIn, st.lists(CATEGORIES, min_size=1, max_size=2).map(tuple), st.booleans()),
    st.builds(InStock),
    st.builds(MinRating, st.integers(0, 10).map(lambda n: n / 2)),
    st.builds(AttributeIn, NAMES, _SOME_WORDS, st.booleans()),
    st.builds(AttributeRange, NAMES, _ENDS, _ENDS),
)


@settings(max_examples=150)
@given(st.lists(products(), min_size=1, max_size=8), st.lists(CONSTRAINTS, max_size=4))
def test_a_mask_is_what_passes_says(shop: list[Product], constraints: list[Constraint]) -> None:
    columns = Columns(shop)
    expected = [passes(constraints, item) for item in shop]
    mask = columns.product_mask([columns.variant_mask(constraint) for constraint in constraints])
    assert mask.tolist() == expected
    # Asked again, from the columns that are kept now.
    assert columns.product_mask([columns.variant_mask(constraint) for constraint in constraints]).tolist() == expected


@settings(max_examples=100)
@given(st.lists(products(), min_size=1, max_size=8), st.lists(CONSTRAINTS, max_size=3))
def test_the_fitting_price_is_that_of_the_variant_that_is_shown(
    shop: list[Product], constraints: list[Constraint]
) -> None:
    columns = Columns(shop)
    masks = [columns.variant_mask(constraint) for constraint in constraints]
    prices = columns.fitting_prices(masks)
    for row in np.flatnonzero(columns.product_mask(masks)).tolist():
        assert prices[row] == judge(constraints, shop[row])[0].price.amount_minor


def test_price_stock_and_size_must_hold_for_one_variant() -> None:
    shop = [product("b", "Boot", variants=[sized("b", "41", 5_000, 0), sized("b", "42", 9_000, 2)])]
    columns = Columns(shop)
    cheap, in_stock, small = PriceRange("USD", max_minor=6_000), InStock(), AttributeIn("size", ("41",))
    assert _passing(columns, cheap, small) == [True]
    assert _passing(columns, cheap, in_stock) == [False]
    assert _passing(columns, in_stock, small) == [False]


def test_an_exclusion_lets_through_what_is_not_stated() -> None:
    shop = [product("a", "Mug", brand="Karst"), product("b", "Mug")]
    assert _passing(Columns(shop), BrandIn(("karst",), exclude=True)) == [False, True]


def test_a_value_is_found_in_titles_as_whole_words_only_and_in_each_title() -> None:
    titles = ["Redder red", "red", "infrared", "a RED  boot", "red-ish", "bored", "", "deep red."]
    shop = [product(str(row), title) for row, title in enumerate(titles)]
    assert _passing(Columns(shop), AttributeIn("colour", ("Red",))) == [
        True, True, False, True, True, False, False, True
    ]  # fmt: skip
    assert _passing(Columns(shop), AttributeIn("colour", ("",))) == [False] * len(titles)
    assert _passing(Columns(shop), AttributeIn("colour", ("boot red",))) == [False] * len(titles)


def test_what_is_prepared_changes_no_answer() -> None:
    shop, prepared = small_shop(), Columns(small_shop())
    prepared.prepare()
    for constraint in (InStock(), PriceRange("USD", max_minor=9_000), AttributeIn("waterproof", ("yes",))):
        assert _passing(prepared, constraint) == _passing(Columns(shop), constraint)
        masks = [prepared.variant_mask(constraint)]
        fits = prepared.product_mask(masks)
        assert (prepared.fitting_prices(masks)[fits] == Columns(shop).fitting_prices(masks)[fits]).all()
    assert (prepared.fitting_prices([]) == Columns(shop).fitting_prices([])).all()


def test_names_that_no_product_has_are_not_kept() -> None:
    columns = Columns(small_shop())
    for number in range(50):
        columns.variant_mask(AttributeIn(f"made-up-{number}", ("x",)))
        columns.variant_mask(AttributeRange(f"made-up-{number}", min=1.0))
    columns.variant_mask(AttributeIn("waterproof", ("yes",)))
    assert columns.kept_names == {"waterproof"}


@pytest.mark.parametrize("constraint", [InStock(), PriceRange("USD", 1, 2), AttributeIn("size", ("41",))])
def test_an_empty_catalogue_has_empty_masks(constraint: Constraint) -> None:
    assert _passing(Columns([]), constraint) == []


def _passing(columns: Columns, *constraints: Constraint) -> list[bool]:
    passing: list[bool] = columns.product_mask([columns.variant_mask(c) for c in constraints]).tolist()
    return passing


@pytest.mark.parametrize(
    "title", ["Wool-free socks", "Not wool socks", "Non-wool socks", "Socks without wool", "Woollen"]
)
def test_a_title_that_denies_a_value_does_not_state_it(title: str) -> None:
    assert _passing(Columns([product("a", title)]), AttributeIn("material", ("wool",))) == [False]


@pytest.mark.parametrize("value", ["42", "7,5", "yes", "no", "", " "])
def test_a_bare_number_or_yes_in_a_title_says_nothing_of_an_attribute(value: str) -> None:
    assert _passing(Columns([product("a", "Yes! 42 no 7,5 socks")]), AttributeIn("size", (value,))) == [False]


def test_a_title_states_a_value_in_whole_words() -> None:
    shop = [product("a", "Merino Wool socks"), product("b", "256 GB stick"), product("c", "Wool", attributes=[STEEL])]
    assert _passing(Columns(shop), AttributeIn("material", ("wool", "256 gb"))) == [True, True, False]


def test_numbers_are_compared_in_one_unit() -> None:
    rows = [(900.0, "g"), (2.0, "kg"), (1.0, "kg"), (800.0, None), (7.0, "cm")]
    shop = [
        product(str(i), "x", attributes=[Attribute("weight", number, unit)]) for i, (number, unit) in enumerate(rows)
    ]
    columns = Columns(shop)
    assert _passing(columns, AttributeRange("weight", max=1000.0, unit="g")) == [True, False, True, False, False]
    assert _passing(columns, AttributeRange("weight", max=1.0, unit="kg")) == [True, False, True, False, False]
    assert _passing(columns, AttributeRange("weight", 70.0, 70.0, "mm")) == [False] * 4 + [True]
    assert _passing(columns, AttributeRange("weight", max=2.0)) == [False, True, True, False, False]


def test_an_option_that_is_no_single_number_has_none() -> None:
    texts = ["5-7", "1,500 mAh", "48-52 cm", "12 kg", "7,5", "M"]
    shop = [product("x", "x", variants=[Variant(text, Money(1, "USD"), {"size": text})]) for text in texts]
    assert [_passing(Columns([one]), AttributeRange("size", min=0.0))[0] for one in shop] == [False] * 3 + [
        True,
        True,
        False,
    ]


def test_what_most_products_state_is_made_ready_and_the_rest_is_not() -> None:
    names = [f"stated_{number}" for number in range(12)]
    shop = [
        Product(
            str(row), "Lamp", (Variant(str(row), Money(1, "USD")),), attributes={n: Attribute(n, "x") for n in kept}
        )
        for row, kept in enumerate((names, names[:10], names[:8]))
    ]
    columns = Columns(shop)
    columns.prepare()
    assert columns.kept_names == set(names[:8])
    assert columns.variant_mask(AttributeIn("stated_11", ("x",))).tolist() == [True, False, False]
