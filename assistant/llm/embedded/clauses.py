"""A message as clauses: what asks for one thing each. Knows cues, and nothing of the table."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.llm.embedded.intents import IntentReader
from assistant.text import has_words

_SPLIT = re.compile(r"(?<=[.!?;。！？；])\s+|\n+|,?\s+(?:and (?:also|then)|then|also|but also)\s+(?=\w)")
_VERBS = "add|show|tell|compare|put|track|cancel|what|how|where|when|do you|can|is|does|find|remove|check"
_SPLIT_AND = re.compile(
    rf",?\s+and\s+(?=(?:please\s+)?(?:{_VERBS})\b)|,\s+(?=(?:what|how|where|when|do you|can you)\b)", re.I
)
_SOUND = re.compile(r"(?:hm+|uh+|um+|oh|ah|well|wait|hold on|so)\W*", re.I)


def split_clauses(words: str, intents: IntentReader, is_only_limit: Callable[[str], bool]) -> list[str]:
    """Split into clauses; a part without an intent stays with the part before: a list of needs is one clause.

    Args:
        words: the message.
        intents: reader of intents.
        is_only_limit: whether a clause says a limit and nothing else.
    """
    parts = [part for piece in _SPLIT.split(words) for part in _SPLIT_AND.split(piece)]
    clauses: list[str] = []
    for part in (p.strip() for p in parts):
        if not has_words(part) or _SOUND.fullmatch(part):
            continue
        cue = intents.cue(part)
        if clauses and is_only_limit(clauses[-1]):
            clauses[-1] = f"{clauses[-1]}, {part}"
        elif clauses and (cue is None or cue.name == "search") and intents.cue(clauses[-1]) is None:
            clauses[-1] = f"{clauses[-1]} {part}"
        else:
            clauses.append(part)
    return clauses or [words]
