"""A bare number that answers the question put last: with its unit, unless it rather counts in the list; and "in 9"."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.clarify import kind_of
from assistant.counting import numbers_alone
from assistant.llm.state import TurnState
from assistant.turn import Need
from retrieval.filters import AttributeRange, CategoryIn
from retrieval.product import Product
from retrieval.query import QueryReader

_BARE_NUMBER = re.compile(r"(?:for\s+|about\s+)?(\d+(?:[.,]\d+)?)(?:\s*,?\s*(?:please|pls))?[.!]?", re.I)

_IN_SIZE = re.compile(
    r"(?:do you have )?(?:(?:it|them|these|those|this|that)\s+)?in\s+(?:an?\s+)?(\d+(?:[.,]5)?)[?.! ]*", re.I
)


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
        """The words; a bare number that answers the question put last comes with its unit, and "in 9" as a size where
        something shown has it."""
        size = _IN_SIZE.fullmatch(state.words.strip())
        if size and any(size[1] in _sizes(product) for product in state.shown):
            return f"size {size[1]}"
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


def _sizes(product: Product) -> set[str]:
    return {variant.options["size"] for variant in product.variants if "size" in variant.options}
