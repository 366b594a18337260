from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.references import Table, order_id_in, resolve
from retrieval.product import Product
from tests.assistant.small_shop import CAMP_MUG, DOME, FJELL_2, FJELL_4, PEAK, PRODUCTS, RIDGE, TENTS

TABLE = Table(TENTS)


def ids(products: tuple[Product, ...]) -> list[str]:
    return [product.id for product in products]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("tell me more about the second one", ["fjell-4"]),
        ("add #3", ["dome"]),
        ("option two please", ["fjell-4"]),
        ("is number 1 waterproof?", ["fjell-2"]),
        ("the last one", ["dome"]),
        ("the former", ["fjell-2"]),
        ("compare the first and the third", ["fjell-2", "dome"]),
        ("compare the first two", ["fjell-2", "fjell-4"]),
        ("the last two", ["fjell-4", "dome"]),
        ("compare all of them", ["fjell-2", "fjell-4", "dome"]),
        ("compare these three", ["fjell-2", "fjell-4", "dome"]),
        ("the cheapest one", ["dome"]),
        ("how about the most expensive?", ["fjell-4"]),
        ("which is the best rated of them?", ["fjell-2"]),
        ("the lightest one", ["fjell-2"]),
        ("the heaviest", ["fjell-4"]),
        ("is the Meadow any good?", ["dome"]),
        ("tell me about Norrfell Fjell 4 Tent", ["fjell-4"]),
        ("add dome to my cart", ["dome"]),
    ],
)
def test_words_point_at_products_of_the_slate(words: str, meant: list[str]) -> None:
    assert ids(resolve(words, TABLE)) == meant


@pytest.mark.parametrize("words", ["the ninth one", "tents", "what is your return policy?", "", "hello", "the 4th"])
def test_words_that_point_at_nothing_give_nothing(words: str) -> None:
    assert resolve(words, TABLE) == ()


def test_nothing_is_pointed_at_on_an_empty_table() -> None:
    assert resolve("the first one, it, all of them, the cheapest", Table(())) == ()


def test_it_is_the_product_talked_about_then_the_page_then_the_first_shown() -> None:
    words = "how heavy is it?"
    assert resolve(words, Table(TENTS, FJELL_4, RIDGE)) == (FJELL_4,)
    assert resolve(words, Table(TENTS, None, RIDGE)) == (RIDGE,)
    assert resolve(words, Table(TENTS)) == (FJELL_2,)


def test_the_second_of_a_kind_is_counted_within_the_kind() -> None:
    mixed = Table((CAMP_MUG, FJELL_2, RIDGE, DOME, PEAK))
    assert resolve("the second tent", mixed) == (DOME,)
    assert resolve("the cheapest boots", Table((CAMP_MUG, RIDGE, PEAK))) == (RIDGE,)


def test_both_are_the_two_that_are_shown() -> None:
    assert resolve("compare both", Table((RIDGE, PEAK))) == (RIDGE, PEAK)


@pytest.mark.parametrize("words", ["compare those two", "compare these 2", "add both"])
def test_those_two_are_the_ones_talked_about_then_those_compared(words: str) -> None:
    assert resolve(words, Table(TENTS, talked=(FJELL_2, DOME), compared=(FJELL_4, DOME))) == (FJELL_2, DOME)
    assert resolve(words, Table(TENTS, talked=(FJELL_2,), compared=(FJELL_4, DOME))) == (FJELL_4, DOME)
    assert resolve(words, Table(TENTS)) == (FJELL_2, FJELL_4)


def test_the_lighter_one_is_of_those_compared() -> None:
    compared = Table(TENTS, compared=(FJELL_4, FJELL_2))
    assert resolve("take the lighter one", compared) == (FJELL_2,)
    assert resolve("i'd rather have the heavier", compared) == (FJELL_4,)
    assert resolve("in the lighter blue", compared) == ()


def test_the_one_that_states_it_is_meant_where_no_other_does() -> None:
    boots = Table((RIDGE, PEAK))
    assert resolve("the leather one", boots) == (RIDGE,)
    assert resolve("the suede ones", boots) == (PEAK,)


def test_a_lone_kind_does_not_point_at_the_one_of_that_kind() -> None:
    assert resolve("boots", Table((RIDGE, CAMP_MUG))) == ()


@pytest.mark.parametrize(
    ("words", "order_id"),
    [
        ("where is a-10421?", "A-10421"),
        ("order 10421 please", "10421"),
        ("cancel #10421", "10421"),
        ("order number A-10421", "A-10421"),
        ("two of them", None),
        ("a tent under 200", None),
    ],
)
def test_an_order_number_is_read(words: str, order_id: str | None) -> None:
    assert order_id_in(words) == order_id


_POINTING = st.lists(
    st.sampled_from(
        [
            *("the", "first", "second", "3rd", "last", "two", "both", "all", "of", "them", "cheapest", "lightest"),
            *("one", "ones", "it", "that", "#2", "number", "option", "compare", "tent", "boot", "mug", "red", "acme"),
            *("0", "99", "leather", "generation", "&", "(", "[", "\\"),
        ]
    ),
    max_size=8,
).map(" ".join)


@given(words=st.one_of(st.text(max_size=60), _POINTING), shown=st.lists(st.integers(0, len(PRODUCTS) - 1), unique=True))
def test_any_text_is_resolved_to_products_of_the_table_without_repeating(words: str, shown: list[int]) -> None:
    products = [PRODUCTS[number] for number in shown]
    table = Table(products, products[0] if products else None, CAMP_MUG)
    found = ids(resolve(words, table))
    assert len(set(found)) == len(found)
    assert set(found) <= set(ids(table.everything()))
    order_id_in(words)
