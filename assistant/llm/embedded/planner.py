"""From a message and the table to tool calls: the embedded model's understanding, one clause at a time.

Reads intents (cues, then meaning), asks the catalogue's vocabulary what the words name, and resolves references.
It proposes calls; it knows no identity and no facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.choices import answers_choice, no_preference, only_quantity
from assistant.clarify import kind_of
from assistant.llm.embedded.intents import Intent, IntentReader
from assistant.llm.embedded.needs import BACK, NeedReader, search_arguments, wanted_kinds, without
from assistant.llm.state import TurnState
from assistant.references import Table, order_id_in, resolve
from assistant.text import has_words
from assistant.turn import Need
from retrieval.filters import (
    PriceRange,
    fold,
)
from retrieval.product import Product
from retrieval.query import QueryReader
from retrieval.results import Understanding

MAX_STEPS = 4
_SPLIT = re.compile(r"(?<=[.!?;。！？；])\s+|\n+|,?\s+(?:and (?:also|then)|then|also|but also)\s+(?=\w)")
_VERBS = "add|show|tell|compare|put|track|cancel|what|how|where|when|do you|can|is|does|find|remove|check"
_SPLIT_AND = re.compile(
    rf",?\s+and\s+(?=(?:please\s+)?(?:{_VERBS})\b)|,\s+(?=(?:what|how|where|when|do you|can you)\b)", re.I
)
_BARE_NUMBER = re.compile(r"(?:for\s+|about\s+)?(\d+(?:[.,]\d+)?)(?:\s*,?\s*(?:please|pls))?[.!]?", re.I)
_ORDINAL_ONE = re.compile(r"\bthe (?:first|second|third|fourth|fifth|sixth|last) one\b", re.I)
_COUNT = r"(\d{1,2}|two|three|four|five|six)"
_QUANTITY = re.compile(
    rf"\b(?:add|take|buy|get|put|order|want|need)\s+(?:me\s+)?{_COUNT}\b(?!\s*-?(?:st|nd|rd|th|person|inch|gb|l\b|litre))"
    rf"|\b{_COUNT}\s*(?:x|times|pieces|of (?:it|them|these|those|this|that|the))\b"
    rf"|\b(?:to|make it)\s+{_COUNT}\b",
    re.I,
)
_QUOTED = re.compile(r"[“„«\"]\s*([^“”„«»\"]{2,})[”“»\"]")
_LIKE_NAMED = re.compile(
    r"^(?:please )?(?:show me |find me )?more like (?!this\b|that\b|these\b|those\b|it\b|the\b)", re.I
)
_NUMBER = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_ABOUT_ORDER = re.compile(
    r"\b(?:order|orders|purchase|parcel|package)\b.{0,12}\b(?:with|of|for|containing)\s+(?:the|my|a|an)?\s*([\w-]+(?:\s[\w-]+)?)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One tool call to make."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do for one message.

    Args:
        steps: tool calls, in the order of the words; at most 4.
        talk: names of templates to say without any tool, e.g. ("greeting",).
        question: the clause that asks about a product; "" without one.
        corrected: misspelt word -> word that was read.
        set_aside: what was said and cannot be used, e.g. a price in another currency.
    """

    steps: tuple[Step, ...] = ()
    talk: tuple[str, ...] = ()
    question: str = ""
    corrected: Mapping[str, str] = field(default_factory=dict)
    set_aside: tuple[str, ...] = ()


@dataclass
class _Draft:
    steps: list[Step] = field(default_factory=list)
    talk: list[str] = field(default_factory=list)
    question: str = ""
    corrected: dict[str, str] = field(default_factory=dict)
    set_aside: list[str] = field(default_factory=list)


# "Do you have …" asks for something, unless its nearest example is surely about something else.
_WEAKER = frozenset({"show_more", "recommend", "search", "out_of_scope", "greeting", "affirm", "deny"})
SURE = 0.65
_SERVICE = frozenset({"policy", "track_order", "find_orders", "cancel_order", "complaint"})
SURE_OF_SERVICE = 0.75
BESIDE_STEPS = ("greeting", "sorry")
TALK_ALONE = ("greeting", "thanks", "goodbye", "about_you", "out_of_scope", "affirm", "deny")


class Planner:
    """Plans a turn.

    Args:
        intents: reader of intents.
        reader: the catalogue's query reader.
        currency: of the catalogue.
        finds: whether a need finds anything in the catalogue.
    """

    def __init__(
        self, intents: IntentReader, reader: QueryReader, currency: str, finds: Callable[[Need], bool] = lambda _: True
    ) -> None:
        self._finds = finds
        self._needs = NeedReader(intents, reader, currency, finds)
        self._intents = intents
        self._reader = reader
        self._handlers: dict[str, Callable[[str, TurnState, _Draft], None]] = {
            "hand_over": self._hand_over,
            "complaint": self._complaint,
            "track_order": self._track_order,
            "find_orders": self._find_orders,
            "cancel_order": self._cancel_order,
            "cart_add": self._cart_add,
            "cart_view": self._cart_view,
            "checkout": self._cart_view,
            "cart_remove": self._cart_remove,
            "compare": self._compare,
            "product_question": self._product_question,
            "policy": self._policy,
            "recommend": self._recommend,
            "more_like": self._more_like,
            "goes_with": self._goes_with,
            "show_more": self._show_more,
            "show_again": self._show_again,
            "search": self._search,
        }

    def plan(self, state: TurnState) -> Plan:
        """Plan the turn; never empty: without anything to do it says so ("unclear")."""
        if not has_words(state.words):
            return Plan(talk=("unclear",))
        words = self._in_full(state)
        if state.choosing and answers_choice(state.choosing, words):
            return Plan(steps=(Step("cart", {"action": "add", "which": words}),))
        if self._leaves_it_open(state):
            return Plan(steps=(Step("search_products", search_arguments(state.need)),))
        units = only_quantity(words)
        if units is not None and state.in_cart:
            return Plan(steps=(Step("cart", {"action": "set_quantity", "which": words, "quantity": units}),))
        if (liked := self._liked_on_page(state)) is not None:
            return Plan(steps=(Step("recommend_products", {"kind": "more_like", "which": liked.id}),))
        draft = _Draft()
        for clause in self._clauses(words):
            self._read_clause(clause, state, draft)
        if any((cue := self._intents.cue(clause)) and cue.name == "out_of_scope" for clause in self._clauses(words)):
            # What stands beside "ignore your instructions" is no wish: nothing is searched for it.
            draft.steps = [step for step in draft.steps if step.tool != "search_products"]
        talk = draft.talk if not draft.steps else [t for t in draft.talk if t in BESIDE_STEPS]
        if not draft.steps and not talk:
            talk = ["unclear"]
        return Plan(
            steps=tuple(_unique(draft.steps))[:MAX_STEPS],
            talk=tuple(dict.fromkeys(talk)),
            question=draft.question,
            corrected=draft.corrected,
            set_aside=tuple(draft.set_aside),
        )

    def _clauses(self, words: str) -> list[str]:
        """Split into clauses; a part without an intent stays with the part before: a list of needs is one clause."""
        parts = [part for piece in _SPLIT.split(words) for part in _SPLIT_AND.split(piece)]
        clauses: list[str] = []
        for part in (p.strip() for p in parts):
            if not has_words(part):
                continue
            cue = self._intents.cue(part)
            if clauses and self._is_only_limit(clauses[-1]):
                clauses[-1] = f"{clauses[-1]}, {part}"
            elif clauses and (cue is None or cue.name == "search") and self._intents.cue(clauses[-1]) is None:
                clauses[-1] = f"{clauses[-1]} {part}"
            else:
                clauses.append(part)
        return clauses or [words]

    def _is_only_limit(self, clause: str) -> bool:
        """Whether a clause says a limit and nothing else ("nothing over 50."): it is about what follows."""
        reading = self._reader.read(clause)[0]
        return not reading.text and any(isinstance(wish, PriceRange) for wish in reading.constraints)

    def _liked_on_page(self, state: TurnState) -> Product | None:
        """The product on the page, where more like it is asked for by its name: no word of a title is read then."""
        title, said = fold(state.page.title) if state.page else "", fold(state.words)
        cue = self._intents.cue(said.replace(title, "it")) if title and title in said else None
        return state.page if cue is not None and cue.name == "more_like" else None

    def _leaves_it_open(self, state: TurnState) -> bool:
        """Whether the words answer a question with "whatever": the need stays, and no wish is taken back."""
        open_ = no_preference(state.words) and len(state.words.split()) <= 4 and state.need != Need()
        return open_ and bool(state.shown) and not self._refines(state.words, state)

    def _in_full(self, state: TurnState) -> str:
        """The words; where they are a bare number that answers the question put last, with its unit."""
        number = _BARE_NUMBER.fullmatch(state.words.strip())
        name, _, kind = state.focus.asked[-1].partition("@") if state.focus.asked else ("", "", "")
        if not number or not kind or kind != kind_of(state.need):
            return state.words
        unit = self._reader.unit_of(name)
        return f"{number[1]} {unit}" if unit else state.words

    def _read_clause(self, clause: str, state: TurnState, draft: _Draft) -> None:
        intent = self._intent(clause, state)
        if intent in TALK_ALONE:
            draft.talk.append(intent)
            return
        if intent == "unclear":
            draft.talk.append("unclear")
            return
        self._handlers[intent](clause, state, draft)

    def _intent(self, clause: str, state: TurnState) -> str:
        cue = self._intents.cue(clause)
        if cue is not None and cue.name != "search":
            return self._checked(cue.name, clause, state)
        if order_id_in(clause) and len(clause.split()) <= 4:
            return "find_orders"
        back = BACK.search(clause)
        readings = self._reader.read(without(clause, back) if back else clause)
        names_products = any(_names_products(reading) for reading in readings)
        if cue is None and _ORDINAL_ONE.search(clause) and self._pointed_at(clause, state):
            return "product_question"
        if cue is not None and names_products:
            return "search"
        nearest = self._intents.nearest(clause)
        if cue is not None and (nearest is None or nearest.name in _WEAKER or nearest.score < SURE):
            return "search"
        if nearest is not None and nearest.name in _SERVICE and nearest.score >= SURE_OF_SERVICE:
            return self._checked(nearest.name, clause, state)
        if names_products and (
            nearest is None or nearest.name in {"search", "out_of_scope", "recommend"} or _strong(readings)
        ):
            return "search"
        if state.need != Need() and self._refines(clause, state):
            return "search"
        if nearest is not None:
            return self._checked(nearest.name, clause, state)
        return self._fallback(cue, readings, clause)

    def _fallback(self, cue: Intent | None, readings: Sequence[Understanding], clause: str) -> str:
        """Nothing decided: a need in unknown words is searched, because an honest "nothing found" beats a shrug."""
        known = any(reading.text for reading in readings)
        if cue is not None:
            return "search"
        if known and len(clause.split()) <= 8 and not all(set(r.text.split()) <= set(r.set_aside) for r in readings):
            return "search"
        return "out_of_scope" if len(clause.split()) >= 4 else ("search" if known else "unclear")

    def _checked(self, name: str, clause: str, state: TurnState) -> str:
        """An intent that needs something to point at is a search where there is nothing."""
        if name in {"product_question", "compare", "more_like", "cart_add", "goes_with"}:
            points = self._pointed_at(clause, state)
            if not points and name == "product_question":
                return "search" if self._looks_for(clause) else "policy"
            if not points and name == "more_like" and not _QUOTED.search(clause):
                return "search" if not state.shown or _LIKE_NAMED.search(clause) else name
            if not points and name == "cart_add" and any(map(_names_products, self._reader.read(clause))):
                return "search"
        if name in {"show_more", "show_again"} and state.need == Need() and not state.shown:
            return "recommend"
        if name == "recommend" and any(reading.category_stated for reading in self._reader.read(clause)):
            return "search"
        return name

    def _looks_for(self, clause: str) -> bool:
        """Whether words name products, or are nothing but a word or two that finds some ("bluetooth")."""
        readings = self._reader.read(clause)
        alone = len(clause.split()) <= 2 and any(
            reading.text and self._finds(Need(reading.text)) for reading in readings
        )
        return alone or any(map(_names_products, readings))

    def _pointed_at(self, clause: str, state: TurnState) -> tuple[Product, ...]:
        """What the clause points at; nothing where it names a kind that is not on the table ("the cheapest tent")."""
        points = resolve(clause, _table(state))
        kinds = {kind for reading in self._reader.read(clause) for kind in wanted_kinds(reading.constraints)}
        fitting = tuple(p for p in points if {fold(p.category or ""), fold(p.department or "")} & kinds)
        return fitting if kinds else points

    def _refines(self, clause: str, state: TurnState) -> bool:
        change = self._reader.read_refinement(clause, state.need.text, state.need.constraints)
        return bool(change.constraints or change.dropped or change.sort or change.price_step or change.starts_new_need)

    # ------------------------------------------------------------ handlers

    def _hand_over(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("hand_over", {"reason": clause}))

    def _complaint(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.talk.append("sorry")
        draft.steps.append(Step("answer_policy", {"question": clause}))
        draft.steps.append(Step("hand_over", {"reason": clause}))

    def _track_order(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("track_order", {"order_id": order_id_in(clause) or ""}))

    def _find_orders(self, clause: str, state: TurnState, draft: _Draft) -> None:
        about = _ABOUT_ORDER.search(clause)
        order_id = order_id_in(clause) or ""
        draft.steps.append(
            Step("find_orders", {"order_id": order_id, "about": about.group(1) if about and not order_id else ""})
        )

    def _cancel_order(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("propose_cancel_order", {"order_id": order_id_in(clause) or ""}))

    def _cart_add(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("cart", {"action": "add", "which": clause, "quantity": _quantity(clause)}))

    def _cart_view(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("cart", {"action": "view"}))

    def _cart_remove(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("cart", {"action": "remove", "which": clause}))

    def _compare(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("compare_products", {"which": _compared(clause, state)}))
        draft.question = clause

    def _product_question(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("product_details", {"which": clause}))
        draft.question = clause

    def _policy(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.question = draft.question or clause
        draft.steps.append(Step("answer_policy", {"question": self._intents.rephrase("policy", clause)}))

    def _recommend(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("recommend_products", {"kind": "for_you"}))

    def _more_like(self, clause: str, state: TurnState, draft: _Draft) -> None:
        # What stands in quotation marks is a title, whatever its words may mean ("The First Tent").
        quoted = _QUOTED.search(clause)
        which = quoted.group(1) if quoted else clause if resolve(clause, _table(state)) else "the first"
        draft.steps.append(Step("recommend_products", {"kind": "more_like", "which": which}))

    def _goes_with(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("recommend_products", {"kind": "goes_with", "which": clause}))

    def _show_more(self, clause: str, state: TurnState, draft: _Draft) -> None:
        if state.need == Need():
            draft.steps.append(Step("recommend_products", {"kind": "for_you"}))
        else:
            draft.steps.append(Step("search_products", {**search_arguments(state.need), "different": True}))

    def _show_again(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("search_products", search_arguments(state.need)))

    def _search(self, clause: str, state: TurnState, draft: _Draft) -> None:
        needs = self._needs.read(clause, state)
        used = {word for need in needs for word in fold(need.text).split()}
        for reading in self._reader.read(clause):
            draft.set_aside += [phrase for phrase in reading.set_aside if any(c.isdigit() for c in phrase)]
            draft.corrected.update({wrong: right for wrong, right in reading.corrected.items() if fold(right) in used})
        for need in needs:
            draft.steps.append(Step("search_products", search_arguments(need)))


def _compared(clause: str, state: TurnState) -> str:
    """Which products a question about the better one is about, in words that `references` resolves."""
    among_all = re.match(r"(?:and |so )?(?:which|what)\b", clause, re.I) and not re.search(r"\bor\b|\bvs\b", clause)
    if among_all and state.focus.compared:
        return " ".join(state.focus.compared)
    if among_all and state.shown:
        return "all of them"
    if resolve(clause, _table(state)) or not state.shown:
        return clause
    return "the first two" if len(state.shown) > 3 else "all of them"


def _table(state: TurnState) -> Table:
    return Table(state.shown, state.in_focus, state.page)


def _names_products(reading: Understanding) -> bool:
    return reading.category_stated or bool(reading.constraints)


def _strong(readings: Sequence[Understanding]) -> bool:
    return any(reading.category_stated for reading in readings)


def _quantity(clause: str) -> int:
    match = _QUANTITY.search(clause)
    if not match:
        return 1
    word = next(group for group in match.groups() if group).lower()
    return _NUMBER.get(word) or int(word)


def _unique(steps: Sequence[Step]) -> list[Step]:
    rows: list[Step] = []
    for step in steps:
        if step not in rows:
            rows.append(step)
    return rows
