""" "The lightest 2 person tent": the need without the superlative, and the order that it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from assistant.llm.embedded.superlatives import Superlative, Superlatives
from assistant.llm.state import TurnState
from assistant.turn import Need
from retrieval.filters import CategoryIn
from retrieval.words import STOP, tokens

ReadNeeds = Callable[[str, TurnState], list[Need]]


class ExtremeNeeds:
    """Reads needs with a superlative.

    Args:
        superlatives: of the catalogue.
        read: reads the needs of a clause without one.
    """

    def __init__(self, superlatives: Superlatives, read: ReadNeeds) -> None:
        self._superlatives = superlatives
        self._read = read

    def find(self, clause: str, state: TurnState) -> Need | None:
        """The need, ordered by what the superlative is about; None where a clause has none that the kind can answer."""
        if state.shown and (stepped := self._stepped(clause, state)) is not None:
            return stepped
        said = self._superlatives.find(clause)
        if said is None:
            return None
        need = self._without_number(said, state) if _says_something(said.rest) else state.need
        kinds = _kinds_of(need, state)
        extreme = self._superlatives.extreme(said, kinds)
        if extreme is None and need != state.need:
            # "The longest blade": what is left names the number, and the kind is the one looked for already.
            extreme, need = self._superlatives.extreme(said, _kinds_of(state.need, state)), state.need
        if extreme is None:
            return None
        return replace(need, extreme=extreme)

    def _stepped(self, clause: str, state: TurnState) -> Need | None:
        """The need so far, ordered by what "lighter" or "something bigger" is about."""
        said = self._superlatives.find_step(clause)
        extreme = self._superlatives.extreme(said, _kinds_of(state.need, state)) if said else None
        if said is None or extreme is None or _says_something(self._superlatives.without_name(said.rest, extreme)):
            return None
        return replace(state.need, extreme=extreme)

    def without(self, clause: str) -> str:
        """The clause without its superlative."""
        said = self._superlatives.find(clause) or self._superlatives.find_step(clause)
        return said.rest if said else clause

    def _without_number(self, said: Superlative, state: TurnState) -> Need:
        """The need of the rest, without the words that name the number ("with the biggest capacity")."""
        whole = self._read(said.rest, state)[0]
        extreme = self._superlatives.extreme(said, _kinds_of(whole, state))
        if extreme is None:
            return whole
        rest = self._superlatives.without_name(said.rest, extreme)
        return self._read(rest, state)[0] if _says_something(rest) else state.need


def _kinds_of(need: Need, state: TurnState) -> list[str]:
    """The kinds that a need asks for; of several, those that are shown for it ("jackets" that are all down jackets)."""
    kinds = [v for c in need.constraints if isinstance(c, CategoryIn) and not c.exclude for v in c.values]
    shown = [kind for kind in dict.fromkeys(product.category for product in state.shown) if kind in kinds]
    same = set(kinds) == {
        v for c in state.need.constraints if isinstance(c, CategoryIn) and not c.exclude for v in c.values
    }
    return [kind for kind in shown if kind] if shown and same else kinds


def _says_something(text: str) -> bool:
    return any(token.key not in STOP and token.folded not in STOP for token in tokens(text))
