"""Numbers beside a price, units without a number, temperatures, fewest and most, and the names that titles use."""

from __future__ import annotations

import pytest

from retrieval.product import Product
from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from tests.retrieval.reading_shop import BRANDS, Stated, make_product, make_shop


def _kind(category: str, title: str, stated: list[list[Stated]], department: str | None = None) -> list[Product]:
    return [
        make_product(
            f"{category}-{i}",
            f"{BRANDS[i % 4]} {title}",
            category=category,
            department=department,
            brand=BRANDS[i % 4],
            price_minor=5000 + 100 * i,
            stated=stated[i % len(stated)],
        )
        for i in range(8)
    ]


@pytest.fixture(scope="module")
def reader() -> QueryReader:
    players: list[list[Stated]] = [[("min_players", 2.0, None), ("max_players", 4.0 + i, None)] for i in range(3)]
    warm: list[list[Stated]] = [
        [("filling", filling, None), ("comfort_temperature", degrees, "°C"), ("weight", 900.0 + degrees, "g")]
        for filling in ("Down", "Synthetic")
        for degrees in (-15.0, -8.0, 4.0)
    ]
    ears: list[list[Stated]] = [[("fit", fit, None)] for fit in ("Over-ear", "On-ear", "In-ear")]
    made = [
        *_kind("Board games", "board game", players),
        *_kind("Quilts", "quilt", warm),
        *_kind("Headsets", "headset", ears),
        *_kind("Hats", "beanie", [[("gender", "Women", None)], [("gender", "Men", None)]]),
    ]
    return QueryReader(Vocabulary.learn((*make_shop(), *made)), "USD")


def labels(reader: QueryReader, text: str) -> list[str]:
    return [wish.label() for wish in reader.read(text)[0].constraints]


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("board game for 2 players under 40", ["min players up to 2", "max players from 2", "under $40"]),
        ("board game for two players", ["min players up to 2", "max players from 2"]),
        ("board game, 2-5 players", ["min players up to 2", "max players from 5"]),
        ("board game for up to 6 players", ["max players from 6"]),
        ("board game under 40", ["under $40"]),
    ],
)
def test_how_many_lie_between_the_fewest_and_the_most(reader: QueryReader, text: str, wishes: list[str]) -> None:
    assert labels(reader, text) == ["Board games", *wishes]


def test_a_number_before_a_price_is_its_own(reader: QueryReader) -> None:
    assert labels(reader, "hiking boots size 8 max 120") == ["Hiking boots", "size 8", "under $120"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("tent under a kilo", "weight up to 1 kg"),
        ("tent lighter than half a kilo", "weight up to 500 g"),
        ("tent of about half a kilo", "weight 425 to 575 g"),
    ],
)
def test_a_unit_may_stand_without_its_number(reader: QueryReader, text: str, label: str) -> None:
    assert labels(reader, text) == ["Tents", label]


def test_an_article_counts_only_behind_a_comparison(reader: QueryReader) -> None:
    assert labels(reader, "tent for a man") == ["Tents"]
    assert labels(reader, "a one man tent") == ["Tents", "sleeps 1 person"]


@pytest.mark.parametrize(
    "text", ["quilt down to -10", "quilt for -10", "quilt down to minus 10", "quilt down to -10°C"]
)
def test_down_to_is_a_limit_and_no_filling(reader: QueryReader, text: str) -> None:
    assert labels(reader, text) == ["Quilts", "comfort temperature up to -10 °C"]


def test_down_is_a_filling_elsewhere(reader: QueryReader) -> None:
    assert labels(reader, "down quilt under 90") == ["Quilts", "Down", "under $90"]
    assert labels(reader, "shirt down to 20") == ["Shirts"]


@pytest.mark.parametrize(
    "text",
    ["headphones between 100 and 200, rated above 4", "headphones 100 to 200 dollars with a rating over 4",
     "headphones rated 4 and up between 100 and 200", "headphones between 100 and 200, 4+ stars"],
)  # fmt: skip
def test_a_rating_beside_a_price_is_heard(reader: QueryReader, text: str) -> None:
    assert labels(reader, text) == ["Headphones", "$100 to $200", "rated 4+"]


def test_a_name_that_begins_with_a_preposition_is_meant_as_a_whole(reader: QueryReader) -> None:
    assert labels(reader, "headset not in ear") == ["Headsets", "not In-ear"]
    assert labels(reader, "headset over ear") == ["Headsets", "Over-ear"]
    assert labels(reader, "on-ear headset") == ["Headsets", "On-ear"]
    assert labels(reader, "in ear headset") == ["Headsets", "In-ear"]


def test_a_preposition_still_leads_to_what_a_thing_is_for(reader: QueryReader) -> None:
    assert labels(reader, "cable for headset") == ["Cables"]


def test_titles_name_a_category_in_their_own_words(reader: QueryReader) -> None:
    assert labels(reader, "beanie") == ["Hats"]
    assert labels(reader, "womens beanie") == labels(reader, "women's beanie") == ["Hats", "Women"]


def test_a_word_of_many_categories_or_beside_their_name_names_none() -> None:
    titles = {"Hats": "wool beanie", "Scarves": "wool scarf", "Rugs": "rug, season"}
    shop = [
        make_product(f"{category}-{i}", f"{BRANDS[i]} {title}", category=category, brand=BRANDS[i])
        for category, title in titles.items()
        for i in range(4)
    ]
    assert Vocabulary.learn(shop).title_names == {"beanie": "Hats"}
    assert Vocabulary.learn(shop[:4]).title_names == {}


def test_the_word_before_a_department_tells_which_of_it() -> None:
    laptop: list[list[Stated]] = [[("laptop_size", size, "inch")] for size in (13.0, 15.0)]
    shop = [
        *_kind("Laptop sleeves", "laptop sleeve", [[]], "Bags"),
        *_kind("Backpacks", "backpack", laptop, "Bags"),
        *_kind("Tote bags", "tote bag", [[]], "Bags"),
    ]
    reader = QueryReader(Vocabulary.learn(shop), "USD")
    assert labels(reader, "laptop bag then, 15 inch") == [
        "Backpacks or Laptop sleeves",
        "laptop size about 15 inch",
    ]
    assert labels(reader, "sturdy bag") == ["Bags"]
