"""Stock phrases of Chinese shopping talk: order, stock, rating, politeness, refusal.

Knows phrasing, never the names of things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from retrieval.chinese.numerals import parse_number
from retrieval.reading import Mark, Said
from retrieval.results import Sort

_SORTS = (
    (Sort.PRICE_LOW, r"(?:按|价格)*(?:从低到高|由低到高)(?:排序?)?|(?:价格)?最便宜|(?:价格|价位|单价)最低|最低价"),
    (Sort.PRICE_HIGH, r"(?:按|价格)*(?:从高到低|由高到低)(?:排序?)?|最贵|(?:价格|价位|单价)最高|最高价"),
    (Sort.RATING, r"(?:评分|评价|口碑|好评率?)(?:最[高好多]|从高到低)|(?:评分|评价)[高好]|口碑好|好评(?!率)|最受好评"),
    (Sort.NEWEST, r"最新(?:款|上市|上架|出|发布)?|(?:刚|新)(?:上市|上架|出|到货)|新品|上新"),
)
_CHEAP = r"(?:价格)?(?:便宜|实惠|划算|亲民)(?:一?[点些])?儿?|平价|廉价|高?性价比高?|(?:不要|别|不)太?贵"
_STOCK = r"有?现货|有货|有库存|(?:能|可以)?(?:马上|立刻|立即)(?:能|可以)?发货"
_SERVICE = r"包邮|免运费|免邮费?|送货上门|(?:当|次)日达|七天无理由(?:退货|退换)?|货到付款"
_WHO = (
    "老婆|老公|妻子|丈夫|爸爸?|妈妈?|父亲|母亲|爸妈|父母|女朋友|男朋友|女友|男友|朋友|"
    "孩子|小孩|儿子|女儿|宝宝|爷爷|奶奶|外公|外婆|哥哥|弟弟|"
    "姐姐|妹妹|同事|老师|领导|长辈|客户|同学|自己|他|她"
)
_FILLERS = (
    r"我?(?:现在|最近)?(?:想|要|打算|准备|需要|希望)+(?:要|给|送|买|购买|看看?|找)*|"
    r"(?:请问|麻烦|你好|您好|谢谢|多谢)+|有没有(?:什么)?|(?:有|卖)什么|有哪些|"
    r"(?:能不能|可不可以|可以)?(?:给我?|帮我?|请)+(?:找|看看?|推荐|介绍|挑|选|查)(?:一?下)?|(?:求|来|找)?推荐|"
    rf"(?:送给?|给|帮)(?:我的?)?(?:{_WHO})(?:买|用|的|当礼物|做礼物)?|"
    r"哪[款个种]?(?:比较)?(?:好用?|合适)?|都?(?:可以|也行|行)(?:吧|的)?$|怎么样|好不好|"
    r"[一二两三四五六七八九十几\d]{1,3}[个双件条款只台部张盒瓶支顶把床副袋箱本块](?![元钱套装小月])"
)
_WITHDRAWN = r"不(?:一定|必|需要|用)(?:非?要|是|非得)?|无所谓|不在乎|不强求"
_REFUSED = r"(?:请)?(?:别|不要|不用)(?:再)?(?:给我)?(?:推荐|看|显示|展示|来)"
_NEGATION = (
    r"(?:但|可)?我?(?:不(?:要|想要|想买|含|带|是|喜欢|买|爱|考虑)|讨厌|拒绝|排除|去掉|除[了去开]|别的?要|(?<!有)没有)"
)
_BEHIND = r"(?:以外|之外)(?:的|都(?:可以|行))?|都(?:可以|行)"
_RATING = re.compile(
    r"(?P<floor>(?:评分|评价|好评)?(?:不低于|至少|最低|高于|超过|在)?\s?)(?P<stars>[1-5](?:\.\d)?|[一二三四五](?:点[一二三四五六七八九])?)"
    r"\s?(?P<unit>颗?星|分)?(?:级)?(?P<up>及?以上|起)?"
)
_PHRASES: tuple[tuple[Mark, Sort | None, re.Pattern[str]], ...] = (
    *((Mark.SORT, order, re.compile(f"(?:{pattern})的?")) for order, pattern in _SORTS),
    (Mark.STOCK, None, re.compile(f"(?:{_STOCK})的?")),
    (Mark.SERVICE, None, re.compile(_SERVICE)),
    (Mark.SORT, None, re.compile(f"(?:{_CHEAP})的?")),
    (Mark.NEGATION, None, re.compile(_REFUSED)),
    (Mark.WITHDRAWN, None, re.compile(_WITHDRAWN)),
    (Mark.NEGATION, None, re.compile(_NEGATION)),
    (Mark.FILLER, None, re.compile(_FILLERS)),
    (Mark.FILLER, None, re.compile(_BEHIND)),
)
"""Heard in this order: the "要" of "不要" asks for nothing."""
REFUSING = frozenset(["不", "无", "非", "除", "别"])
"""Refuse what follows where they stand as words of their own: not in 无线."""
BEHIND_REFUSAL = frozenset(["有", "任何", "用", "是", "带", "这种", "那种"])
"""What may stand between a refusal and the name: "不要有线的" refuses no 线."""
LISTING = frozenset(["或", "或者", "和", "与", "及", "还有", "以及", "跟", "、"])


def find_phrases(text: str) -> Iterator[Said]:
    """Find the stock phrases of a cleaned text; where two overlap, the earlier one counts."""
    for mark, order, pattern in _PHRASES:
        for match in pattern.finditer(text):
            if match.end() > match.start():
                yield Said(*match.span(), mark, sort=order)


def find_ratings(text: str) -> Iterator[Said]:
    """Find "4星以上", "评分不低于4.5"; "五星" alone is no wish."""
    for match in _RATING.finditer(text):
        stars = parse_number(match["stars"])
        says_rating = match["floor"].startswith(("评", "好评")) or (match["unit"] or "").endswith("星")
        bounded = match["up"] or match["floor"].strip().endswith(("不低于", "至少", "最低", "高于", "超过"))
        if stars is not None and 1 <= stars <= 5 and bounded and (says_rating or match["unit"] == "分"):
            yield Said(*match.span(), Mark.RATING, stars=float(stars))
