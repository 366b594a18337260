"""Reply against evidence: the checks of one sentence, each for one kind of claim."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from assistant.evidence import CartFact, HandOverFact, OrdersFact, PolicyFact, Proposal, RefusalFact
from assistant.grounding.attributes import (
    NEGATION,
    claims_number,
    claims_praise,
    claims_value,
    is_open,
    names_differences,
)
from assistant.grounding.claims import DATE, LINK, MONEY, digits, month_day, readings
from assistant.grounding.comparisons import claims_order
from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.offers import claims_delivery, claims_offer, claims_stock
from assistant.grounding.proper import claims_brand, claims_name
from assistant.grounding.reasons import without_reasons
from assistant.grounding.subjects import Subject, subject_of
from retrieval.filters import fold, states_word

_DONE = {
    "cart": re.compile(
        r"\b(i(?:'ve| have)? (?:added|removed)|(?:has|have) been added|added to your cart|in your cart now"
        r"|i(?:'ve| have)? put .{0,80}\b(?:cart|basket))\b",
        re.I,
    ),
    "order": re.compile(
        r"\b(i(?:'ve| have)? (?:cancelled|canceled|refunded|ordered|placed|changed|returned)"
        r"|(?:has|have) been (?:cancelled|canceled|refunded|placed|changed)"
        r"|is (?:now )?(?:cancelled|canceled|refunded))\b",
        re.I,
    ),
    "hand_over": re.compile(
        r"\b(i(?:'ve| have)? (?:transferred|connected) you|i(?:'ve| have)? put you (?:in|through))\b", re.I
    ),
}
_POLICY_WORD = re.compile(
    r"\b(warrant(?:y|ies)|guarantee[sd]?|money[- ]back|refunds?|return (?:window|period|policy)"
    r"|free (?:shipping|returns?|delivery)|within \d+ (?:\w+ )?days"
    r"|(?:return|send|exchange) (?:it|them|this|these|any\w*) ?(?:back )?(?:within|for|up to|until|in)"
    r"|price[- ]match|ships? within|delivered within|delivery (?:time|takes)|business days|working days)\b",
    re.I,
)


_LEAST_QUOTED = 4
_IN_QUOTES = re.compile(r"“([^”]*)”")
_AGAINST = re.compile(r"\b(?:against|than|versus|instead of|compared|between|while)\b", re.I)
_COSTING = re.compile(r"\b(?:costs?|is|are|priced|comes?)\b", re.I)
_BOUND = re.compile(r"\b(under|below|less than|at most|no more than|over|above|more than|at least)\s*$", re.I)


def unsupported(sentence: str, facts: Facts, lexicon: Lexicon) -> str | None:
    """Say what in a sentence the evidence does not hold.

    Args:
        sentence: one sentence of a reply.
        facts: what may be said.
        lexicon: the catalogue's names and values.

    Returns:
        The kind of claim ("amount", "number", "date", "link", "brand", "name", "value", "stock", "delivery", "offer",
        "order", "praise", "policy", "done"), or None where all of it is supported.
    """
    if _quoted(sentence, facts):
        return None
    sentence = without_reasons(_without_echo(sentence, facts), facts)
    subject = subject_of(sentence, facts, lexicon)
    for kind, is_unsupported in _SENTENCE_CHECKS:
        if is_unsupported(sentence, facts):
            return kind
    if facts.has(PolicyFact) and fold(subject.text) in facts.shared:
        return None  # the shop's own words
    return next((kind for kind, claims in _CHECKS if claims(subject, facts, lexicon)), None)


def _quoted(sentence: str, facts: Facts) -> bool:
    """Whether a sentence stands word for word in what the shop or its rules say: that claims nothing of its own."""
    said = fold(sentence.strip())
    return len(said.split()) >= _LEAST_QUOTED and any(said in fold(text) for text in _sayings(facts))


def _sayings(facts: Facts) -> Iterator[str]:
    for fact in facts.evidence:
        match fact:
            case PolicyFact():
                yield from (worded.text for section in fact.sections for worded in section.wordings)
            case RefusalFact():
                yield fact.message
            case Proposal():
                yield from (fact.title, fact.before, fact.after)


def _without_echo(sentence: str, facts: Facts) -> str:
    """The sentence without the shopper's own words, or a wish read from them, in quotation marks ("None of them
    mentions “bigger”", "Without “about 13 inch” there are 3")."""
    said = set(fold(facts.words).split())
    wishes = {fold(wish) for wish in facts.wishes}

    def is_echo(quoted: str) -> bool:
        return fold(quoted) in wishes or set(fold(quoted).split()) <= said

    return _IN_QUOTES.sub(lambda match: " " if is_echo(match[1]) else match[0], sentence)


def _links(sentence: str, facts: Facts) -> bool:
    allowed = {section.url for fact in facts.evidence if isinstance(fact, PolicyFact) for section in fact.sections}
    allowed |= {fact.checkout_url for fact in facts.evidence if isinstance(fact, CartFact) and fact.checkout_url}
    return any((match.group(1) or match.group()) not in allowed for match in LINK.finditer(sentence))


def _dates(sentence: str, facts: Facts) -> bool:
    return any(month_day(match) not in facts.days for match in DATE.finditer(sentence))


def _policies(sentence: str, facts: Facts) -> bool:
    return bool(_POLICY_WORD.search(sentence)) and not facts.has(PolicyFact, OrdersFact, Proposal, RefusalFact)


def _done(sentence: str, facts: Facts) -> bool:
    if re.match(r"\W*(?:shall|should|can|may|would)\b.*\?\s*$", sentence, re.I):
        return False
    if _DONE["cart"].search(sentence):
        return not any(isinstance(fact, CartFact) and fact.changed for fact in facts.evidence)
    if _DONE["order"].search(sentence):
        orders = [order for fact in facts.evidence if isinstance(fact, OrdersFact) for order in fact.orders]
        if "refunded" in sentence.casefold():
            return not any(order.refunded for order in orders)
        return not orders
    if _DONE["hand_over"].search(sentence):
        return not facts.has(HandOverFact)
    return False


def _amounts(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether an amount is none of the products spoken of, nor one of the cart, an order, a policy or a wish."""
    sheets = subject.about if subject.certain else tuple(facts.sheets.values())
    own = {amount for sheet in sheets for amount in sheet.amounts}
    if _AGAINST.search(subject.text):
        own |= {amount for sheet in facts.sheets.values() for amount in sheet.amounts}
        sheets = tuple(facts.sheets.values())
    if len(sheets) > 1:
        prices = [float(sheet.product.price.amount) for sheet in sheets]
        own |= {round(abs(a - b), 3) for a in prices for b in prices}
    for match in MONEY.finditer(subject.text):
        values = readings(digits(match))
        bound = _BOUND.search(subject.text[: match.start()])
        # "They are all under $80" is a claim; "Without “under $80” there are 17" speaks of the wish.
        if bound and subject.about and _COSTING.search(subject.text[: bound.start()]):
            if not _bounded(bound.group(1).lower(), values, subject):
                return True
        elif not (own | facts.amounts) & set(values):
            return True
    return False


def _bounded(word: str, values: list[float], subject: Subject) -> bool:
    """Whether prices lie on the side of a limit that the sentence says."""
    prices = [float(sheet.product.price.amount) for sheet in subject.about]
    below = word in ("under", "below", "less than", "at most", "no more than")
    held = [any(price <= value if below else price >= value for value in values) for price in prices]
    return all(held) if subject.every else any(held)


def _values(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """A stated value of the catalogue that neither the products spoken of nor the shopper's words hold."""
    if names_differences(subject) or is_open(subject):
        return False
    words = re.findall(r"[^\W_]+(?:[-'][^\W_]+)*", fold(subject.text))
    about = subject.about if subject.certain else ()
    others = " . ".join([facts.shared, facts.asked, *(s.text for s in about or facts.sheets.values())])
    denied = frozenset[str]() if NEGATION.search(subject.text) else _denied(subject)
    for size in range(lexicon.longest_value, 0, -1):
        for start in range(len(words) - size + 1):
            value = " ".join(words[start : start + size])
            if value not in lexicon.values or states_word(facts.said, value):
                continue
            if value in denied or not (states_word(others, value) or NEGATION.search(subject.text)):
                return True
    return False


def _denied(subject: Subject) -> frozenset[str]:
    """Flags that products spoken of state as "no", and none of them as "yes"."""
    stated = frozenset(flag for sheet in subject.about for flag in sheet.flags)
    return frozenset(flag for sheet in subject.about for flag in sheet.denied) - stated


_SENTENCE_CHECKS: tuple[tuple[str, Callable[[str, Facts], bool]], ...] = (
    ("link", _links),
    ("date", _dates),
    ("policy", _policies),
    ("done", _done),
)
_CHECKS: tuple[tuple[str, Callable[[Subject, Facts, Lexicon], bool]], ...] = (
    ("amount", _amounts),
    ("brand", claims_brand),
    ("offer", claims_offer),
    ("delivery", claims_delivery),
    ("stock", claims_stock),
    ("order", claims_order),
    ("number", claims_number),
    ("praise", claims_praise),
    ("value", claims_value),
    ("value", _values),
    ("name", claims_name),
)
