"""Superlatives and comparisons over the products shown, computed again from what they state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.grounding.facts import Facts
from assistant.grounding.fields import Field
from assistant.grounding.flags import is_denied
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.ordinary import stems_of
from assistant.grounding.quantities import without_figures
from assistant.grounding.sheets import Sheet
from assistant.grounding.subjects import UNSTATED, Mention, Subject, talked_about

# (words, what is compared, whether less is meant): price, rating, reviews, else the name of an attribute.
_SCALES: tuple[tuple[str, str, bool], ...] = (
    (r"cheap(?:er|est)|(?:less|least) expensive|(?:more|most) affordable|lowest[- ]priced|lower[- ]priced"
     r"|(?:lowest|lower|best) price|costs? (?:the )?(?:less|least)", "price", True),
    (r"(?:more|most) expensive|dear(?:er|est)|pric(?:ier|iest)|(?:highest|higher) price|costs? (?:the )?(?:more|most)"
     r"|less affordable", "price", False),
    (r"light(?:er|est)|weighs? (?:the )?(?:less|least)|(?:lowest|lower) weight", "weight", True),
    (r"heav(?:ier|iest)|weighs? (?:the )?(?:more|most)", "weight", False),
    (r"(?:best|better|highest|higher|top)[- ]?rated|rated (?:the )?(?:best|better|highest|higher|top)"
     r"|(?:highest|higher|best|better) ratings?", "rating", False),
    (r"(?:worst|lowest|lower|worse)[- ]?rated|(?:lowest|lower|worst) ratings?", "rating", True),
    (r"most (?:reviewed|reviews|ratings)|more reviews", "reviews", False),
    (r"(?:longest|longer)(?:[- ]lasting)? battery(?: life)?|(?:longest|longer)[- ]lasting|lasts (?:the )?longe(?:r|st)",
     "battery_life", False),
    (r"(?:shortest|shorter) battery(?: life)?", "battery_life", True),
    (r"bright(?:er|est)", "brightness", False),
    (r"dimm(?:er|est)", "brightness", True),
    (r"(?:larg|bigg|roomi)(?:er|est) capacity|(?:larg|bigg|roomi)(?:er|est)(?! \w+ (?:of|at)\b)|(?:most|more) spacious"
     r"|holds (?:the )?(?:more|most)|(?:highest|higher) capacity", "capacity", False),
    (r"small(?:er|est)", "capacity", True),
    (r"narrow(?:er|est)", "width", True),
    (r"wid(?:er|est)", "width", False),
    (r"tall(?:er|est)", "height", False),
    (r"thinn?(?:er|est)", "thickness", True),
    (r"thick(?:er|est)", "thickness", False),
)  # fmt: skip
_SCALE = [(re.compile(rf"\b(?:{words})\b", re.I), name, less) for words, name, less in _SCALES]
_GENERIC = re.compile(
    r"\b(?:(?P<more>most|more|highest|higher|largest|larger|longest|longer|biggest|bigger|greatest|greater|widest|wider"
    r"|tallest|taller|deepest|deeper|strongest|stronger)|(?P<less>least|less|lowest|lower|fewest|fewer|shortest|shorter"
    r"|smallest|smaller|narrowest|narrower|shallowest))[- ](?P<what>(?:(?!than\b|of\b|at\b|for\b)[a-z]+[- ]?){1,4})",
    re.I,
)
_UNKNOWN = re.compile(
    r"\b(?:most (?:popular|durable|comfortable|powerful|\w+ly \w+|\w{5,}(?:able|ible|ous|ive|ful|ent|ant|ic|proof))"
    r"|(?:strong|fast|warm|cool|quiet|soft|tough|tall|wid|deep|new|saf|quick|slim|thick|sturdi|stiff|hard|long|short|high|low"
    r"|loud|simpl|smart|clean|fin|nic|old|rich|rough|sharp|slow|smooth|steep|tight|young|great|easi)(?:er|est)"
    r"|best[- ]?sell(?:er|ing)|more \w+ than|less \w+ than|\w+er than"
    r"|(?:twice|three times|four times|double|half) (?:as|the)|as \w+ as)\b",
    re.I,
)
_SUPERLATIVE = re.compile(r"est\b|\b(?:most|least|best|lowest|highest|top)\b", re.I)
_REST = re.compile(
    r"\bthan (?:all |any |both )?(?:of )?(?:the |these |those )?(?:others?|rest|any|all|every\w*|competition)\b", re.I
)
_NONE_IS = re.compile(r"\b(?:none|neither|nothing|no other|no one|nobody)\b.*\bthan\b", re.I)
_PLACES = ("second", "third", "fourth", "fifth")
_PLACE = re.compile(rf"\b({'|'.join(_PLACES)})[- ](?:the )?$", re.I)
_IT = re.compile(r"\b(?:it|this|that)\b", re.I)
_NUMBER_THAN = re.compile(r"\b(?:more|less|other|rather|later|sooner) than \W?(?:\d|one|half|two|enough)", re.I)


@dataclass(frozen=True, slots=True)
class _Order:
    """A comparison as said.

    Args:
        start, end: where its words stand.
        name: the field that is compared.
        less: whether less is meant.
        most: whether it is said over all: "the lightest".
    """

    start: int
    end: int
    name: str
    less: bool
    most: bool


def claims_order(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a superlative or comparison is wrong, or cannot be computed from what the products state."""
    text = without_figures(subject.text, limits_only=True)
    if UNSTATED.search(text) or text.rstrip().endswith("?") or not facts.sheets_shown:
        return False
    rest = text
    for order in _orders(text, facts.sheets_shown):
        rest = rest[: order.start] + " " * (order.end - order.start) + rest[order.end :]
        if not _is_right(order, text, subject, facts, lexicon):
            return True
    return _UNKNOWN.search(_NUMBER_THAN.sub(" ", rest)) is not None


def without_orders(text: str) -> str:
    """The text without words of comparison: `claims_order` judges those."""
    for pattern, _, _ in _SCALE:
        text = pattern.sub(" ", text)
    return _GENERIC.sub(lambda match: f" {match.group('what')}", text)


def _orders(text: str, shown: list[Sheet]) -> Iterator[_Order]:
    taken: list[tuple[int, int]] = []
    for pattern, name, less in _SCALE:
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            # "The largest screen": what is named is compared, and not how much it holds.
            if (
                name == "capacity"
                and (named := _GENERIC.match(text, match.start()))
                and _field_of(named["what"], shown)
            ):
                continue
            taken.append(match.span())
            yield _Order(match.start(), match.end(), name, less, _SUPERLATIVE.search(match.group()) is not None)
    for match in _GENERIC.finditer(text):
        field = _field_of(match.group("what"), shown)
        if field is None or any(start < match.end() and match.start() < end for start, end in taken):
            continue
        more = match.group("more")
        superlative = _SUPERLATIVE.search(more or match.group("less")) is not None
        yield _Order(match.start(), match.start("what") + 1, field.name, not more, superlative)


def _field_of(words: str, shown: list[Sheet]) -> Field | None:
    """The field with a number that words name, e.g. "internal memory"; None where they name none."""
    said = stems_of(words)
    rivals = {
        field.name: field
        for sheet in shown
        for field in sheet.fields
        if field.numbers and not field.loose and field.own & said
    }
    return max(rivals.values(), key=lambda field: field.fit(said, ""), default=None)


def _is_right(order: _Order, text: str, subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    behind = text[order.end :]
    one = _one(order, text, subject)
    if one is None and _IT.search(text[: order.start]):
        one = talked_about(facts, lexicon)
    others = [sheet for sheet in facts.sheets_shown if one is None or sheet.product.id != one.product.id]
    sign = 1.0 if order.less else -1.0
    stated = [_value(sheet, order.name) for sheet in others]
    values = [sign * value for value in stated if value is not None]
    if one is None:
        return "than" not in behind and bool(values)  # "something cheaper": said of none
    own = _value(one, order.name)
    if own is None:
        return False
    mine = own * sign
    if _NONE_IS.search(text):
        return len(values) == len(others) and all(mine <= value for value in values)
    denied = is_denied(text[: order.start])
    if re.match(r"\b[^.;]{0,40}? ?than\b", behind) and not _REST.search(behind):
        return _beats(mine, order, subject, sign) is not denied
    if order.most or _REST.search(behind):
        return _is_most(mine, values, order, text, len(others)) is not denied
    rivals = [m for m in subject.mentions if m.sheet.product.id != one.product.id]
    if len(rivals) == 1:
        other = _value(rivals[0].sheet, order.name)
        return other is not None and (mine < sign * other) is not denied
    return any(mine < value for value in values)


def _is_most(mine: float, values: list[float], order: _Order, text: str, n_others: int) -> bool:
    if re.search(r"\bone of the $|\bamong the $", text[: order.start], re.I):
        return sum(value < mine for value in values) < max(1, len(values) // 2)
    if place := _PLACE.search(text[: order.start]):
        return sum(value < mine for value in values) == _PLACES.index(place.group(1).lower()) + 1
    # What one of them does not state may be more; "states the most" speaks of what is stated.
    complete = len(values) == n_others or re.search(r"\bstates?d?\b", text, re.I) or order.name in ("rating", "reviews")
    return bool(values) and bool(complete) and all(mine <= value for value in values)


def _beats(mine: float, order: _Order, subject: Subject, sign: float) -> bool:
    after = [m for m in subject.mentions if m.start >= order.end]
    other = _value(after[0].sheet, order.name) if after else None
    return other is not None and mine < sign * other


def _one(order: _Order, text: str, subject: Subject) -> Sheet | None:
    """Of whom it is said: the product named last before it, else the first behind it, else the one meant by "it"."""
    before: list[Mention] = [m for m in subject.mentions if m.end <= order.start]
    after = [m for m in subject.mentions if m.start >= order.end]
    if before:
        return before[-1].sheet
    if after and (" than " not in text[order.end : after[0].start + 1] or _NONE_IS.search(text)):
        return after[0].sheet
    return subject.about[0] if subject.certain and not subject.mentions and len(subject.about) == 1 else None


def _value(sheet: Sheet, name: str) -> float | None:
    if name == "price":
        return float(sheet.product.price.amount)
    field = next((field for field in sheet.fields if field.name == name), None)
    return field.numbers[0].values[0] if field is not None and field.numbers else None
