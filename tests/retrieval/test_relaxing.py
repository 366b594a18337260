"""What is offered where nothing fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.engine import Retrieval
from retrieval.filters import (
    AttributeIn,
    AttributeRange,
    BrandIn,
    CategoryIn,
    Constraint,
    InStock,
    MinRating,
    PriceRange,
)
from retrieval.loader import import_products
from retrieval.product import Attribute
from retrieval.results import SearchRequest, SearchResult
from tests.retrieval.fakes import product, small_shop

BOOTS = CategoryIn(("Hiking boots",))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Retrieval:
    return opened(tmp_path_factory.mktemp("relaxing"))


def opened(root: Path) -> Retrieval:
    cables = [
        product(f"cable-{metres}", f"Cable {metres}", category="Cables", attributes=[Attribute("length", metres, "m")])
        for metres in (0.5, 2.0, 5.0)
    ]
    import_products([*small_shop(), *cables], root=root, name="shop")
    return Retrieval.open(root, "shop")


def ask(shop: Retrieval, text: str, *wishes: Constraint) -> SearchResult:
    return shop.search(SearchRequest(text, wishes))


def moved(shop: Retrieval, *wishes: Constraint, text: str = "") -> list[tuple[str, str, int]]:
    return [(way.of, way.label, way.count) for way in ask(shop, text, *wishes).loosenings]


def test_a_price_is_moved_to_the_nearest_that_fits(shop: Retrieval) -> None:
    assert moved(shop, BOOTS, PriceRange("USD", max_minor=5_000)) == [("price", "under $80", 1)]
    assert moved(shop, BOOTS, PriceRange("USD", min_minor=20_000)) == [("price", "from $130", 1)]
    assert moved(shop, BOOTS, PriceRange("USD", 10_000, 11_000)) == [("price", "$90 to $110", 1)]


def test_the_nearest_price_is_that_of_a_variant_that_meets_all_other_wishes(shop: Retrieval) -> None:
    cheap = PriceRange("USD", max_minor=5_000)
    # Size 41 at $80 is sold out.
    assert moved(shop, BOOTS, cheap, InStock()) == [("price", "under $90", 1)]
    assert moved(shop, BOOTS, cheap, InStock(), AttributeIn("size", ("41",))) == [("price", "under $120", 1)]


def test_a_size_is_moved_to_the_nearest_that_is_stated(shop: Retrieval) -> None:
    assert moved(shop, BOOTS, AttributeIn("size", ("46",))) == [("attribute:size", "size 42", 2)]
    assert moved(shop, AttributeRange("length", 2.85, 3.15, "m")) == [("attribute:length", "length 2 m", 1)]
    assert moved(shop, AttributeRange("length", 600.0, None, "cm")) == [("attribute:length", "length from 500 cm", 1)]


def test_stars_are_moved_down(shop: Retrieval) -> None:
    assert moved(shop, BOOTS, MinRating(5.0)) == [("rating", "rated 4.9+", 1)]


def test_what_has_no_order_is_not_moved(shop: Retrieval) -> None:
    assert moved(shop, BOOTS, BrandIn(("Acme",))) == []
    assert moved(shop, BOOTS, AttributeIn("size", ("46", "47"))) == []
    assert moved(shop, BOOTS, AttributeIn("size", ("XXL",))) == []
    assert moved(shop, BOOTS, PriceRange("USD", 15_000, 8_500)) == []


def test_what_was_moved_is_what_is_found(shop: Retrieval) -> None:
    wishes = (BOOTS, PriceRange("USD", max_minor=5_000), InStock())
    (way,) = ask(shop, "boots", *wishes).loosenings
    found = ask(shop, "boots", *[way.to if wish.key == way.of else wish for wish in wishes])
    assert found.total == way.count == 1


def test_the_kind_is_given_up_last(shop: Retrieval) -> None:
    wishes = (BOOTS, PriceRange("USD", max_minor=5_000))
    assert [(way.drop, way.count) for way in ask(shop, "", *wishes).relaxations] == [("price", 2), ("category", 6)]


def test_a_wish_takes_its_words_along(shop: Retrieval) -> None:
    # "Hiking boots" left in the words would find the boots and not the mugs.
    result = ask(shop, "hiking boots", BOOTS, PriceRange("USD", max_minor=1_000))
    without_kind = next(way for way in result.relaxations if way.drop == "category")
    assert without_kind.count == ask(shop, "", PriceRange("USD", max_minor=1_000)).total == 5


def test_every_pair_is_counted(shop: Retrieval) -> None:
    wishes = (PriceRange("USD", max_minor=1), BrandIn(("Nobody",)), BOOTS)
    assert [(way.drop, way.count) for way in ask(shop, "", *wishes).relaxations] == [("price+brand", 2)]


def test_a_size_of_another_scale_is_not_near(shop: Retrieval) -> None:
    assert moved(shop, BOOTS, AttributeIn("size", ("44",))) == [("attribute:size", "size 42", 2)]
    assert moved(shop, BOOTS, AttributeIn("size", ("9",))) == []
