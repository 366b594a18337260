"""Which products a question about the better one is about."""

from __future__ import annotations

import re

from assistant.counting import places
from assistant.llm.state import TurnState
from assistant.references import Table, resolve

MAX_BARE = 3
_AMONG_ALL = re.compile(r"(?:and |so |ok,? |but )?(?:which|what(?:'?s)?)\b", re.I)
_BETWEEN = re.compile(r"\bor\b|\bvs\b", re.I)
_COMPARATIVE = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|but|then)\W+)*(?:which|what)(?: one)?(?: of (?:them|these|those|the two|both))?"
    r"(?:'s| is| was| has| costs| weighs| would be)? (?:the )?(?:more|less|better|worse|[a-z]{3,}er)\b"
    r"(?:[ \w-]{0,24})\W*$",
    re.I,
)


def goes_on_comparing(clause: str, state: TurnState) -> bool:
    """Whether a clause asks which of those just compared is more of something ("which is cheaper")."""
    return len(state.focus.compared) > 1 and _COMPARATIVE.match(clause) is not None


def compared(clause: str, state: TurnState) -> str:
    """The products meant, in words that `references` resolves."""
    if len(places(clause)) > 1:
        return clause
    among_all = _AMONG_ALL.match(clause) and not _BETWEEN.search(clause)
    if among_all and state.focus.compared:
        return " ".join(state.focus.compared)
    if among_all and state.shown:
        return "all of them"
    table = Table(state.shown, state.in_focus, state.page)
    if len(clause.split()) > MAX_BARE or resolve(clause, table) or not state.shown:
        return clause
    return "the first two" if len(state.shown) > 3 else "all of them"
