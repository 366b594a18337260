"""BM25 over weighted fields: hand-worked order, coverage, filters, files."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from retrieval.bm25_index import K1, B, Bm25Index
from retrieval.errors import IndexBroken
from tests.retrieval.fakes import product, small_shop


def _ids(index: Bm25Index, text: str) -> list[str]:
    scores = index.match(text).scores
    return [small_shop()[row].id for row in np.lexsort((np.arange(len(scores)), -scores)) if scores[row] > 0]


@pytest.fixture
def index() -> Bm25Index:
    return Bm25Index.build(small_shop())


def test_a_word_in_the_title_counts_more_than_in_the_description(index: Bm25Index) -> None:
    found = _ids(index, "hiking")
    assert set(found) == {"boot-1", "boot-2", "mug-1"}
    assert found[-1] == "mug-1"


def test_a_score_is_that_of_the_formula() -> None:
    # Robertson and Zaragoza 2009, eq. 3.15, in Lucene's form without the constant (k1 + 1).
    shop = [product("a", "tent"), product("b", "lamp lamp"), product("c", "lamp")]
    lengths = np.array([3, 6, 3])
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    tf = np.array([0, 6, 3])
    expected = idf * tf / (tf + K1 * (1 - B + B * lengths / lengths.mean()))
    assert Bm25Index.build(shop).match("lamp").scores == pytest.approx(expected, rel=1e-5)


def test_coverage_is_the_share_of_the_words_by_rarity(index: Bm25Index) -> None:
    match = index.match("enamel mug blue")
    assert match.coverage[4] == pytest.approx(1.0)
    assert 0.3 < match.coverage[3] < 0.9
    assert match.coverage[0] == 0
    assert index.match("enamel saxophone").coverage.max() < 0.6


def test_rows_that_are_not_allowed_are_zero(index: Bm25Index) -> None:
    allowed = np.array([True, False, True, True, True, True])
    match = index.match("hiking boot", allowed)
    assert match.scores[1] == match.coverage[1] == 0
    assert match.scores[0] == index.match("hiking boot").scores[0]


def test_attributes_options_and_flags_can_be_searched(index: Bm25Index) -> None:
    assert _ids(index, "waterproof") == ["boot-1"]
    assert set(_ids(index, "41")) == {"boot-1", "boot-2"}
    assert _ids(index, "900g")[0] == "boot-1"


def test_another_word_for_it_counts_less_than_the_word_itself() -> None:
    index = Bm25Index.build([product("a", "Slim laptop"), product("b", "Slim notebook"), product("c", "Slim bag")])
    scores = index.match("laptop").scores
    assert scores[0] > scores[1] > scores[2] == 0
    assert index.match("laptop").coverage.tolist() == pytest.approx([1, 1, 0])


def test_an_index_comes_back_from_disk(index: Bm25Index, tmp_path: Path) -> None:
    index.save(tmp_path / "bm25")
    again = Bm25Index.open(tmp_path / "bm25", len(small_shop()))
    for text in ("hiking boot", "mug", "nothing", ""):
        assert again.match(text).scores.tolist() == index.match(text).scores.tolist()


def test_an_index_of_another_size_is_broken(index: Bm25Index, tmp_path: Path) -> None:
    index.save(tmp_path / "bm25")
    with pytest.raises(IndexBroken, match="does not fit"):
        Bm25Index.open(tmp_path / "bm25", 99)
    with pytest.raises(IndexBroken, match="aisle import"):
        Bm25Index.open(tmp_path / "none", 6)


def test_titles_without_a_word_can_be_indexed() -> None:
    index = Bm25Index.build([product("a", "😀"), product("b", "!!!")])
    assert index.match("😀").scores.tolist() == [0, 0]
