"""No limit is ever broken and no count is wrong, whatever is asked; the 10,000 of the goal run by `make long`."""

from __future__ import annotations

import json
import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.product import Product
from retrieval.results import SearchRequest
from tests.benchmarks import limit_violations
from tests.benchmarks.limit_violations import House, Tally, demo_shop, random_queries, said_queries, wishes_of
from tests.retrieval.random_shops import REQUESTS, shops


@settings(max_examples=150)
@given(shops(), st.booleans(), st.lists(REQUESTS, min_size=5, max_size=5))
def test_a_search_is_what_a_plain_loop_finds(
    shop: list[Product], with_meaning: bool, requests: list[SearchRequest]
) -> None:
    house, tally = House.of(shop, with_meaning), Tally()
    for request in requests:
        assert house.ask(request, tally) == []


@pytest.fixture(scope="module")
def demo() -> tuple[Product, ...]:
    return demo_shop()


def test_the_demo_shop_keeps_wishes_of_its_own_products(demo: tuple[Product, ...]) -> None:
    house, tally, rng = House.of(demo, with_meaning=False), Tally(), random.Random(3)
    while tally.queries < 60:
        product, other = rng.choices(demo, k=2)
        house.ask(SearchRequest(rng.choice(["", product.title]), wishes_of(product, rng, other), k=200), tally)
    assert tally.differences == []
    assert min(tally.empty, tally.relaxations, tally.loosenings, tally.hits, tally.facet_counts) > 0


def test_what_is_said_in_words_is_kept(demo: tuple[Product, ...]) -> None:
    tally = said_queries(demo, 150, seed_=3)
    assert tally.examples == []
    assert tally.hits > 500


def test_a_search_that_breaks_a_limit_is_seen(demo: tuple[Product, ...]) -> None:
    house, rng, tally = House.of(demo, with_meaning=False), random.Random(5), Tally()
    honest = house.search
    house.search = lambda request: honest(SearchRequest("", request.constraints[1:], k=200))
    while not tally.differences and tally.queries < 50:
        house.ask(SearchRequest("", wishes_of(rng.choice(demo), rng, demo[0]), k=200), tally)
    assert tally.differences


def test_the_command_prints_its_figures(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["limit_violations", "--queries", "50"])
    limit_violations.main()
    printed = json.loads(capsys.readouterr().out)
    assert printed["queries"] >= 50
    assert printed["differences"] == 0


@pytest.mark.long
def test_ten_thousand_random_queries_break_no_limit() -> None:
    tally = random_queries(10_000, seed_=1)
    assert tally.queries >= 10_000
    assert tally.differences == []
