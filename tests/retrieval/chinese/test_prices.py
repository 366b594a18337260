"""Price talk in Chinese: what is a limit, what is another currency, and what is no price at all."""

from __future__ import annotations

import pytest

from retrieval.chinese.prices import find_prices

OPEN = None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("200元以下的鼠标", OPEN, 200),
        ("200以内", OPEN, 200),
        ("不超过300块", OPEN, 300),
        ("别超过三百", OPEN, 300),
        ("低于¥99", OPEN, 99),
        ("不要超过1千块钱", OPEN, 1000),
        ("最多两百五", OPEN, 250),
        ("RMB200以内", OPEN, 200),
        ("至少500元", 500, OPEN),
        ("1000元以上", 1000, OPEN),
        ("不低于八百", 800, OPEN),
        ("500元起", 500, OPEN),
        ("100到200元", 100, 200),
        ("100-200元的", 100, 200),
        ("100~200的", 100, 200),
        ("在100和200之间", 100, 200),
        ("3到5千的电脑", 3000, 5000),
        ("五千到八千", 5000, 8000),
        ("两三百的", 200, 300),
        ("两百多块", 200, 300),
        ("三百元左右", 255, 345),
        ("大概1000块", 850, 1150),
        ("100左右的", 85, 115),
        ("预算五百左右", 425, 575),
        ("预算500", OPEN, 500),
        ("我只有一百块", OPEN, 100),
        ("价格300", OPEN, 300),
        ("50块钱的", OPEN, 50),
        ("300元", OPEN, 300),
        ("1.5万以下", OPEN, 15_000),
        ("百元以内", OPEN, 100),
        ("三块钱的", OPEN, 3),
        ("不要200元以上的鼠标", OPEN, 200),
        ("不要黑色和200元以上的鼠标", OPEN, 200),
        ("不要黑色，不要200元以上的鼠标", OPEN, 200),
        ("不要200元以上，不要黑色", OPEN, 200),
        ("不要黑色，200元以上的鼠标", 200, OPEN),
        ("200元以上的都不要，鼠标", OPEN, 200),
        ("200元以下的鼠标不要黑色", OPEN, 200),
        ("200元以下的不要黑色", OPEN, 200),
        ("鼠标，不要价格超过200元的", OPEN, 200),
        ("不考虑50元以下的", 50, OPEN),
        ("我要超过200元的鼠标", 200, OPEN),
    ],
)
def test_a_price_is_read_in_yuan(text: str, low: int | None, high: int | None) -> None:
    (phrase,) = find_prices(text, "CNY")
    ends = [None if end is None else end / 100 for end in (phrase.min_minor, phrase.max_minor)]
    assert (ends, phrase.foreign) == ([low, high], False)


@pytest.mark.parametrize(
    "text",
    [
        "三元催化器",
        "一元牌炉子",
        "国六三元",
        "2022元旦贺卡",
        "三星手机",
        "15寸以下",
        "不超过15寸",
        "至少16GB",
        "不超过3个人",
        "2-3人帐篷",
        "一百个气球",
        "满200减50",
        "型号6388起动机",
        "轮胎57-305",
        "580左右大灯",
        "半裙",
        "千纸鹤",
        "万能胶",
        "百搭",
        "第三代",
        "i7以上",
        "8折以下",
        "42码以上",
        "5以内",
        "",
    ],
)
def test_a_number_that_is_no_price_is_left_alone(text: str) -> None:
    assert find_prices(text, "CNY") == ()


@pytest.mark.parametrize("text", ["50美元以内", "不超过100欧元", "3000日元左右", "$50以下", "200港币"])
def test_another_currency_is_recognised_and_gives_no_limit(text: str) -> None:
    (phrase,) = find_prices(text, "CNY")
    assert (phrase.foreign, phrase.min_minor, phrase.max_minor) == (True, None, None)


def test_the_shops_own_currency_is_read_in_its_minor_units() -> None:
    assert [p.max_minor for p in find_prices("3000日元以下", "JPY")] == [3000]
    assert [p.max_minor for p in find_prices("$50以下", "USD")] == [5000]


def test_beside_a_sure_price_a_bare_number_speaks_of_something_else() -> None:
    assert [p.max_minor for p in find_prices("200元以下，100以内", "CNY")] == [20_000]
