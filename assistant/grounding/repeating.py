"""Whether a sentence tells more than a text before it. Reads words and numbers, and knows no evidence."""

from __future__ import annotations

import re

from assistant.grounding.ordinary import ORDINARY
from assistant.grounding.stream import split_sentences

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")


def tells_more(sentence: str, before: str) -> bool:
    """Whether a sentence has a word or a number that no single sentence of a text has as well; ordinary words count
    only where it has no others ("No, it does not.").

    Args:
        sentence: new.
        before: the text.
    """
    said = _words(sentence)
    telling = said - ORDINARY or said
    return not any(telling <= _words(one) for one in split_sentences(before))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
