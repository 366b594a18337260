"""Which words of a need say a wish: they go when the wish goes, or they would bring it back."""

from __future__ import annotations

import re

from retrieval.chinese.script import is_chinese
from retrieval.filters import AttributeIn, AttributeRange, BrandIn, CategoryIn, Constraint
from retrieval.product import attribute_label


def words_of(constraint: Constraint) -> tuple[str, ...]:
    """Words and phrases that say the wish; none for prices, stock and ratings, which leave no words behind."""
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


def without_words_of(text: str, constraint: Constraint) -> str:
    """Return the text without the words that say the wish; where none does, as it is but for white space."""
    for word in words_of(constraint):
        text = re.sub(_said(word), " ", text, flags=re.I)
    return " ".join(text.split())


def _said(word: str) -> str:
    """A pattern for a word where it is said: as a whole; in a script without spaces, anywhere, unless it is short."""
    whole = re.escape(word)
    return whole if len(word) > 1 and is_chinese(word) else rf"(?<!\w){whole}(?!\w)"
