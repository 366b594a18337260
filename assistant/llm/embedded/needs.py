"""What is looked for after a message: a need of its own, a follow-up to the one before, or an earlier one again.

Knows the catalogue's reader and what is on the table; it decides neither what a message is for nor what is done.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from assistant.llm.embedded.ages import age_wish, cut_age
from assistant.llm.embedded.intents import IntentReader
from assistant.llm.state import TurnState
from assistant.text import has_words
from assistant.turn import Need
from assistant.wishes import without_wish
from retrieval.filters import (
    AttributeIn,
    AttributeRange,
    BrandIn,
    CategoryIn,
    Constraint,
    InStock,
    MinRating,
    PriceRange,
    fold,
    merge,
)
from retrieval.product import Money
from retrieval.query import QueryReader
from retrieval.refinement import Refinement, begins_anew, split_correction, without_guess
from retrieval.results import Sort, Understanding
from retrieval.words import has_digit, tokens, word_key

_NEWER = re.compile(r"\b(?:newer|successor|latest|next (?:model|version|generation)|replace[sd]?(?: by)?)\b", re.I)
MAX_NEEDS = 4
BACK = re.compile(r"\b(back to|return to|again|go back|what about (?:the|those)|as for)\b", re.I)
"""Words that come back to what was looked for before."""
_QUALIFIES = re.compile(r"\W*(?:(?:one|ones|something) )?(?:for|with|without|in|from|like|to)\b", re.I)
"""Words behind these tell more about what is looked for."""
_A_BIT = r"(?:a (?:bit|little) |slightly |somewhat )?(?:more expensive|pricier|dearer|more)(?: ones?)?(?: money)?"
_MAY_COST_MORE = re.compile(
    rf"\b{_A_BIT} (?:(?:is|are|would be|will be|'s)(?: also| totally| all)? (?:fine|ok|okay|good|possible|alright)"
    rf"|(?:is|would be) no problem)\b|\b(?:can|may|could|might) (?:also )?(?:be|cost) {_A_BIT}\b"
    rf"|\b(?:can|could|may|might|would) (?:also )?(?:spend|pay|go|stretch)(?: up)?(?: to)? {_A_BIT}\b"
    r"|\b(?:can|could|may|might|would) (?:also )?go (?:a (?:bit|little) |slightly )?(?:higher|over)\b",
    re.I,
)
_SAME_LIMIT = re.compile(
    r",?\s*\b(?:and |with |for |at |in |within )*(?:the )?same"
    r" (?:price(?: limit| range)?|budget|limit|max(?:imum)?|money)\b",
    re.I,
)
_ANY_OF_KIND = re.compile(
    r"\W*(?:(?:hm+|ok(?:ay)?|well|so|then|just|no|fine|or)\b\W*)*any (?P<what>[\w -]+?)"
    r"(?:,? (?:really|will do|would do|at all|is fine|is ok(?:ay)?|works|then|please|pls))*\W*",
    re.I,
)
_MORE = Decimal("1.2")
"""A limit that may be passed is raised by so much: a fifth more is "a bit"."""
_PIECES = re.compile(
    r"\b(?:(?:\d{1,2}|two|three|four|five|six|ten|some) (?:pairs?|pieces|pcs)(?: of\b)?|an? (?:pairs?|pieces?) of\b)",
    re.I,
)
_ADD = re.compile(r"^\s*(?:please\s+)?(?:add|buy|order|put)\s+", re.I)

_FOR_A_CHILD = re.compile(
    r"\bfor (?:the|my|our|a|his|her|their)(?: little| young| own)? (?:kid|child|toddler|son|daughter|boy|girl)\b",
    re.I,
)


class NeedReader:
    """Reads needs.

    Args:
        intents: reader of intents, to tell a request from a remark.
        reader: the catalogue's query reader.
        currency: of the catalogue.
        finds: whether a need finds anything in the catalogue.
    """

    def __init__(
        self, intents: IntentReader, reader: QueryReader, currency: str, finds: Callable[[Need], bool]
    ) -> None:
        self._intents = intents
        self._reader = reader
        self._currency = currency
        self._finds = finds

    def read(self, clause: str, state: TurnState) -> list[Need]:
        """Return what is looked for after a clause: the need so far, refined, or needs of their own; at most 4."""
        said, age = cut_age(clause)
        if age is not None and (needs := self._for_age(age, said, clause, state)):
            return needs
        if (for_kids := self._for_a_child(clause, state)) is not None:
            return for_kids
        if (
            (match := _SAME_LIMIT.search(clause))
            and (limit := _limit_of(state.need))
            and without(clause, match) != clause
        ):
            needs = self.read(without(clause, match), state)
            return [
                need if _limit_of(need) else replace(need, constraints=(*need.constraints, limit)) for need in needs
            ]
        if (only := self._of_that_kind(clause, state.need)) is not None:
            return [only]
        clause = clause if says_only_pieces(clause) else _PIECES.sub(" ", clause)
        if (raised := self._raised(clause, state)) is not None:
            return [raised]
        said, corrected = split_correction(clause)
        if corrected:
            # "Only Acme, no wait, Bolt": what corrects the first part is a follow-up to it.
            *others, last = self.read(said, state) or [state.need]
            return [*others, self._corrected(corrected, replace(state, need=last))]
        if state.need != Need():
            earlier = self._earlier(clause, state)
            if earlier is not None:
                return [earlier]
            change = self._reader.read_refinement(clause, state.need.text, state.need.constraints)
            if not change.starts_new_need and not self._asks_anew(change, clause, state):
                return [self._refined(change, state)]
        readings = self._reader.read(_ADD.sub("", clause))
        return [self._begun(reading, clause, state) for reading in readings][:MAX_NEEDS]

    def _begun(self, reading: Understanding, clause: str, state: TurnState) -> Need:
        """The need that a reading begins; of a kind that is on the table, the need for it, told more of.

        "Keyboard under 120, mouse under 40" after a mechanical keyboard and a wireless mouse keeps both properties.
        """
        kinds, said = wanted_kinds(reading.constraints), {token.key for token in tokens(reading.text)}
        lying = {fold(product.category or "") for product in state.shown}
        held = [
            need
            for need in (state.need, *state.focus.earlier_needs)
            if kinds and wanted_kinds(need.constraints) == kinds and kinds & lying and not begins_anew(clause)
        ]
        if not held:
            return Need(_thing_last(reading), reading.constraints, reading.sort)
        nearest = max(held, key=lambda need: len(said & {token.key for token in tokens(need.text)}))
        sort = None if reading.sort is Sort.RELEVANCE else reading.sort
        changed = tuple(wish for wish in reading.constraints if wish not in nearest.constraints)
        change = Refinement(reading.text, changed, (), sort, None, starts_new_need=False, understanding=reading)
        return self._refined(change, replace(state, need=nearest))

    def goes_on(self, clause: str, state: TurnState) -> bool:
        """Whether a clause tells more about what is looked for, and asks for nothing else."""
        if state.need == Need() or self._earlier(clause, state) is not None or begins_anew(clause):
            return False
        change = self._reader.read_refinement(clause, state.need.text, state.need.constraints)
        numbers = any(has_digit(word) for phrase in change.understanding.unclaimed for word in phrase.split())
        # "I want at least 16 GB" asks for no thing of its own, whatever is known of gigabytes.
        return not change.starts_new_need and (numbers or not self._asks_anew(change, clause, state))

    def _for_a_child(self, clause: str, state: TurnState) -> list[Need] | None:
        """What is looked for "for my son", where the shop sells the kind for kids; None anywhere else."""
        for_kids = _FOR_A_CHILD.sub(" kids ", clause)
        if for_kids == clause:
            return None
        needs = self.read(for_kids, state)
        told = (
            wanted_kinds(need.constraints)
            and any(isinstance(wish, AttributeIn) and "kids" in map(fold, wish.values) for wish in need.constraints)
            and self._finds(need)
            for need in needs
        )
        return needs if all(told) else None

    def tell_more(self, clause: str, state: TurnState) -> Need:
        """The need so far, with what a clause that goes on about it tells."""
        said, age = cut_age(clause)
        if age is not None and (needs := self._for_age(age, said, clause, state)):
            return needs[0]
        change = self._reader.read_refinement(clause, state.need.text, state.need.constraints)
        return self._refined(change, state)

    def _of_that_kind(self, clause: str, need: Need) -> Need | None:
        """The kind looked for with no wish left but limits, for "any projector really"; None for another clause."""
        match = _ANY_OF_KIND.fullmatch(clause)
        if match is None or need == Need():
            return None
        reading = self._reader.read(match["what"])[0]
        *_, thing = ["", *(token.key for token in tokens(need.text))]
        kinds, called = wanted_kinds(need.constraints), {token.key for token in tokens(reading.text)}
        if not (wanted_kinds(reading.constraints) & kinds if kinds else thing in called):
            return None
        limits = tuple(wish for wish in need.constraints if isinstance(wish, PriceRange | InStock))
        return Need(reading.text, merge(reading.constraints, limits), need.sort)

    def size_is_missing(self, need: Need) -> bool:
        """Whether nothing comes in the size in numbers that is wished for, and something without it."""
        sizes = [w for w in need.constraints if isinstance(w, AttributeIn) and w.name == "size" and not w.exclude]
        numbered = any(value.replace(".", "").isdigit() for wish in sizes for value in wish.values)
        return numbered and not self._finds(need) and self._finds(without_wish(need, sizes[0].key))

    def without_age(self, clause: str, state: TurnState) -> str:
        """The clause without an age that has become a wish."""
        said, age = cut_age(clause)
        return said if age is not None and self._for_age(age, said, clause, state) else clause

    def _for_age(self, age: int, said: str, clause: str, state: TurnState) -> list[Need]:
        """What the words beside an age ask for, each for that age; none where ages are not stated of it."""
        first = self._reader.read(said)[0]
        if first.text or first.constraints:
            needs = self.read(said, state)
        else:
            needs = [Need() if begins_anew(clause) else state.need]
        wishes = [age_wish(age, _kinds_as_written(need), self._reader) for need in needs]
        if not all(wishes):
            return []
        return [
            replace(need, constraints=merge(need.constraints, (wish,)))
            for need, wish in zip(needs, wishes, strict=True)
            if wish
        ]

    def _raised(self, clause: str, state: TurnState) -> Need | None:
        """The need with a higher limit, where more than it may be spent; None where no limit is said to be passed."""
        held = next((c for c in state.need.constraints if isinstance(c, PriceRange)), None)
        if held is None or held.max_minor is None or not may_cost_more(clause, state.need):
            return None
        whole = Money.from_major(math.ceil(Money(held.max_minor, held.currency).amount * _MORE), held.currency)
        limit = PriceRange(held.currency, held.min_minor, whole.amount_minor)
        return replace(state.need, constraints=merge(state.need.constraints, (limit,)))

    def _corrected(self, clause: str, state: TurnState) -> Need:
        """The need after its own correction: another kind of product begins anew, anything else changes it."""
        change = self._reader.read_refinement(clause, state.need.text, state.need.constraints)
        if not change.starts_new_need:
            return self._refined(change, state)
        reading = self._reader.read(clause)[0]
        return Need(_thing_last(reading), reading.constraints, reading.sort)

    def _asks_anew(self, change: Refinement, clause: str, state: TurnState) -> bool:
        """Whether words alone are a need of their own.

        Where the kind of thing is known, only what none of the kind mentions leaves it: put as a request ("do you have
        sunscreen", after tents) or as the name of a thing ("laptop"). Else also what nothing that was found fits.
        """
        need = state.need
        priced = all(isinstance(wish, PriceRange) for wish in change.constraints)
        if not priced or change.dropped or change.dropped_words or change.sort or change.price_step:
            return False
        if not change.text:
            return False  # Nothing but a limit, or a refusal of what is not sold ("not Foobar").
        cue = self._intents.cue(clause)
        asked = cue is not None and cue.name == "search"
        kinds = tuple(c for c in need.constraints if isinstance(c, CategoryIn) and not c.exclude)
        if kinds:
            words = change.understanding.unclaimed
            named = asked or (not _QUALIFIES.match(clause) and any(map(self._reader.names_thing, words)))
            return named and bool(words) and not self._finds(Need(" ".join(words), kinds))
        if change.constraints:
            return False
        if not state.shown and not self._finds(need):
            return True  # Nothing was found for it, so there is nothing to refine.
        return (
            asked or bool(change.understanding.set_aside) or (bool(change.text) and not self._finds(Need(change.text)))
        )

    def _earlier(self, clause: str, state: TurnState) -> Need | None:
        """The need that "back to the tents" means: its wishes hold again, with what the words add."""
        back = BACK.search(clause)
        if not back:
            return None
        reading = self._reader.read(without(clause, back))[0]
        named, said = wanted_kinds(reading.constraints), {token.key for token in tokens(reading.text)}
        for need in state.focus.earlier_needs:
            held = {token.key for token in tokens(need.text)}
            if named & wanted_kinds(need.constraints) or said & held:
                added = [word for word in reading.text.split() if word_key(word) not in held]
                return Need(
                    " ".join([*added, need.text]).strip(), merge(need.constraints, reading.constraints), need.sort
                )
        return None

    def _refined(self, change: Refinement, state: TurnState) -> Need:
        """The need after a follow-up: withdrawn and replaced wishes go with their words, new ones come with theirs."""
        need = state.need
        old = {constraint.key: constraint for constraint in need.constraints}
        replaced = [c.key for c in change.constraints if c.key in old and not getattr(c, "exclude", False)]
        unwanted = [key for c in change.constraints if (key := c.key.removeprefix("not_")) != c.key and key in old]
        for key in (*change.dropped, *replaced, *unwanted):
            need = without_wish(need, key)
        kept = tuple(c for c in state.need.constraints if c.key not in change.dropped)
        constraints = merge(kept, change.constraints)
        if change.price_step is not None:
            constraints = merge(constraints, self._price_step(change.price_step, state))
        need = replace(need, text=without_keys(need.text, change.dropped_words))
        known = {word_key(word) for word in need.text.split()}
        added = [word for word in change.text.split() if word_key(word) not in known]
        named = any(isinstance(wish, CategoryIn) for wish in constraints)
        words = [*need.text.split(), *added] if named else [*added, *need.text.split()]
        return Need(" ".join(words), constraints, change.sort or need.sort, need.extreme)

    def _price_step(self, step: str, state: TurnState) -> tuple[Constraint, ...]:
        """ "Cheaper" means below the middle of what was shown (or below the one talked about); "dearer" above it."""
        focus = state.in_focus if state.in_focus in state.shown else None
        prices = sorted(product.price.amount_minor for product in ((focus,) if focus else state.shown))
        if not prices:
            return ()
        middle = prices[len(prices) // 2]
        old = next((c for c in state.need.constraints if isinstance(c, PriceRange)), PriceRange(self._currency))
        if step == "cheaper":
            ceiling, asked = max(middle - 1, 1), without_guess(old).min_minor
            low = asked if asked is not None and asked <= ceiling else None
            return (PriceRange(self._currency, low, ceiling),)
        high = old.max_minor if old.max_minor is not None and old.max_minor > middle else None
        return (PriceRange(self._currency, middle + 1, high),)


def search_arguments(need: Need) -> dict[str, Any]:
    """Write a need as the arguments of `search_products`."""
    row: dict[str, Any] = {"query": need.text}
    attributes: list[dict[str, Any]] = []
    for constraint in need.constraints:
        match constraint:
            case PriceRange():
                row["price_min"] = _major(constraint.min_minor, constraint.currency)
                row["price_max"] = _major(constraint.max_minor, constraint.currency)
            case BrandIn():
                row["not_brands" if constraint.exclude else "brands"] = list(constraint.values)
            case CategoryIn():
                row["not_categories" if constraint.exclude else "categories"] = list(constraint.values)
            case InStock():
                row["in_stock"] = True
            case MinRating():
                row["min_rating"] = constraint.value
            case AttributeIn():
                values = list(constraint.values)
                attributes.append({"name": constraint.name, "values": values, "exclude": constraint.exclude})
            case AttributeRange():
                low, high = constraint.min, constraint.max
                attributes.append({"name": constraint.name, "min": low, "max": high, "unit": constraint.unit})
    if attributes:
        row["attributes"] = attributes
    if need.sort is not Sort.RELEVANCE:
        row["sort"] = need.sort.value
    if need.extreme is not None:
        row["highest" if need.extreme.highest else "lowest"] = need.extreme.name
    return row


def _major(minor: int | None, currency: str) -> float | None:
    return None if minor is None else float(Money(minor, currency).amount)


def without(clause: str, match: re.Match[str]) -> str:
    """The clause without what was matched; the whole clause where nothing else is in it."""
    return f"{clause[: match.start()]} {clause[match.end() :]}".strip() or clause


def wanted_kinds(constraints: Sequence[Constraint]) -> set[str]:
    """The kinds that are wished for, folded."""
    return {fold(v) for c in constraints if isinstance(c, CategoryIn) and not c.exclude for v in c.values}


def _kinds_as_written(need: Need) -> tuple[str, ...]:
    return tuple(v for c in need.constraints if isinstance(c, CategoryIn) and not c.exclude for v in c.values)


def _limit_of(need: Need) -> PriceRange | None:
    return next((wish for wish in need.constraints if isinstance(wish, PriceRange)), None)


def _thing_last(reading: Understanding) -> str:
    """The words of a need, the wanted thing last ("5 pack hdmi cables"): where nothing has them all, the search goes by
    the last ones."""
    kinds = any(isinstance(wish, CategoryIn) and not wish.exclude for wish in reading.constraints)
    words, said = reading.text.split(), [token.key for token in tokens(reading.thing or "")]
    if kinds or not said or not words or word_key(words[-1]) == said[-1]:
        return reading.text
    named = [word for word in words if word_key(word) in said]
    return " ".join([*(word for word in words if word not in named), *named])


def without_keys(text: str, keys: Sequence[str]) -> str:
    """The text without the words of these keys."""
    return " ".join(word for word in text.split() if word_key(word.strip(".,!?")) not in keys)


def may_cost_more(clause: str, need: Need) -> bool:
    """Whether a limit that holds may be passed ("a bit more expensive is fine")."""
    limited = any(isinstance(wish, PriceRange) and wish.max_minor is not None for wish in need.constraints)
    return limited and _MAY_COST_MORE.search(clause) is not None


def says_only_pieces(clause: str) -> bool:
    """Whether a clause says a number of pieces and nothing else ("3 pairs")."""
    rest, count = _PIECES.subn(" ", clause)
    return count > 0 and not has_words(rest)


def relation_asked(clause: str) -> str:
    """What of a product is asked for: "newer", or else "goes_with"."""
    return "newer" if _NEWER.search(clause) else "goes_with"
