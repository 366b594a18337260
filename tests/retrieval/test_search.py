"""What a search finds: real matches only, filters inside, scores made of visible parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.engine import Retrieval
from retrieval.filters import AttributeRange, BrandIn, Constraint, InStock, PriceRange, Verdict, passes
from retrieval.loader import import_products
from retrieval.results import SearchRequest
from tests.retrieval.fakes import WordEncoder, product, small_shop
from tests.retrieval.test_columns import CONSTRAINTS


@pytest.fixture(scope="module", params=["words", "meaning"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Retrieval:
    root = tmp_path_factory.mktemp("search")
    import_products(small_shop(), root=root, name="shop", encoder=WordEncoder())
    retrieval = Retrieval.open(root, "shop")
    if request.param == "meaning":
        retrieval.warm(WordEncoder())
    return retrieval


def found(shop: Retrieval, text: str, *constraints: Constraint) -> list[str]:
    return [hit.product_id for hit in shop.search(SearchRequest(text, constraints)).hits]


def test_the_product_that_has_all_the_words_comes_first(shop: Retrieval) -> None:
    assert found(shop, "enamel mug blue")[0] == "mug-2"
    assert found(shop, "norrfell hiking boots")[0] == "boot-1"


def test_part_numbers_are_found_whole_and_in_pieces(shop: Retrieval) -> None:
    for text in ("LX-400/B", "lx400b", "LX 400", "400lm", "400 lm"):
        assert found(shop, text)[:1] == ["lamp-1"], text


def test_a_word_that_stands_nowhere_finds_nothing(shop: Retrieval) -> None:
    result = shop.search(SearchRequest("saxophone"))
    assert result.hits == ()
    assert result.total == 0
    assert result.relaxations == ()
    assert result.facets == {}


def test_every_hit_is_let_through_and_says_how(shop: Retrieval) -> None:
    wishes = (PriceRange("USD", max_minor=12_500), InStock(), BrandIn(("Acme",), exclude=True))
    for hit in shop.search(SearchRequest("boot", wishes)).hits:
        assert passes(wishes, shop.catalogue.get(hit.product_id))
        assert set(hit.verdicts) == {"price", "in_stock", "not_brand"}
        assert hit.verdicts["price"] is hit.verdicts["in_stock"] is Verdict.MET


def test_the_variant_that_fits_is_the_one_that_is_shown(shop: Retrieval) -> None:
    hits = shop.search(SearchRequest("hiking boot", (InStock(),))).hits
    assert {hit.product_id: hit.variant_id for hit in hits} == {"boot-1": "boot-1-41", "boot-2": "boot-2-42"}


def test_a_score_is_made_of_its_parts(shop: Retrieval) -> None:
    hit = shop.search(SearchRequest("hiking boot")).hits[0]
    assert set(hit.parts) == {"bm25", "dense", "rrf", "popularity"}
    assert hit.parts["bm25"] > 0
    assert (hit.parts["dense"] > 0) is (shop.mode == "words+meaning")
    assert 0 < hit.score <= 1


def test_facets_count_matching_products_only(shop: Retrieval) -> None:
    facets = shop.search(SearchRequest("hiking boot")).facets
    assert facets["brand"] == {"Norrfell": 1, "Karst": 1}
    assert facets["waterproof"] == {"yes": 1, "no": 1}
    assert facets["size"] == {"41": 2, "42": 2}
    assert "category" not in facets


def test_numbers_are_filtered_in_the_catalogue_s_unit(shop: Retrieval) -> None:
    assert found(shop, "hiking boot", AttributeRange("weight", max=800.0, unit="g")) == ["boot-2"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.sampled_from(["", "hiking boot", "mug", "lamp karst", "nothing-like-it"]),
    constraints=st.lists(CONSTRAINTS, max_size=3, unique_by=lambda c: c.key),
)
def test_filters_hold_inside_both_searches(shop: Retrieval, text: str, constraints: list[Constraint]) -> None:
    wishes = tuple(constraints)
    result = shop.search(SearchRequest(text, wishes, k=200))
    assert result.total == len(result.hits)
    assert all(passes(wishes, shop.catalogue.get(hit.product_id)) for hit in result.hits)
    if not text:
        assert {hit.product_id for hit in result.hits} == {p.id for p in shop.catalogue.rows if passes(wishes, p)}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40))
def test_any_text_is_answered(shop: Retrieval, text: str) -> None:
    result = shop.search(SearchRequest(text))
    scores = [hit.score for hit in result.hits]
    assert scores == sorted(scores, reverse=True)


def test_a_filter_does_not_lose_products_that_are_far_down_the_list(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    shop = [product(f"l{i}", f"Lamp {i}", int(rng.integers(100, 10_000)), brand="A" if i else "B") for i in range(700)]
    import_products(shop, root=tmp_path, name="many", encoder=WordEncoder())
    retrieval = Retrieval.open(tmp_path, "many")
    retrieval.warm(WordEncoder())
    assert retrieval.search(SearchRequest("lamp")).total == 700
    assert found(retrieval, "lamp", BrandIn(("B",))) == ["l0"]
