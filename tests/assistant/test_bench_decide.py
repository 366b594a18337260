"""The bench of decisions grows its shop, and adds up what it counts."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from assistant.bench_decide import _grown, _Shop
from assistant.demo.catalogue import make_catalogue
from assistant.demo.shoppers import simulate
from assistant.demo.spec import load_spec
from assistant.opening import items_of


def test_a_grown_shop_has_as_many_products_and_begins_with_the_demos() -> None:
    made = make_catalogue(load_spec(), seed=3)
    behaviour = simulate(made, seed=3, now=datetime(2026, 11, 25, tzinfo=UTC), n_shoppers=1)
    items = items_of(one.product for one in made)
    shop = _Shop(items, behaviour, np.eye(len(items), 8, dtype=np.float32), {})
    for n in (10, len(items) + 10, 2 * len(items) + 1):
        grown = _grown(shop, n, seed=3)
        assert len(grown.items) == len(grown.vectors) == n
        assert list(grown.items)[:10] == list(items)[:10]
