"""Cart talk in few words: an answer to "which size?", "make it 5", "one more", "I don't want it anymore".

Reads what was said against what lies in the cart and what was talked about last; the cart's tool decides what is done.
"""

from __future__ import annotations

import re
from typing import Any

from assistant.cart_request import amount, read_parts
from assistant.choices import answered_options, answers_choice, only_quantity, unmet_answer
from assistant.counting import NUMBERS, number
from assistant.llm.state import TurnState
from retrieval.query import QueryReader

MAX_UNITS = 99
_MORE = re.compile(
    r"^\W*(?:(?:and|ok|okay|yes|please|add|i want|i need|i'?ll take|give me|make it)\s+)*"
    r"(?:\d{1,2}|one|two|three|four|five|six|another|an extra)(?:\s+(?:more|extra|one))*"
    r"(?:\s+of (?:it|them|those|these|that|this))?\W*(?:please|pls)?\W*$",
    re.I,
)
_MORE_WORD = re.compile(r"\b(?:more|another|extra)\b", re.I)
_NOT_WANTED = re.compile(
    r"\b(?:do not|don'?t|no longer)\s+(?:want|need|like)\s+(?:it|that|this|them|this one|that one)\b"
    r"|^\W*(?:(?:no|ok|actually|please|sorry)[,.]?\s+)*(?:cancel|drop|delete|remove|scrap|discard)\s+(?:it|that|this|them)\b",
    re.I,
)
_SWAP = re.compile(r"\b(?:change|switch|swap|exchange|make)\b|\binstead\b|\brather\b|\bactually\b", re.I)
_TAKE = re.compile(r"\b(?:take|get|want|need|add|buy|have|give|grab|put|gimme|order|make)\b", re.I)
_ADD = re.compile(r"\badd\b", re.I)
_ORDER = re.compile(r"\border(?:s|ed)?\b|\bparcel\b|\bdelivery\b", re.I)


_ENOUGH = re.compile(
    rf"^\W*(?:(?:no|nah|nope|hm+|actually|ok(?:ay)?|well|just|only|sorry)\W+)*({'|'.join(NUMBERS)}|\d{{1,2}})"
    r"(?: of (?:it|them))? (?:is|are|will be|would be|should be) (?:enough|plenty|fine|ok(?:ay)?)\W*$",
    re.I,
)
_RATHER = re.compile(r"[\s,.;]+(?:(?:no|nope|wait|oh|sorry|actually|rather|hm+|i mean(?:t)?)\b[\s,.;]*)+(?=\S)", re.I)
"""Between a number and the one that corrects it: "make it 2 no wait 1"."""
_REASON = re.compile(
    r"(?<=\w)\s*[,;]\s*(?:one|the other|another)(?: is)? for .*$|(?<=\w)\s*[,;]?\s*(?:because|cause|cuz|since)\b.*$",
    re.I | re.S,
)
"""Why so many are wanted, which asks for nothing."""
_ADDS = re.compile(
    r"^\W*(?:(?:please|ok|okay|yes|and|so|then|can you|could you)[,.]?\s+)*"
    r"(?:add|put|grab|buy|order|i ?'?ll (?:take|have|buy|get)|i will (?:take|have|buy)|let me (?:take|have)|gimme)\b",
    re.I,
)


def cart_arguments(state: TurnState, reader: QueryReader) -> dict[str, Any] | None:
    """The arguments of the cart's tool for a message that is nothing but cart talk; None for any other message.

    Args:
        state: of the turn.
        reader: the catalogue's query reader.
    """
    words = _corrected(_REASON.sub("", state.words))
    choosing = state.focus.choosing
    if choosing and choosing.quantity == 0 and amount(words) is not None:
        return {"action": "add", "which": words}
    if state.choosing and (choosing is None or choosing.quantity) and answers_choice(state.choosing, words, reader):
        return {"action": "add", "which": words}
    in_cart = state.in_focus in state.in_cart if state.in_focus else bool(state.in_cart and state.focus.cart_changes)
    if in_cart and _MORE.match(words) and _MORE_WORD.search(words):
        return {"action": "add", "which": words, "quantity": _units(amount(words))}
    if in_cart and _SWAP.search(words) and amount(words) is None and _names_option(state, reader):
        return {"action": "change_option", "which": words}
    if in_cart and _NOT_WANTED.search(words) and not _ORDER.search(words):
        return {"action": "remove", "which": words}
    return _of_amount(words, state, in_cart)


def _corrected(words: str) -> str:
    """What corrects a number of pieces, in its place."""
    *said, last = _RATHER.split(words)
    amounts = [amount(part) for part in (*said, last)]
    return f"make it {last}" if said and said[0] and None not in amounts else words


def _names_option(state: TurnState, reader: QueryReader) -> bool:
    product = state.in_focus if state.in_focus in state.in_cart else state.in_cart[-1]
    return product is not None and bool(
        answered_options(product, state.words) or unmet_answer(product, state.words, reader)
    )


def _of_amount(words: str, state: TurnState, in_cart: bool) -> dict[str, Any] | None:
    units = amount(words)
    if (enough := _ENOUGH.match(words)) and in_cart:
        return {"action": "set_quantity", "which": "it", "quantity": number(enough[1]) or 1}
    if units is None:
        units = only_quantity(words)
    if units is None or abs(units) > MAX_UNITS:
        return None
    if in_cart and _ADD.search(words):
        return {"action": "add", "which": words, "quantity": _units(units)}
    if in_cart or (state.in_cart and only_quantity(words) is not None and not state.in_focus):
        return {"action": "set_quantity", "which": words, "quantity": _units(units)}
    alone = state.in_focus or state.page or (state.shown[0] if len(state.shown) == 1 else None)
    if alone and _TAKE.search(words):
        return {"action": "add", "which": words, "quantity": _units(units)}
    return None


def _units(said: float | None) -> int:
    return max(0, min(MAX_UNITS, int(said or 1) if said is None or said >= 1 else int(said)))


def quantity_of(clause: str) -> int:
    """The number of a clause that asks for one thing; each part of a longer one has its own, which the tool reads."""
    said = [part.quantity for part in read_parts(clause) if part.quantity is not None]
    return int(said[0]) if len(said) == 1 and 1 <= said[0] <= MAX_UNITS else 1


def is_more(clause: str) -> bool:
    """Whether more is asked about what is talked about, whatever it is."""
    return (
        re.match(r"\W*(?:please |can you )?(?:tell me more|more (?:details?|info\w*)|(?:any )?details)\b", clause, re.I)
        is not None
    )


def begins_with_adding(clause: str) -> bool:
    """Whether a clause begins as a request for the cart does: "add", "I'll take", "buy"."""
    return _ADDS.match(clause) is not None
