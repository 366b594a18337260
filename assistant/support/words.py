"""Words for matching short texts: folded, stemmed, without the words that carry nothing."""

from __future__ import annotations

import re

import Stemmer

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_STOP = frozenset(
    """
    a about am an and any are as at be been but by can could did do does doing don't for from get give got had has have
    having hello hey hi how i i'd i'll i'm i've if in into is isn't it it's its just let like make many may me might
    much my need no not of off ok on once one or our out please s shall she should so some t take tell thank thanks
    that the their them then there these they this those to too up us use very want was we were what what's when where
    which who whom whose why will with would you your yours
    """.split()  # noqa: SIM905 - a list of words is read as words
)


def stems(text: str) -> tuple[str, ...]:
    """Return the stems of the telling words of an English text, in order, e.g. "my boots" -> ("boot",)."""
    words = (word.replace("’", "'") for word in _WORD.findall(text.casefold()))
    return tuple(_stem(word.removesuffix("'s")) for word in words if word not in _STOP)


def _stem(word: str) -> str:
    # A stemmer must not be shared between threads; making one costs two microseconds.
    return str(Stemmer.Stemmer("english").stemWord(word)) if word.isalpha() else word
