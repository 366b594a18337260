"""A small shop whose names are Chinese, some of them in no dictionary; none is known to the code."""

from __future__ import annotations

from itertools import product as pairs

from retrieval.product import Product
from tests.retrieval.reading_shop import Stated, make_product

BRANDS = ("北溪", "山岚", "Acme")
COLOURS = ("黑色", "米白色", "红色")
SHELVES = (
    ("无线鼠标", 8000),
    ("有线鼠标", 4000),
    ("机械键盘", 30000),
    ("笔记本电脑", 500000),
    ("蓝牙耳机", 40000),
    ("帐篷", 60000),
    ("睡袋", 30000),
    ("登山鞋", 50000),
    ("毛衣", 20000),
    ("羽绒服", 70000),
    ("保温杯", 9000),
    ("大米", 5000),
    ("手机壳", 2000),
    ("移动硬盘", 40000),
    ("行李箱", 30000),
)
_SIZES = {"登山鞋": ("40", "41", "42"), "毛衣": ("M", "L", "XL"), "羽绒服": ("M", "L", "XL")}
_MATERIALS = {
    "睡袋": ("羽绒", "纯棉"),
    "登山鞋": ("皮革", "网布"),
    "毛衣": ("羊毛", "羊绒", "纯棉"),
    "羽绒服": ("羽绒",),
    "保温杯": ("不锈钢", "玻璃"),
    "手机壳": ("硅胶", "皮革"),
    "行李箱": ("铝合金", "尼龙"),
}


def make_shop() -> tuple[Product, ...]:
    """Make nine products of each kind, each brand in each colour; prices in CNY rise by 10 yuan within a kind."""
    return tuple(
        make_product(
            f"{category}-{number}",
            f"{brand}{colour}{category}{number}号",
            category=category,
            brand=brand,
            price_minor=base + number * 1000,
            stated=_stated(category, colour, number),
            options=[{"尺码": size} for size in _SIZES.get(category, ())] or ({},),
            currency="CNY",
        )
        for category, base in SHELVES
        for number, (brand, colour) in enumerate(pairs(BRANDS, COLOURS))
    )


def _stated(category: str, colour: str, number: int) -> list[Stated]:
    stated: list[Stated] = [("颜色", colour, None)]
    materials = _MATERIALS.get(category)
    if materials:
        stated.append(("材质", materials[number % len(materials)], None))
    special: dict[str, list[Stated]] = {
        "笔记本电脑": [
            ("屏幕尺寸", (13.3, 14.0, 15.6)[number % 3], "英寸"),
            ("内存", 8.0 * (1 + number % 4), "GB"),
            ("重量", 1.2 + 0.1 * number, "公斤"),
        ],
        "蓝牙耳机": [("续航", 10.0 + 5 * number, "小时"), ("降噪", number % 2 == 0, None)],
        "帐篷": [("适用人数", 1.0 + number % 4, "人"), ("防水", number % 2 == 0, None)],
        "登山鞋": [("防水", number % 2 == 0, None)],
        "保温杯": [("容量", 300.0 + 100 * number, "毫升")],
        "大米": [("净含量", 1.0 + number, "公斤")],
        "移动硬盘": [("存储容量", 1.0 + number % 4, "TB")],
        "行李箱": [("尺寸", 20.0 + 2 * (number % 5), "英寸")],
    }
    return stated + special.get(category, [])
