from __future__ import annotations

import pytest

from recommender.events import Item
from recommender.item_table import build_table, price_band
from tests.recommender.shop import ITEMS


def test_rows_follow_the_ids_and_strangers_get_the_last_row() -> None:
    table = build_table(ITEMS)
    assert table.rows(["tent-2", "stranger", "tent-1"]).tolist() == [1, 6, 0]
    assert table.category[6] == table.brand[6] == -1
    assert table.find("tent-2") is ITEMS["tent-2"]
    assert table.find("stranger") is None


def test_what_is_not_stated_is_no_value_of_its_own() -> None:
    table = build_table({"bare": Item("bare", None, None, None, 0)})
    assert table.category[0] == table.department[0] == table.brand[0] == -1
    assert table.category_names == table.brand_names == ()
    assert not table.sold_out[0]
    assert table.hashed[0, 1:4].tolist() == [0, 0, 0]


def test_an_empty_catalogue_has_the_unknown_row_only() -> None:
    table = build_table({})
    assert table.rows(["anything"]).tolist() == [0]
    assert table.hashed.shape == (1, 5)


@pytest.mark.parametrize("price_minor", [99, 1000, 123_456])
def test_twice_the_price_is_two_bands_higher(price_minor: int) -> None:
    assert price_band(2 * price_minor) - price_band(price_minor) == 2


def test_a_negative_price_is_read_as_nothing() -> None:
    assert price_band(-5) == 0
