"""Talk about orders: which tools a clause calls for, and with what."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from assistant.llm.state import TurnState
from assistant.references import order_id_in

_EVERY = re.compile(r"\b(?:all|both|every|everything|each|parcels|packages|stuff|things)\b", re.I)
Call = tuple[str, dict[str, Any]]
_ABOUT_ORDER = re.compile(
    r"\b(?:order|orders|purchase|parcel|package)\b.{0,12}\b(?:with|of|for|containing)\s+(?:the|my|a|an)?\s*([\w-]+(?:\s[\w-]+)?)",
    re.I,
)
_BOUGHT = re.compile(
    r"\bi(?:['’]ve| have)? (?:ordered|bought|purchased) (?:the|some|an?|my|\d+|two|three)?\s*([\w-]+)", re.I
)
_NO_THING = frozenset(
    ["last", "this", "yesterday", "today", "in", "on", "from", "at", "something", "things", "it", "them"]
)
_THIS_ORDER = re.compile(r"\b(?:was|were|in|is) (?:it|that|there)\b|\bthere\b", re.I)


def track(clause: str, before: Sequence[str], rephrase: Callable[[str, str], str]) -> list[Call]:
    """Where an order is, or each of them; where one never came, with what the policies say to that.

    Args:
        clause: what was said.
        before: tools that the same message calls for already.
        rephrase: puts a clause of an intent into words that can be looked up.
    """
    if "find_orders" in before:
        return []  # "I ordered boots last week, where are they?": what is found says where it is.
    every = {"every": True} if _EVERY.search(clause) else {}
    calls: list[Call] = [("track_order", {"order_id": order_id_in(clause) or "", **every})]
    asked = rephrase("track_order", clause)
    return calls if asked == clause else [*calls, ("answer_policy", {"question": asked})]


def find(clause: str, state: TurnState) -> Call:
    """Which orders: by number, the one talked about, or by what was in them."""
    order_id = order_id_in(clause) or (state.focus.order_id if _THIS_ORDER.search(clause) else None) or ""
    return "find_orders", {"order_id": order_id, "about": "" if order_id else _about(clause)}


def cancel(clause: str) -> Call:
    """Propose to cancel one order, or each that can be."""
    every = {"every": True} if _EVERY.search(clause) else {}
    return "propose_cancel_order", {"order_id": order_id_in(clause) or "", **every}


def _about(clause: str) -> str:
    """A word for what was ordered, e.g. "boots"; "" where none is said."""
    match = _ABOUT_ORDER.search(clause)
    if match:
        return match.group(1)
    bought = _BOUGHT.search(clause)
    return bought.group(1) if bought and bought.group(1).casefold() not in _NO_THING else ""
