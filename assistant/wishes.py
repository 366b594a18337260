"""Taking a wish away: its constraint, and the words that would bring it back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.turn import Need
from retrieval.chinese.script import is_chinese
from retrieval.filters import AttributeIn, AttributeRange, BrandIn, CategoryIn, Constraint
from retrieval.product import attribute_label


def without_wish(need: Need, key: str) -> Need:
    """Return the need without the constraint of that key (or without its words, for "text").

    Args:
        need: what is looked for.
        key: a constraint's key, e.g. "price" or "attribute:colour"; "text"; unknown keys change nothing.
    """
    if key == "text":
        return replace(need, text="")
    gone = [constraint for constraint in need.constraints if constraint.key == key]
    kept = tuple(constraint for constraint in need.constraints if constraint.key != key)
    text = need.text
    for constraint in gone:
        for word in _words_of(constraint):
            text = re.sub(_said(word), " ", text, flags=re.I)
    return replace(need, constraints=kept, text=" ".join(text.split()))


def _said(word: str) -> str:
    """A pattern for a word where it is said: as a whole; in a script without spaces, anywhere, unless it is short."""
    whole = re.escape(word)
    return whole if len(word) > 1 and is_chinese(word) else rf"(?<!\w){whole}(?!\w)"


def without_words(text: str, words: Sequence[str]) -> str:
    """Return the text without these words and phrases; where nothing would be left, as it is."""
    gone = {word for phrase in words for word in phrase.casefold().split()}
    return " ".join(word for word in text.split() if word.casefold() not in gone) or text


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


def _words_of(constraint: Constraint) -> tuple[str, ...]:
    match constraint:
        case BrandIn() | CategoryIn():
            singular = tuple(value[:-1] for value in constraint.values if value.endswith("s"))
            return constraint.values + singular
        case AttributeIn():
            flags = (attribute_label(constraint.name),) if set(constraint.values) <= {"yes", "no"} else ()
            return constraint.values + flags
        case AttributeRange():
            ends = {f"{end:g}" for end in (constraint.min, constraint.max) if end is not None}
            return tuple(f"{end} {constraint.unit}" for end in ends) + tuple(ends)
        case _:
            return ()
