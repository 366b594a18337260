"""What a follow-up message changes about a need: "cheaper", "in black", "not Acme", "any brand is fine".

Reads the message with the same reader as a first message, within the wishes that hold already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from retrieval.chinese import steps
from retrieval.filters import AttributeIn, AttributeRange, BrandIn, CategoryIn, Constraint, PriceRange, fold
from retrieval.price_words import is_around
from retrieval.results import Sort, Understanding
from retrieval.words import ADJECTIVES, STOP, clean, is_cjk, phrase_key, tokens, word_key, word_set

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
        dropped_words: words of the need so far that it gives up, as keys ("gold" for "doesn't need gold").
        understanding: of the message on its own; of its first need where it has several.
    """

    text: str
    constraints: tuple[Constraint, ...]
    dropped: tuple[str, ...]
    sort: Sort | None
    price_step: PriceStep | None
    starts_new_need: bool
    understanding: Understanding
    dropped_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A follow-up without what only makes sense against earlier wishes.

    Args:
        rest: what is left, to be read like a first message.
        dropped: keys of wishes that are given up.
        dropped_words: words of the need so far that are given up, as keys.
        step: "cheaper" or "dearer" than what was shown.
    """

    rest: str
    dropped: tuple[str, ...] = ()
    dropped_words: tuple[str, ...] = ()
    step: PriceStep | None = None


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
    r"(?P<what>(?!(?:and|or|nor|but)\b)[\w'-]+(?: [\w'-]+){0,1}) (?:(?:does not|doesn't|doesnt|do not|don't|dont|"
    r"isn't|isnt|is not|are not|"
    r"aren't|arent)(?: (?:really|all|that|so|too|very))* (?:matter|important|a concern|an issue|a must)"
    r"|(?:is|are) (?:no|not an?)(?: big)? (?:issue|concern|problem|must|matter|deal))"
    r"(?:(?: (?:that|so|too|all that))? (?:much|really|to me|at all|for me))*"
)
_FORGET = re.compile(r"forget|never ?mind", re.IGNORECASE)
_JOINED = re.compile(r"(?P<what>[\w'-]+),? (?:and|or|nor)(?: the)?\s*$", re.IGNORECASE)
"""A thing before the one that does not matter: "colour and size don't matter"."""
_ANY = _re(
    r"(?:any|whatever|whichever|all) (?P<what>[\w'-]+)(?: (?:is|are|will|would|works|do|does|goes|range|"
    r"limit))?(?: (?:fine|ok|okay|good|do|works?|great))?"
)
_NEED_NOT = _re(
    r"(?:it |they )?(?:does not|doesn't|doesnt|do not|don't|dont|need not|needn't|no need)(?: really|"
    r" necessarily)?(?: (?:have|need))?(?: for it)?(?: to)?(?: be)?"
    r" (?P<what>[\w'-]+(?: (?!(?:but|and|as|so|if|just|only)\b)[\w'-]+){0,4})"
)
_NONE_NEEDED = _re(r"no (?P<what>[\w'-]+(?: [\w'-]+)?) (?:is |are )?(?:needed|necessary|required)")
_ALSO = _re(
    r"(?:is|are|would be|works?)(?: also)? (?:fine|ok|okay|alright|good|great|possible) (?:too|as well|also)"
    r"|(?:can|could|would|may|might) also|also (?:fine|ok|okay|alright|possible|wears?|takes?|fits?)"
)
"""What is said so comes beside what was wished for, and not in its place."""
_INSTEAD = _re(r"instead|rather")
_SIDES = {"length", "width", "height", "depth", "diameter"}
_ASPECTS = word_set("brand size colour material style length width height weight storage memory capacity shape pattern")
_MUST = re.compile(r"(?:have|need|necessar|needn't|need not|no need)", re.IGNORECASE)
_FOR_SOMEBODY = _re(
    r"gifts?|presents?|(?:something|anything) (?:nice |good |small )?for (?:my|our|a|him|her|them|mum|mom|dad)"
)
_CORRECTION = re.compile(
    r"\W+(?:no,? wait|wait,? no|oh,? wait|no,? sorry|sorry,? no|i meant?(?: to say)?|scratch that|or rather)\b\W*", re.I
)
_AMOUNT = r"(?P<amount>(?:[$€£]\s?)?\d[\d.,]*\s?(?:k\b)?(?:\s?(?:dollars?|euros?|pounds?|bucks|usd|eur|gbp|[$€£]))?)"
_NEW_LIMIT = re.compile(
    r"^\W*(?:(?:no|ok|okay|well|actually|sorry|hm+|oh|so|wait|but|rather|then|and)\W+)*"
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


_ASKS_WHETHER_NONE = re.compile(
    r"^\W*(?:(?:oh|ok|okay|so|really|hm+|what)\b\W*)*(?:no|not any|none in) [\w' -]{1,24}\?+\s*(?=\w)", re.I
)
"""'No red? Any colour then': what is asked whether there is none of it is not refused."""


def withdrawn(text: str, constraints: Sequence[Constraint], need_text: str = "") -> Prepared:
    """Find wishes that a message gives up.

    Args:
        text: the message.
        constraints: wishes that hold so far.
        need_text: words of the need so far, which can be given up too.
    """
    keys: list[str] = []
    words: list[str] = []
    rest = text = _ASKS_WHETHER_NONE.sub("", text)
    if _NO_LIMIT.search(text):
        keys += [constraint.key for constraint in constraints if isinstance(constraint, PriceRange)]
        rest = _NO_LIMIT.sub(" ", text)
    for pattern in (_DROP_AFTER, _DROP_BEFORE, _NONE_NEEDED, _NEED_NOT, _ANY, *steps.DROPPED):
        for match in list(pattern.finditer(rest)):
            if pattern is _NEED_NOT and not _MUST.search(match.group()):
                continue
            said, start = match["what"], match.start()
            joined = _JOINED.search(rest[:start]) if pattern is _DROP_AFTER else None
            if joined and _gives_up(joined["what"], constraints, need_text):
                said, start = f"{joined['what']} {said}", joined.start()
            found, known = _named_wishes(said, constraints), _words_of(said, need_text)
            if match.group().casefold().startswith("without"):
                # "Without Acme" repeats an exclusion; it does not take it back.
                found, known = [key for key in found if not key.startswith("not_")], ()
            if pattern is _ANY:
                # "Any tent" names what is looked for, and "any black one" what it is to be.
                found, known = [key for key in found if key != "category"], ()
            forgotten = pattern is _DROP_BEFORE and _FORGET.match(match.group())
            if found or known or forgotten or pattern in (_NEED_NOT, _NONE_NEEDED) or _names_aspect(said):
                keys += found
                words += known
                rest = rest.replace(rest[start : match.end()], " ")
    return Prepared(rest, tuple(dict.fromkeys(keys)), tuple(dict.fromkeys(words)))


def _gives_up(what: str, constraints: Sequence[Constraint], need_text: str) -> bool:
    return bool(_named_wishes(what, constraints) or _words_of(what, need_text)) or _names_aspect(what)


def _words_of(what: str, need_text: str) -> tuple[str, ...]:
    """Keys of the words that stand in the need so far, without plain ones."""
    held = {token.key for token in tokens(need_text)}
    return tuple(token.key for token in tokens(what) if token.key in held and token.folded not in STOP)


def _names_aspect(what: str) -> bool:
    return any(token.key in _PRICE_WORDS | _ASPECTS | steps.BRAND for token in tokens(what))


def _named_wishes(what: str, constraints: Sequence[Constraint]) -> list[str]:
    """Keys of the wishes that a few words name: by aspect ("size"), or by a value that was wished ("waterproof")."""
    said = {token.key for token in tokens(what)}
    keys = [token.key for token in tokens(what) if token.folded not in ("a", "an", "the")]
    phrases = {"".join(keys[i:j]) for i in range(len(keys)) for j in range(i + 1, len(keys) + 1)}
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
        if isinstance(constraint, AttributeRange) and names & _SIDES:
            names |= {"size", "measurement", "dimension"}
        values = constraint.values if isinstance(constraint, AttributeIn | BrandIn | CategoryIn) else ()
        if said & names or any(
            _is_said(phrase_key(value), phrases) for value in values if fold(value) not in ("yes", "no")
        ):
            found.append(constraint.key)
    return found


def _is_said(key: str, phrases: set[str]) -> bool:
    """Whether a value is one of the phrases; of what is written without spaces, a part of one."""
    return key in phrases or (is_cjk(key) and any(key in phrase for phrase in phrases))


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


def prepare(text: str, constraints: Sequence[Constraint], need_text: str = "") -> Prepared:
    """Take out what only makes sense against earlier wishes; the rest can be read like a first message."""
    left = withdrawn(new_limit(clean(text), constraints), constraints, need_text)
    step, rest = price_step(left.rest)
    return replace(left, rest=rest, step=step)


def beside(
    changed: Sequence[Constraint], held: Sequence[Constraint], dropped: Sequence[str], text: str
) -> tuple[Constraint, ...]:
    """Put what is "fine too" beside what was wished for already: "brown is fine as well" after black is either.

    Args:
        changed: new wishes of a message.
        held: wishes that hold so far.
        dropped: keys of those that the message gives up: what is fine too is no new wish then.
        text: the message.
    """
    old = {wish.key: wish for wish in held if isinstance(wish, AttributeIn) and not wish.exclude}
    if not _ALSO.search(text):
        return tuple(changed)
    changed = [wish for wish in changed if wish.key not in dropped]
    return tuple(
        replace(wish, values=tuple(dict.fromkeys((*old[wish.key].values, *wish.values))))
        if isinstance(wish, AttributeIn) and wish.key in old
        else wish
        for wish in changed
    )


def within(changed: Sequence[Constraint], held: Sequence[Constraint], text: str) -> tuple[Constraint, ...]:
    """Keep the other end of a price that a message limits on one side: "at least 100" after "under 200".

    Args:
        changed: new wishes of a message.
        held: wishes that hold so far; the lower end of "around 30" was asked for by nobody, and does not hold.
        text: the message; what comes "instead" keeps nothing.
    """
    old = next((wish for wish in held if isinstance(wish, PriceRange)), None)
    if old is None or _INSTEAD.search(text):
        return tuple(changed)
    return tuple(_between(wish, old) if isinstance(wish, PriceRange) else wish for wish in changed)


def _between(new: PriceRange, old: PriceRange) -> PriceRange:
    low, high = without_guess(old).min_minor if new.min_minor is None else new.min_minor, new.max_minor
    high = old.max_minor if high is None else high
    fits = low is None or high is None or low < high
    return replace(new, min_minor=low, max_minor=high) if fits and new.currency == old.currency else new


def without_guess(limits: PriceRange) -> PriceRange:
    """Limits without the lower end of "around 30", which only stands for the number."""
    low, high = limits.min_minor, limits.max_minor
    guessed = low is not None and high is not None and is_around(low, high)
    return replace(limits, min_minor=None) if guessed else limits


def is_broader(new: Constraint, held: Sequence[Constraint], text: str) -> bool:
    """Whether a kind only names the one looked for more loosely ("I'm a 10 in boots", of hiking boots)."""
    kinds = [wish for wish in held if isinstance(wish, CategoryIn) and not wish.exclude]
    wider = isinstance(new, CategoryIn) and not new.exclude and any(set(k.values) < set(new.values) for k in kinds)
    return wider and not _ASKS.search(text)
