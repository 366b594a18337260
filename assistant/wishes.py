"""Taking a wish away: its constraint, and the words that would bring it back. Whether two needs are about the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.turn import Need
from retrieval.filters import CategoryIn, Constraint, PriceRange, fold
from retrieval.results import Understanding
from retrieval.wish_words import without_words_of


def without_wish(need: Need, key: str) -> Need:
    """Return the need without the constraint of that key (or without its words, for "text").

    Args:
        need: what is looked for.
        key: a constraint's key, e.g. "price" or "attribute:colour", or several ("price+brand", as a relaxation names
            them); "text"; unknown keys change nothing.
    """
    if key == "text":
        return replace(need, text="")
    keys = {key, *key.split("+")}
    gone = [constraint for constraint in need.constraints if constraint.key in keys]
    kept = tuple(constraint for constraint in need.constraints if constraint.key not in keys)
    text = need.text
    for constraint in gone:
        text = without_words_of(text, constraint)
    return replace(need, constraints=kept, text=" ".join(text.split()))


def without_words(text: str, words: Sequence[str]) -> str:
    """Return the text without these words and phrases; where nothing would be left, as it is."""
    gone = {word for phrase in words for word in phrase.casefold().split()}
    return " ".join(word for word in text.split() if word.casefold() not in gone) or text


def words_to_search(read: Understanding, constraints: Sequence[Constraint]) -> str:
    """The words of what was read that can find something: without those that stand nowhere in the catalogue.

    Args:
        read: what a shopper's words mean.
        constraints: all wishes of the need; where there is none and no other word, the words stay as they are.
    """
    unknown = {word for phrase in read.set_aside for word in phrase.split()}
    left = [word for word in read.text.split() if word not in unknown]
    return " ".join(left) if left or constraints else read.text


def words_to_rank_by(need: Need) -> str:
    """The need's words without those that a typed wish other than the kind already settles.

    "Rain jacket size M" ranks by "rain jacket": every product let through has size M, so its words tell nothing, and
    they would count as words that most products do not match.
    """
    rest = need
    for constraint in need.constraints:
        if not isinstance(constraint, CategoryIn):
            rest = without_wish(rest, constraint.key)
    words = rest.text.split()
    if any(getattr(c, "name", "") == "size" for c in need.constraints):
        words = [word for word in words if word.casefold() != "size"]
    return " ".join(words)


def with_limit_kept(need: Need, before: Need, words: str) -> Need:
    """Return the need with the price limit of the one before it, where only a model can have forgotten it.

    Args:
        need: as a model asks for it.
        before: what was looked for.
        words: what the shopper says now; where they speak of money, the model's reading of them holds.
    """
    limits = [wish for wish in before.constraints if isinstance(wish, PriceRange)]
    stated = any(isinstance(wish, PriceRange) for wish in need.constraints)
    if not limits or stated or _OF_MONEY.search(words) or not same_subject(need, before):
        return need
    return replace(need, constraints=(*need.constraints, *limits))


_OF_MONEY = re.compile(
    r"pric|cost|money|budget|spend|afford|cheap|expens|limit|cap\b|start over|from scratch|forget"
    r"|preis|teuer|geld|kost|g[üu]nstig|billig|von vorn"
    r"|precio|cuest|cuánto|dinero|presupuesto|caro|cara\b|barat|de nuevo"
    r"|[价钱贵]|预算|便宜|多少|重新|[$€£¥]|\d\d",
    re.I,
)
"""Words of money, of a new beginning, and numbers: generous, for what it finds is only left to the model."""


def same_subject(one: Need, other: Need) -> bool:
    """Whether two needs are about the same kind of thing: a shared category, or shared words where none is stated."""
    left, right = _kinds(one), _kinds(other)
    if left or right:
        return bool(left & right)
    return bool(set(fold(one.text).split()) & set(fold(other.text).split())) or not (one.text and other.text)


def _kinds(need: Need) -> set[str]:
    return {fold(v) for c in need.constraints if isinstance(c, CategoryIn) and not c.exclude for v in c.values}
