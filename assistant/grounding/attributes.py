"""What a sentence says that products are, have and measure, word by word against what they state."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from assistant.grounding.claims import DATE, LINK, MONEY
from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.ordinary import ORDINARY, stem, stems_of, words_of
from assistant.grounding.quantities import UNIT_WORDS, Quantity, quantities
from assistant.grounding.sheets import Sheet
from assistant.grounding.subjects import Subject

NEGATION = re.compile(r"\b(?:no|not|never|without|neither|nor|nothing|none|cannot)\b|n['’]t\b", re.I)
UNSTATED = re.compile(
    r"(?:\b(?:not|no|nothing|neither|never|cannot)\b|n['’]t\b)[^.;]{0,40}"
    r"\b(?:stated?|says?|mention\w*|list\w*|know|tell|specif\w*|found|find|sure|information|word)\b",
    re.I,
)
_CLAIM = re.compile(
    r"(?:(?P<who>\b(?:i|you|i['’]ve|you['’]ve|who)\b)(?: \w+)? )?"
    r"\b(?P<verb>is|are|was|were|isn['’]t|aren['’]t|weighs?|weighing|measures?|measuring|lasts?|holds?|fits?|sleeps?|seats?|has"
    r"|have|having|hasn['’]t|haven['’]t|comes?|features?|offers?|includes?|contains?|uses?|supports?|carries|carry|resists?"
    r"|withstands?|runs?|charges?|keeps?|takes?|provides?|boasts?|packs|sports|made|crafted|built|constructed|knitted|knit"
    r"|sewn|manufactured|assembled|produced|lined|filled|coated|covered|insulated|certified|tested|approved|powered|designed"
    r"|originat\w+|works?|stands up)\b|(?P<short>\b(?:it|they|that|this|which)['’](?:s|re))(?=\W)",
    re.I,
)
_END = re.compile(
    r"\b(?:which|so|because|since|if|when|while|whereas|though|although|perfect|ideal|great|good|suitable|making"
    r"|than|compared)\b|[;:–—?]| - "
)
_PRONOUN = re.compile(r"(?:^|[,;] |\band |\bbut )(?:it|they|these|this|we)\b(?!['’])", re.I)
_OPEN = re.compile(
    r"^(?:if|should) you\b|^(?:would|do|shall|should|which|what|are you|is there|want|how|can i|may i)\b.*\?$", re.I
)
_OTHERS = re.compile(
    r"\b(?:customers?|shoppers?|buyers?|owners?|reviewers?|wearers?|users?|people|everyone|experts?|testers?|doctors?|hikers?"
    r"|runners?|cooks?|critics?|professionals?|many|most|friends?|\w+ (?:out )?of (?:ten|10))\b(?: \w+){0,2}? "
    r"(?P<verb>love[sd]?|like[sd]?|prais\w+|rav\w+|recommends?|trusts?|swears?|reports?|agrees?|says?|said|call|mention|bought|adores?)\b",
    re.I,
)
_OF_FIVE = re.compile(r"\b(?:out )?of (?:5|five)\b", re.I)
_COUNTED = re.compile(
    r"\b(?:of (?:these|them|those|the)|options?|picks?|products?|choices?|models?|ones|results?|ideas?"
    r"|suggestions?|items?|others?|more|alternatives)\b",
    re.I,
)
_STARS = re.compile(r"\b(?:stars?|rated|rating|ratings|scores?|reviews?)\b", re.I)


def claims_praise(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether other people are said to think something: the evidence holds only ratings; "love it" needs four stars."""
    match = _OTHERS.search(subject.text)
    if match is None or re.match(r"\W*(?:if|would|do)\b", subject.text, re.I):
        return False
    liked = match.group("verb").lower().startswith(("love", "like"))
    return not (liked and subject.certain and all((sheet.product.rating or 0) >= 4 for sheet in subject.about))


def claims_value(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a stated value is one that the products spoken of do not state."""
    if UNSTATED.search(subject.text) or not _speaks_of_products(subject, facts):
        return False
    if names_differences(subject) or is_open(subject):
        return False
    denies = bool(NEGATION.search(subject.text))
    words = _claimed(subject, facts)
    if denies:
        if any(_says_flag(subject.rest, flag) for sheet in subject.about for flag in sheet.flags):
            return _denied_only(subject)
        known = stems_of(facts.asked)
        words = [word for word in words if stem(word) not in known]
    if not words:
        return False
    if not subject.about:
        return True
    return not _quantified(subject, lambda sheet: _holds(sheet, words, denies))


def is_open(subject: Subject) -> bool:
    """Whether a sentence asks or supposes, and speaks of no product."""
    points = re.search(r"\b(?:it|they|this|these|that)\b", subject.text, re.I)
    return not subject.mentions and not points and _OPEN.search(subject.text) is not None


def names_differences(subject: Subject) -> bool:
    """Whether a sentence only names in what products differ: labels say nothing of one of them."""
    match = re.search(r"\bdiffer in (.+)", subject.rest, re.I)
    labels = {
        label for sheet in subject.about for a in sheet.product.attributes.values() for label in words_of(a.label)
    }
    return match is not None and all(word in labels | {"and", "price"} for word in words_of(match.group(1)))


def _denied_only(subject: Subject) -> bool:
    """Whether "not" stands right before a flag that is stated as "yes"."""
    flags = [flag for sheet in subject.about for flag in sheet.flags]
    near = r"(?:\bnot|n['’]t|\bnever|\bneither|\bnor|\bno) (?:\w+ ){0,2}?"
    return any(re.search(near + rf"{re.escape(flag)}\b", subject.rest, re.I) for flag in flags)


def _speaks_of_products(subject: Subject, facts: Facts) -> bool:
    """Sentences about an order, a policy or a cart are not read as claims about products."""
    return subject.certain or not facts.shared.strip()


def _claimed(subject: Subject, facts: Facts) -> list[str]:
    """The words behind verbs of claim that are more than ordinary English."""
    rows: list[str] = []
    starts = [match.end() for match in _PRONOUN.finditer(subject.rest)]
    starts += [match.end() for match in _CLAIM.finditer(subject.rest) if not match.group("who")]
    fits = re.search(r"\bfits?\b", subject.rest, re.I)
    allowed = stems_of(facts.asked) if fits else frozenset[str]()
    for start in starts:
        rest = subject.rest[start:]
        end = _END.search(rest)
        spoken = LINK.sub(" ", MONEY.sub(" ", rest[: end.start()] if end else rest))
        rows += [word for word in words_of(spoken) if _is_claim(word) and stem(word) not in allowed]
    return rows


def _is_claim(word: str) -> bool:
    return len(word) > 1 and word not in ORDINARY and word not in UNIT_WORDS and not _is_number(word)


def _is_number(word: str) -> bool:
    found = quantities(f"{word} x")
    return bool(found) or word in ("one", "and", "half", "hundred")


def _holds(sheet: Sheet, words: Iterable[str], denies: bool) -> bool:
    said = frozenset(map(stem, words))
    if denies:
        return said <= sheet.stems | stems_of(" ".join(sheet.denied))
    # Its text may say "not waterproof": the flag decides.
    return said <= sheet.stems and not any(stems_of(flag) <= said for flag in sheet.denied)


def _says_flag(text: str, flag: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(flag)}(?!\w)", text, re.I) is not None


def _quantified(subject: Subject, holds: Callable[[Sheet], bool]) -> bool:
    """Judge the products spoken of: all, some, or as many as the sentence counts."""
    wanted = counted(subject.text)
    n_held = sum(holds(sheet) for sheet in subject.about)
    if wanted is not None and not subject.mentions:
        return n_held == wanted
    if subject.every and not subject.mentions:
        return n_held == len(subject.about)
    return n_held > 0


def counted(text: str) -> int | None:
    """The number that "three of them are ..." counts; None where nothing is counted."""
    match = re.search(r"\b(\w+) of (?:them|these|those|the \w+) (?:is|are|has|have|comes?|costs?)\b", text, re.I)
    if match is None:
        return None
    if match.group(1).lower() == "one":
        return 1
    found = quantities(f"{match.group(1)} x")
    return int(found[0].values[0]) if found else None


def claims_number(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a number is one that the products spoken of, orders and policies do not hold."""
    if is_open(subject):
        return False
    text = _OF_FIVE.sub(" ", DATE.sub(" ", MONEY.sub(" ", LINK.sub(" ", subject.rest))))
    return any(not _number_held(quantity, text, subject, facts) for quantity in quantities(text))


def _number_held(quantity: Quantity, text: str, subject: Subject, facts: Facts) -> bool:
    about = subject.about or tuple(facts.sheets.values())
    value = quantity.values[0]
    if quantity.family == "share":
        shared = {number for other in facts.quantities if other.family == "share" for number in other.values}
        return any(value in sheet.saved | shared for sheet in about) or value in shared
    if quantity.family == "rating" or (quantity.word == "" and _STARS.search(text) and value <= 5):
        return any(sheet.product.rating is not None and abs(sheet.product.rating - value) < 0.051 for sheet in about)
    if value in (0.5, 0.25) and not quantity.family and quantity.word in ("price", "off", "on"):
        return any(abs(saved - 100 * value) <= 1 for sheet in about for saved in sheet.saved)
    if quantity.family:
        held = [other for sheet in about for other in sheet.quantities]
        return quantity.meets([*held, *facts.quantities])
    if _counts_products(quantity, text, subject) and any(v in facts.counts for v in quantity.values):
        return True
    numbers = facts.numbers | {number for sheet in about for number in sheet.numbers}
    plain = {v for sheet in about for other in sheet.quantities for v in other.values}
    loose = facts.counts if not subject.certain else set()
    return any(v in numbers | plain | loose for v in quantity.values) or quantity.meets(facts.quantities)


def _counts_products(quantity: Quantity, text: str, subject: Subject) -> bool:
    """Whether a number counts the products shown: "three of them", "the 17 tents"."""
    behind = text[quantity.start : quantity.start + 60]
    kinds = {stem(word) for sheet in subject.about for word in words_of(sheet.product.category or "")}
    return bool(_COUNTED.search(behind)) or any(stem(word) in kinds for word in words_of(behind)[:4])
