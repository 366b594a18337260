"""Limits as shoppers say them: two in a row, beside headcounts and kinds called by a number; loads; spans of sizes."""

from __future__ import annotations

import pytest

from retrieval.product import Product
from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from tests.retrieval.reading_shop import Stated, make_product, make_shop


def _shelf(category: str, price_minor: int, *rows: list[Stated], sizes: tuple[str, ...] = ()) -> list[Product]:
    return [
        make_product(
            f"{category}-{i}",
            f"Acme {category.removesuffix('s')} {i}",
            category=category,
            brand="Acme",
            price_minor=price_minor + i * 100,
            stated=stated,
            options=[{"size": size} for size in sizes] or ({},),
        )
        for i, stated in enumerate(rows)
    ]


@pytest.fixture(scope="module")
def reader() -> QueryReader:
    """The shop of the other tests, and what is stated by power, load, or sizes that are spans."""
    power = [[("power", watts, "W"), ("cordless", True, None)] for watts in (15.0, 30.0, 45.0, 65.0, 100.0)]
    loads = [[("max_load", kilos, "kg")] for kilos in (100.0, 120.0, 130.0, 150.0)]
    own = [[("load", kilos, "kg")] for kilos in (5.0, 10.0, 15.0, 20.0)]
    screens = [[("screen_size", 24.0 + i, "inch"), ("refresh_rate", 60.0 * i, "Hz")] for i in range(1, 5)]
    plain: list[list[Stated]] = [[("style", "Sport", None)]] * 4
    shop = (
        *make_shop(),
        *_shelf("Power banks", 3000, *power),
        *_shelf("Office chairs", 20000, *loads),
        *_shelf("Dumbbells", 3000, *own),
        *_shelf("Monitors", 20000, *screens),
        *_shelf("Bike helmets", 5000, *plain, sizes=("48-52 cm", "52-56 cm", "56-60 cm")),
        *_shelf("Socks", 1000, *plain, sizes=("5-7", "8-10", "11-13")),
    )
    return QueryReader(Vocabulary.learn(shop), "USD")


def labels(reader: QueryReader, text: str) -> set[str]:
    (understood,) = reader.read(text)
    return {wish.label() for wish in understood.constraints}


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("headphones under 100 wireless", {"Headphones", "under $100"}),
        ("rain jackets under 100 stainless", {"Rain jackets", "under $100"}),
        ("power bank under 40 cordless", {"Power banks", "cordless", "under $40"}),
        ("headphones up to 12 plates", {"Headphones"}),
    ],
)
def test_a_budget_stands_before_any_word_that_counts_nothing(reader: QueryReader, text: str, limits: set[str]) -> None:
    assert labels(reader, text) == limits


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("tent under 2.5kg and under 250$", {"weight up to 2.5 kg", "under $250"}),
        ("tent lighter than 2.5 kg and under 250", {"weight up to 2.5 kg", "under $250"}),
        ("tent over 2.5 kg and under 250", {"weight from 2.5 kg", "under $250"}),
        ("tent 250$ and under 2.5 kg", {"weight up to 2.5 kg", "under $250"}),
        ("tent 2.5 kg and under", {"weight up to 2.5 kg"}),
        ("tent for 2 under 2.5 kg", {"weight up to 2.5 kg", "sleeps 2 person"}),
        ("for 2 people tent, up to 2.5 kg", {"weight up to 2.5 kg", "sleeps 2 person"}),
    ],
)
def test_each_of_two_limits_keeps_its_own_comparison(reader: QueryReader, text: str, limits: set[str]) -> None:
    assert labels(reader, text) == {"Tents", *limits}


def test_at_least_one_and_above_another_are_two_least_ends(reader: QueryReader) -> None:
    said = labels(reader, "monitor at least 27 inch and above 144 Hz")
    assert said == {"Monitors", "screen size from 27 inch", "refresh rate from 144 Hz"}


def test_what_fits_a_tent_for_two_is_no_tent(reader: QueryReader) -> None:
    assert "Tents" not in labels(reader, "footprint for 2 people tent")


def test_a_word_of_the_kinds_own_name_names_no_number(reader: QueryReader) -> None:
    assert labels(reader, "power bank under 40") == {"Power banks", "under $40"}
    assert labels(reader, "power bank, power at least 40") == {"Power banks", "power from 40 W"}


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("rain jacket M black under 150", {"size M", "Black", "under $150"}),
        ("rain jacket XL cotton", {"size XL", "Cotton"}),
        ("rain jacket from H&M", set()),
    ],
)
def test_a_capital_between_words_is_a_size_where_the_kind_has_it(
    reader: QueryReader, text: str, sizes: set[str]
) -> None:
    assert labels(reader, text) == {"Rain jackets", *sizes}


@pytest.mark.parametrize(
    "text",
    ["office chair for 130 kg", "office chair that holds 130 kg", "office chair that holds up to 130 kg",
     "office chair, i weigh 130 kg", "office chair max load 130 kg"],
)  # fmt: skip
def test_what_bears_a_weight_may_bear_more(reader: QueryReader, text: str) -> None:
    assert labels(reader, text) == {"Office chairs", "max load from 130 kg"}


def test_a_load_of_its_own_stays_exact(reader: QueryReader) -> None:
    assert labels(reader, "dumbbell 10 kg") == {"Dumbbells", "load about 10 kg"}


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("bike helmet 58 cm", {"Bike helmets", "size 56-60 cm"}),
        ("bike helmet for a 545 mm head", {"Bike helmets", "size 52-56 cm"}),
        ("bike helmet 56 cm", {"Bike helmets", "size 52-56 cm or 56-60 cm"}),
        ("bike helmet size 58", {"Bike helmets", "size 56-60 cm"}),
        ("socks size 9", {"Socks", "size 8-10"}),
    ],
)
def test_a_size_is_the_span_that_holds_it(reader: QueryReader, text: str, wishes: set[str]) -> None:
    assert labels(reader, text) == wishes


@pytest.mark.parametrize(
    ("first", "then", "limits"),
    [
        ("headphones under 200", "at least 100", "$100 to $200"),
        ("headphones over 100", "under 200", "$100 to $200"),
        ("headphones under 200", "at least 250", "from $250"),
        ("headphones under 200", "over 100 instead", "from $100"),
        ("headphones around 100", "under 110", "under $110"),
    ],
)
def test_a_limit_of_one_side_keeps_the_other(reader: QueryReader, first: str, then: str, limits: str) -> None:
    held = reader.read(first)[0].constraints
    (wish,) = reader.read_refinement(then, "headphones", held).constraints
    assert wish.label() == limits


def test_a_size_of_one_letter_is_not_given_up_by_a_word_that_holds_it(reader: QueryReader) -> None:
    held = reader.read("rain jacket size L black")[0].constraints
    assert reader.read_refinement("forget the colour", "rain jacket", held).dropped == ("attribute:colour",)
