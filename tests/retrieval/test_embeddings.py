"""Vectors that were computed once are kept, and damage costs only what is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.embeddings import EmbeddingCache, product_text
from retrieval.product import Attribute
from tests.retrieval.fakes import FailingEncoder, PowerCut, WordEncoder, product

TEXTS = [f"text number {number}" for number in range(1_300)]


def _file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_vectors_are_those_of_the_encoder_in_the_order_of_the_texts(tmp_path: Path) -> None:
    vectors = EmbeddingCache(tmp_path, WordEncoder()).encode(TEXTS)
    assert np.array_equal(vectors, WordEncoder().encode(TEXTS))


def test_equal_texts_are_computed_once(tmp_path: Path) -> None:
    encoder = WordEncoder()
    vectors = EmbeddingCache(tmp_path, encoder).encode(["a", "b", "a", "a"])
    assert sum(encoder.calls) == 2
    assert np.array_equal(vectors[0], vectors[2])


def test_after_a_failure_only_the_rest_is_computed(tmp_path: Path) -> None:
    with pytest.raises(PowerCut):
        EmbeddingCache(tmp_path, FailingEncoder(batches=2)).encode(TEXTS)
    encoder = WordEncoder()
    vectors = EmbeddingCache(tmp_path, encoder).encode(TEXTS)
    assert sum(encoder.calls) == len(TEXTS) - 2 * 512
    assert np.array_equal(vectors, WordEncoder().encode(TEXTS))


@pytest.mark.parametrize("damage", ["cut", "flip", "append"])
def test_a_damaged_end_is_cut_off_and_computed_again(tmp_path: Path, damage: str) -> None:
    EmbeddingCache(tmp_path, WordEncoder()).encode(TEXTS)
    path = _file(tmp_path)
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[:-1_000])
    elif damage == "flip":
        path.write_bytes(content[:-5] + bytes([255 - content[-5]]) + content[-4:])
    else:
        path.write_bytes(content + b"AVEC\xff\xff\xff\xff torn")
    encoder = WordEncoder()
    assert np.array_equal(EmbeddingCache(tmp_path, encoder).encode(TEXTS), WordEncoder().encode(TEXTS))
    assert sum(encoder.calls) == (0 if damage == "append" else len(TEXTS) - 2 * 512)
    assert path.read_bytes() == content


def test_another_encoder_has_vectors_of_its_own(tmp_path: Path) -> None:
    EmbeddingCache(tmp_path, WordEncoder()).encode(TEXTS[:3])
    other = WordEncoder(name="other", dim=32)
    assert EmbeddingCache(tmp_path, other).encode(TEXTS[:3]).shape == (3, 32)
    assert sum(other.calls) == 3


def test_vectors_of_texts_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path, WordEncoder())
    cache.encode(TEXTS)
    size = _file(tmp_path).stat().st_size
    cache.keep_only(TEXTS[:900])
    assert _file(tmp_path).stat().st_size == size
    cache.keep_only(TEXTS[:100])
    assert _file(tmp_path).stat().st_size < size / 10
    encoder = WordEncoder()
    EmbeddingCache(tmp_path, encoder).encode(TEXTS[:101])
    assert sum(encoder.calls) == 1


def test_no_texts_have_no_vectors(tmp_path: Path) -> None:
    assert EmbeddingCache(tmp_path, WordEncoder()).encode([]).shape == (0, 64)


def test_the_text_of_a_product_says_first_what_it_is() -> None:
    item = product(
        "a",
        "Ridge boot",
        brand="Norrfell",
        category="Boots",
        attributes=[Attribute("colour", "red"), Attribute("weight", 900.0, "g")],
        description="For long walks. " * 100,
    )
    text = product_text(item)
    assert text.startswith("Ridge boot. Norrfell. Boots. red. For long walks.")
    assert len(text) <= 300
