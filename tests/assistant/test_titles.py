from __future__ import annotations

import pytest

from assistant.titles import TitleIndex
from retrieval.product import Product
from tests.assistant.small_shop import BOOTS, CAMP_MUG, DOME, FJELL_2, FJELL_4, OAK_MUG, PEAK, PRODUCTS, RIDGE, TENTS

INDEX = TitleIndex(PRODUCTS)


@pytest.mark.parametrize(
    ("words", "table", "meant"),
    [
        ("the dome", TENTS, DOME),
        ("fjell 4 please", TENTS, FJELL_4),
        ("the norrfell fjell 2 tent", (), FJELL_2),
        ("norrfell peak", TENTS, PEAK),  # More of its title is said than of any tent by Norrfell.
        ("bolt ridge", (OAK_MUG,), RIDGE),
        ("the bolt", (OAK_MUG, CAMP_MUG), OAK_MUG),
    ],
)
def test_the_best_joint_match_is_meant(words: str, table: tuple[Product, ...], meant: Product) -> None:
    assert INDEX.find(words, table).product == meant


def test_a_name_of_several_is_told_as_a_tie() -> None:
    found = INDEX.find("the fjell", TENTS)
    assert found.product is None
    assert {product.id for product in found.tied} == {FJELL_2.id, FJELL_4.id}


@pytest.mark.parametrize("words", ["boots", "a brown one", "is it leather?", "forest", "hello", "", "4"])
def test_a_kind_a_fact_or_a_part_of_a_name_elsewhere_means_nothing(words: str) -> None:
    assert INDEX.find(words, BOOTS).product is None


def test_a_whole_title_wins_over_the_table() -> None:
    assert INDEX.find("add the Norrfell Peak Boot in 9", (FJELL_2, RIDGE)).product == PEAK
