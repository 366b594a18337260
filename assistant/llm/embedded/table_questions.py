"""Whether a clause asks about what is on the table, and about which of it.

"Do they have Bluetooth", "weight?", "which ones are washable": no pronoun is needed where the words name something that
the products on the table state.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.aspects import Aspects, content_of, in_description, in_title, parts_of
from assistant.llm.state import TurnState
from assistant.references import Table, resolve
from retrieval.filters import fold
from retrieval.product import Product

ALL = "all of them"
IT = "it"
_LEAD = r"^\W*(?:(?:and|but|ok|okay|so|also|well|hm+|thanks|hi|wait)\b\W*)*"
_ASKS = re.compile(
    rf"{_LEAD}(?:is|are|does|do|did|has|have|can|could|will|would|was|how|what(?:'s|s| is)?|which"
    r"|from what|for what)\b",
    re.I,
)
_SEEKS = re.compile(
    r"\b(?:do|can) you\b|\b(?:you|shop|store) (?:have|sell|carry)\b|\bwhat (?:else|about)\b|\bhow '?(?:a?bout)\b"
    r"|\bi (?:need|want|look)\b|\bis there (?:a|an|any)\b(?!.*\b(?:in|on|with) (?:it|them|this|that)\b)"
    r"|\bwhat (?:do|kind|brands?|types?)\b"
    r"|\bhow (?:do|can|should) i\b|\bcan i (?:pay|return|send|get|buy|order|cancel|have|see)\b",
    re.I,
)
_MANY = re.compile(
    r"\b(?:all|any|each|none|some|which|how many) of\b|\bthey all\b|\bthese all\b|\bwhich ones?\b|\bwhich of\b"
    r"|\bany ones?\b",
    re.I,
)
_PLURAL = re.compile(r"\b(?:they|them|these|those|their)\b", re.I)
_SINGLE = re.compile(r"\b(?:it|its|this|that)\b", re.I)
_ORDINAL = re.compile(
    r"\b(?:number|no\.?|nr\.?|option) ?\d{1,2}\b|#\d"
    r"|\bthe (?:first|second|third|fourth|fifth|sixth|last|[1-9](?:st|nd|rd|th))\b",
    re.I,
)
_PART = re.compile(
    r"\b(?:have|has|with|include[sd]?|contain|charge|fit|hold|take|carry|support|need|in|on|inside)\b", re.I
)
_PLAIN_FACT = re.compile(
    r"\W*(?:the |and (?:the )?)?(?:price|costs?|how much|in stock|stock|available|ratings?|reviews?)\W*$", re.I
)
"""What every product has, whether an attribute says it or not."""
MAX_SHORT = 4


class TableQuestions:
    """Recognises questions about what is shown or talked about.

    Args:
        aspects: what a question can be about.
    """

    def __init__(self, aspects: Aspects) -> None:
        self._aspects = aspects

    def which(self, clause: str, state: TurnState, kinds: set[str]) -> str:
        """Words for the products that a clause asks about; "" where it asks about none on the table.

        Args:
            clause: what was said.
            state: what is on the table.
            kinds: folded kinds of products that the clause names.
        """
        shown, one = state.shown, state.in_focus or state.page
        if not (shown or one) or _SEEKS.search(clause):
            return ""
        asks = _ASKS.search(clause) is not None
        if one is not None and _PLAIN_FACT.match(clause):
            return IT
        marked = asks or clause.rstrip().endswith("?")
        if not marked:
            return IT if one is not None and self._is_name(clause, one) else ""
        if kinds and not self._is_part(clause, kinds, [*shown, *([one] if one else [])]):
            return ""
        if asks and shown and (_MANY.search(clause) or (_PLURAL.search(clause) and one is None)):
            return ALL
        if _ORDINAL.search(clause) and resolve(clause, Table(shown, state.in_focus, state.page)):
            return clause
        if asks and (_SINGLE.search(clause) or _PLURAL.search(clause)):
            return IT
        if one is not None:
            return IT if self._is_about(clause, [one]) or self._is_about(clause, shown) else ""
        named = asks or any(self._is_name(clause, product) for product in shown)
        return ALL if named and self._is_about(clause, shown) else ""

    def states(self, clause: str, state: TurnState) -> bool:
        """Whether any product on the table states, or its text says, what a clause asks."""
        one = state.in_focus or state.page
        return self._is_about(clause, [*state.shown, *([one] if one else [])])

    def _is_about(self, clause: str, products: Sequence[Product]) -> bool:
        """Whether any of the products states, or its text says, what is asked."""
        parts = parts_of(clause)
        return any(
            self._aspects.find(p, part) or in_title(p, part) or in_description(p, part)
            for p in products
            for part in parts
        )

    def _is_name(self, clause: str, product: Product) -> bool:
        """Whether the words are nothing but the name of an attribute that is no yes/no ("weight")."""
        attribute = self._aspects.find(product, clause)
        if attribute is None or isinstance(attribute.value, bool) or len(clause.split()) > MAX_SHORT:
            return False
        return content_of(clause) <= content_of(attribute.label)

    def _is_part(self, clause: str, kinds: set[str], products: Sequence[Product]) -> bool:
        """Whether the kinds named are those on the table, or parts that something has ("does it have speakers")."""
        held = {fold(name) for p in products for name in (p.category, p.department) if name}
        pointed = _SINGLE.search(clause) or _PLURAL.search(clause) or _ORDINAL.search(clause) or _MANY.search(clause)
        return bool(kinds & held) or bool(pointed and _PART.search(clause))


def asks_about_a_thing(clause: str) -> bool:
    """Whether a clause is a question about some one thing ("is the Kestrel waterproof?") and seeks none."""
    return _ASKS.search(clause) is not None and _SEEKS.search(clause) is None
