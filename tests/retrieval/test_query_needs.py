"""Several needs in one message."""

from __future__ import annotations

import pytest

from retrieval.filters import CategoryIn, PriceRange
from retrieval.query import QueryReader
from retrieval.results import Sort
from retrieval.vocabulary import Vocabulary
from tests.retrieval.reading_shop import make_shop


@pytest.fixture(scope="module")
def reader() -> QueryReader:
    return QueryReader(Vocabulary.learn(make_shop()), "USD")


def kinds(reader: QueryReader, text: str) -> list[tuple[str, ...]]:
    return [
        next((wish.values for wish in need.constraints if isinstance(wish, CategoryIn)), ())
        for need in reader.read(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sweater, jeans and boots", ["Sweaters", "Jeans", "Hiking boots"]),
        ("I need a tent, a sleeping bag and hiking boots", ["Tents", "Sleeping bags", "Hiking boots"]),
        ("a laptop and a mouse for it", ["Laptops", "Computer mice"]),
        ("a backpack for me and jeans for my son", ["Backpacks", "Jeans"]),
        ("a light and small tent and a backpack", ["Tents", "Backpacks"]),
        ("tent. Also a sleeping bag", ["Tents", "Sleeping bags"]),
        ("a red shirt and blue jeans", ["Shirts", "Jeans"]),
    ],
)
def test_each_kind_is_a_need(reader: QueryReader, text: str, expected: list[str]) -> None:
    assert kinds(reader, text) == [(name,) for name in expected]


@pytest.mark.parametrize(
    "text",
    [
        "black and red shirt", "salt and pepper mill", "a warm, light and waterproof tent", "laptop bag",
        "backpack with a laptop bag", "bag for laptop and mouse", "tent",
    ],
)  # fmt: skip
def test_and_alone_makes_no_second_need(reader: QueryReader, text: str) -> None:
    assert len(reader.read(text)) == 1


def test_a_list_closed_by_or_is_one_need(reader: QueryReader) -> None:
    assert kinds(reader, "sweaters, shirts or jeans") == [("Sweaters", "Shirts", "Jeans")]


def test_each_need_keeps_its_own_words(reader: QueryReader) -> None:
    tent, backpack = reader.read("4 person tent under 300 and a cheap red backpack from Acme")

    assert [wish.label() for wish in tent.constraints] == ["Tents", "sleeps 4 person", "under $300"]
    assert [wish.label() for wish in backpack.constraints] == ["Backpacks", "Acme", "Red", "under $65"]
    assert tent.text == "4 person tent"


def test_a_limit_belongs_to_the_nearest_need(reader: QueryReader) -> None:
    limits = [
        [wish for wish in need.constraints if isinstance(wish, PriceRange)]
        for need in reader.read("I need a tent, a sleeping bag and hiking boots under $100")
    ]

    assert limits == [[], [], [PriceRange("USD", None, 10000)]]


@pytest.mark.parametrize("text", ["a tent and a backpack, all under $100", "tent and backpack under $100 each"])
def test_a_limit_for_all_belongs_to_each_need(reader: QueryReader, text: str) -> None:
    assert all(PriceRange("USD", None, 10000) in need.constraints for need in reader.read(text))


def test_an_order_belongs_to_its_need(reader: QueryReader) -> None:
    assert [need.sort for need in reader.read("the cheapest tent and a backpack")] == [Sort.PRICE_LOW, Sort.RELEVANCE]


def test_misspelt_words_are_told_where_they_were_said(reader: QueryReader) -> None:
    first, second = reader.read("a tent and a backpak")

    assert (first.corrected, second.corrected) == ({}, {"backpak": "backpack"})


def test_more_than_four_needs_are_set_aside(reader: QueryReader) -> None:
    needs = reader.read("tent, sleeping bag, boots, laptop, headphones and jeans")

    assert len(needs) == 4
    assert needs[-1].set_aside == ("headphones", "jeans")
