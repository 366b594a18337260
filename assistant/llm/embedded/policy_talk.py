"""Whether words are about the shop's policies although they name none: what goes on about one, and what no product is.

"After 40 days?" behind an answer about returns goes on about returns. Asks the policies; knows none of their words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.llm.state import TurnState
from assistant.turn import Need
from retrieval.filters import PriceRange
from retrieval.results import Understanding

Says = Callable[[str, str], bool]
"""Whether the policies answer a question, given the topic that was talked about ("" without one)."""

_GOES_ON = re.compile(
    r"^\W*(?:and|but|or|also|even|what (?:about|if)|how about|if|after|before|within|for|to|from|with|without|on|in|at"
    r"|over|under|is that|is this|does (?:it|that|this)|do (?:i|you)|can (?:i|you|it)|who|when|where|why|how|which|what"
    r"|until|only)\b",
    re.I,
)
_LEADS_ON = re.compile(r"^\W*(?:and|but|or|also|even|what if|what about|how about)\b", re.I)
_IS_IT_ALLOWED = re.compile(
    r"\b(?:is|would|will) (?:that|this|it)(?: still)?(?: be)?"
    r" (?:a problem|an issue|ok|okay|fine|allowed|possible|too late|enough)\b",
    re.I,
)
_MORE_PRODUCTS = re.compile(
    r"\b(?:show|find|looking for|search|add|cart|basket|compare|cheaper|order(?:s|ed)?)\b", re.I
)
_IN_A_SIZE = re.compile(r"\bsize (?:\d{1,2}|x{0,3}[sml])\b", re.I)
"""What is wished for in a size is a thing, whatever a size guide says."""
MAX_WORDS = 12


class PolicyTalk:
    """Recognises talk about policies.

    Args:
        says: asks the policies.
        unfound: whether nothing in the catalogue goes by the name of a need.
    """

    def __init__(self, says: Says, unfound: Callable[[Need], bool]) -> None:
        self._says = says
        self._unfound = unfound

    def goes_on(self, clause: str, state: TurnState, readings: Sequence[Understanding]) -> bool:
        """Whether a clause goes on about the policy that the last answer quoted."""
        topic = state.focus.policy
        if not topic or len(clause.split()) > MAX_WORDS or _MORE_PRODUCTS.search(clause):
            return False
        named = any(reading.category_stated for reading in readings)
        if named and not _LEADS_ON.search(clause):
            return False
        asks = clause.rstrip().endswith("?") or _GOES_ON.search(clause) is not None or _IS_IT_ALLOWED.search(clause)
        return bool(asks) and self._says(clause, topic)

    def answers(self, clause: str) -> bool:
        """Whether the policies answer a clause that says nothing else."""
        return len(clause.split()) <= MAX_WORDS and self._says(clause, "")

    def instead_of(self, needs: Sequence[Need], clause: str) -> bool:
        """Whether the policies answer what no product goes by the name of ("vouchers?", "import duties")."""
        if len(needs) != 1 or any(not isinstance(wish, PriceRange) for wish in needs[0].constraints):
            return False
        short = len(clause.split()) <= MAX_WORDS and not _IN_A_SIZE.search(clause)
        return short and bool(needs[0].text) and self._unfound(needs[0]) and self._says(clause, "")
