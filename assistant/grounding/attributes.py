"""What a sentence says that products are, have and measure, word by word against what they state."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.grounding.claims import LINK, MONEY
from assistant.grounding.comparisons import without_orders
from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.numbers import quantified
from assistant.grounding.ordinary import ORDINARY, stem, stems_of, words_of
from assistant.grounding.quantities import UNIT_WORDS, quantities
from assistant.grounding.sheets import Sheet
from assistant.grounding.subjects import UNSTATED, Subject, is_open, names_differences
from retrieval.filters import fold, states_word

NEGATION = re.compile(r"\b(?:no|not|never|without|neither|nor|nothing|none|cannot)\b|n['’]t\b", re.I)
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
_OTHERS = re.compile(
    r"\b(?:customers?|shoppers?|buyers?|owners?|reviewers?|wearers?|users?|people|everyone|experts?|testers?|doctors?|hikers?"
    r"|runners?|cooks?|critics?|professionals?|many|most|friends?|\w+ (?:out )?of (?:ten|10))\b(?: \w+){0,2}? "
    r"(?P<verb>love[sd]?|like[sd]?|prais\w+|rav\w+|recommends?|trusts?|swears?|reports?|agrees?|says?|said|call|mention|bought|adores?)\b",
    re.I,
)


def claims_praise(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether other people are said to think something: the evidence holds only ratings; "love it" needs four stars."""
    match = _OTHERS.search(subject.text)
    if match is None or re.match(r"\W*(?:if|would|do)\b", subject.text, re.I):
        return False
    liked = match.group("verb").lower().startswith(("love", "like"))
    return not (liked and subject.certain and all((sheet.product.rating or 0) >= 4 for sheet in subject.about))


def claims_value(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a stated value is one that the products spoken of do not state."""
    if UNSTATED.search(subject.text) or not speaks_of_products(subject, facts):
        return False
    if names_differences(subject) or is_open(subject):
        return False
    denies = bool(NEGATION.search(subject.text))
    words = _claimed(subject, facts)
    if denies:
        known = stems_of(facts.asked)
        words = [word for word in words if stem(word) not in known]
    if not words:
        return False
    if not subject.about:
        return True
    if subject.none:
        return not all(_holds(sheet, words, denies) for sheet in subject.about)
    held = [_holds(sheet, words, denies) for sheet in subject.about]
    # "Three of them have 12 slots": the number is what is counted, and all may have slots.
    return not (any(held) if quantities(_claimed_text(subject)) else quantified(subject, held))


def claims_namesake(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a product is said to be of what another one states, where its own value is a longer one with these words:
    nylon is not recycled nylon where the shop tells the two apart.
    """
    if len(subject.about) != 1 or not subject.certain:
        return False
    (sheet,) = subject.about
    # "The cable is 2 m long" speaks of a cable, and says nothing of what a product is.
    said = fold(_claimed_text(subject) or subject.rest)
    for field in sheet.fields:
        for other in facts.values[field.name] - field.texts:
            longer = [text for text in field.texts if states_word(text, other)]
            if longer and states_word(said, other) and not any(states_word(said, text) for text in longer):
                return not states_word(facts.asked, other)
    return False


def speaks_of_products(subject: Subject, facts: Facts) -> bool:
    """Sentences about an order, a policy or a cart are not read as claims about products."""
    return subject.certain or not facts.shared.strip()


def _claimed_text(subject: Subject) -> str:
    """What stands behind the first verb of claim."""
    match = _CLAIM.search(subject.rest)
    return subject.rest[match.end() :] if match else ""


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
        spoken = without_orders(LINK.sub(" ", MONEY.sub(" ", rest[: end.start()] if end else rest)))
        rows += [word for word in words_of(spoken) if is_claim(word) and stem(word) not in allowed]
    return rows


def is_claim(word: str) -> bool:
    return len(word) > 1 and word not in ORDINARY and word not in UNIT_WORDS and not _is_number(word)


def _is_number(word: str) -> bool:
    found = quantities(f"{word} x")
    return bool(found) or word in ("one", "and", "half", "hundred")


def _holds(sheet: Sheet, words: Iterable[str], denies: bool) -> bool:
    said = frozenset(map(stem, words))
    if denies:
        return said <= sheet.known | sheet.deniable
    # Its text may say "not waterproof": the flag decides.
    return said <= sheet.known and not any(stems_of(flag) <= said for flag in sheet.denied)
