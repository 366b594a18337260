"""What a sentence promises: stock, delivery, discounts, codes and gifts."""

from __future__ import annotations

import re

from assistant.evidence import CartFact, OrdersFact, PolicyFact, Proposal, RefusalFact, SlateFact
from assistant.grounding.attributes import NEGATION
from assistant.grounding.claims import DATE, MONTHS
from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.numbers import counted
from assistant.grounding.ordinary import stem, stems_of, words_of
from assistant.grounding.quantities import quantities
from assistant.grounding.sheets import Sheet
from assistant.grounding.subjects import UNSTATED, Subject
from retrieval.filters import InStock, states_word
from retrieval.product import Variant

_STOCK_IN = re.compile(
    r"\b(?:in stock|(?:still |immediately )?available|ready to ship|on hand"
    r"|(?:can|to) be (?:had|bought|ordered)"
    r"|can (?:still )?(?:buy|order|get) (?:it|them|one) (?:now|today|right now|straight away))\b",
    re.I,
)
_NOW = r"(?:today|now|right now|at once|immediately|straight away|right away)"
_HAD = r"(?:have|had|get|got|buy|bought|order|ordered|take)"
_HAD_NOW = re.compile(
    rf"\bcan (?:\w+ ){{0,4}}?{_HAD}\b[^.;!?]{{0,40}}? {_NOW}\b|\bcan (?:\w+ ){{0,3}}?{_NOW} (?:\w+ ){{0,2}}?{_HAD}\b",
    re.I,
)
"""What can be had at once is in stock."""
_STOCK_OUT = re.compile(r"\b(?:sold out|out of stock|unavailable|not (?:be )?(?:in stock|available))\b", re.I)
_DELIVERY = re.compile(
    r"\b(?:ship\w*|deliver\w*|arriv\w*|dispatch\w*|leaves?|goes out|on its way"
    r"|get it|get them|have it|at your door|sent out)\b",
    re.I,
)
_WHEN = re.compile(
    r"\b(?:today|yesterday|tomorrow|tonight|overnight|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|next[- ]day|same[- ]day"
    r"|immediately|right away|straight away|at once|express|(?:this|next|a|within an?|in an?) (?:week|hour|day|month)"
    r"|(?:first|second|third|fourth|last|coming) (?:\w+ )?(?:week|half)"
    r"|christmas|by noon|morning|evening|in no time)\b",
    re.I,
)
_MONTH = re.compile(
    r"\b(?:January|February|April|June|July|August|September|October|November|December)\b|(?<=\b[Ii]n )(?:March|May)\b"
)
_GIVEN = re.compile(
    r"\b(?:(?<!tracking )codes?|coupons?|vouchers?|promo\w*|gifts? (?:with|comes?|is|are)"
    r"|free (?!to\b|of\b|for\b)\w+|for free|is free|are free|one free"
    r"|price[- ]match\w*|match(?:es)? (?:\w+ )?price|cash ?back|bogo|loyalty|refer\w*|giveaway|complimentary"
    r"|on the house|(?:students?|members?|seniors?|subscribers?) (?:get|pay|save|receive)"
    r"|throw in|instal+ments?)\b",
    re.I,
)
_REDUCED = re.compile(
    r"\b(?:discount\w*|on sale|on offer|for sale at|reduced|marked down|down from|half[- ]price|half off"
    r"|off (?:today|now|this|the)|you save"
    r"|saves? (?:you )?(?:\W?\d|half)|saving|bargain|clearance|was \W?\d|special offer|deal of)\b|% off|percent off",
    re.I,
)
_ENDING = re.compile(
    r"\b(?:sale|offer|price|deal|discount)s? (?:will |is |are )?"
    r"(?:ends?|ending|drops?|rises?|going|goes|expires?|over|change)\b",
    re.I,
)
_LEFT = re.compile(r"\b(?:left|remaining)\b(?! (?:out|that|it|this|them|side|pocket|hand))", re.I)
_PRESSURE = re.compile(
    r"\b(?:few left|almost (?:gone|sold out)|nearly sold out|sell\w* (?:out )?fast|hurry"
    r"|last chance|while (?:stocks|supplies) last|going fast)\b",
    re.I,
)
_HALF = re.compile(r"\b(?:half[- ]price|half off|half the price|save half)\b", re.I)


def claims_stock(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether "in stock" or "sold out" is said of products whose meant variants are otherwise."""
    if _PRESSURE.search(subject.text) or (_LEFT.search(subject.text) and not _left_held(subject)):
        return True
    is_out = _STOCK_OUT.search(subject.text) is not None
    is_had = bool(subject.about) and not NEGATION.search(subject.text) and _HAD_NOW.search(subject.text) is not None
    if UNSTATED.search(subject.text) or not (is_out or is_had or _STOCK_IN.search(subject.text)):
        return False
    if is_out and facts.has(RefusalFact, CartFact) and not subject.mentions:
        return "sold out" not in facts.shared and "stock" not in facts.shared
    if not is_out and re.search(r"\b(?:nothing|none)\b", subject.text, re.I):
        return not _asked_for_stock(facts) and any(_has_stock(sheet, subject.text) for sheet in subject.about)
    held = [
        _is_out(sheet, subject.text, facts) if is_out else _has_stock(sheet, subject.text) for sheet in subject.about
    ]
    wanted = counted(subject.text)
    if wanted is not None and not subject.mentions:
        return not wanted(sum(held), len(held))
    if not subject.certain and not is_out and _asked_for_stock(facts):
        return False
    return not held or not all(held)


def _left_held(subject: Subject) -> bool:
    """Whether "3 left" is the stock of a variant that is meant."""
    before = re.split(r"\b(?:left|remaining)\b", subject.rest, flags=re.I)[0]
    found = [q for q in quantities(before) if not q.family and len(before) - q.start < 30]
    stocks = {variant.stock for sheet in subject.about for variant in _meant(sheet, subject.text)}
    return all(quantity.values[0] in stocks for quantity in found)


def _asked_for_stock(facts: Facts) -> bool:
    slates = [fact for fact in facts.evidence if isinstance(fact, SlateFact)]
    return any(isinstance(wish, InStock) for slate in slates for wish in slate.need.constraints)


def _meant(sheet: Sheet, text: str) -> list[Variant]:
    """The variants whose options the sentence names; all where it names none."""
    rows = list(sheet.product.variants)
    for name in {name for variant in rows for name in variant.options}:
        said = {v.options[name] for v in rows if name in v.options and _option_said(text, name, v.options[name])}
        rows = [variant for variant in rows if not said or variant.options.get(name) in said]
    return rows or list(sheet.product.variants)


def _option_said(text: str, name: str, value: str) -> bool:
    if value.isdigit() or len(value) < 3:
        return states_word(text, f"{name} {value}")
    return states_word(text, value)


def _has_stock(sheet: Sheet, text: str) -> bool:
    return any(variant.in_stock is True for variant in _meant(sheet, text))


def _is_out(sheet: Sheet, text: str, facts: Facts) -> bool:
    """Whether the variants meant are sold out: those that the sentence names, else the one that the wishes chose."""
    meant, chosen = _meant(sheet, text), facts.chosen.get(sheet.product.id)
    if len(meant) == len(sheet.product.variants) and chosen is not None and chosen.in_stock is False:
        return True
    return all(variant.in_stock is False for variant in meant)


def claims_delivery(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a time of delivery is promised that no order and no policy names."""
    ordered = any(isinstance(fact, OrdersFact) and fact.orders for fact in facts.evidence)
    if not (ordered or _DELIVERY.search(subject.text)) or UNSTATED.search(subject.text):
        return False
    told = facts.has(PolicyFact, OrdersFact, Proposal, RefusalFact, CartFact)
    for match in _WHEN.finditer(subject.text):
        word = match.group().casefold()
        if not told or not any(
            states_word(facts.shared, one) or one in facts.weekdays for one in (word, word.removesuffix("s"))
        ):
            return True
    months = {month for month, _ in facts.days}
    said = (MONTHS.index(match.group()[:3].lower()) + 1 for match in _MONTH.finditer(DATE.sub(" ", subject.text)))
    return bool(months) and any(month not in months for month in said)


def claims_offer(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a discount, code, gift or saving is promised that neither prices nor policies hold."""
    if _ENDING.search(subject.text) and not facts.has(PolicyFact):
        return True
    known = stems_of(facts.shared)
    for match in _GIVEN.finditer(subject.text):
        words = [stem(word) for word in words_of(match.group())]
        if not all(word in known or word in _SMALL for word in words) or not known:
            stated = any(states_word(sheet.text, match.group()) for sheet in subject.about)
            if not stated and not _plainly_denied(subject):
                return True
    if not _REDUCED.search(subject.text):
        return False
    if NEGATION.search(subject.text):
        return subject.certain and any(sheet.saved for sheet in subject.about) and not UNSTATED.search(subject.text)
    told = facts.has(PolicyFact) or any(isinstance(f, CartFact) and f.discount.amount_minor for f in facts.evidence)
    reduced = [bool(sheet.saved) for sheet in subject.about]
    if _HALF.search(subject.text):
        return not any(49 <= saved <= 51 for sheet in subject.about for saved in sheet.saved)
    everyone = all(reduced) if subject.every and not subject.mentions else any(reduced)
    return not (told or (reduced and everyone))


def _plainly_denied(subject: Subject) -> bool:
    """ "I have no codes" promises nothing; "no need to wait, use code SAVE" does."""
    return (
        re.search(
            r"(?:\b(?:no|not|cannot|any)|n['’]t)\b (?:\w+ ){0,4}?(?:codes?|coupons?|vouchers?|free|gifts?|price)",
            subject.text,
            re.I,
        )
        is not None
    )


_SMALL = frozenset({"is", "are", "for", "one", "with", "com", "the"})
