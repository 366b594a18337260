"""A bare number that answers the question put last: with its unit, unless it rather counts in the list."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.clarify import kind_of
from assistant.counting import numbers_alone
from assistant.llm.state import TurnState
from assistant.turn import Need
from retrieval.filters import AttributeRange, CategoryIn
from retrieval.query import QueryReader

_BARE_NUMBER = re.compile(r"(?:for\s+|about\s+)?(\d+(?:[.,]\d+)?)(?:\s*,?\s*(?:please|pls))?[.!]?", re.I)


class BareNumbers:
    """Reads bare numbers.

    Args:
        reader: the catalogue's query reader.
        finds: whether a need finds anything in the catalogue.
    """

    def __init__(self, reader: QueryReader, finds: Callable[[Need], bool]) -> None:
        self._reader = reader
        self._finds = finds

    def in_full(self, state: TurnState) -> str:
        """The words; where they are a bare number that answers the question put last, with its unit."""
        number = _BARE_NUMBER.fullmatch(state.words.strip())
        name, _, kind = state.focus.asked[-1].partition("@") if state.focus.asked else ("", "", "")
        if not number or not kind or kind != kind_of(state.need):
            return state.words
        unit = self._reader.unit_of(name)
        if unit is None or (number[1].isdigit() and self._is_rather_a_place(int(number[1]), name, unit, state)):
            return state.words
        return f"{number[1]} {unit}"

    def _is_rather_a_place(self, number: int, name: str, unit: str, state: TurnState) -> bool:
        """Whether a bare number counts in the list: it has so many, and the question is answered or none states it."""
        if not numbers_alone(state.words) or number > len(state.shown):
            return False
        kinds = tuple(wish for wish in state.need.constraints if isinstance(wish, CategoryIn))
        answered = any(getattr(wish, "name", "") == name for wish in state.need.constraints)
        return answered or not self._finds(Need("", (*kinds, AttributeRange(name, number, number, unit))))
