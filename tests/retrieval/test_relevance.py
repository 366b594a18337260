"""A shop's ranker: made at import, opened with the catalogue, and worth having; without it ranks are fused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.engine import Retrieval
from retrieval.errors import IndexBroken
from retrieval.filters import InStock
from retrieval.learned.features import FEATURES
from retrieval.learned.ranker import LinearRanker
from retrieval.loader import import_products
from retrieval.product import Attribute, Product
from retrieval.relevance import RANKER, find_ranker, open_schema
from retrieval.results import SearchRequest
from retrieval.storage import digest_files, read_manifest
from tests.retrieval.fakes import WordEncoder, product, small_shop

_KINDS = {"Tents": "sleeps", "Mugs": "volume", "Lamps": "lumen", "Boots": "sole", "Bags": "straps", "Knives": "blade"}
_OTHER_NAMES = {
    "bivouac": "tents", "beaker": "mugs", "lantern": "lamps", "galosh": "boots", "satchel": "bags", "dagger": "knives",
}  # fmt: skip


class _Thesaurus(WordEncoder):
    """Counts words, taking the other name of a kind for the kind."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return super().encode([" ".join(_OTHER_NAMES.get(w, w) for w in text.lower().split()) for text in texts])


def _shop() -> list[Product]:
    """Six kinds, each with leaflets that call it by another name, as the things themselves do not."""
    made = []
    for kind, other in zip(_KINDS, _OTHER_NAMES, strict=True):
        for n in range(12):
            stated = [Attribute(_KINDS[kind], float(n)), Attribute("colour", ("Red", "Green", "Blue")[n % 3])]
            made.append(product(f"{kind}-{n}", f"Model {n}", category=kind, attributes=stated))
        for n in range(3):
            pages = [Attribute("pages", float(n))]
            made.append(product(f"leaflet-{other}-{n}", f"{other} {n}", attributes=pages))
    return made


def test_a_ranker_is_made_where_it_proves_better_and_put_in_use(tmp_path: Path) -> None:
    import_products(_shop(), root=tmp_path, name="shop", encoder=_Thesaurus())
    path = tmp_path / "shop" / "versions" / "1"
    about = json.loads((path / RANKER).read_text())["about"]
    assert about["ndcg"] > about["ndcg_fusion"]
    assert find_ranker(path) is not None
    retrieval = Retrieval.open(tmp_path, "shop")
    retrieval.warm(_Thesaurus())
    hits = [hit.product_id for hit in retrieval.search(SearchRequest("red satchel", (InStock(),))).hits]
    assert set(hits[:4]) == {"Bags-0", "Bags-3", "Bags-6", "Bags-9"}
    assert len(hits) > 10


def test_scores_stay_within_bounds_and_in_order(tmp_path: Path) -> None:
    import_products(_shop(), root=tmp_path, name="shop", encoder=_Thesaurus())
    retrieval = Retrieval.open(tmp_path, "shop")
    retrieval.warm(_Thesaurus())
    for text in ("tents", "bivouac", "red model", "lamps 4"):
        scores = [hit.score for hit in retrieval.search(SearchRequest(text)).hits]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] == 1.0
        assert min(scores) >= 0.0


def test_a_small_shop_has_none_and_ranks_are_fused(tmp_path: Path) -> None:
    import_products(small_shop(), root=tmp_path, name="shop", encoder=WordEncoder())
    path = tmp_path / "shop" / "versions" / "1"
    assert find_ranker(path) is None
    assert open_schema(path, len(small_shop())).shape[0] == len(small_shop())
    retrieval = Retrieval.open(tmp_path, "shop")
    retrieval.warm(WordEncoder())
    assert retrieval.search(SearchRequest("hiking boot")).hits[0].product_id.startswith("boot")


def test_a_changed_ranker_is_not_used(tmp_path: Path) -> None:
    import_products(_shop(), root=tmp_path, name="shop", encoder=_Thesaurus())
    path = tmp_path / "shop" / "versions" / "1"
    row = json.loads((path / RANKER).read_text())
    (path / RANKER).write_text(json.dumps(row | {"weights": [0.0] * len(row["weights"])}))
    with pytest.raises(IndexBroken, match="damaged"):
        Retrieval.open(tmp_path, "shop").warm(_Thesaurus())
    assert digest_files(path, [RANKER])[RANKER] != read_manifest(path).files[RANKER]


def test_what_products_state_must_fit_the_catalogue(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken, match="cannot be read"):
        open_schema(tmp_path, 3)
    np.save(tmp_path / "schema.npy", np.zeros((2, 4), np.float32))
    with pytest.raises(IndexBroken, match="does not fit"):
        open_schema(tmp_path, 3)


def test_features_of_every_row_can_be_asked_for(tmp_path: Path) -> None:
    import_products(_shop(), root=tmp_path, name="shop", encoder=WordEncoder())
    retrieval = Retrieval.open(tmp_path, "shop")
    with pytest.raises(IndexBroken, match="without meaning"):
        retrieval.describe("tents", ("rrf",), 5)
    retrieval.warm(WordEncoder())
    rows, features = retrieval.describe("tents", tuple(FEATURES), 1_000)
    assert len(rows) == len(retrieval.catalogue.rows)
    assert features.shape == (len(rows), len(FEATURES))
    assert retrieval.describe("", ("rrf",), 5)[1].shape == (0, 1)


def test_a_ranker_with_one_feature_orders_by_it() -> None:
    ranker = LinearRanker(("dense",), np.array([1.0]), np.array([0.0]), np.array([1.0]))
    assert ranker.score(np.array([[0.1], [0.9]])).tolist() == [0.1, 0.9]
