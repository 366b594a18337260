"""Reply against evidence: the checks of one sentence, each for one kind of claim."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.evidence import CartFact, HandOverFact, OrdersFact, PolicyFact, Proposal, RefusalFact
from assistant.grounding import tables
from assistant.grounding.attributes import (
    NEGATION,
    claims_namesake,
    claims_praise,
    claims_value,
)
from assistant.grounding.claims import DATE, LINK, month_day
from assistant.grounding.comparisons import claims_order
from assistant.grounding.facts import Facts
from assistant.grounding.fits import claims_fit
from assistant.grounding.flags import claims_flag
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.moments import claims_moment, claims_state
from assistant.grounding.numbers import claims_amount, claims_number
from assistant.grounding.offers import claims_delivery, claims_offer, claims_stock
from assistant.grounding.policies import says_nothing, section_of, speaks_of_rules
from assistant.grounding.proper import claims_brand, claims_name
from assistant.grounding.quantities import without_figures
from assistant.grounding.reading import as_stated, is_quoted, without_titles
from assistant.grounding.subjects import UNSTATED, Subject, beside_unstated, is_open, names_differences, subject_of
from assistant.grounding.telling import claims_word
from assistant.grounding.translated import claims_unread, in_english
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


_QUEUE = re.compile(
    r"\b(?:in (?:the|our) (?:queue|line)|queue for a (?:person|human)|stay on (?:this|the) page|should know)\b",
    re.I,
)
_CART_IS_EMPTY = re.compile(
    r"\W*(?:your|the) (?:shopping )?(?:cart|basket) is (?:(?:now|still|currently) )?empty(?: now)?\W*", re.I
)


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
    if is_quoted(sentence, facts) or tables.is_rule(sentence):
        return None
    if tables.is_row(sentence) and (cells := tables.as_sentences(sentence, facts.before)):
        return next((kind for cell in cells if (kind := unsupported(cell, facts, lexicon)) is not None), None)
    sentence = in_english(sentence, facts, lexicon)
    carts = [fact for fact in facts.evidence if isinstance(fact, CartFact)]
    if carts and _CART_IS_EMPTY.fullmatch(sentence):
        return "state" if carts[-1].lines else None
    sentence = as_stated(sentence, facts, lexicon)
    subject = subject_of(sentence, facts, lexicon)
    if _links(sentence, facts):
        return "link"
    for kind, is_unsupported in _SENTENCE_CHECKS:
        if is_unsupported(subject.text, facts):
            return kind
    if facts.rules and not is_open(subject):
        if section_of(without_titles(sentence, facts), facts.rules) is not None:
            return None
        if _is_rule(sentence, facts):
            return "policy"
    told = [one for one in (subject, beside_unstated(subject)) if one is not None]
    return next((kind for one in told for kind, claims in _CHECKS if claims(one, facts, lexicon)), None)


def _is_rule(sentence: str, facts: Facts) -> bool:
    """Whether a sentence says something of the shop's rules, where it may as well be about products or an order."""
    told = without_titles(sentence, facts)
    if says_nothing(told) or UNSTATED.search(told) or facts.has(OrdersFact, CartFact, RefusalFact, Proposal):
        return False
    if facts.searched(told):
        return False
    if facts.has(HandOverFact) and _QUEUE.search(told) and not _POLICY_WORD.search(told):
        return False  # Of the number in it the others look after.
    return not facts.sheets or speaks_of_rules(told, facts.rules)


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


def _values(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """A stated value of the catalogue that neither the products spoken of nor the shopper's words hold."""
    if names_differences(subject) or is_open(subject):
        return False
    words = re.findall(r"[^\W_]+(?:[-'][^\W_]+)*", fold(without_figures(subject.rest)))
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
    ("date", _dates),
    ("date", claims_moment),
    ("policy", _policies),
    ("done", _done),
    ("state", claims_state),
    ("word", claims_unread),
)
_CHECKS: tuple[tuple[str, Callable[[Subject, Facts, Lexicon], bool]], ...] = (
    ("amount", claims_amount),
    ("brand", claims_brand),
    ("offer", claims_offer),
    ("delivery", claims_delivery),
    ("stock", claims_stock),
    ("fit", claims_fit),
    ("order", claims_order),
    ("number", claims_number),
    ("value", claims_flag),
    ("praise", claims_praise),
    ("value", claims_value),
    ("value", claims_namesake),
    ("value", _values),
    ("name", claims_name),
    ("word", claims_word),
)
