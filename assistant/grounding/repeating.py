"""Whether a sentence tells more than a text before it. Reads words and numbers, and knows no evidence."""

from __future__ import annotations

import re

from assistant.grounding.ordinary import ORDINARY
from assistant.grounding.stream import split_sentences

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")


def tells_more(sentence: str, before: str) -> bool:
    """Whether a sentence is neither one of a text, nor has all its telling words and numbers from one of them.

    "No, it does not." has none of its own and tells more wherever it does not stand yet.

    Args:
        sentence: new.
        before: the text.
    """
    said = _words(sentence)
    telling = frozenset(said) - ORDINARY
    earlier = [_words(one) for one in split_sentences(before)]
    return said not in earlier and not (telling and any(telling <= frozenset(one) for one in earlier))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
