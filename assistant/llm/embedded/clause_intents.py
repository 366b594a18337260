"""What a clause is for: a clear cue, what it says about the table, what the catalogue names, else the nearest example.

Decides between these and makes no call. Knows no products beyond those on the table, and no facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.counting import PLACE, counted_by, points_by_place
from assistant.llm.embedded.cart_talk import begins_with_adding, is_more
from assistant.llm.embedded.compare_talk import goes_on_comparing
from assistant.llm.embedded.intents import Intent, IntentReader
from assistant.llm.embedded.needs import BACK, may_cost_more, says_only_pieces, wanted_kinds, without
from assistant.llm.embedded.remarks import dislikes_one, table_of, wants_it_cheaper
from assistant.llm.embedded.scope import Scope, names_products
from assistant.llm.embedded.table_talk import TableTalk
from assistant.llm.state import TurnState
from assistant.references import Table, named, order_id_in, resolve
from assistant.titles import TitleIndex
from assistant.turn import Need
from retrieval.filters import fold
from retrieval.product import Product
from retrieval.query import QueryReader
from retrieval.refinement import withdrawn
from retrieval.words import word_key

_LIMIT = re.compile(r"\b(?:price|budget|limit)\b", re.I)
_BUT = re.compile(r"\b(?:but|cheaper|less than|under|below|without)\b", re.I)
QUOTED = re.compile(r"[“„«\"]\s*([^“”„«»\"]{2,})[”“»\"]")
_LIKE_NAMED = re.compile(
    r"^(?:please )?(?:show me |find me )?more like (?!this\b|that\b|these\b|those\b|it\b|the\b)", re.I
)
# "Do you have …" asks for something, unless its nearest example is surely about something else.
_WEAKER = frozenset({"show_more", "recommend", "search", "out_of_scope", "greeting", "affirm", "deny"})
SURE = 0.65
_SERVICE = frozenset({"policy", "track_order", "find_orders", "cancel_order", "complaint"})
SURE_OF_SERVICE = 0.75
_DEEDS = frozenset({"hand_over", "leave_queue", "complaint", "cancel_order", "others_orders"})
"""A weak likeness to an example brings in no person, and cancels nothing."""
MAX_ABOUT_ORDER = 12
"""Words of a clause whose order number alone says that it is about that order."""
NOTHING = Table(())


class ClauseIntents:
    """Decides what a clause is for.

    Args:
        intents: reader of intents.
        reader: the catalogue's query reader.
        finds: whether a need finds anything in the catalogue.
        titles: of the catalogue: products can be named that are not on the table.
        talk: reads clauses by what is on the table; None goes by cues and pronouns alone.
        scope: tells what no shop does.
    """

    def __init__(
        self,
        intents: IntentReader,
        reader: QueryReader,
        finds: Callable[[Need], bool],
        titles: TitleIndex,
        talk: TableTalk | None,
        scope: Scope,
    ) -> None:
        self._scope = scope
        self._intents = intents
        self._reader = reader
        self._finds = finds
        self._titles = titles
        self._talk = talk

    def intent(self, clause: str, state: TurnState) -> str:
        """Name the intent of a clause, as in prompts/intents; "unclear" where nothing tells it."""
        cue = self._intents.cue(clause)
        if (service := self._about_order(cue, clause)) is not None:
            return service
        by_table = self._talk.intent(cue, clause, state) if self._talk else None
        if (meant := self._goes_on(cue, clause, state) or by_table) is not None:
            return meant
        if cue is not None and cue.name != "search":
            return self._checked(cue.name, clause, state)
        if self.points_by_place(clause, state):
            return "product_question"
        if begins_with_adding(clause) and self._names_one(clause, state):
            return "cart_add"
        back = BACK.search(clause)
        readings = self._reader.read(without(clause, back) if back else clause)
        called = any(map(names_products, readings))
        if cue is not None and called:
            return "search"
        nearest = self._intents.nearest(clause)
        if nearest is not None and nearest.name in _DEEDS and nearest.score < SURE_OF_SERVICE:
            nearest = None
        if cue is not None and (nearest is None or nearest.name in _WEAKER or nearest.score < SURE):
            return "search"
        if nearest is not None and nearest.name in _SERVICE and nearest.score >= SURE_OF_SERVICE:
            return self._checked(nearest.name, clause, state)
        if called and (
            nearest is None
            or nearest.name in {"search", "out_of_scope", "recommend"}
            or any(reading.category_stated for reading in readings)
        ):
            return "search"
        if state.need != Need() and self.refines(clause, state):
            return "search"
        if nearest is not None:
            return self._checked(nearest.name, clause, state)
        return "search" if cue is not None else self._scope.undecided(clause, readings)

    def _about_order(self, cue: Intent | None, clause: str) -> str | None:
        """What a clause with an order's number is for where no other cue tells: to cancel it, or to hear of it."""
        if not order_id_in(clause):
            return None
        if self._intents.is_cue("cancel_order", clause):
            return "cancel_order"  # "I don't want A-10421 any more" says nothing of a taste.
        alone = cue is None and len(clause.split()) <= MAX_ABOUT_ORDER
        return "find_orders" if alone and not named(clause, NOTHING, self._titles).product else None

    def _goes_on(self, cue: Intent | None, clause: str, state: TurnState) -> str | None:
        """The intent of a clause that only makes sense by what went before; None for any other."""
        if goes_on_comparing(clause, state):
            return "compare"
        if dislikes_one(clause) and (pointed := resolve(clause, table_of(state))):
            return None if any(product in state.in_cart for product in pointed) else "put_away"
        if wants_it_cheaper(clause) and self.points_by_place(clause, state):
            return "more_like"
        if self._takes_back(cue, clause, state) or may_cost_more(clause, state.need):
            return "search"
        return "cart_add" if says_only_pieces(clause) and state.shown else None

    def _takes_back(self, cue: Intent | None, clause: str, state: TurnState) -> bool:
        """Whether a clause gives up a wish that holds ("drop the price"), and takes nothing out of the cart."""
        removes = cue is not None and cue.name == "cart_remove" and bool(state.in_cart)
        if (cue is not None and cue.name not in {"search", "cart_remove"}) or (removes and not _LIMIT.search(clause)):
            return False
        left = withdrawn(clause, state.need.constraints, state.need.text)
        return bool(left.dropped or left.dropped_words) and not self._pointed_at(clause, state)

    def _checked(self, name: str, clause: str, state: TurnState) -> str:
        """An intent that needs something to point at is a search where there is nothing."""
        if name in {"product_question", "compare", "more_like", "cart_add", "goes_with"}:
            points = self._pointed_at(clause, state)
            if name == "more_like" and _BUT.search(clause) and not state.shown:
                return "search"  # "Like it, but cheaper" says more than "like it".
            if name != "more_like" and self.points_by_place(clause, state):
                return name
            if not points and name == "product_question":
                if state.in_focus and is_more(clause):
                    return name
                return "search" if self._looks_for(clause) else "policy"
            if not points and name == "more_like" and not QUOTED.search(clause):
                return "search" if not state.shown or _LIKE_NAMED.search(clause) else name
            if not points and name == "cart_add" and self._wants_a_thing(clause, state):
                named_here = self._names_one(clause, state) or self._of_the_kind_shown(clause, state)
                return "cart_add" if named_here else "search"
        if name == "better_one" and not state.shown and not state.in_focus and not state.page:
            return "search" if self._looks_for(clause) else "recommend"
        if name in {"show_more", "show_again"} and state.need == Need() and not state.shown:
            return "recommend"
        if name == "recommend" and any(reading.category_stated for reading in self._reader.read(clause)):
            return "search"
        return name

    def _wants_a_thing(self, clause: str, state: TurnState) -> bool:
        """Whether words name products, or any thing where there is nothing yet to point at ("I want to buy a kettle
        that ...")."""
        empty = not (state.shown or state.in_focus or state.page)
        return any(names_products(r) or (empty and r.thing is not None) for r in self._reader.read(clause))

    def _looks_for(self, clause: str) -> bool:
        """Whether words name products, or are nothing but a word or two that finds some ("bluetooth")."""
        readings = self._reader.read(clause)
        alone = len(clause.split()) <= 2 and any(
            reading.text and self._finds(Need(reading.text)) for reading in readings
        )
        return alone or any(map(names_products, readings))

    def _pointed_at(self, clause: str, state: TurnState) -> tuple[Product, ...]:
        """What the clause points at; nothing where it names a kind that is not on the table ("the cheapest tent")."""
        points = resolve(clause, table_of(state), self._titles)
        kinds = self._kinds_counted(clause)
        return tuple(p for p in points if _is_of(p, kinds)) if kinds else points

    def points_by_place(self, clause: str, state: TurnState) -> bool:
        """Whether the words count in the list that is there, or was: "the 3rd", "2"; not in one of another kind."""
        if not (state.shown or state.focus.gone) or not points_by_place(clause):
            return False
        kinds = self._kinds_counted(clause)
        return not kinds or any(_is_of(product, kinds) for product in state.shown)

    def _names_one(self, clause: str, state: TurnState) -> bool:
        """Whether a product is called by its name, be it one that several shown share."""
        found = named(clause, table_of(state), self._titles)
        return found.product is not None or bool(found.tied) or bool(resolve(clause, table_of(state), self._titles))

    def _of_the_kind_shown(self, clause: str, state: TurnState) -> bool:
        return any(_is_of(product, self._kinds_said(clause)) for product in state.shown)

    def without_kinds(self, clause: str) -> str:
        """The clause without words for the kind that it names: "the second chair" only points."""
        kinds = {word_key(word) for kind in self._kinds_said(clause) for word in kind.split()}
        return " ".join(word for word in clause.split() if word_key(word.strip(".,!?")) not in kinds)

    def _kinds_counted(self, clause: str) -> set[str]:
        """The kinds that what is pointed at must be of."""
        return self._kinds_said(counted_by(clause) if PLACE.search(clause) else clause)

    def _kinds_said(self, clause: str) -> set[str]:
        return {kind for reading in self._reader.read(clause) for kind in wanted_kinds(reading.constraints)}

    def refines(self, clause: str, state: TurnState) -> bool:
        """Whether a clause changes what is looked for."""
        change = self._reader.read_refinement(clause, state.need.text, state.need.constraints)
        unused = change.understanding.set_aside and not change.text  # "not Foobarx": a refusal, if an idle one
        changed = change.constraints or change.dropped or change.dropped_words or change.sort or change.price_step
        return bool(changed or change.starts_new_need or unused)


def _is_of(product: Product, kinds: set[str]) -> bool:
    return bool({fold(product.category or ""), fold(product.department or "")} & kinds)
