"""Limits beside refusals, kinds behind a negation, ounces, and ranges of plain numbers."""

from __future__ import annotations

import pytest

from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from tests.retrieval.chinese.shop import make_shop as make_chinese_shop
from tests.retrieval.reading_shop import make_product, make_shop


@pytest.fixture(scope="module")
def reader() -> QueryReader:
    """The shop of the other tests, and flasks of 0.3 to 0.8 l that weigh 200 to 700 g and cost $20 to $70."""
    flasks = [
        make_product(
            f"flask-{i}",
            f"Acme flask {i}",
            category="Flasks",
            brand="Acme",
            price_minor=2000 + i * 1000,
            stated=[("capacity", 0.3 + i / 10, "l"), ("weight", 200 + i * 100, "g")],
        )
        for i in range(6)
    ]
    coats = [
        make_product(
            f"coat-{i}",
            f"Acme coat {i}",
            category="Coats",
            brand="Acme",
            price_minor=9000 + i * 1000,
            stated=[("weight", 700 + i, "g")],
        )
        for i in range(6)
    ]
    return QueryReader(Vocabulary.learn((*make_shop(), *flasks, *coats)), "USD")


def labels(reader: QueryReader, text: str) -> set[str]:
    (understood,) = reader.read(text)
    return {wish.label() for wish in understood.constraints}


@pytest.mark.parametrize(
    "text",
    [
        "tent not red and not over 200", "tent not over 200 and not red", "tent no red no more than 200",
        "tent that is not red and costs no more than $200", "tent, not red or anything over $200",
        "I don’t want red or anything over $200 tent", "tent neither red nor above 200",
    ],
)  # fmt: skip
def test_a_refusal_and_a_limit_are_both_kept(reader: QueryReader, text: str) -> None:
    assert labels(reader, text) == {"Tents", "not Red", "under $200"}


@pytest.mark.parametrize(
    "text", ["tent not red and not over 2 kg", "tent not over 2 kg and not red", "tent not red or over 2 kg"]
)
def test_a_refusal_and_a_weight_are_both_kept(reader: QueryReader, text: str) -> None:
    assert labels(reader, text) == {"Tents", "not Red", "weight up to 2 kg"}


@pytest.mark.parametrize(
    "text",
    ["no tents over 200", "don't want a tent over 200", "don't show me tents over $200", "hide all tents over 200"],
)
def test_a_negation_that_turns_a_limit_keeps_the_kind(reader: QueryReader, text: str) -> None:
    assert labels(reader, text) == {"Tents", "under $200"}


@pytest.mark.parametrize("text", ["show me no red tents over 200", "I don't want a red tent over $200"])
def test_it_keeps_what_else_is_said_of_the_kind(reader: QueryReader, text: str) -> None:
    assert labels(reader, text) == {"Tents", "Red", "under $200"}


def test_it_keeps_the_kind_of_a_limit_on_weight(reader: QueryReader) -> None:
    assert labels(reader, "no tents over 2 kg") == {"Tents", "weight up to 2 kg"}


def test_what_stands_before_or_is_refused_all_the_same(reader: QueryReader) -> None:
    assert labels(reader, "I don't want red or tents over $200") == {"Tents", "not Red", "under $200"}


def test_a_curly_apostrophe_is_one(reader: QueryReader) -> None:
    assert labels(reader, "tent, I don’t want to spend more than 100") == {"Tents", "under $100"}


def test_in_before_a_colour_is_no_inch(reader: QueryReader) -> None:
    assert labels(reader, "tent under 200 in red") == {"Tents", "Red", "under $200"}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("16 oz flask", "capacity about 0.473 l"), ("flask not over 16 oz", "capacity up to 0.473 l"),
        ("flask that weighs under 16 oz", "weight up to 454 g"), ("light flask, 16 oz", "weight about 454 g"),
        ("coat under 30 oz", "weight up to 850 g"),
    ],
)  # fmt: skip
def test_ounces_are_fluid_where_the_kind_holds_about_so_much(reader: QueryReader, text: str, label: str) -> None:
    assert label in labels(reader, text)


@pytest.mark.parametrize(
    "text", ["coat 80 to 120", "coats 80-120", "coat, 80 – 120, please", "coat 80 to 120 with a hood"]
)
def test_two_plain_numbers_behind_a_kind_are_a_price_where_they_can_be_nothing_else(
    reader: QueryReader, text: str
) -> None:
    assert labels(reader, text) == {"Coats", "$80 to $120"}


@pytest.mark.parametrize(
    "text",
    [
        "coat 10-12", "coat 90-85", "coat 80-120 g", "coat 90-120x60", "coat A 80-120", "coat model 80-120",
        "coat 5000-6000", "coat 650-1000", "tent 2-3", "hiking boots 80-120 cm", "laptop stand 80-120",
    ],
)  # fmt: skip
def test_other_ranges_are_no_price(reader: QueryReader, text: str) -> None:
    assert not any("$" in label for label in labels(reader, text))


@pytest.mark.parametrize(
    "text", ["不要200元以上的鼠标", "鼠标，200元以上的都不要", "超过200元的不要 鼠标", "鼠标不要价格超过200元的"]
)
def test_a_refused_limit_keeps_the_kind_in_chinese(text: str) -> None:
    reader = QueryReader(Vocabulary.learn(make_chinese_shop()), "CNY")

    assert labels(reader, text) == {"无线鼠标 or 有线鼠标", "under CN¥200"}
