"""What a title calls its product, and what only stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.engine import Retrieval
from retrieval.loader import import_products
from retrieval.product import Product
from retrieval.results import SearchRequest, Sort
from retrieval.title_kinds import TitleKinds
from retrieval.vocabulary import Vocabulary
from tests.retrieval.fakes import product, small_shop

BRANDS = ("Norrfell", "Karst", "Velmora", "Ossian")


def _shop() -> list[Product]:
    """Notebooks that cost much, and the cheap things that are sold for them."""
    items = []
    for number, brand in enumerate(BRANDS):
        items += [
            product(f"n{number}", f"{brand} N{number}00 notebook 15 cm", 90_000 + number, brand=brand),
            product(f"c{number}", f"{brand} notebook case 15 cm", 2_000 + number, brand=brand),
            product(f"l{number}", f"{brand} laptop lock 2 m", 1_000 + number, brand=brand),
            product(f"a{number}", f"{brand} adapter 90 W for {brand} notebook", 3_000 + number, brand=brand),
        ]
    return items


@pytest.fixture
def kinds() -> TitleKinds:
    return TitleKinds(_shop(), Vocabulary.learn(_shop()))


def _ids(kinds: TitleKinds, text: str) -> set[str] | None:
    found = kinds.of(text)
    return None if found is None else {item.id for item, is_kind in zip(_shop(), found, strict=True) if is_kind}


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("notebook", "n"),
        ("Notebooks", "n"),
        ("laptop", "n"),
        ("Karst notebook", "n"),
        ("notebook case", "c"),
        ("laptop lock", "l"),
        ("adapter for notebook", "a"),
        ("for notebook", "n"),
    ],
)
def test_the_last_noun_says_what_is_wanted(kinds: TitleKinds, text: str, letter: str) -> None:
    assert _ids(kinds, text) == {f"{letter}{number}" for number in range(len(BRANDS))}


@pytest.mark.parametrize("text", ["", "Karst", "garden hose", "15", "!?"])
def test_words_that_are_no_kind_of_the_catalogue_name_none(kinds: TitleKinds, text: str) -> None:
    assert _ids(kinds, text) is None


def test_a_catalogue_with_categories_needs_no_titles() -> None:
    assert TitleKinds(small_shop(), Vocabulary.learn(small_shop())).of("hiking boot") is None


@pytest.fixture
def shop(tmp_path: Path) -> Retrieval:
    import_products(_shop(), root=tmp_path, name="shop")
    return Retrieval.open(tmp_path, "shop")


@pytest.mark.parametrize("text", ["notebook", "laptop"])
def test_things_go_before_what_is_sold_for_them(shop: Retrieval, text: str) -> None:
    assert {hit.product_id[0] for hit in shop.search(SearchRequest(text)).hits[: len(BRANDS)]} == {"n"}


@pytest.mark.parametrize("sort", [Sort.PRICE_LOW, Sort.PRICE_HIGH])
def test_an_order_by_price_begins_with_the_kind_that_was_named(shop: Retrieval, sort: Sort) -> None:
    found = [hit.product_id for hit in shop.search(SearchRequest("notebook", sort=sort)).hits]
    expected = [f"n{number}" for number in range(len(BRANDS))]
    assert found[: len(BRANDS)] == (expected if sort is Sort.PRICE_LOW else expected[::-1])
    assert {found_id[0] for found_id in found[len(BRANDS) :]} == {"c", "l", "a"}


def test_where_few_are_of_the_kind_an_order_by_price_goes_by_price_alone(tmp_path: Path) -> None:
    few = [item for item in _shop() if item.id not in ("n0", "n1")]
    import_products(few, root=tmp_path, name="few")
    found = Retrieval.open(tmp_path, "few").search(SearchRequest("notebook", sort=Sort.PRICE_LOW)).hits
    assert found[0].product_id[0] != "n"
