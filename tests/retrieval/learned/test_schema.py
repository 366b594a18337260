"""What products state tells them apart; where nothing is stated there is nothing to compare."""

from __future__ import annotations

import numpy as np

from retrieval.learned.schema import DIMENSIONS, schema_vectors
from retrieval.product import Attribute, Product
from tests.retrieval.fakes import product


def _stating(product_id: str, *names: str) -> Product:
    return product(product_id, product_id, attributes=[Attribute(name, "x") for name in names])


def test_those_that_state_the_same_are_alike() -> None:
    products = [
        *(_stating(f"a{n}", "cores", "memory", "colour") for n in range(4)),
        *(_stating(f"b{n}", "volume", "colour") for n in range(4)),
        product("silent", "Silent"),
    ]
    vectors = schema_vectors(products)
    assert np.allclose(np.linalg.norm(vectors[:8], axis=1), 1)
    assert vectors[0] @ vectors[1] > 0.99
    assert vectors[0] @ vectors[4] < 0.3
    assert not vectors[8].any()


def test_many_names_are_reduced_to_few_dimensions_reproducibly() -> None:
    rng = np.random.default_rng(0)
    names = [f"name_{n}" for n in range(200)]
    products = [_stating(f"p{n}", *rng.choice(names, 20, replace=False)) for n in range(150)]
    first, second = schema_vectors(products, 1), schema_vectors(products, 1)
    assert first.shape == (150, DIMENSIONS)
    assert (first == second).all()


def test_an_empty_catalogue_and_one_that_states_nothing_have_no_vectors() -> None:
    assert schema_vectors([product("a", "A"), product("b", "B")]).any() == np.False_
