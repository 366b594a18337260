"""Pairs come from a product's own words and from what was taken, and nothing that is judged is trained on."""

from __future__ import annotations

import pytest

from retrieval.embeddings import product_text
from retrieval.encoder_training.pairs import Pairs, make_pairs, words_of
from retrieval.product import Attribute
from retrieval.taken import Taken
from tests.retrieval.encoder_training.toy import TITLE_WORDS, toy_products
from tests.retrieval.fakes import product

PRODUCTS = [
    *toy_products(),
    product(
        "boot",
        "Norrfell Ridge hiking boot",
        brand="Norrfell",
        category="Hiking boots",
        attributes=[Attribute("material", "leather")],
        description="For long days in wet hills.",
    ),
]
TAKEN = [Taken(f"word{number}", "p1") for number in range(60)]


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    return make_pairs(PRODUCTS, TAKEN, seed=5)


def test_no_query_is_in_two_parts(pairs: Pairs) -> None:
    said = [{words_of(pair.query) for pair in part} for part in (pairs.train, pairs.development, pairs.test)]
    assert all(said)
    assert not said[0] & said[1]
    assert not said[0] & said[2]
    assert not said[1] & said[2]


def test_no_product_and_no_title_is_in_two_parts_but_for_what_was_taken(pairs: Pairs) -> None:
    twin = [*PRODUCTS, *(product(f"again-{one.id}", one.title, description="other words here") for one in PRODUCTS)]
    for made, rows in ((pairs, PRODUCTS), (make_pairs(twin, (), seed=5), twin)):
        titles = [
            {rows[pair.row].title for pair in part if pair.view != "taken"}
            for part in (made.train, made.development, made.test)
        ]
        assert not titles[0] & titles[1]
        assert not titles[0] & titles[2]
        assert not titles[1] & titles[2]


def test_words_that_were_taken_are_split_by_the_words(pairs: Pairs) -> None:
    counts = [sum(pair.view == "taken" for pair in part) for part in (pairs.train, pairs.development, pairs.test)]
    assert sum(counts) == len(TAKEN)
    assert min(counts) > 0
    assert counts[0] > 30


def test_words_of_shoppers_stay_held_out_where_the_catalogue_says_the_same() -> None:
    made = make_pairs(PRODUCTS, [Taken(word, "p1") for word in TITLE_WORDS], seed=5)
    held = {words_of(pair.query) for pair in (*made.development, *made.test) if pair.view == "taken"}
    assert held
    assert not held & {words_of(pair.query) for pair in made.train}


def test_the_same_seed_makes_the_same_pairs_and_another_product_changes_no_others(pairs: Pairs) -> None:
    assert make_pairs(PRODUCTS, TAKEN, seed=5) == pairs
    assert make_pairs(PRODUCTS, TAKEN, seed=6) != pairs
    more = make_pairs([*PRODUCTS, product("new", "Something entirely new")], (), seed=5)
    own = [pair for pair in pairs.train if pair.view != "taken"]
    assert [pair for pair in more.train if pair.row < len(PRODUCTS)] == own


def test_a_query_is_made_of_its_products_own_words(pairs: Pairs) -> None:
    for pair in (*pairs.train, *pairs.test):
        if pair.view == "query":
            assert pair.document == product_text(PRODUCTS[pair.row])
            assert set(pair.query.split()) <= set(pair.document.lower().replace(".", " ").split())


def test_a_title_stands_against_what_else_is_told(pairs: Pairs) -> None:
    for pair in pairs.train:
        if pair.view == "title":
            assert pair.query == PRODUCTS[pair.row].title
            assert not words_of(pair.query) & words_of(pair.document) or pair.row == len(PRODUCTS) - 1


def test_what_was_taken_more_often_counts_more_and_what_is_gone_does_not() -> None:
    taken = [Taken("warm", "p0"), Taken("warm", "p0", 3.0), Taken("warm", "p1"), Taken("warm", "gone"), Taken("", "p1")]
    made = make_pairs(PRODUCTS, taken, seed=5)
    found = [pair for part in (made.train, made.development, made.test) for pair in part if pair.view == "taken"]
    assert [(pair.query, pair.row, pair.weight) for pair in found] == [("warm", 0, 2.0), ("warm", 1, 1.0)]


def test_a_title_without_a_word_makes_no_pair() -> None:
    made = make_pairs([product("odd", "***", description="it has words enough here")], (), seed=5)
    assert all(words_of(pair.query) for part in (made.train, made.development, made.test) for pair in part)
