"""Price talk: "under 80", "$5 to $10", "5-10 bucks", "around 200", "100元以下".

Knows numbers, currencies and words of comparison. A number without any of them is no price, and a number followed by
a unit of measure is a measure: the caller names further words that make it one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from retrieval import currencies
from retrieval.negations import NEGATED, NOT, Reach, find_reach, find_reach_before
from retrieval.number_words import SPELT, read_words
from retrieval.product import Money
from retrieval.units import find_unit
from retrieval.words import ADJECTIVES, STOP, word_key

AROUND = Decimal("0.15")
"""How far a price may lie from "around 200"."""
MOST_MINOR = 10**13

_BIG = {"k": 1_000, "m": 1_000_000, "千": 1_000, "万": 10_000, "grand": 1_000, "thousand": 1_000}


def _words(*names: str) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_SIGNS = _words(*currencies.SIGNS)
_NAMES = _words(*currencies.WORDS)
_NUMBER = rf"\d{{1,3}}(?:[ '’]\d{{3}})+(?!\w)(?:[.,]\d{{1,2}})?|\d+(?:[.,]\d+)*|{SPELT}"


def _amount(n: int) -> str:
    return (
        rf"(?P<pre{n}>(?<![^\W\d_])(?:{_SIGNS}|(?:{_NAMES})(?![^\W\d_]))\s?)?[`'\"]?"
        rf"(?<!\d)(?<!\d[.,])(?P<num{n}>{_NUMBER})(?P<big{n}>\s?(?:k|grand|thousand)\b|千|万)?[`'\"]?(?![.,]?\d)"
        rf"(?P<post{n}>\s?(?:{_SIGNS})(?!\d)|\s?-?(?:{_NAMES})(?![^\W\d_]))?(?:\.00|,-)?"
    )


_ABOVE = (
    r"(?:over|above|beyond|(?:any )?(?:more|higher|greater|pricier|dearer) th[ae]n|more expensive th[ae]n|"
    r"(?:in )?excess of|north of|exceeding|exceeds?)"
)
_BELOW = r"(?:(?:at or )?(?:under|below|beneath)|south of|(?:less|lower|cheaper|fewer) th[ae]n|less expensive th[ae]n)"
_UP_TO = (
    rf"(?:{_BELOW}|sub|up to|upto|at most|max(?:imum)?\.?(?: of)?|within|capped? at|"
    r"<=|<|≤|不超过|不高于|低于|少于|最多)(?: the)?"
)
_FROM = (
    rf"(?:{_ABOVE}|at least|min(?:imum)?\.?(?: of)?|starting (?:at|from)|upwards of|"
    r">=|>|≥|超过|高于|不低于|至少|大于)(?: the)?"
)
_NEAR = (
    r"around|about|approx(?:imately|\.)?|roughly|circa|ca\.|close to|in the (?:range|region) of|near|~|≈|大约|约|左右"
)
_BUDGET = (
    r"(?:(?:my )?budget|(?:my |price |upper )?(?:limit|ceiling|cap))(?: is| of|:| limit of| limit is)?"
    r"(?: only| about| around)?|(?:most|maximum)(?: [^\W\d]+){1,6} is|spend|pay|i have|"
    r"i've got|got(?: only)?|for only|预算"
)
_PRICED = (
    r"(?:(?:priced?|prices?|costs?|costing|cost|going|sold)"
    r"(?: (?:should be|is|are|range|ranging|limit|point|of|that is|be|at|to be))*\s*:?\s*)?"
)

NO_NEXT = rf"(?!\w|\s(?:than|the|to|an?)\b|\s*[^\w\s,.;:!?()]?\s?(?:\d|{SPELT}))"
"""What "and under" must not stand before to limit the number before it: "2 kg and under 250$" is not under 2 kg."""
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("up_to", rf"(?<!\w){_PRICED}{NEGATED}{_ABOVE}(?: the)?\s*{_amount(1)}"),
        ("from", rf"(?<!\w){_PRICED}{NEGATED}{_BELOW}(?: the)?\s*{_amount(1)}"),
        ("range", rf"(?<!\w){_PRICED}(?:between|from|in the range(?: of)?|price range|"
            rf"(?:my )?budget(?: is| of|:)?)?\s*{_amount(1)}\s*(?:and|to|-|–|—|~|到|至)\s*{_amount(2)}"),
        ("up_to", rf"(?<!\w){_PRICED}{_UP_TO}\s*{_amount(1)}"),
        ("from", rf"(?<!\w){_PRICED}{_FROM}\s*{_amount(1)}"),
        ("up_to_after", rf"{_amount(1)}\s*(?:or (?:less|under|below|lower|cheaper)|"
            rf"and (?:under|below|lower|less){NO_NEXT}|"
            rf"max(?:imum)?\b|at (?:the )?(?:very )?most|tops\b|limit\b|ceiling\b|以下|以内|之内|内|budget\b|"
            rf"is (?:my|our|the) (?:max(?:imum)?|limit|budget|most)\b)"),
        ("from_after", rf"{_amount(1)}\s*(?:or more|or above|or over|(?:and |or )?upwards?|and up|"
            rf"and (?:above|over){NO_NEXT}|min(?:imum)?\b|\+|以上|起)"),
        ("near", rf"(?<!\w){_PRICED}(?:{_NEAR})\s*{_amount(1)}"),
        ("near", rf"(?<!\w)in the {_amount(1)} (?:price )?range\b"),
        ("near_after", rf"{_amount(1)}\s*(?:左右|or so\b|ish\b|-ish\b|or thereabouts|give or take)"),
        ("from", rf"(?<!\w)from\s*{_amount(1)}"),
        ("budget", rf"(?<!\w)(?:{_BUDGET})\s*{_amount(1)}"),
        ("priced", rf"(?<!\w)(?:price|cost)(?:d|s|ing)?(?: (?:at|of|is|about))?\s*:?\s*{_amount(1)}"),
        ("alone", rf"(?<!\w){_amount(1)}"),
    )
)  # fmt: skip
_NOT_THE_PRICE = re.compile(
    r"(?:shipping|delivery|returns?)(?: (?:on|for|over|with|above|from|all))*(?: orders?)?\s*$"
    r"|(?<!\w)(?:orders?|discounts?|coupon|voucher|save|off)(?: of| by| from| over| above)?\s*$",
    re.IGNORECASE,
)
_OFF = re.compile(r"\s*(?:%|percent\b|off\b|discount\b|x\s?\d|×|°|\"|″|/\d)", re.IGNORECASE)
_COUNTED = frozenset(("x", "by", "star", "piece", "pair", "item", "product", "model", "option", "kid", "friend"))
_ANY_NUMBER = re.compile(rf"\d|{SPELT}", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_RANGE_OF_MONEY = re.compile(r"between|from|price|(?:my )?budget", re.IGNORECASE)
_NEEDS_MONEY = re.compile(
    r"within|i have|i've got|got|from|in the|limit|ceiling|cap|most|maximum [^\W\d]", re.IGNORECASE
)
"""What speaks of money only where a currency is named."""
_FEW = 20
_NEXT_WORD = re.compile(r"[\s-]*([^\W\d_]+)")
_AFTER_IN = ("a", "an", "the", "my", "any", "size", "sizes", "total", "stock", "price")
_BESIDE = re.compile(
    rf"(?P<counted>(?:\d|{SPELT})[\s-]?)?(?<![^\W\d_])(?P<word>[^\W\d_]+)(?: (?:is|of|be|are))?\s*$", re.IGNORECASE
)
_TURNED = {"from_after": "up_to_after", "up_to_after": "from_after"}
_OPPOSITE = {"from": "up_to", "up_to": "from"}
_OR_ELSE = re.compile(r",?\s+n?or(?: any| anything| more)?\s+", re.IGNORECASE)
_NEGATION = re.compile(rf"{_PRICED}{NOT}", re.IGNORECASE)
_OR_MORE = re.compile(r"\b(?:or|and) [^\W\d]+$", re.IGNORECASE)
_HARD_BOUND = ("up_to", "budget", "priced", "near")


@dataclass(frozen=True, slots=True)
class PricePhrase:
    """A stretch of text that speaks of a price.

    Args:
        start, end: character offsets.
        min_minor, max_minor: limits in minor units of the shop's currency; both None where another currency is meant.
        foreign: whether the amount is in another currency than the shop's.
        sure: whether a currency or the word price is said.
        negation: where a negation stands that turns the comparison, if names stand between ("no green tents over 200").
    """

    start: int
    end: int
    min_minor: int | None
    max_minor: int | None
    foreign: bool = False
    sure: bool = True
    negation: tuple[int, int] | None = None


def find_prices(
    text: str,
    currency: str,
    is_thing: Callable[[str], bool] = lambda word: False,
    is_measured: Callable[[str], bool] = lambda word: False,
    is_value: Callable[[str], bool] = lambda word: False,
) -> tuple[PricePhrase, ...]:
    """Find all price phrases of a cleaned text, in order, none overlapping.

    Args:
        text: e.g. "boots under $80".
        currency: the shop's ISO 4217 code; "$" is read as this currency where it is some dollar.
        is_thing: whether a folded word names a product of the shop, so that "under 80 boots" is a price.
        is_measured: whether a folded word names something that the shop states in numbers, so that "value above 4" is
            none.
        is_value: whether a folded word is a stated value, so that "under 200 in red" is a price and no length.
    """
    if not _ANY_NUMBER.search(text):
        return ()
    found: list[PricePhrase] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(phrase.start < match.end() and match.start() < phrase.end for phrase in found):
                continue
            meant = _OPPOSITE[kind] if kind in _OPPOSITE and _is_alternative(match, text, found) else kind
            phrase = _read(meant, match, text, currency, is_thing, is_measured, is_value)
            if phrase is not None:
                found.append(phrase)
    sure = [phrase for phrase in found if phrase.sure]
    if sure:
        # Beside "under $50", a "between 10 and 20" speaks of something else, unless it is of another thing.
        found = [phrase for phrase in found if phrase.sure or _is_of_another(phrase, sure, text, is_thing)]
    return tuple(sorted(found, key=lambda phrase: phrase.start))


def _is_of_another(phrase: PricePhrase, sure: list[PricePhrase], text: str, is_thing: Callable[[str], bool]) -> bool:
    """Whether a thing is named between a price and each that is sure: "kettle max $60, toaster up to 50"."""
    between = (text[min(phrase.end, other.end) : max(phrase.start, other.start)] for other in sure)
    return all(any(is_thing(word.casefold()) for word in re.findall(r"[^\W\d_]+", part)) for part in between)


def _is_alternative(match: re.Match[str], text: str, found: list[PricePhrase]) -> bool:
    """Whether a comparison is the other half of one that a negation turns: "not under 50 or over 100"."""
    before = [phrase for phrase in found if _OR_ELSE.fullmatch(text, phrase.end, match.start())]
    return any(phrase.negation or _NEGATION.match(text, phrase.start) for phrase in before)


def _read(
    kind: str,
    match: re.Match[str],
    text: str,
    currency: str,
    is_thing: Callable[[str], bool],
    is_measured: Callable[[str], bool],
    is_value: Callable[[str], bool],
) -> PricePhrase | None:
    fields = match.groupdict()
    reach: Reach | None = Reach(match.start())
    if "between" in fields:
        reach = find_reach(match, is_thing)
    elif kind in _TURNED and _OR_MORE.search(match[0]):
        behind = find_reach_before(text, match.start(), lambda word: False)
        kind, reach = (_TURNED[kind], behind) if behind else (kind, reach)
    elif kind in ("from", "up_to") and find_reach_before(text, match.start(), is_thing):
        return None  # what a negation turns is nothing without it: "R value not above 4"
    if reach is None:
        return None  # "no wool over $50" refuses the wool.
    named = [name for name in (fields.get(f"{side}{n}") for n in (1, 2) for side in ("pre", "post")) if name]
    if currency != "GBP" and any(name.strip().lstrip("-").casefold() in ("pound", "pounds") for name in named):
        return None  # more likely a weight than money of another country
    own, foreign = _own_currency(named, currency)
    if _OFF.match(text, match.end()) or _NOT_THE_PRICE.search(text[: match.start()]):
        return None
    if not own and not foreign and not _bare_is_price(kind, match, text, is_thing, is_value):
        return None
    beside = None if own or foreign or _says_price(kind, match) else _BESIDE.search(text[: match.start()])
    if beside and not beside["counted"] and is_measured(beside["word"].casefold()):
        return None  # "R value above 4" speaks of the R value; in "2 players under 40" theirs was said before.
    if foreign:
        return PricePhrase(reach.start, match.end(), None, None, foreign=True, negation=reach.negation)
    first, second = _minor(fields, 1, currency), _minor(fields, 2, currency)
    if first is None or (kind == "range" and second is None):
        return None
    low, high = _limits(kind, first, second, fields, currency)
    sure = own or _says_price(kind, match)
    return PricePhrase(reach.start, match.end(), low, high, sure=sure, negation=reach.negation)


def _own_currency(named: list[str], currency: str) -> tuple[bool, bool]:
    """Whether the shop's currency is named, and whether only another one is."""
    own = any(currencies.means(name, currency) for name in named)
    return own, bool(named) and not own


def _says_price(kind: str, match: re.Match[str]) -> bool:
    return kind == "budget" or re.match(r"price|cost", match.group(), re.IGNORECASE) is not None


def _bare_is_price(
    kind: str,
    match: re.Match[str],
    text: str,
    is_thing: Callable[[str], bool],
    is_value: Callable[[str], bool],
) -> bool:
    if kind in ("alone", "from_after", "near_after"):
        return kind == "from_after" and "以上" in match.group()
    said_price = _says_price(kind, match)
    if kind == "range" and all(_YEAR.fullmatch(match[name]) for name in ("num1", "num2")):
        return False
    if kind == "range" and not said_price and not _RANGE_OF_MONEY.match(match.group()):
        return False
    if (kind != "range" and _NEEDS_MONEY.match(match.group())) or _is_few(match["num1"]):
        return False
    if said_price:
        return True
    after = _NEXT_WORD.match(text, match.end())
    if after is None:
        return text[match.end() : match.end() + 1] not in tuple("'\"″′”’“×/%")
    word = after.group(1).casefold()
    if word == "in" and (told := _NEXT_WORD.match(text, after.end())):
        return _tells_more(told.group(1).casefold(), is_thing, is_value)
    if find_unit(word) is not None or word_key(word) in _COUNTED:
        return False
    # "Up to 12 plates" counts, "under 100 wireless" and "under 100 mens" do not.
    counts = word != word_key(word) and word.endswith("s") and not (is_value(word) and _is_many(match["num1"]))
    return is_thing(word) or (word_key(word) in STOP or word in STOP) or (kind in _HARD_BOUND and not counts)


def _tells_more(word: str, is_thing: Callable[[str], bool], is_value: Callable[[str], bool]) -> bool:
    """Whether the word behind "in" shows that no inches are meant: "in red", "in a medium", "in tents"."""
    plural = word != word_key(word)
    return word in _AFTER_IN or (is_value(word) and word not in ADJECTIVES) or (plural and is_thing(word))


def _is_few(number: str) -> bool:
    """Whether a number in words rather counts things ("two or three pockets")."""
    return number[0].isalpha() and read_words(number) < _FEW


def _is_many(number: str) -> bool:
    """Whether a number is rather money than a count."""
    return (parse_number(number) or 0) >= _FEW


def _limits(
    kind: str, first: int, second: int | None, fields: dict[str, str | None], currency: str
) -> tuple[int | None, int | None]:
    if kind == "range" and second is not None:
        if fields.get("big2") and not fields.get("big1") and first < second // 100:
            first *= _BIG[str(fields["big2"]).strip().casefold()]
        return min(first, second), max(first, second)
    if kind in ("near", "near_after"):
        return _around(first)
    return (first, None) if kind in ("from", "from_after") else (None, first)


def _around(minor: int) -> tuple[int, int]:
    return int(minor * (1 - AROUND)), int(minor * (1 + AROUND))


def is_around(low: int, high: int) -> bool:
    """Whether two limits in minor units are those of "around 30", whose lower end nobody asked for."""
    return (low, high) == _around((low + high + 1) // 2)


def _minor(fields: dict[str, str | None], n: int, currency: str) -> int | None:
    digits = fields.get(f"num{n}")
    if digits is None:
        return None
    number = parse_number(digits)
    if number is None:
        return None
    big = fields.get(f"big{n}")
    if big:
        number *= _BIG[big.strip().casefold()]
    try:
        minor = Money.from_major(number, currency).amount_minor
    except InvalidOperation:
        return None
    return minor if 0 < minor <= MOST_MINOR else None


def parse_number(digits: str) -> Decimal | None:
    """Read a number with thousands separators and a decimal point or comma: "1,299.00", "1.299,00", "12,5", "1 299".

    A single separator followed by exactly three digits separates thousands ("1.299"), unless the number starts with 0.
    """
    if digits[0].isalpha():
        return read_words(digits)
    plain = re.sub(r"[ '’]", "", digits)
    if len(plain) > 16:
        return None
    points, commas = plain.count("."), plain.count(",")
    if points and commas:
        decimal = max(plain.rfind("."), plain.rfind(","))
        plain = re.sub(r"[.,]", "", plain[:decimal]) + "." + plain[decimal + 1 :]
    elif points + commas > 1 or (points + commas == 1 and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", plain)):
        plain = re.sub(r"[.,]", "", plain)
    else:
        plain = plain.replace(",", ".")
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None
