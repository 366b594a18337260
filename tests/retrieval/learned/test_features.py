"""Features of candidates: each says what its name says, on a shop whose answers can be seen by eye."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.bm25_index import Bm25Index
from retrieval.learned.features import FEATURES, Candidates, FeatureMaker
from retrieval.learned.schema import schema_vectors
from retrieval.product import Attribute, Product
from tests.retrieval.fakes import WordEncoder, product


def _shop() -> list[Product]:
    laptops = [
        product(
            f"laptop-{n}",
            f"Slim laptop {n}",
            90_000,
            rating=4.0,
            attributes=[Attribute("cores", 4.0), Attribute("memory", 8.0, "GB")],
        )
        for n in range(4)
    ]
    bags = [
        product(f"bag-{n}", f"Laptop bag {n}", 3_000, description="slim", attributes=[Attribute("volume", 9.0, "l")])
        for n in range(4)
    ]
    return [*laptops, *bags]


@pytest.fixture
def made() -> dict[str, np.ndarray]:
    products = _shop()
    encoder = WordEncoder()
    vectors = encoder.encode([p.title for p in products])
    rows = np.array([0, 1, 4, 2, 3, 5, 6, 7])
    index = Bm25Index.build(products)
    words = index.match("slim laptop")
    dense = (vectors @ encoder.encode(["slim laptop"])[0])[rows]
    found = Candidates(
        rows=rows,
        bm25=words.scores[rows],
        coverage=words.coverage[rows],
        dense=dense,
        rrf=1 / (60 + np.arange(8.0)),
        kind=np.where(rows < 4, 6.0, 0.0),
        category_named=np.zeros(8, np.bool_),
        brand_named=np.zeros(8, np.bool_),
        match_fields=lambda: index.match_fields("slim laptop", rows),
    )
    maker = FeatureMaker(products, vectors, schema_vectors(products), np.linspace(0, 1, 8))
    table = maker.make(found, tuple(FEATURES))
    assert table.shape == (8, len(FEATURES))
    assert np.isfinite(table).all()
    return dict(zip(FEATURES, table.T, strict=True))


def test_words_are_told_by_field(made: dict[str, np.ndarray]) -> None:
    laptop, bag = 0, 2
    assert made["title_coverage"][laptop] == 1.0 > made["title_coverage"][bag]
    assert made["description_coverage"][bag] > 0 == made["description_coverage"][laptop]
    assert made["phrase"].tolist() == [1, 1, 0, 1, 1, 0, 0, 0]
    assert made["fields_with_all"][laptop] == 1
    assert made["fields_with_all"][bag] == 0
    assert made["title"].max() == made["best_field"].max() == made["bm25"].max() == 1.0
    assert made["coverage"][bag] == 1.0, "all words stand somewhere in the bag"


def test_neighbours_tell_the_kind_where_words_do_not(made: dict[str, np.ndarray]) -> None:
    is_laptop = np.array([1, 1, 0, 1, 1, 0, 0, 0], np.bool_)
    for name in ("schema_first", "spread_rrf", "spread_dense", "spread_kind"):
        assert made[name][is_laptop].min() > made[name][~is_laptop].max(), name


def test_offers_are_compared_with_the_first_ones(made: dict[str, np.ndarray]) -> None:
    assert made["price"][0] > 0 > made["price"][2]
    assert made["rating"][0] == 0.8
    assert made["popularity"].tolist() == np.linspace(0, 1, 8)[[0, 1, 4, 2, 3, 5, 6, 7]].tolist()
    assert made["kind"].max() == 1.0
