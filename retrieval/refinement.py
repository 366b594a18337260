"""What a follow-up message changes about a need: "cheaper", "in black", "not Acme", "any brand is fine".

Reads the message with the same reader as a first message, within the wishes that hold already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from retrieval.chinese import steps
from retrieval.filters import AttributeIn, AttributeRange, BrandIn, CategoryIn, Constraint, PriceRange, fold
from retrieval.results import Sort, Understanding
from retrieval.words import ADJECTIVES, clean, phrase_key, tokens, word_key, word_set

PriceStep = Literal["cheaper", "dearer"]


@dataclass(frozen=True, slots=True)
class Refinement:
    """What a follow-up message changes.

    Args:
        text: words it adds for ranking, e.g. "warm"; empty where it only changes wishes.
        constraints: new or changed wishes only.
        dropped: keys of constraints that are withdrawn.
        sort: order asked for; None leaves it as it is.
        price_step: "cheaper" or "dearer" than what was shown, without a number.
        starts_new_need: whether it asks for another kind of product.
        understanding: of the message on its own; of its first need where it has several.
    """

    text: str
    constraints: tuple[Constraint, ...]
    dropped: tuple[str, ...]
    sort: Sort | None
    price_step: PriceStep | None
    starts_new_need: bool
    understanding: Understanding


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


_CHEAPER = _re(
    r"(?:a (?:bit|little) |much |way |something |anything )*(?:cheaper|less (?:expensive|pricey|costly|money)|"
    r"too much(?: money)?|(?:these|they|those|that|this|it|all)(?:'re|'s| are| r| is)?"
    r"(?: all| really| quite)? (?:expensive|pricey)|"
    r"lower[- ]priced?|more affordable|more budget[- ]friendly)(?! than \W?\d)(?: ones?| options?)?|"
    r"(?:too|so|pretty|quite|very) (?:expensive|pricey|dear|costly)|(?:can't|cannot|can not) afford(?: (?:that|"
    r"it|this|those|them))?"
)
_DEARER = _re(
    r"(?:a (?:bit|little) |something |anything )*(?:more expensive|pricier|dearer|more (?:premium|luxurious|"
    r"upmarket)|higher[- ](?:end|priced?|quality)|better quality|too cheap)(?: ones?| options?)?"
)
_NO_LIMIT = _re(r"no (?:price |upper |money )?limit|no budget|money(?: is|'s)? (?:no object|no problem|not an issue)")
_DROP_BEFORE = _re(
    r"(?:(?:does not|doesn't|doesnt) matter|"
    r"forget(?: about)?|never mind|nevermind|remove|drop|relax|loosen|ignore|skip|clear|without|lose|take off|"
    r"don't care about|dont care about|do not care about|no matter|regardless of)(?: the| any| my| a| an| that| what)*"
    r" (?P<what>[\w'-]+(?: [\w'-]+){0,2})"
)
_DROP_AFTER = _re(
    r"(?P<what>[\w'-]+(?: [\w'-]+){0,1}) (?:does not|doesn't|doesnt|do not|don't|dont|isn't|"
    r"is not) (?:really )?(?:matter|important|a concern|an issue)"
)
_ANY = _re(
    r"(?:any|whatever|whichever|all) (?P<what>[\w'-]+)(?: (?:is|are|will|would|works|do|does|goes|range|"
    r"limit))?(?: (?:fine|ok|okay|good|do|works?|great))?"
)
_NEED_NOT = _re(
    r"(?:it |they )?(?:does not|doesn't|doesnt|do not|don't|dont|need not|needn't|no need)(?: really|"
    r" necessarily)?(?: (?:have|need))?(?: for it)?(?: to)?(?: be)? (?P<what>[\w'-]+(?: [\w'-]+){0,2})"
)
_MUST = re.compile(r"(?:have|need|necessar|needn't|need not|no need)", re.IGNORECASE)
_FOR_SOMEBODY = _re(
    r"gifts?|presents?|(?:something|anything) (?:nice |good |small )?for (?:my|our|a|him|her|them|mum|mom|dad)"
)
_CORRECTION = re.compile(
    r"\W+(?:no,? wait|wait,? no|oh,? wait|no,? sorry|sorry,? no|i meant?(?: to say)?|scratch that|or rather)\b\W*", re.I
)
_AMOUNT = r"(?P<amount>(?:[$€£]\s?)?\d[\d.,]*\s?(?:k\b)?(?:\s?(?:dollars?|euros?|pounds?|bucks|usd|eur|gbp|[$€£]))?)"
_NEW_LIMIT = re.compile(
    r"^\W*(?:(?:no|ok|okay|well|actually|sorry|hmm|rather|then|and)\W+)*"
    r"(?:(?:make (?:it|that)|let'?s say|say|(?:i can )?(?:go )?up to|(?:raise|lower|change) (?:it|that) to"
    r"|(?:what|how) '?a?bout)\s+)?"
    rf"{_AMOUNT}(?:\s+(?:instead|then|please|max|maximum|is (?:ok|okay|fine)(?: too)?))*\W*$",
    re.I,
)
_LEAST_BARE = 10
_PRICE_WORDS = word_set("price budget cost money limit") | steps.PRICE
_ASKS = _re(
    r"(?:what|how) about|show me|(?:looking|searching) for|i(?: also)? (?:need|want)|do you (?:have|sell)|also|find me"
)


def withdrawn(text: str, constraints: Sequence[Constraint]) -> tuple[tuple[str, ...], str]:
    """Find wishes that a message gives up.

    Returns:
        Their keys, and the message without the words that gave them up.
    """
    keys: list[str] = []
    rest = text
    if _NO_LIMIT.search(text):
        keys += [constraint.key for constraint in constraints if isinstance(constraint, PriceRange)]
        rest = _NO_LIMIT.sub(" ", text)
    for pattern in (_DROP_AFTER, _DROP_BEFORE, _NEED_NOT, _ANY, *steps.DROPPED):
        for match in list(pattern.finditer(rest)):
            if pattern is _NEED_NOT and not _MUST.search(match.group()):
                continue
            found = _named_wishes(match["what"], constraints)
            if match.group().casefold().startswith("without"):
                # "Without Acme" repeats an exclusion; it does not take it back.
                found = [key for key in found if not key.startswith("not_")]
            if found:
                keys += found
                rest = rest.replace(match.group(), " ")
            elif pattern is _NEED_NOT or _names_aspect(match["what"]):
                rest = rest.replace(match.group(), " ")
    return tuple(dict.fromkeys(keys)), rest


def _names_aspect(what: str) -> bool:
    return any(
        token.key in _PRICE_WORDS | {"brand", "size", "colour", "material", "style"} | steps.BRAND
        for token in tokens(what)
    )


def _named_wishes(what: str, constraints: Sequence[Constraint]) -> list[str]:
    """Keys of the wishes that a few words name: by aspect ("size"), or by a value that was wished ("waterproof")."""
    said = {token.key for token in tokens(what)}
    phrase = phrase_key(what)
    found = []
    for constraint in constraints:
        kind = {
            "price": _PRICE_WORDS,
            "brand": {"brand", "make", "label"} | steps.BRAND,
            "rating": {"rating", "star", "review"},
            "in_stock": {"stock", "availability"},
        }.get(constraint.kind, set())
        names = set(kind)
        if isinstance(constraint, AttributeIn | AttributeRange):
            names |= {word_key(word) for word in constraint.name.split("_")}
        values = constraint.values if isinstance(constraint, AttributeIn | BrandIn | CategoryIn) else ()
        if said & names or any(
            phrase_key(value) and phrase_key(value) in phrase for value in values if fold(value) not in ("yes", "no")
        ):
            found.append(constraint.key)
    return found


def price_step(text: str) -> tuple[PriceStep | None, str]:
    """Find "cheaper" or "more expensive"; return it and the message without it."""
    patterns: tuple[tuple[PriceStep, re.Pattern[str]], ...] = (
        ("cheaper", _CHEAPER), ("cheaper", steps.CHEAPER), ("dearer", _DEARER), ("dearer", steps.DEARER),
    )  # fmt: skip
    for step, pattern in patterns:
        if pattern.search(text):
            return step, pattern.sub(" ", text)
    return None, text


def begins_anew(text: str) -> bool:
    """Whether a message asks for a gift, or for something for somebody: a need of its own, whatever went before."""
    return _FOR_SOMEBODY.search(text) is not None


def split_correction(text: str) -> tuple[str, str]:
    """Split a message that corrects itself ("red, no wait, blue") into what was said and what corrects it.

    Returns:
        Both parts; the second is "" where nothing is corrected.
    """
    match = _CORRECTION.search(text)
    return (text[: match.start()], text[match.end() :]) if match and match.start() else (text, "")


def new_limit(text: str, constraints: Sequence[Constraint]) -> str:
    """Read a bare amount ("make it 120") as the price limit that holds already, put in full ("under 120")."""
    held = next((c for c in constraints if isinstance(c, PriceRange)), None)
    match = _NEW_LIMIT.match(text) if held else None
    if not held or not match or (match["amount"].isdigit() and int(match["amount"]) < _LEAST_BARE):
        return text  # "make it 2" is no limit
    return f"{'under' if held.max_minor is not None else 'over'} {match['amount']}"


def names_another_thing(text: str, words: str, need_text: str) -> bool:
    """Whether a message asks for things that the need does not name, judged by words alone.

    Args:
        text: the message, e.g. "what about lamps".
        words: what of it names things, e.g. "lamps".
        need_text: words of the need so far.
    """
    said = {token.key for token in tokens(words)} - ADJECTIVES
    return bool(said) and _ASKS.search(text) is not None and said.isdisjoint(token.key for token in tokens(need_text))


def prepare(text: str, constraints: Sequence[Constraint]) -> tuple[str, tuple[str, ...], PriceStep | None]:
    """Take out what only makes sense against earlier wishes; the rest can be read like a first message."""
    cleaned = new_limit(clean(text), constraints)
    keys, rest = withdrawn(cleaned, constraints)
    step, rest = price_step(rest)
    return rest, keys, step
