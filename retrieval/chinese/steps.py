"""What a Chinese follow-up changes: "便宜一点", "再贵点也行", "颜色无所谓"."""

from __future__ import annotations

import re

from retrieval.chinese.script import HAN

CHEAPER = re.compile(
    r"(?:有没有)?(?:再|更|能不能)?便宜(?:一?[点些])儿?的?|[更再]便宜的?|(?:价格)?太(?:贵|高)了?|超(?:出)?预算了?"
)
DEARER = re.compile(
    r"(?:再|更)?(?:贵|高档|高端)(?:一?[点些])儿?的?(?:也(?:可以|行))?|[更再](?:贵|高档|高端)的?|太便宜了?"
)
_WHAT = rf"(?P<what>[{HAN}A-Za-z]{{1,6}}?)"
DROPPED = (
    re.compile(rf"{_WHAT}(?:都?无所谓|不限|随便|都(?:可以|行)|不重要|不要求)"),
    re.compile(
        rf"(?:不限|随便什么|无论什么|不管什么|任何|不(?:在乎|考虑|要求)){_WHAT}(?=都|也|$|[,。!?\s])(?:都|也)?(?:可以|行|好)?"
    ),
)
"""Wishes that are given up; `what` names one by its aspect or its value."""
BRAND = frozenset(["品牌", "牌子"])
PRICE = frozenset(["价格", "价钱", "价位", "预算"])
