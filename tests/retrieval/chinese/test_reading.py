"""Chinese messages against a small shop: the sentences of both halves, and what each rule must not do."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.filters import AttributeIn, AttributeRange, BrandIn, CategoryIn, PriceRange
from retrieval.query import QueryReader
from retrieval.results import Understanding
from retrieval.vocabulary import Vocabulary
from tests.retrieval.chinese.sentences import LATER, SENTENCES, expected, render
from tests.retrieval.chinese.shop import make_shop
from tests.retrieval.reading_shop import make_product
from tests.retrieval.reading_shop import make_shop as english_shop

QUERIES = Path(__file__).resolve().parents[4] / "shared" / "datasets" / "zh_taobao_queries" / "queries.tsv.gz"
READER = QueryReader(Vocabulary.learn(make_shop()), "CNY")


def read_one(text: str) -> Understanding:
    (understood,) = READER.read(text)
    return understood


@pytest.mark.parametrize(("sentence", "wishes"), SENTENCES + LATER)
def test_a_sentence_is_understood(sentence: str, wishes: str) -> None:
    assert render(READER.read(sentence)) == expected(wishes)


def test_a_word_that_only_holds_a_name_is_another_thing() -> None:
    understood = read_one("鼠标垫")
    assert understood.constraints == ()
    assert understood.set_aside == ("鼠标垫",)


def test_a_compound_is_split_before_the_kind_that_it_ends_with_but_not_before_a_single_character() -> None:
    shop = [make_product(name, f"{name}一号", category=name, currency="CNY") for name in ("电脑", "包")]
    reader = QueryReader(Vocabulary.learn(shop), "CNY")
    assert reader.read("笔记本电脑")[0].constraints == (CategoryIn(("电脑",)),)
    assert reader.read("面包")[0].constraints == ()
    assert reader.read("大的包")[0].constraints == (CategoryIn(("包",)),)


def test_a_chinese_message_to_an_english_shop_is_read() -> None:
    reader = QueryReader(Vocabulary.learn(english_shop()), "USD")
    assert reader.read("Acme 鞋 $80以下")[0].constraints == (BrandIn(("Acme",)), PriceRange("USD", None, 8000))


def test_no_brand_is_read_into_a_longer_word_and_a_colour_is_known_with_and_without_its_suffix() -> None:
    assert read_one("红酒").constraints == ()
    assert AttributeIn("颜色", ("红色",)) in read_one("红的").constraints


def test_wireless_refuses_nothing() -> None:
    assert [c for c in read_one("无线鼠标").constraints if getattr(c, "exclude", False)] == []


def test_a_question_whether_there_is_something_refuses_nothing() -> None:
    assert read_one("有没有北溪的帐篷").constraints == (CategoryIn(("帐篷",)), BrandIn(("北溪",)))


def test_of_two_kinds_the_last_one_is_wanted_where_the_first_describes_it() -> None:
    assert read_one("笔记本电脑用的鼠标").constraints == (CategoryIn(("无线鼠标", "有线鼠标")),)


def test_english_and_chinese_are_read_side_by_side() -> None:
    understood = read_one("acme 帐篷 at least 2 person 不要红色 cheapest")
    assert set(understood.constraints) == {
        CategoryIn(("帐篷",)),
        BrandIn(("Acme",)),
        AttributeIn("颜色", ("红色",), exclude=True),
        AttributeRange("适用人数", 2.0, None, "人"),
    }
    assert understood.sort == "price_low"


def test_another_currency_is_set_aside() -> None:
    understood = read_one("50美元以内的手机壳")
    assert understood.constraints == (CategoryIn(("手机壳",)),)
    assert understood.set_aside == ("50美元以内",)


def test_words_of_the_shop_are_known_and_others_are_set_aside() -> None:
    assert read_one("帐篷3号").set_aside == ()
    assert read_one("碳纤维帐篷").set_aside == ("碳纤维",)


def test_spelling_is_looked_at_in_latin_words_only() -> None:
    shop = QueryReader(Vocabulary.learn(make_shop()), "CNY")
    assert shop.read("帐蓬 红色")[0].corrected == {}
    assert shop.read("帐篷 Acne")[0].corrected == {}  # too short to be surely a slip
    named = [p for p in make_shop() if p.brand == "Acme"]
    other = QueryReader(Vocabulary.learn([*named, *_of_brand("Norrfell")]), "CNY")
    assert other.read("红色 norfell 帐篷")[0].corrected == {"norfell": "norrfell"}


def _of_brand(name: str) -> list[object]:
    from dataclasses import replace

    return [
        replace(p, id=f"{name}-{p.id}", brand=name, title=f"{name} {p.title}") for p in make_shop() if p.brand == "Acme"
    ]


@pytest.mark.parametrize(
    ("text", "dropped", "step"),
    [
        ("便宜一点的", (), "cheaper"),
        ("太贵了", (), "cheaper"),
        ("贵一点的也行", (), "dearer"),
        ("颜色无所谓", ("attribute:颜色",), None),
        ("价格不限", ("price",), None),
        ("品牌都可以", ("not_brand",), None),
    ],
)
def test_a_follow_up_changes_what_holds(text: str, dropped: tuple[str, ...], step: str | None) -> None:
    held = read_one("200元以下的黑色无线鼠标，不要Acme")
    refined = READER.read_refinement(text, held.text, held.constraints)
    assert (refined.dropped, refined.price_step, refined.starts_new_need) == (dropped, step, False)


def test_a_follow_up_adds_a_wish_or_starts_a_new_need() -> None:
    held = read_one("200元以下的黑色无线鼠标")
    assert READER.read_refinement("换成红色的", held.text, held.constraints).constraints == (
        AttributeIn("颜色", ("红色",)),
    )
    assert READER.read_refinement("100以内", held.text, held.constraints).constraints == (
        PriceRange("CNY", None, 10_000),
    )
    assert READER.read_refinement("有没有帐篷", held.text, held.constraints).starts_new_need


@given(st.text(alphabet="不要除了无线鼠标红色的和、，200元以下到三百五左右公斤寸G最便宜星 Acme", max_size=40))
def test_any_order_of_such_words_is_read(text: str) -> None:
    assert 1 <= len(READER.read(text)) <= 4


@pytest.mark.datasets
@pytest.mark.skipif(not QUERIES.is_file(), reason="the Chinese queries are not beside the repository")
def test_queries_of_a_market_place_are_read_and_hardly_any_of_them_holds_a_price() -> None:
    with gzip.open(QUERIES, "rt", encoding="utf-8") as file:
        queries = [line.rstrip("\n").split("\t")[1] for line in file][::10]
    read = [READER.read(query) for query in queries]
    assert len(read) == 2_000
    assert sum(any(wish.kind == "price" for need in needs for wish in need.constraints) for needs in read) <= 3
