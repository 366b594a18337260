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

_OF_FIVE = re.compile(
    r"(?P<rated>(?:\d|\b(?:one|two|three|four|five))(?: and a half)?(?: (?:stars?|points?|has))?[ *]+)"
    r"(?P<scale>(?:out )?of (?:5|five)\b(?![.,]\d)(?: stars?)?)",
    re.I,
)
"""What is rated, and the scale behind it; "a capacity of 5 l" has none."""
_COUNTED = re.compile(
    r"\b(?:of (?:these|them|those|the)|options?|picks?|products?|choices?|models?|ones|results?|ideas?"
    r"|suggestions?|items?|others?|more|alternatives)\b",
    re.I,
)
_THERE_ARE = re.compile(r"\bthere (?:is|are) (?:only |just )?$", re.I)
_STARS = re.compile(r"\b(?:stars?|rated|rating|ratings|scores?|reviews?)\b", re.I)
_AGAINST = re.compile(r"\b(?:against|than|versus|instead of|compared|between|while|down from)\b", re.I)
_COSTING = re.compile(r"\b(?:costs?|is|are|priced|comes?|pay|get|stays?|sells?|run|range|yours)\b", re.I)
_LISTED = re.compile(r"\s*(?:[,/×x*]|and|or|by|, and|, or)\s*", re.I)
_PART = re.compile(r"[;:]|,(?!\d)| and | but | so ")
_NUMBER = r"one|two|three|four|five|six|seven|eight|nine|ten|\d+"
_COUNT = re.compile(
    rf"(?:\b(?P<limit>only|at least|exactly|just) |(?P<but>\ball but ))?(?<![\w-])(?P<count>{_NUMBER}|most|half)"
    rf"(?: of (?:all )?(?:them|these|those|the (?:{_NUMBER})) (?=[a-z])"
    r"|(?: of (?:the \w+|all \w+)| (?:others?|options|models|products|ones))?"
    r" (?:is|are|has|have|comes?|costs?|can|cannot|can['’]t|do|does|don['’]t|doesn['’]t|weighs?|works?|lasts?"
    r"|fits?|offers?)\b)",
    re.I,
)
_THEY = re.compile(r"\b(?:they|these|those|prices?)\b", re.I)
_END = re.compile(r"\b(?:prices?|they|these) .{0,20}?(?:(?P<from>from|at)|(?P<to>up to))\s*$", re.I)
_PIECES = re.compile(r"\s*×(?:\s*[^\d\s]|\s{4})")
"""How many of one thing ("2 × Dome tent", its name blanked out or not), and no measure ("2560 × 1440")."""
_NAME_OF_DIGITS = re.compile(r"(?P<number>\d+)(?!(?:st|nd|rd|th|x|s)\b)(?P<letters>[a-z]{1,4})\b", re.I)
"""What is no amount, but named so: "4K", "5G"."""
_MOST_STARS = 5


def claims_number(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a number is one that the products spoken of, orders and policies do not hold."""
    if is_open(subject):
        return False
    text = _OF_FIVE.sub(lambda match: match["rated"] + " " * len(match["scale"]), _blanked(subject.rest, LINK, DATE))
    found = figures(text)
    for place, figure in enumerate(found):
        if figure.any.family != "money" and not _number_held(
            figure, words_around(text, found, place), text, subject, facts
        ):
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


def words_around(text: str, found: Sequence[Figure], place: int) -> frozenset[str]:
    """Stems of the words that go with a number: from the number before it to the end of its part of the sentence."""
    figure = found[place]
    if place and _LISTED.fullmatch(text[found[place - 1].end : figure.start]):
        return words_around(text, found, place - 1)
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
    """Whose number it is; behind "than" and "instead of" it may be that of any product named."""
    if not subject.mentions:
        return subject.about or tuple(facts.sheets.values())
    against = _AGAINST.search(subject.text)
    if against and against.start() < figure.start:
        return subject.about
    return subject.about_at(figure.start)


def _number_held(figure: Figure, said: frozenset[str], text: str, subject: Subject, facts: Facts) -> bool:
    about, one = _about(figure, subject, facts), figure.any
    value = one.values[0]
    if one.family == "share":
        shared = {number for other in facts.quantities if other.family == "share" for number in other.values}
        return any(value in sheet.saved | shared for sheet in about) or value in shared
    if not one.family and (name := _NAME_OF_DIGITS.match(text, one.start)):
        stated = re.compile(rf"(?<!\w){name['number']} ?{name['letters']}(?!\w)", re.I)
        return quantified(subject, [stated.search(sheet.spelt) is not None for sheet in about]) or bool(
            stated.search(f"{facts.asked} {facts.shared}")
        )
    if not one.family and _counts_products(figure, text, subject) and any(v in facts.counts for v in one.values):
        return True
    if one.family == "rating" or (one.word == "" and _rates(subject.rest) and value <= _MOST_STARS and figure.exact):
        return any(sheet.product.rating is not None and abs(sheet.product.rating - value) < 0.051 for sheet in about)
    if value in (0.5, 0.25) and not one.family and one.word in ("price", "off", "on"):
        return any(abs(saved - 100 * value) <= 1 for sheet in about for saved in sheet.saved)
    if _names(figure, text, about) or value in facts.bought:
        return True
    if _PIECES.match(text, figure.any.end):
        return value in facts.pieces
    if all(end.values[0] in facts.options_taken for end in (figure.low, figure.high) if end):
        return True
    if quantified(subject, [field_held(figure, sheet.fields, said) is not None for sheet in about]):
        return True
    if subject.mentions or (subject.certain and not facts.shared.strip()):
        return False
    if one.family:
        return figure.holds(facts.quantities)
    loose = facts.counts if not subject.certain else set()
    return any(v in facts.numbers | loose for v in one.values)


def _rates(text: str) -> bool:
    return bool(_STARS.search(text) or _OF_FIVE.search(text))


def _names(figure: Figure, text: str, about: Sequence[Sheet]) -> bool:
    """Whether a number belongs to a word that a product states with it, as in "USB 2.0"."""
    match = re.search(r"([^\W\d_]{2,})[ -]?$", text[: figure.start])
    if match is None or figure.any.family or not figure.exact or match.group(1).casefold() in ORDINARY:
        return False
    said = re.sub(r"\W+", " ", f"{match.group(1)} {text[figure.any.start : figure.any.end]}").casefold().strip()
    return any(re.search(rf"(?<!\w){re.escape(said)}(?!\w)", sheet.spelt) for sheet in about)


def _counts_products(figure: Figure, text: str, subject: Subject) -> bool:
    """Whether a number counts the products shown: "three of them", "the 17 tents", "of all four"."""
    if text[figure.any.end : figure.any.end + 1] == "-":
        return False
    behind = text[figure.any.start : figure.any.start + 60]
    if re.search(r"\b(?:of|all|the) (?:all |the )?$", text[: figure.any.start], re.I) and not figure.any.family:
        return bool(subject.about)
    if _THERE_ARE.search(text[: figure.any.start]) and re.match(r"\W*$", text[figure.any.end :]):
        return True
    kinds = {stem(word) for sheet in subject.about for word in words_of(sheet.product.category or "")}
    return bool(_COUNTED.search(behind)) or any(stem(word) in kinds for word in words_of(behind)[:4])


def _amount_held(figure: Figure, subject: Subject, facts: Facts) -> bool:
    if not figure.exact:
        return _limit_held(figure, subject, facts)
    if end := _END.search(subject.rest[: figure.start]):
        prices = [float(sheet.product.price.amount) for sheet in facts.sheets_shown]
        return bool(prices) and (min if end.group("from") else max)(prices) in figure.any.values
    sheets = _about(figure, subject, facts) if subject.certain else tuple(facts.sheets.values())
    against = _AGAINST.search(subject.text)
    if against and (against.start() < figure.start or re.search(r"\bmore\b|\bless\b", subject.text)):
        sheets = tuple(facts.sheets.values())
    own = {amount for sheet in sheets for amount in sheet.amounts}
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
    spans = figure.low is not None and figure.high is not None
    if spans and not subject.mentions and _THEY.search(subject.text):
        about = tuple(facts.sheets_shown)
    if figure.low is not None and figure.high is not None and len(about) > 1:
        prices = [float(sheet.product.price.amount) for sheet in about]
        return min(prices) in figure.low.values and max(prices) in figure.high.values
    return quantified(subject, [figure.holds(sheet.field("price").numbers) for sheet in about])


def quantified(subject: Subject, held: Sequence[bool]) -> bool:
    """Judge the products spoken of: all, none, some, or as many as the sentence counts.

    Args:
        subject: of the sentence.
        held: for each product spoken of, whether what is said holds of it.
    """
    n_held = sum(held)
    if subject.mentions:
        # Names that "and" joins are all meant; in a comparison the words may be of either.
        return all(held) if len(held) < len(subject.about) or _joint(subject) else n_held > 0
    if subject.none:
        return n_held == 0
    wanted = counted(subject.text)
    if wanted is not None and len(held) > 1:
        return wanted(n_held, len(held))
    if subject.every:
        return bool(held) and all(held)
    return n_held > 0


def _joint(subject: Subject) -> bool:
    return len(subject.about) == 1 or bool(re.search(r"\b(?:and|both|each)\b", subject.text, re.I))


def counted(text: str) -> Callable[[int, int], bool] | None:
    """What "three of them are ..." and "most of these have ..." count, of how many; None where nothing is counted."""
    match = _COUNT.search(text)
    if match is None:
        return None
    word, limit = match.group("count").casefold(), (match.group("limit") or "").casefold()
    if word == "most":
        return lambda held, all_: held > all_ / 2
    if word == "half":
        return lambda held, all_: 2 * held == all_
    number = 1 if word == "one" else int(quantities(f"{word} x")[0].values[0])
    if match.group("but"):
        return lambda held, all_: held == all_ - number
    if limit == "at least":
        return lambda held, _: held >= number
    return lambda held, _: held == number
