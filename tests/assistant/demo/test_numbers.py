"""The demo's numbers: how large the shop is, what it costs, what is there, and how the orders stand."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta

import pytest

from assistant.demo.build import DemoShop
from assistant.demo.catalogue import Made
from assistant.turn import OrderStatus
from recommender.events import EventType
from retrieval.relations import RelationKind

_DEPARTMENTS = {
    "Bags",
    "Clothing",
    "Electronics",
    "Home & light",
    "Kitchen",
    "Shoes",
    "Sports & outdoors",
    "Toys & games",
}


def test_products_types_departments_brands_and_variants(shop: DemoShop) -> None:
    products = shop.products
    assert 1_400 <= len(products) <= 1_600
    assert {product.department for product in products} == _DEPARTMENTS
    kinds = Counter(product.category for product in products)
    assert 80 <= len(kinds) <= 90
    assert min(kinds.values()) >= 13
    assert max(kinds.values()) <= 30
    sizes = Counter(product.department for product in products)
    assert min(sizes.values()) >= 100
    assert max(sizes.values()) <= 300
    assert len({product.brand for product in products}) == 48
    assert 5_000 <= sum(len(product.variants) for product in products) <= 12_000


@pytest.mark.parametrize(
    ("department", "cheapest_below", "middle", "dearest_above"),
    [
        ("Bags", 20, (25, 90), 250),
        ("Clothing", 20, (30, 100), 250),
        ("Electronics", 20, (40, 200), 900),
        ("Home & light", 15, (25, 120), 350),
        ("Kitchen", 15, (25, 90), 700),
        ("Shoes", 40, (60, 140), 180),
        ("Sports & outdoors", 15, (25, 100), 350),
        ("Toys & games", 12, (15, 50), 70),
    ],
)
def test_prices_in_dollars_spread_as_in_such_a_department(
    shop: DemoShop, department: str, cheapest_below: int, middle: tuple[int, int], dearest_above: int
) -> None:
    prices = sorted(p.price.amount_minor / 100 for p in shop.products if p.department == department)
    assert 4 <= prices[0] < cheapest_below
    assert middle[0] <= prices[len(prices) // 2] <= middle[1]
    assert dearest_above < prices[-1] < 2_500


def test_some_is_sold_out_some_is_reduced_and_most_is_neither(shop: DemoShop) -> None:
    n = len(shop.products)
    assert 0.02 <= sum(product.in_stock is False for product in shop.products) / n <= 0.12
    reduced = [p for p in shop.products if p.default_variant.list_price is not None]
    assert 0.14 <= len(reduced) / n <= 0.27
    for product in reduced:
        before = product.default_variant.list_price
        assert before is not None
        assert 0.04 <= 1 - product.price.amount_minor / before.amount_minor <= 0.45


def test_ratings_spread(shop: DemoShop) -> None:
    ratings = sorted(product.rating for product in shop.products if product.rating is not None)
    assert ratings[len(ratings) // 10] < 3.7
    assert ratings[-len(ratings) // 10] > 4.4
    counts = sorted(product.rating_count for product in shop.products if product.rating is not None)
    assert counts[0] <= 3
    assert 10 <= counts[len(counts) // 2] <= 60
    assert counts[-1] > 200


def test_products_of_a_kind_can_be_told_apart(catalogue: tuple[Made, ...]) -> None:
    shelves: dict[str, list[Made]] = {}
    for made in catalogue:
        shelves.setdefault(made.spec.category, []).append(made)
    for category, shelf in shelves.items():
        models = [made.model.removesuffix(" 2") for made in shelf if made.replaces is None]
        assert len(set(models)) == len(models), category
        stated = {tuple(sorted((a.name, a.text) for a in made.product.attributes.values())) for made in shelf}
        assert len(stated) == len(shelf), category
        assert len({made.product.description for made in shelf}) == len(shelf), category
    names = [f"{made.product.brand} {made.model}" for made in catalogue]
    assert len(set(names)) == len(names)


def test_a_successor_is_named_after_what_it_replaces(catalogue: tuple[Made, ...]) -> None:
    models = {made.product.id: made for made in catalogue}
    successors = [made for made in catalogue if made.replaces]
    assert 0.06 <= len(successors) / len(catalogue) <= 0.12
    for made in successors:
        old = models[made.replaces or ""]
        assert (made.product.brand, made.product.category) == (old.product.brand, old.product.category)
        assert made.model == f"{old.model} 2"
        assert (made.product.released or "") > (old.product.released or "")
        assert re.search(rf"\b{re.escape(made.model)}\b", made.product.title)


def test_relations_by_kind(shop: DemoShop) -> None:
    kinds = Counter(relation.kind for relation in shop.relations)
    assert 400 <= kinds[RelationKind.FITS_WITH] <= 900
    assert 500 <= kinds[RelationKind.ACCESSORY_OF] <= 1_200
    assert 100 <= kinds[RelationKind.REPLACES] <= 180


def test_reviews_and_customers(shop: DemoShop) -> None:
    assert 4_500 <= len(shop.reviews) <= 7_000
    assert len(shop.customers) == 200


def test_orders_by_state_over_a_year(shop: DemoShop, now: datetime) -> None:
    n = len(shop.orders)
    assert 780 <= n <= 820
    share = {status: count / n for status, count in Counter(order.status for _, order in shop.orders).items()}
    assert set(share) == set(OrderStatus)
    assert 0.70 <= share[OrderStatus.DELIVERED] <= 0.88
    assert 0.06 <= share[OrderStatus.RETURNED] <= 0.16
    assert 0.02 <= share[OrderStatus.CANCELLED] <= 0.08
    assert share[OrderStatus.PLACED] + share[OrderStatus.PACKED] + share[OrderStatus.SHIPPED] <= 0.08
    placed = [order.placed_at for _, order in shop.orders]
    assert now - timedelta(days=366) < placed[0] < now - timedelta(days=355)
    assert placed[-1] > now - timedelta(days=2)
    owners = Counter(customer_id for customer_id, _ in shop.orders)
    assert len(owners) == 200
    months = Counter((moment.year, moment.month) for moment in placed)
    assert months[2025, 12] > 1.3 * months[2026, 2]


def test_behaviour_spans_the_year(shop: DemoShop, now: datetime) -> None:
    assert now.timestamp() - 366 * 86_400 < shop.events[0].at < now.timestamp() - 362 * 86_400
    assert now.timestamp() - 3 * 86_400 < shop.events[-1].at < now.timestamp()
    kinds = Counter(event.type for event in shop.events)
    # Nobody in the demo takes anything out of a cart or changes a profile, and all slates were shown as chosen.
    absent = {EventType.REMOVE_FROM_CART, EventType.EDIT, EventType.NOT_SHOWN}
    assert set(kinds) == set(EventType) - absent
    assert 0.04 <= kinds[EventType.RETURN] / kinds[EventType.PURCHASE] <= 0.2
