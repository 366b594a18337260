"""Sentences of Chinese shoppers and the wishes that they state, for the shop of `shop.py`.

SENTENCES were written before the reader was: those at even places for building it, those at odd places for reporting.
What is expected is written as `render` writes it: needs apart by " | ", wishes by ", ", in any order.
"""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.filters import (
    AttributeIn,
    AttributeRange,
    BrandIn,
    CategoryIn,
    Constraint,
    InStock,
    MinRating,
    PriceRange,
)
from retrieval.results import Sort, Understanding

SENTENCES: tuple[tuple[str, str], ...] = (
    ("黑色的无线鼠标", "kind:无线鼠标, 颜色:黑色"),
    ("红色机械键盘", "kind:机械键盘, 颜色:红色"),
    ("我想买一个北溪的保温杯", "kind:保温杯, brand:北溪"),
    ("请问有山岚的帐篷吗？", "kind:帐篷, brand:山岚"),
    ("有没有米白色的羽绒服", "kind:羽绒服, 颜色:米白色"),
    ("想要一件黑色毛衣，谢谢", "kind:毛衣, 颜色:黑色"),
    ("Acme的蓝牙耳机", "kind:蓝牙耳机, brand:Acme"),
    ("acme 手机壳 红色", "kind:手机壳, brand:Acme, 颜色:红色"),
    ("鼠标", "kind:无线鼠标/有线鼠标"),
    ("推荐一款键盘", "kind:机械键盘"),
    ("无线的鼠标", "kind:无线鼠标"),
    ("有线的鼠标有吗", "kind:有线鼠标"),
    ("防水的帐篷", "kind:帐篷, 防水:yes"),
    ("降噪蓝牙耳机推荐", "kind:蓝牙耳机, 降噪:yes"),
    ("羊毛毛衣", "kind:毛衣, 材质:羊毛"),
    ("不锈钢的保温杯", "kind:保温杯, 材质:不锈钢"),
    ("黑的登山鞋", "kind:登山鞋, 颜色:黑色"),
    ("帮我找红的睡袋", "kind:睡袋, 颜色:红色"),
    ("给我看看北溪或者山岚的行李箱", "kind:行李箱, brand:北溪/山岚"),
    ("黑色或红色的手机壳", "kind:手机壳, 颜色:黑色/红色"),
    # Prices
    ("200元以下的无线鼠标", "kind:无线鼠标, price:..200"),
    ("100元以内的手机壳", "kind:手机壳, price:..100"),
    ("无线鼠标200以内", "kind:无线鼠标, price:..200"),
    ("毛衣300以下", "kind:毛衣, price:..300"),
    ("不超过300块的机械键盘", "kind:机械键盘, price:..300"),
    ("帐篷，价格不要超过800元", "kind:帐篷, price:..800"),
    ("100到200元的保温杯", "kind:保温杯, price:100..200"),
    ("500-800元的羽绒服", "kind:羽绒服, price:500..800"),
    ("200至400块的毛衣", "kind:毛衣, price:200..400"),
    ("价格在300和500之间的睡袋", "kind:睡袋, price:300..500"),
    ("三百元左右的睡袋", "kind:睡袋, price:255..345"),
    ("大概四百块的蓝牙耳机", "kind:蓝牙耳机, price:340..460"),
    ("一千五以内的蓝牙耳机", "kind:蓝牙耳机, price:..1500"),
    ("三百五以下的行李箱", "kind:行李箱, price:..350"),
    ("1.5万以下的笔记本电脑", "kind:笔记本电脑, price:..15000"),
    ("一万二以内的笔记本电脑", "kind:笔记本电脑, price:..12000"),
    ("预算5000，想买笔记本电脑", "kind:笔记本电脑, price:..5000"),
    ("笔记本电脑，预算六千左右", "kind:笔记本电脑, price:5100..6900"),
    ("５００元以下的登山鞋", "kind:登山鞋, price:..500"),
    ("￥２００以内的毛衣", "kind:毛衣, price:..200"),
    ("50块钱的大米", "kind:大米, price:..50"),
    ("二十块的手机壳", "kind:手机壳, price:..20"),
    ("5000元以上的笔记本电脑", "kind:笔记本电脑, price:5000.."),
    ("至少500块的登山鞋", "kind:登山鞋, price:500.."),
    ("¥100 以下的保温杯", "kind:保温杯, price:..100"),
    ("低于¥400的移动硬盘", "kind:移动硬盘, price:..400"),
    ("两三百的睡袋", "kind:睡袋, price:200..300"),
    ("四五百块钱的移动硬盘", "kind:移动硬盘, price:400..500"),
    ("最多两千块的笔记本电脑", "kind:笔记本电脑, price:..2000"),
    ("机械键盘 三百封顶", "kind:机械键盘, price:..300"),
    ("两百到三百五的毛衣", "kind:毛衣, price:200..350"),
    ("五千到八千的笔记本电脑", "kind:笔记本电脑, price:5000..8000"),
    ("我只有一百块，想买个无线鼠标", "kind:无线鼠标, price:..100"),
    ("手头有600元，要一顶帐篷", "kind:帐篷, price:..600"),
    ("千元以内的羽绒服", "kind:羽绒服, price:..1000"),
    ("百元以下的保温杯", "kind:保温杯, price:..100"),
    # Order, stock, rating
    ("最便宜的帐篷", "kind:帐篷, sort:price_low"),
    ("哪个睡袋最便宜", "kind:睡袋, sort:price_low"),
    ("最贵的笔记本电脑", "kind:笔记本电脑, sort:price_high"),
    ("价格最高的羽绒服", "kind:羽绒服, sort:price_high"),
    ("评分最高的蓝牙耳机", "kind:蓝牙耳机, sort:rating"),
    ("评价最好的行李箱", "kind:行李箱, sort:rating"),
    ("最新的手机壳", "kind:手机壳, sort:newest"),
    ("刚上市的机械键盘", "kind:机械键盘, sort:newest"),
    ("现货的登山鞋", "kind:登山鞋, stock"),
    ("有现货的移动硬盘吗", "kind:移动硬盘, stock"),
    ("4星以上的保温杯", "kind:保温杯, rating:4"),
    ("评分不低于4.5的帐篷", "kind:帐篷, rating:4.5"),
    ("按价格从低到高看毛衣", "kind:毛衣, sort:price_low"),
    ("无线鼠标 价格从高到低", "kind:无线鼠标, sort:price_high"),
    # Refusals
    ("不要羊毛的毛衣", "kind:毛衣, 材质:-羊毛"),
    ("毛衣，不要纯棉的", "kind:毛衣, 材质:-纯棉"),
    ("除了Acme的机械键盘", "kind:机械键盘, brand:-Acme"),
    ("除了北溪以外的帐篷", "kind:帐篷, brand:-北溪"),
    ("不含羽绒的睡袋", "kind:睡袋, 材质:-羽绒"),
    ("保温杯不要玻璃的", "kind:保温杯, 材质:-玻璃"),
    ("登山鞋，非皮革", "kind:登山鞋, 材质:-皮革"),
    ("手机壳，不是硅胶的", "kind:手机壳, 材质:-硅胶"),
    ("不要红色的行李箱", "kind:行李箱, 颜色:-红色"),
    ("不要黑色和红色的羽绒服", "kind:羽绒服, 颜色:-黑色/红色"),
    ("不想要山岚或Acme的无线鼠标", "kind:无线鼠标, brand:-山岚/Acme"),
    ("除了山岚、北溪的登山鞋都可以", "kind:登山鞋, brand:-山岚/北溪"),
    ("别给我推荐Acme的毛衣", "kind:毛衣, brand:-Acme"),
    ("不喜欢北溪的机械键盘", "kind:机械键盘, brand:-北溪"),
    ("不防水的帐篷也行", "kind:帐篷, 防水:-yes"),
    ("没有降噪的蓝牙耳机", "kind:蓝牙耳机, 降噪:-yes"),
    # Sizes and units
    ("15寸的笔记本电脑", "kind:笔记本电脑, 屏幕尺寸:14.4..15.6"),
    ("14英寸笔记本电脑", "kind:笔记本电脑, 屏幕尺寸:13.44..14.56"),
    ("24寸行李箱", "kind:行李箱, 尺寸:23.04..24.96"),
    ("20英寸以下的行李箱", "kind:行李箱, 尺寸:..20"),
    ("500毫升的保温杯", "kind:保温杯, 容量:480..520"),
    ("1升以下的保温杯", "kind:保温杯, 容量:..1000"),
    ("至少0.5升的保温杯", "kind:保温杯, 容量:500.."),
    ("容量不小于600ml的保温杯", "kind:保温杯, 容量:600.."),
    ("10斤大米", "kind:大米, 净含量:4.8..5.2"),
    ("五公斤的大米", "kind:大米, 净含量:4.8..5.2"),
    ("2TB的移动硬盘", "kind:移动硬盘, 存储容量:2..2"),
    ("1T移动硬盘", "kind:移动硬盘, 存储容量:1..1"),
    ("16G内存的笔记本电脑", "kind:笔记本电脑, 内存:16..16"),
    ("内存至少16GB的笔记本电脑", "kind:笔记本电脑, 内存:16.."),
    ("1.5公斤以下的笔记本电脑", "kind:笔记本电脑, 重量:..1.5"),
    ("三斤以内的笔记本电脑", "kind:笔记本电脑, 重量:..1.5"),
    ("三人帐篷", "kind:帐篷, 适用人数:3..3"),
    ("双人帐篷", "kind:帐篷, 适用人数:2..2"),
    ("续航20小时以上的蓝牙耳机", "kind:蓝牙耳机, 续航:20.."),
    ("续航三十个小时以上的蓝牙耳机", "kind:蓝牙耳机, 续航:30.."),
    ("42码的登山鞋", "kind:登山鞋, 尺码:42"),
    ("XL码的毛衣", "kind:毛衣, 尺码:XL"),
    # Several needs, and several wishes at once
    ("一个帐篷和两个睡袋", "kind:帐篷 | kind:睡袋"),
    ("机械键盘和无线鼠标", "kind:机械键盘 | kind:无线鼠标"),
    ("黑色的登山鞋，还有一件红色的毛衣", "kind:登山鞋, 颜色:黑色 | kind:毛衣, 颜色:红色"),
    ("500元以下的帐篷以及300元以下的睡袋", "kind:帐篷, price:..500 | kind:睡袋, price:..300"),
    ("200元以下北溪黑色无线鼠标", "kind:无线鼠标, brand:北溪, 颜色:黑色, price:..200"),
    ("山岚的防水帐篷，三人的，八百以内", "kind:帐篷, brand:山岚, 防水:yes, 适用人数:3..3, price:..800"),
    ("给爸爸买一双登山鞋，42码，600以下", "kind:登山鞋, 尺码:42, price:..600"),
    ("想送女朋友一件羊绒毛衣，四百左右", "kind:毛衣, 材质:羊绒, price:340..460"),
    ("acme 无线 mouse 鼠标 200以内", "kind:无线鼠标, brand:Acme, price:..200"),
    ("便宜的北溪机械键盘，现货", "kind:机械键盘, brand:北溪, price:..320, stock"),
)

LATER: tuple[tuple[str, str], ...] = (
    ("老板，有红色的行李箱没有", "kind:行李箱, 颜色:红色"),
    ("在吗？想看下山岚的登山鞋", "kind:登山鞋, brand:山岚"),
    ("求一款不贵的蓝牙耳机", "kind:蓝牙耳机, price:..420"),
    ("来两件米白的毛衣", "kind:毛衣, 颜色:米白色"),
    ("你们家羽绒服最低多少钱", "kind:羽绒服"),
    ("无线鼠标哪款评价好", "kind:无线鼠标, sort:rating"),
    ("预算有限，300块以内的机械键盘有推荐吗", "kind:机械键盘, price:..300"),
    ("学生用的笔记本电脑，四千多", "kind:笔记本电脑, price:4000..5000"),
    ("想换个大一点的行李箱，28寸的", "kind:行李箱, 尺寸:26.88..29.12"),
    ("保温杯要500ml以上，黑的，100块上下", "kind:保温杯, 容量:500.., 颜色:黑色, price:85..115"),
    ("两人用的帐篷，防水，不超过七百", "kind:帐篷, 适用人数:2..2, 防水:yes, price:..700"),
    ("羊毛衫有吗", ""),
    ("手机壳不要硅胶也不要红色", "kind:手机壳, 材质:-硅胶, 颜色:-红色"),
    ("除开Acme，别的牌子的鼠标", "kind:无线鼠标/有线鼠标, brand:-Acme"),
    ("毛衣 M", "kind:毛衣, 尺码:M"),
    ("内存16个G的笔记本电脑", "kind:笔记本电脑, 内存:16..16"),
    ("8G到16G内存笔记本电脑", "kind:笔记本电脑, 内存:8..16"),
    ("5kg大米多少钱", "kind:大米, 净含量:4.8..5.2"),
    ("来20斤大米", "kind:大米, 净含量:9.6..10.4"),
    ("续航至少24h的蓝牙耳机", "kind:蓝牙耳机, 续航:24.."),
    ("价格200到300之间，最好是羊绒的毛衣", "kind:毛衣, 材质:羊绒, price:200..300"),
    ("500上下的睡袋，现在有货吗", "kind:睡袋, price:425..575, stock"),
    ("蓝牙耳机，要能降噪的，五百块钱以下", "kind:蓝牙耳机, 降噪:yes, price:..500"),
    ("要不锈钢的，不要玻璃的保温杯", "kind:保温杯, 材质:不锈钢, 材质:-玻璃"),
    ("便宜又好用的无线鼠标", "kind:无线鼠标, price:..100"),
    ("有没有比较轻的笔记本电脑，1公斤左右", "kind:笔记本电脑, 重量:0.85..1.15"),
    ("黑色 红色 都行的行李箱", "kind:行李箱, 颜色:黑色/红色"),
    ("一顶帐篷，一个睡袋，还要一双登山鞋", "kind:帐篷 | kind:睡袋 | kind:登山鞋"),
    ("北溪的保温杯和山岚的行李箱", "kind:保温杯, brand:北溪 | kind:行李箱, brand:山岚"),
    ("我不要有线鼠标，要无线的", "kind:-有线鼠标"),
    ("两百元以下、评分四星以上的毛衣", "kind:毛衣, price:..200, rating:4"),
    ("新上市的手机壳有哪些", "kind:手机壳, sort:newest"),
    ("好评最多的帐篷", "kind:帐篷, sort:rating"),
    ("价格最低的大米", "kind:大米, sort:price_low"),
    ("移动硬盘2T以上，四百以内", "kind:移动硬盘, 存储容量:2.., price:..400"),
    ("尼龙行李箱 20-24寸", "kind:行李箱, 材质:尼龙, 尺寸:20..24"),
    ("送爸妈的羽绒服，千元左右", "kind:羽绒服, price:850..1150"),
    ("毛衣，纯棉，XL，三百块内", "kind:毛衣, 材质:纯棉, 尺码:XL, price:..300"),
    ("Acme键盘 ￥300以下 包邮", "kind:机械键盘, brand:Acme, price:..300"),
)
"""Written after the reader, run once (docs/experiments.md), and looked at since."""


def render(understood: Sequence[Understanding], currency_minor: int = 100) -> frozenset[tuple[int, str]]:
    """Write what was understood as a set of (place of the need, wish)."""
    return frozenset(
        (place, wish)
        for place, need in enumerate(understood)
        for wish in [*(_wish(c, currency_minor) for c in need.constraints), *_order(need)]
    )


def expected(written: str) -> frozenset[tuple[int, str]]:
    """Read the right column of SENTENCES."""
    needs = enumerate(written.split(" | ")) if written else ()
    return frozenset((place, _sorted(wish)) for place, need in needs for wish in need.split(", "))


def _sorted(wish: str) -> str:
    name, colon, values = wish.partition(":")
    refused = "-" if values.startswith("-") else ""
    return name + colon + refused + "/".join(sorted(values.removeprefix(refused).split("/")))


def _order(need: Understanding) -> list[str]:
    return [] if need.sort is Sort.RELEVANCE else [f"sort:{need.sort}"]


def _wish(wish: Constraint, minor: int) -> str:
    match wish:
        case CategoryIn(values, exclude):
            return f"kind:{'-' * exclude}{'/'.join(sorted(values))}"
        case BrandIn(values, exclude):
            return f"brand:{'-' * exclude}{'/'.join(sorted(values))}"
        case AttributeIn(name, values, exclude):
            return f"{name}:{'-' * exclude}{'/'.join(sorted(values))}"
        case AttributeRange(name, low, high):
            return f"{name}:{_ends(low, high)}"
        case PriceRange(_, low, high):
            return f"price:{_ends(None if low is None else low / minor, None if high is None else high / minor)}"
        case MinRating(stars):
            return f"rating:{stars:g}"
        case InStock():
            return "stock"
    raise ValueError(wish)


def _ends(low: float | None, high: float | None) -> str:
    return f"{'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}"
