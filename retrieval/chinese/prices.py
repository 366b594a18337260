"""Price talk in Chinese: "200元以下", "不超过300块", "100到200元", "三百左右", "预算一千五", "两三百的".

Knows numbers, money and words of comparison. A number without money is a price only where it is compared with
something and nothing after it says what it counts.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from retrieval import currencies
from retrieval.chinese.negations import find_turned
from retrieval.chinese.numerals import NUMBER, parse_span
from retrieval.chinese.script import has_han
from retrieval.chinese.units import NAMES
from retrieval.price_words import AROUND, MOST_MINOR, PricePhrase
from retrieval.product import Money

_SIGNS = "|".join(re.escape(name) for name in sorted(currencies.SIGNS, key=len, reverse=True))
_CODES = "|".join(sorted((name for name in currencies.WORDS if len(name) == 3), reverse=True))
_UNIT = rf"(?:{_SIGNS}|(?:{_CODES})(?![A-Za-z]))"
_SIGN_BEFORE = rf"(?:{'|'.join(re.escape(sign) for sign in currencies.SIGNS if not has_han(sign))}|{_CODES})"
_UP_TO = (
    r"不要?(?:能|可以?)?(?:超过?|高于|大于|多于)|别超过?|(?<!不)(?<!不要)(?<!不能)(?<!可以)(?:低于|少于|小于)|不到|最多|至多|顶多|"
    r"最高(?:不超过)?|上限(?:是|为)?|<=?|≤"
)
_FROM = (
    r"不要?(?:能|可以?)?(?:低于|少于|小于)|别低于|(?<!不)(?<!不要)(?<!不能)(?<!可以)(?<!别)(?:超过|高于|大于|多于)|"
    r"至少|最少|最低|起码|>=?|≥"
)
_NEAR = r"大概|大约|约|差不多|≈|~"
_BUDGET = r"(?:预算|手头有|手里有|手上有|只有)(?:是|在|为|只有|有|控制在)?"
_ABOUT = r"\s?(?P<about>左右|上下)"
_LEAD = r"(?:(?:价格|价钱|价位|售价|预算|单价)(?:是|在|为|要)?\s?)?"
_TOO = r"(?:大概|大约|约|差不多)?"
_NOT_SMALLER = r"(?<![A-Za-z\d._/*×-])(?<!\d,)"


def _amount(n: int) -> str:
    whole = _NOT_SMALLER if n == 1 else ""
    return rf"{whole}(?P<pre{n}>{_SIGN_BEFORE}\s?)?(?P<num{n}>{NUMBER})(?P<post{n}>\s?{_UNIT})?"


_TO = r"\s?(?:到|至|~|-|–|—|(?P<joint>和|与))\s?"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("range", rf"{_LEAD}(?:介于|在)?{_amount(1)}{_TO}{_amount(2)}(?P<between>\s?(?:之间|以内|区间|这个价))?"),
        ("up_to", rf"{_LEAD}(?:{_UP_TO})\s?{_amount(1)}"),
        ("from", rf"{_LEAD}(?:{_FROM})\s?{_amount(1)}"),
        ("near", rf"{_LEAD}(?:{_NEAR})\s?{_amount(1)}(?:{_ABOUT})?"),
        ("near", rf"{_LEAD}(?:{_BUDGET})?{_TOO}{_amount(1)}{_ABOUT}"),
        ("up_to", rf"{_LEAD}(?:{_BUDGET})?{_TOO}{_amount(1)}\s?(?:及?以下|以内|之内|之下|内|封顶|为上限)"),
        ("from", rf"{_LEAD}{_amount(1)}\s?(?:及?以上|之上|往上|起步?(?=$|[的,。\s]))"),
        ("budget", rf"{_BUDGET}{_TOO}\s?{_amount(1)}"),
        ("priced", rf"(?:价格|价钱|价位|售价|单价)(?:是|在|为|要)?\s?{_amount(1)}"),
        ("some", rf"{_NOT_SMALLER}(?P<num1>{NUMBER})[多来](?:(?P<post1>\s?{_UNIT})|(?=$|[的,。\s]))"),
        ("alone", rf"{_amount(1)}"),
    )
)
_COUNTED = re.compile(
    rf"\s?(?:{'|'.join(NAMES)}|[个件双条只台部把张盒瓶包套片支枚码号年月日星分楼层代款位倍次折%％x×*]|[A-Za-z\d.])"
)
_CLOSED = re.compile(r"\s*(?:$|[的,。!?;、]|吗|呢|吧|买|能)")
"""What follows an amount that stands for itself: in "三元催化器" it is none."""
_OFF = re.compile(r"(?:满|减|优惠|立减|返|省|运费)\s*$")
_STEP = re.compile("[百千万]$")
_LEAST_BARE = 10
_OPPOSITE = {"up_to": "from", "from": "up_to"}
_SAYS_PRICE = ("价", "预算", "售价", "单价")


def find_prices(text: str, currency: str) -> tuple[PricePhrase, ...]:
    """Find all price phrases of a cleaned text, in order, none overlapping.

    Args:
        text: e.g. "200元以下的无线鼠标".
        currency: the shop's ISO 4217 code.
    """
    found: list[PricePhrase] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(phrase.start < match.end() and match.start() < phrase.end for phrase in found):
                continue
            phrase = _read(kind, match, text, currency)
            if phrase is not None:
                found.append(phrase)
    if any(phrase.sure for phrase in found):
        found = [phrase for phrase in found if phrase.sure]
    return tuple(sorted(found, key=lambda phrase: phrase.start))


def _read(kind: str, match: re.Match[str], text: str, currency: str) -> PricePhrase | None:
    fields = match.groupdict()
    named = [name for name in (fields.get(f"{side}{n}") for n in (1, 2) for side in ("pre", "post")) if name]
    own = any(currencies.means(name, currency) for name in named)
    first, second = _minor(fields.get("num1"), currency), _minor(fields.get("num2"), currency)
    if kind == "range" and fields["joint"] and not fields["between"]:
        return None  # "五百和三百" are two prices
    if first is None or (kind == "range" and second is None) or _OFF.search(text[: match.start()]):
        return None
    if named and not own:
        return PricePhrase(match.start(), match.end(), None, None, foreign=True)
    said = own or kind in ("budget", "priced") or match[0].startswith(_SAYS_PRICE)
    if kind == "alone" and not _stands_alone(match, text, first):
        return None
    least = Money.from_major(_LEAST_BARE, currency).amount_minor
    if not said and not _bare_is_price(kind, match, text, first, second, least):
        return None
    turned = find_turned(text, *match.span()) if kind in _OPPOSITE and not fields.get("about") else None
    low, high = _limits(_OPPOSITE[kind] if turned else kind, fields, first, second)
    return PricePhrase(*(turned or match.span()), low, high, sure=said)


def _stands_alone(match: re.Match[str], text: str, amount: tuple[int, int]) -> bool:
    """Whether an amount that is compared with nothing is a price: "五十块的", but not the "三元" of "国六三元"."""
    spoken = not any(char.isascii() for char in match["num1"])
    small = spoken and len(match["num1"]) == 1 and "钱" not in (match["post1"] or "")
    named = match["pre1"] or match["post1"] or amount[0] != amount[1]
    return bool(named) and not small and _CLOSED.match(text, match.end()) is not None


def _bare_is_price(
    kind: str, match: re.Match[str], text: str, first: tuple[int, int], second: tuple[int, int] | None, least: int
) -> bool:
    """Whether a number without money is one all the same, by what it is compared with and what follows."""
    if kind == "some" and not _STEP.search(match["num1"]):
        return False  # "四千多" is said of money alone, "400多" of anything
    if _COUNTED.match(text, match.end()) or (second or first)[1] < least:
        return False
    if kind == "near" and not _CLOSED.match(text, match.end()):
        return False  # "580左右大灯" has one on either side
    if kind != "range" or match["between"]:
        return True
    spoken = not any(char.isascii() for char in match["num1"])  # "五千到八千" is said of nothing else
    said_of_it = text[match.end() : match.end() + 1] == "的" and first[0] >= least
    return spoken or said_of_it or bool(_STEP.search(match["num2"])) or not text.replace(match[0], "").strip()


def _limits(
    kind: str, fields: dict[str, str | None], first: tuple[int, int], second: tuple[int, int] | None
) -> tuple[int | None, int | None]:
    if kind == "range" and second is not None:
        step = _STEP.search(fields["num2"] or "")
        if step and not _STEP.search(fields["num1"] or "") and 100 * first[0] <= second[1]:
            factor = parse_span(step[0]) or (Decimal(1), Decimal(1))
            first = (int(first[0] * factor[0]), int(first[1] * factor[0]))  # "三到五千" begins at 3000
        return min(first[0], second[0]), max(first[1], second[1])
    if kind == "near" or fields.get("about"):
        if first[0] != first[1]:
            return first
        return int(first[0] * (1 - AROUND)), int(first[1] * (1 + AROUND))
    if kind == "some":
        return first[0], first[0] + 10 ** (len(str(first[0])) - len(str(first[0]).rstrip("0")))  # "两百多" is below 300
    if kind == "from":
        return first[0], None
    return (None if first[0] == first[1] or kind != "alone" else first[0]), first[1]


def _minor(written: str | None, currency: str) -> tuple[int, int] | None:
    """Both ends of an amount in minor units; None where it is no amount."""
    span = parse_span(written) if written else None
    if span is None:
        return None
    try:
        low, high = (Money.from_major(end, currency).amount_minor for end in span)
    except (InvalidOperation, ValueError):
        return None
    return (low, high) if low > 0 and high <= MOST_MINOR else None
