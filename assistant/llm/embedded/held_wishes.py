"""Several needs at once that only put limits to what is looked for already: "the pan up to 60, the knife up to 100"."""

from __future__ import annotations

from dataclasses import replace

from assistant.llm.embedded.needs import wanted_kinds
from assistant.llm.state import TurnState
from assistant.turn import Need
from retrieval.filters import CategoryIn, PriceRange, merge
from retrieval.words import tokens


def with_held_wishes(needs: list[Need], state: TurnState) -> list[Need]:
    """Each need with the wishes that hold for its kind so far, where it states nothing but the kind and a limit.

    Args:
        needs: of one clause; one alone is a follow-up or a need of its own, which is decided elsewhere.
        state: what is looked for, and was before.
    """
    if len(needs) < 2:
        return needs
    return [_with_held(need, (state.need, *state.focus.earlier_needs)) for need in needs]


def _with_held(need: Need, earlier: tuple[Need, ...]) -> Need:
    kinds = wanted_kinds(need.constraints)
    said = {token.key for kind in kinds for token in tokens(kind)}
    if not kinds or any(token.key not in said for token in tokens(need.text)):
        return need
    if not any(isinstance(wish, PriceRange) for wish in need.constraints):
        return need
    if any(not isinstance(wish, PriceRange | CategoryIn) for wish in need.constraints):
        return need
    held = next((one for one in earlier if wanted_kinds(one.constraints) == kinds), None)
    return need if held is None else replace(held, constraints=merge(held.constraints, need.constraints))
