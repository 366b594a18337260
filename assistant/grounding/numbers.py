"""Numbers and amounts of money in a sentence, each against the field of the product that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.grounding.claims import DATE, LINK
from assistant.grounding.facts import Facts
from assistant.grounding.fields import field_held
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.ordinary import ORDINARY, stem, words_of
from assistant.grounding.quantities import Figure, figures, quantities
from assistant.grounding.sheets import Sheet
from assistant.grounding.subjects import Subject, is_open

_OF_FIVE = re.compile(r"\b(?:out )?of (?:5|five)\b(?![.,]\d)(?: stars?)?", re.I)
_COUNTED = re.compile(
    r"\b(?:of (?:these|them|those|the)|options?|picks?|products?|choices?|models?|ones|results?|ideas?"
    r"|suggestions?|items?|others?|more|alternatives)\b",
    re.I,
)
_STARS = re.compile(r"\b(?:stars?|rated|rating|ratings|scores?|reviews?)\b", re.I)
_AGAINST = re.compile(r"\b(?:against|than|versus|instead of|compared|between|while|down from)\b", re.I)
_COSTING = re.compile(r"\b(?:costs?|is|are|priced|comes?|pay|get|stays?|sells?|run|range|yours)\b", re.I)
_PART = re.compile(r"[;:]|,(?!\d)| and | but | so ")
_ALL_NAMED = re.compile(r"\b(?:both|each|all)\b", re.I)
_MOST_STARS = 5


def claims_number(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a number is one that the products spoken of, orders and policies do not hold."""
    if is_open(subject):
        return False
    text = _blanked(subject.rest, LINK, DATE, _OF_FIVE)
    found = figures(text)
    for place, figure in enumerate(found):
        if figure.any.family != "money" and not _number_held(figure, _said(text, found, place), text, subject, facts):
            return True
    return False


def claims_amount(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether an amount is none of the products spoken of, nor one of the cart, an order, a policy or a wish."""
    return any(
        figure.any.family == "money" and not _amount_held(figure, subject, facts) for figure in figures(subject.rest)
    )


def _blanked(text: str, *patterns: re.Pattern[str]) -> str:
    """The text with what the patterns find blanked out: places stay what they are."""
    for pattern in patterns:
        text = pattern.sub(lambda match: " " * len(match.group()), text)
    return text


def _said(text: str, found: Sequence[Figure], place: int) -> frozenset[str]:
    """Stems of the words that go with a number: from the number before it to the end of its part of the sentence."""
    figure = found[place]
    start = found[place - 1].end if place else 0
    if place and (cut := list(_PART.finditer(text, start, figure.start))):
        start = cut[0].start()
    end = len(text)
    if place + 1 < len(found):
        cut = list(_PART.finditer(text, figure.end, found[place + 1].start))
        end = cut[0].start() if cut else found[place + 1].start
    said = f"{text[start : figure.start]} {text[figure.end : end]} {figure.word if not figure.any.family else ''}"
    # A number may be part of a name ("USB 2.0 ports"): its digits tell the names apart.
    digits = [
        digit for other in found if other is not figure for digit in re.findall(r"\d+", text[other.start : other.end])
    ]
    return frozenset([*(stem(word) for word in words_of(said)), *digits])


def _about(figure: Figure, subject: Subject, facts: Facts) -> tuple[Sheet, ...]:
    """Whose number it is: of several products named the one named last before it, else the first behind it."""
    if len({mention.sheet.product.id for mention in subject.mentions}) < 2 or _ALL_NAMED.search(subject.text):
        return subject.about or tuple(facts.sheets.values())
    if _AGAINST.search(subject.text):
        return subject.about
    before = [mention for mention in subject.mentions if mention.start <= figure.start]
    return ((before[-1] if before else subject.mentions[0]).sheet,)


def _number_held(figure: Figure, said: frozenset[str], text: str, subject: Subject, facts: Facts) -> bool:
    about, one = _about(figure, subject, facts), figure.any
    value = one.values[0]
    if one.family == "share":
        shared = {number for other in facts.quantities if other.family == "share" for number in other.values}
        return any(value in sheet.saved | shared for sheet in about) or value in shared
    if not one.family and _counts_products(figure, text, subject) and any(v in facts.counts for v in one.values):
        return True
    if one.family == "rating" or (one.word == "" and _STARS.search(text) and value <= _MOST_STARS and figure.exact):
        return any(sheet.product.rating is not None and abs(sheet.product.rating - value) < 0.051 for sheet in about)
    if value in (0.5, 0.25) and not one.family and one.word in ("price", "off", "on"):
        return any(abs(saved - 100 * value) <= 1 for sheet in about for saved in sheet.saved)
    if _names(figure, text, about) or value in facts.bought:
        return True
    if quantified(subject, about, lambda sheet: field_held(figure, sheet.fields, said) is not None):
        return True
    if subject.mentions or (subject.certain and not facts.shared.strip()):
        return False
    if one.family:
        return figure.holds(facts.quantities)
    loose = facts.counts if not subject.certain else set()
    return any(v in facts.numbers | loose for v in one.values)


def _names(figure: Figure, text: str, about: Sequence[Sheet]) -> bool:
    """Whether a number belongs to a word that a product states with it, as in "USB 2.0"."""
    match = re.search(r"([^\W\d_]{2,})[ -]?$", text[: figure.start])
    if match is None or figure.any.family or not figure.exact or match.group(1).casefold() in ORDINARY:
        return False
    said = re.sub(r"\W+", " ", f"{match.group(1)} {text[figure.any.start : figure.any.end]}").casefold().strip()
    return any(re.search(rf"(?<!\w){re.escape(said)}(?!\w)", sheet.spelt) for sheet in about)


def _counts_products(figure: Figure, text: str, subject: Subject) -> bool:
    """Whether a number counts the products shown: "three of them", "the 17 tents", "of all four"."""
    behind = text[figure.any.start : figure.any.start + 60]
    if re.search(r"\b(?:of|all|the) (?:all |the )?$", text[: figure.any.start], re.I) and not figure.any.family:
        return bool(subject.about)
    kinds = {stem(word) for sheet in subject.about for word in words_of(sheet.product.category or "")}
    return bool(_COUNTED.search(behind)) or any(stem(word) in kinds for word in words_of(behind)[:4])


def _amount_held(figure: Figure, subject: Subject, facts: Facts) -> bool:
    if not figure.exact:
        return _limit_held(figure, subject, facts)
    sheets = _about(figure, subject, facts) if subject.certain else tuple(facts.sheets.values())
    if _AGAINST.search(subject.text) and not subject.certain:
        sheets = tuple(facts.sheets.values())
    own = {amount for sheet in sheets for amount in sheet.amounts}
    if _AGAINST.search(subject.text):
        own |= {amount for sheet in facts.sheets.values() for amount in sheet.amounts}
        sheets = tuple(facts.sheets.values())
    if len(sheets) > 1 and re.search(r"\b(?:more|less|cheaper|dearer|save)\b", subject.text, re.I):
        prices = [float(sheet.product.price.amount) for sheet in sheets]
        own |= {round(abs(a - b), 3) for a in prices for b in prices}
    if _COSTING.search(subject.rest[: figure.start]) and subject.certain and not facts.shared.strip():
        return bool(own & set(figure.any.values))
    return bool((own | facts.amounts) & set(figure.any.values))


def _limit_held(figure: Figure, subject: Subject, facts: Facts) -> bool:
    """Whether prices lie within what is said. "They are all under $80" is a claim, "17 under $80" speaks of a wish."""
    ends = {value for end in (figure.low, figure.high) if end is not None for value in end.values}
    if not _COSTING.search(subject.rest[: figure.start]):
        return bool(ends & facts.amounts)
    about = _about(figure, subject, facts)
    if figure.low is not None and figure.high is not None and len(about) > 1:
        prices = [float(sheet.product.price.amount) for sheet in about]
        return min(prices) in figure.low.values and max(prices) in figure.high.values
    return quantified(subject, about, lambda sheet: figure.holds(sheet.field("price").numbers))


def quantified(subject: Subject, about: Sequence[Sheet], holds: Callable[[Sheet], bool]) -> bool:
    """Judge the products spoken of: all, none, some, or as many as the sentence counts."""
    wanted = 0 if subject.none else counted(subject.text)
    n_held = sum(holds(sheet) for sheet in about)
    if wanted is not None and not subject.mentions:
        return n_held == wanted
    if subject.every and not subject.mentions:
        return bool(about) and n_held == len(about)
    return n_held > 0


def counted(text: str) -> int | None:
    """The number that "three of them are ..." counts; None where nothing is counted."""
    match = re.search(r"\b(\w+) of (?:them|these|those|the \w+) (?:is|are|has|have|comes?|costs?|can)\b", text, re.I)
    if match is None:
        return None
    if match.group(1).lower() in ("one", "none"):
        return int(match.group(1).lower() == "one")
    found = quantities(f"{match.group(1)} x")
    return int(found[0].values[0]) if found else None
