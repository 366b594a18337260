"""Superlatives and comparisons over the products shown, computed again from what they state."""

from __future__ import annotations

import re

from assistant.grounding.attributes import UNSTATED
from assistant.grounding.claims import MONEY, digits, readings
from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.quantities import quantities
from assistant.grounding.sheets import Sheet
from assistant.grounding.subjects import Mention, Subject

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
    (r"(?:longest|longer)(?:[- ]lasting)? battery\w*|(?:longest|longer)[- ]lasting|lasts (?:the )?longe(?:r|st)",
     "battery_life", False),
    (r"bright(?:er|est)", "brightness", False),
    (r"(?:larg|bigg|roomi)(?:er|est)|(?:most|more) spacious|holds (?:the )?(?:more|most)|(?:highest|higher) capacity",
     "capacity", False),
    (r"small(?:er|est)", "capacity", True),
    (r"thinn?(?:er|est)", "thickness", True),
    (r"thick(?:er|est)", "thickness", False),
)  # fmt: skip
_SCALE = [(re.compile(rf"\b(?:{words})\b", re.I), name, less) for words, name, less in _SCALES]
_UNKNOWN = re.compile(
    r"\b(?:most (?:popular|durable|comfortable|powerful|\w+ly \w+|\w{5,}(?:able|ible|ous|ive|ful|ent|ant|ic|proof))"
    r"|(?:strong|fast|warm|cool|quiet|soft|tough|tall|wid|deep|new|saf|quick|slim|thick|sturdi|stiff|hard)(?:er|est)"
    r"|best[- ]?sell(?:er|ing)|more \w+ than|less \w+ than|\w+er than)\b",
    re.I,
)
_SUPERLATIVE = re.compile(r"est\b|\b(?:most|least|best|lowest|highest|top)\b", re.I)
_REST = re.compile(
    r"\bthan (?:all |any )?(?:of )?(?:the |these |those )?(?:others?|rest|any|all|every\w*|competition)\b", re.I
)


def claims_order(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a superlative or comparison is wrong, or cannot be computed from what the products state."""
    text = subject.text
    if UNSTATED.search(text) or text.rstrip().endswith("?") or not facts.sheets_shown:
        return False
    rest = text
    for pattern, name, less in _SCALE:
        for match in pattern.finditer(text):
            rest = rest.replace(match.group(), " ", 1)
            if not _is_right(match, name, less, subject, facts):
                return True
    rest = re.sub(
        r"\b(?:more|less|other|rather|later|sooner) than \W?(?:\d|one|half|two|enough)", " ", rest, flags=re.I
    )
    return _UNKNOWN.search(rest) is not None


def _is_right(match: re.Match[str], name: str, less: bool, subject: Subject, facts: Facts) -> bool:
    behind = subject.text[match.end() :]
    one = _one(match, subject)
    others = [sheet for sheet in facts.sheets_shown if one is None or sheet.product.id != one.product.id]
    sign = 1.0 if less else -1.0
    values = [sign * v for sheet in others if (v := _value(sheet, name)) is not None]
    if one is None:
        return "than" not in behind and bool(values)  # "something cheaper": said of none
    mine = _value(one, name)
    if mine is None:
        return False
    mine *= sign
    if re.match(r" than\b", behind) and not _REST.match(behind.strip()):
        return _beats(mine, behind, match, subject, name, sign)
    if _SUPERLATIVE.search(match.group()) or _REST.search(behind):
        among_few = re.search(r"\bone of the $|\bamong the $", subject.text[: match.start()], re.I)
        if among_few:
            return sum(value < mine for value in values) < max(1, len(values) // 2)
        return bool(values) and all(mine <= value for value in values)
    rivals = [m for m in subject.mentions if m.sheet.product.id != one.product.id]
    if len(rivals) == 1:
        other = _value(rivals[0].sheet, name)
        return other is not None and mine < sign * other
    return any(mine < value for value in values)


def _beats(mine: float, behind: str, match: re.Match[str], subject: Subject, name: str, sign: float) -> bool:
    after = [m for m in subject.mentions if m.start >= match.end()]
    if after:
        other = _value(after[0].sheet, name)
        return other is not None and mine < sign * other
    limit = MONEY.search(behind)
    if limit is not None and name == "price":
        return any(mine < sign * value for value in readings(digits(limit)))
    found = quantities(behind)
    return bool(found) and name != "price" and mine < sign * found[0].values[0]


def _one(match: re.Match[str], subject: Subject) -> Sheet | None:
    """Of whom it is said: the product named last before it, else the first behind it, else the one meant by "it"."""
    before: list[Mention] = [m for m in subject.mentions if m.end <= match.start()]
    after = [m for m in subject.mentions if m.start >= match.end()]
    if before:
        return before[-1].sheet
    if after and " than " not in subject.text[match.end() : after[0].start + 1]:
        return after[0].sheet
    return subject.about[0] if subject.certain and not subject.mentions and len(subject.about) == 1 else None


def _value(sheet: Sheet, name: str) -> float | None:
    product = sheet.product
    if name == "price":
        return float(product.price.amount)
    if name == "rating":
        return product.rating
    if name == "reviews":
        return float(product.rating_count)
    attribute = product.attributes.get(name)
    if attribute is None or isinstance(attribute.value, bool) or not isinstance(attribute.value, float):
        return None
    found = quantities(attribute.text)
    return found[0].values[0] if found else attribute.value
