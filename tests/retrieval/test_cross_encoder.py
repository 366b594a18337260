"""A tiny cross-encoder, trained here: it says what words alone cannot, is used in a search, or refused when unfit."""

from __future__ import annotations

from itertools import product as combinations
from pathlib import Path

import numpy as np
import pytest

from retrieval.cross_encoder import CrossEncoderReranker, load_cross_encoder
from retrieval.embeddings import product_text
from retrieval.engine import Retrieval
from retrieval.errors import IndexBroken
from retrieval.filters import CategoryIn
from retrieval.loader import import_products
from retrieval.reranking import HeadReranker
from retrieval.results import Hit, SearchRequest, Sort
from tests.retrieval.fakes import product
from tests.retrieval.tiny_models import make_cross_encoder

MADE_FOR = {"cold": "wool", "wet": "rubber", "hot": "mesh", "steep": "leather"}
"""What only the model knows: which weather each material is for."""
COLOURS = ("red", "blue", "green", "white", "brown", "black")
WORDS = ("boot", "boots", ".", *COLOURS, *MADE_FOR, *MADE_FOR.values())
SHOP = [
    product(f"{colour}-{material}", f"Boot {colour} {material}", 1_000 + 10 * number, category="Boots")
    for number, (material, colour) in enumerate(combinations(MADE_FOR.values(), COLOURS))
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # The last colours are left out: the model has to have learned the materials.
    examples = [
        (f"boot {weather}", product_text(one), float(material in one.title))
        for weather, material in MADE_FOR.items()
        for one in SHOP
        if not one.id.startswith(COLOURS[-2:])
    ]
    return make_cross_encoder(tmp_path_factory.mktemp("cross"), WORDS, examples)


@pytest.fixture(scope="module")
def model(folder: Path) -> CrossEncoderReranker:
    return load_cross_encoder(str(folder), "float32")


@pytest.fixture
def shop(tmp_path: Path) -> Retrieval:
    import_products(SHOP, root=tmp_path, name="shop")
    return Retrieval.open(tmp_path, "shop")


def unhurried(model: CrossEncoderReranker) -> HeadReranker:
    return HeadReranker(model, [].append, clock=lambda: 0.0)


def search(shop: Retrieval, text: str, sort: Sort = Sort.RELEVANCE, k: int = 50) -> tuple[Hit, ...]:
    return shop.search(SearchRequest(text, (CategoryIn(("Boots",)),), sort, k)).hits


def test_the_model_tells_apart_what_it_was_trained_to_also_in_colours_it_never_saw(model: CrossEncoderReranker) -> None:
    texts = [product_text(one) for one in SHOP]
    for weather, material in MADE_FOR.items():
        scores = model.score(f"boot {weather}", texts)
        assert scores.shape == (len(texts),)
        assert scores.dtype == np.float32
        right = np.array([material in text for text in texts])
        assert 0 <= scores.min() <= scores.max() <= 1
        assert scores[right].min() > scores[~right].max(), weather
    assert model.score("boot", []).shape == (0,)


def test_products_that_answer_come_first_and_say_why(shop: Retrieval, model: CrossEncoderReranker) -> None:
    before = search(shop, "boot steep")
    assert "leather" not in before[0].product_id
    assert "cross" not in before[0].parts
    shop.use_reranker(unhurried(model))
    after = search(shop, "boot steep")
    assert all("leather" in hit.product_id for hit in after[:6])
    assert after[0].parts["cross"] > 0.5 > after[-1].parts["cross"]
    assert sorted(hit.product_id for hit in after) == sorted(hit.product_id for hit in before)
    assert [hit.score for hit in after] == sorted((hit.score for hit in before), reverse=True)


def test_fewer_hits_than_the_head_are_the_best_of_the_head(shop: Retrieval, model: CrossEncoderReranker) -> None:
    shop.use_reranker(unhurried(model))
    assert [hit.product_id for hit in search(shop, "boot hot", k=3)] == [
        hit.product_id for hit in search(shop, "boot hot")[:3]
    ]


def test_an_order_that_was_asked_for_is_left_alone(shop: Retrieval, model: CrossEncoderReranker) -> None:
    before = search(shop, "boot steep", Sort.PRICE_LOW)
    shop.use_reranker(unhurried(model))
    assert search(shop, "boot steep", Sort.PRICE_LOW) == before


def test_a_model_that_fails_leaves_the_results_as_they_were(shop: Retrieval) -> None:
    class Failing:
        """Cannot compute."""

        def predict(self, *_: object, **__: object) -> None:
            raise RuntimeError("out of memory")

    before, told = search(shop, "boot steep"), list[str]()
    shop.use_reranker(HeadReranker(CrossEncoderReranker("tiny", Failing(), "float32"), told.append, clock=lambda: 0.0))
    assert search(shop, "boot steep") == search(shop, "boot steep") == before
    assert told == ["The cross-encoder tiny failed; results keep the order they had."]


def test_a_long_text_is_cut_and_not_refused(model: CrossEncoderReranker) -> None:
    assert np.isfinite(model.score("boot cold " * 300, ["wool boot " * 300, ""])).all()


def test_what_is_no_cross_encoder_is_said_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken, match="no folder with a model's weights"):
        load_cross_encoder(str(tmp_path / "nowhere"))
    with pytest.raises(IndexBroken, match="one number for a query and a text"):
        load_cross_encoder(str(make_cross_encoder(tmp_path / "four", WORDS, labels=4)))
    cut = make_cross_encoder(tmp_path / "cut", WORDS)
    (cut / "model.safetensors").write_bytes((cut / "model.safetensors").read_bytes()[:2_000])
    with pytest.raises(IndexBroken, match="AISLE_CROSS_ENCODER"):
        load_cross_encoder(str(cut))
