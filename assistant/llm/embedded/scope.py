"""What is for a shop, and what is for somebody else: the more speaks for the shop, the surer the head must be.

Knows the intents' head, the catalogue's vocabulary and what is on the table; decides nothing among a shop's intents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.counting import ORDINALS
from assistant.llm.embedded.intents import IntentReader
from assistant.llm.embedded.remarks import table_of
from assistant.llm.state import TurnState
from assistant.references import named, order_id_in
from assistant.titles import TitleIndex
from assistant.turn import Need
from retrieval.query import QueryReader
from retrieval.results import Understanding

FOREIGN_FROM = (0.4, 0.8, 0.95)
"""Probability of "out of scope" from which words are refused, by how many things speak for the shop: something is on
the table, the catalogue knows the words, a product is named, a cue of the shop's. Set on our own examples,
cross-validated, and on the training parts of data sets (docs/experiments.md)."""
_LOOSE = frozenset({"search", "out_of_scope", "product_question", "compare", "recommend", "about_you"})
"""Cues in which nothing of a shop is said ("I need", "is it")."""
_OF_THE_TABLE = frozenset({"product_question", "compare", "show_again", "show_more", "why_this", "cart_add"})
"""What makes sense only where something is on the table."""
_OF_ONE_SHOWN = re.compile(
    rf"\b(?:of|on|for|with|about|in|has|have) the (?:{'|'.join(ORDINALS)}|\d(?:st|nd|rd|th))(?: one)?\W*$", re.I
)
"""How a question about a card ends: "how much drop on the 2nd?"."""
_FEW_WORDS = 8
_NAME_WORDS = 2
_SHORT = 4
"""So few words say too little by themselves: one thing that speaks for the shop is enough."""


class Scope:
    """Tells what no shop does.

    Args:
        intents: reader of intents.
        reader: the catalogue's query reader.
        finds: whether a need finds anything in the catalogue.
        titles: of the catalogue: products can be named that are not on the table.
    """

    def __init__(
        self, intents: IntentReader, reader: QueryReader, finds: Callable[[Need], bool], titles: TitleIndex
    ) -> None:
        self._intents = intents
        self._reader = reader
        self._finds = finds
        self._titles = titles

    def is_foreign(self, words: str, state: TurnState) -> bool:
        """Whether words ask for what no shop does; never, as long as nothing is read by meaning.

        Args:
            words: the message, or a clause of it.
            state: what is on the table.
        """
        if state.shown and _OF_ONE_SHOWN.search(words):
            return False
        talked, called = _is_talked(state), named(words, table_of(state), self._titles).product is not None
        probability = self._intents.foreign(words, besides=() if talked or called else _OF_THE_TABLE)
        if probability < FOREIGN_FROM[0] or order_id_in(words):
            return False
        cue = self._intents.cue(words)
        n_speaking = sum((talked, called, self._is_known(words), cue is not None and cue.name not in _LOOSE))
        if n_speaking and len(words.split()) <= _SHORT:
            return False
        return probability >= FOREIGN_FROM[min(n_speaking, len(FOREIGN_FROM) - 1)]

    def _is_known(self, words: str) -> bool:
        """Whether the catalogue has a kind that is named, or something that goes by a word or two."""
        readings = self._reader.read(words)
        if any(reading.category_stated for reading in readings):
            return True
        short = len(words.split()) <= _NAME_WORDS
        return short and any(reading.text and self._finds(Need(reading.text)) for reading in readings)

    def undecided(self, clause: str, readings: Sequence[Understanding]) -> str:
        """The intent of a clause that no cue and no example decides: an honest "nothing found" beats a shrug."""
        n_words = len(clause.split())
        known = any(reading.text for reading in readings)
        heeded = not all(set(reading.text.split()) <= set(reading.set_aside) for reading in readings)
        # By meaning it has been seen that it is not foreign; by words alone a long clause may be anything.
        if known and (self._intents.by_meaning or n_words <= _FEW_WORDS) and heeded:
            return "search"
        return "out_of_scope" if n_words >= 4 else ("search" if known else "unclear")


def _is_talked(state: TurnState) -> bool:
    """Whether there is something to go on with."""
    focus = state.focus
    products = state.shown or state.in_focus or state.page or state.choosing
    return bool(products or state.need != Need() or state.waiting or focus.policy or focus.order_id or focus.proposed)


def names_products(reading: Understanding) -> bool:
    """Whether words name a kind of product, or state what a product must be."""
    return reading.category_stated or bool(reading.constraints)
