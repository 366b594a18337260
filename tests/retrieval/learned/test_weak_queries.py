"""Queries that a catalogue answers itself: of real kinds, with right answers, also by other names."""

from __future__ import annotations

import numpy as np

from retrieval.filters import fold
from retrieval.learned.schema import schema_vectors
from retrieval.learned.weak_queries import OF_KIND, WANTED, find_kinds, find_other_names, make_queries, queries_of_taken
from retrieval.product import Attribute, Product
from retrieval.taken import Taken
from retrieval.title_kinds import TitleKinds
from retrieval.vocabulary import Vocabulary
from tests.retrieval.fakes import product


def shop() -> list[Product]:
    """Two kinds that state different things, and odds and ends in a category of their own."""
    tents = [
        product(
            f"tent-{n}",
            f"Tarn tent {n}",
            brand="Norrfell" if n % 2 else "Karst",
            category="Tents",
            attributes=[Attribute("colour", "Green" if n < 3 else "Red"), Attribute("sleeps", 2.0)],
        )
        for n in range(6)
    ]
    mugs = [
        product(
            f"mug-{n}", f"Enamel mug {n}", brand="Karst", category="Mugs", attributes=[Attribute("volume", 0.3, "l")]
        )
        for n in range(6)
    ]
    odd = [
        product(f"odd-{n}", f"Thing {n}", category="Various", attributes=[Attribute(f"own_{n}", "x")]) for n in range(3)
    ]
    return [*tents, *mugs, *odd]


class _TwoWords:
    """An encoder to which "tents" and "bivouac" mean the same, and nothing else does."""

    name, dim = "two words", 8

    def encode(self, texts: list[str]) -> np.ndarray:
        places = [0 if text in ("tents", "bivouac", "tent") else 1 + hash(text) % 7 for text in texts]
        return np.eye(8, dtype=np.float32)[places]


def _kinds(products: list[Product]) -> dict[str, np.ndarray]:
    vocabulary = Vocabulary.learn(products)
    return find_kinds(products, TitleKinds(products, vocabulary), vocabulary, schema_vectors(products))


def test_kinds_are_categories_of_some_size_whose_products_state_the_same() -> None:
    products = shop()
    kinds = _kinds(products)
    assert set(kinds) == {"tents", "mugs"}
    assert kinds["tents"].tolist() == list(range(6))


def test_answers_are_right() -> None:
    products = shop()
    queries = make_queries(products, _kinds(products), {}, 40, np.random.default_rng(0))
    assert len({query.text for query in queries}) == len(queries) > 4
    for query in queries:
        said = query.text.removesuffix(query.kind).strip()
        for row, gain in zip(query.rows.tolist(), query.gains.tolist(), strict=True):
            stated = (products[row].brand, *(str(a.value) for a in products[row].attributes.values()))
            fits = not said or said in [fold(value or "") for value in stated]
            assert gain == (WANTED if fits else OF_KIND)
            assert fold(products[row].category or "") == query.kind


def test_a_kind_is_also_called_by_a_word_that_means_the_same() -> None:
    products = [*shop(), product("guide", "Bivouac and tent guide", description="bivouac")]
    vocabulary = Vocabulary.learn(products)
    names = find_other_names(["tents"], vocabulary, _TwoWords())
    assert names == {"tents": ["bivouac"]}, "a word that shares its stem is no other name"
    queries = make_queries(products, {"tents": np.arange(6)}, names, 10, np.random.default_rng(0))
    assert {query.text.split()[-1] for query in queries} == {"tents", "bivouac"}
    assert all(query.renamed == query.text.endswith("bivouac") for query in queries)


def test_the_same_seed_makes_the_same_queries() -> None:
    products = shop()
    first, second = (
        [q.text for q in make_queries(products, _kinds(products), {}, 20, np.random.default_rng(3))] for _ in range(2)
    )
    assert first == second


def test_a_catalogue_without_kinds_gives_no_query() -> None:
    assert make_queries([product("a", "One")], {}, {}, 5, np.random.default_rng(0)) == []


def test_what_shoppers_took_becomes_queries() -> None:
    taken = [
        Taken("Warm tent", "tent-1"),
        Taken("warm tent", "tent-1", 3.0),
        Taken("warm tent", "tent-2", 2.0),
        Taken("warm tent", "gone"),
        Taken("a mug", "mug-0"),
        Taken("  ", "mug-0"),
    ]
    first, second = queries_of_taken(taken, {"tent-1": 0, "tent-2": 4, "mug-0": 7})
    assert (first.text, first.rows.tolist(), first.gains.tolist()) == ("warm tent", [0, 4], [WANTED, WANTED / 2])
    assert (second.text, second.rows.tolist(), second.gains.tolist()) == ("a mug", [7], [WANTED])
