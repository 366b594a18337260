"""A message as clauses: what asks for one thing each. Knows cues, and nothing of the table."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.llm.embedded.intents import IntentReader
from assistant.text import has_words

_SPLIT = re.compile(
    r"(?<=[.!?;。！？；])\s+|\n+|,?\s+(?:and then|then)\s+(?=\w)"
    r"|,?\s+(?=(?:and|but) also\s+\w)|,\s+(?=also\s+\w)"
)
_VERBS = "add|show|tell|compare|put|track|cancel|what|how|where|when|do you|can|is|does|find|remove|check"
_SPLIT_AND = re.compile(
    rf",?\s+and\s+(?=(?:please\s+)?(?:{_VERBS})\b)|,\s+(?=(?:what|how|where|when|do you|can you)\b)", re.I
)
_SOUND = re.compile(r"(?:hm+|uh+|um+|oh|ah|well|wait|hold on|so)\W*", re.I)


_ADDS = re.compile(r"\W*(?:and )?(?:also|plus|another|as well)\b", re.I)


def split_clauses(words: str, intents: IntentReader, leads_on: Callable[[str], bool]) -> list[str]:
    """Split into clauses; a part without an intent stays with the part before: a list of needs is one clause.

    Args:
        words: the message.
        intents: reader of intents.
        leads_on: whether a clause says a limit or for whom something is, and nothing else: it is about what stands
            beside it.
    """
    parts = [part for piece in _SPLIT.split(words) for part in _SPLIT_AND.split(piece)]
    clauses: list[str] = []
    for part in (p.strip() for p in parts):
        if not has_words(part) or _SOUND.fullmatch(part):
            continue
        cue = intents.cue(part)
        before = intents.cue(clauses[-1]) if clauses else None
        asked_before = bool(clauses) and (before is None or before.name == "search")
        if clauses and ((leads_on(clauses[-1]) and not _ADDS.match(part)) or (asked_before and leads_on(part))):
            clauses[-1] = f"{clauses[-1].rstrip('.!?; ')}, {part}"
        elif clauses and (cue is None or cue.name == "search") and before is None and not _ADDS.match(part):
            clauses[-1] = f"{clauses[-1]} {part}"
        else:
            clauses.append(part)
    return clauses or [words]
