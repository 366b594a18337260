"""Chinese products found by words: however a title is cut, beside a brand in Latin, and with an encoder that cannot
read them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.encoder import load_encoder
from retrieval.engine import Retrieval
from retrieval.filters import CategoryIn, PriceRange
from retrieval.loader import import_products
from retrieval.query import QueryReader
from retrieval.results import SearchRequest
from tests.retrieval.chinese.shop import make_shop
from tests.retrieval.fakes import WordEncoder
from tests.retrieval.reading_shop import make_product
from tests.retrieval.tiny_models import make_encoder

TITLES = {
    "shoes": "2017新款女童鞋冬季加绒棉鞋",
    "mouse": "雷蛇Razer无线鼠标gamingmouse静音",
    "phone": "苹果iphone7plus手机壳硅胶",
    "bag": "户外登山包大容量",
    "post": "红茶茶叶礼盒装包邮",
    "japanese": "高速充電器ワイヤレス",
}


def open_shop(root: Path) -> Retrieval:
    products = [make_product(name, title, currency="CNY") for name, title in TITLES.items()]
    import_products(products, root=root, name="zh", currency="CNY")
    return Retrieval.open(root, "zh")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Retrieval:
    return open_shop(tmp_path_factory.mktemp("chinese"))


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("童鞋", "shoes"),  # the title is cut into 女童 and 鞋
        ("鞋", "shoes"),
        ("无线静音鼠标", "mouse"),  # the words stand apart in the title
        ("razer 鼠标", "mouse"),
        ("iphone手机壳", "phone"),
        ("包", "bag"),  # and no 包邮
        ("我想要一个登山包", "bag"),
        ("ワイヤレス", "japanese"),
        ("高速充電器", "japanese"),
    ],
)
def test_a_title_is_found_by_its_words(shop: Retrieval, query: str, first: str) -> None:
    assert shop.search(SearchRequest(query)).hits[0].product_id == first


def test_what_the_shop_does_not_have_finds_nothing(shop: Retrieval) -> None:
    assert shop.search(SearchRequest("羽绒服")).total == 0


def test_the_encoder_takes_no_part_in_what_it_cannot_read(tmp_path: Path) -> None:
    class LatinOnly(WordEncoder):
        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            vectors = np.zeros((len(texts), self.dim), np.float32)
            vectors[:, 0] = 1  # everything means the same to it
            return vectors

        def knows(self, text: str) -> bool:
            return text.isascii()

    products = [make_product(name, title, currency="CNY") for name, title in TITLES.items()]
    import_products(products, root=tmp_path, name="zh", currency="CNY", encoder=LatinOnly())
    retrieval = Retrieval.open(tmp_path, "zh")
    retrieval.warm(LatinOnly())
    found = retrieval.search(SearchRequest("登山包"))
    assert ([hit.product_id for hit in found.hits], found.mode) == (["bag"], "words")
    assert retrieval.search(SearchRequest("bag")).mode == "words+meaning"
    assert all("bm25" in hit.parts for hit in retrieval.similar("post", 3))


def test_an_encoder_of_the_language_takes_part(tmp_path: Path) -> None:
    encoder = load_encoder(str(make_encoder(tmp_path, list("登山包户外大容量"))), "float32")
    assert encoder.knows("登山包")
    assert not encoder.knows("羽绒服")
    products = [make_product(name, title, currency="CNY") for name, title in TITLES.items()]
    import_products(products, root=tmp_path, name="zh", currency="CNY", encoder=encoder)
    retrieval = Retrieval.open(tmp_path, "zh")
    retrieval.warm(encoder)
    assert retrieval.search(SearchRequest("登山包")).mode == "words+meaning"
    assert retrieval.search(SearchRequest("羽绒服")).mode == "words"


def test_a_long_description_is_read_as_far_as_in_other_scripts(tmp_path: Path) -> None:
    filling = "".join(chr(0x4E00 + (n * 37) % 5000) for n in range(350))
    products = [
        make_product("long", "帐篷", description=f"{filling}钛合金", currency="CNY"),
        make_product("other", "睡袋", currency="CNY"),
    ]
    import_products(products, root=tmp_path, name="zh", currency="CNY")
    assert Retrieval.open(tmp_path, "zh").search(SearchRequest("钛合金")).total == 1


def test_wishes_and_relaxations_of_a_chinese_request_are_exact(tmp_path: Path) -> None:
    import_products(make_shop(), root=tmp_path, name="zh", currency="CNY")
    retrieval = Retrieval.open(tmp_path, "zh")
    (need,) = QueryReader(retrieval.vocabulary(), "CNY").read("50元以下的无线鼠标")
    result = retrieval.search(SearchRequest(need.text, need.constraints))
    assert set(need.constraints) == {CategoryIn(("无线鼠标",)), PriceRange("CNY", None, 5000)}
    assert result.hits == ()
    assert [(found.drop, found.label, found.count) for found in result.relaxations] == [
        ("price", "under CN¥50", 9),
        ("category", "无线鼠标", 7),
    ]
