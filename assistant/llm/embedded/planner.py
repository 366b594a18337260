"""From a message and the table to tool calls: the embedded model's understanding, one clause at a time.

Reads intents (cues, then meaning), asks the catalogue's vocabulary what the words name, and resolves references.
It proposes calls; it knows no identity and no facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from assistant.choices import no_preference
from assistant.clarify import wants_no_questions
from assistant.counting import is_bare, places, points_by_place
from assistant.llm.embedded import order_talk, profile_talk
from assistant.llm.embedded.bare_numbers import BareNumbers
from assistant.llm.embedded.cart_talk import begins_with_adding, cart_arguments, is_more, quantity_of
from assistant.llm.embedded.clauses import split_clauses
from assistant.llm.embedded.compare_talk import compared, goes_on_comparing
from assistant.llm.embedded.intents import OUT_OF_SCOPE, Intent, IntentReader
from assistant.llm.embedded.needs import (
    BACK,
    NeedReader,
    may_cost_more,
    relation_asked,
    says_only_pieces,
    search_arguments,
    wanted_kinds,
    without,
)
from assistant.llm.embedded.plan import Plan, Step, unique
from assistant.llm.embedded.remarks import dislikes_one, table_of, wants_it_cheaper
from assistant.llm.embedded.scope import Scope, names_products
from assistant.llm.embedded.table_talk import TableTalk
from assistant.llm.state import TurnState
from assistant.references import named, order_id_in, resolve, with_extremes_as_places
from assistant.text import has_words
from assistant.titles import TitleIndex
from assistant.turn import Need
from retrieval.filters import PriceRange, fold
from retrieval.product import Product
from retrieval.query import QueryReader
from retrieval.refinement import prepare, price_step, withdrawn
from retrieval.words import word_key

MAX_STEPS = 4
MAX_ASKED_OF = 3
_LIMIT = re.compile(r"\b(?:price|budget|limit)\b", re.I)
_BUT = re.compile(r"\b(?:but|cheaper|less than|under|below|without)\b", re.I)
_QUOTED = re.compile(r"[“„«\"]\s*([^“”„«»\"]{2,})[”“»\"]")
_LIKE_NAMED = re.compile(
    r"^(?:please )?(?:show me |find me )?more like (?!this\b|that\b|these\b|those\b|it\b|the\b)", re.I
)


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
_DEEDS = frozenset({"hand_over", "leave_queue", "complaint", "cancel_order", "others_orders"})
"""A weak likeness to an example brings in no person, and cancels nothing."""
SIZES = "size guide"
SHORT = 3
_SHRUGS = frozenset({"out_of_scope", "unclear"})
BESIDE_STEPS = ("greeting", "sorry", "queue_left")
TALK_ALONE = ("others_orders", "greeting", "thanks", "goodbye", "about_you", "out_of_scope", "affirm", "deny")


class Planner:
    """Plans a turn.

    Args:
        intents: reader of intents.
        reader: the catalogue's query reader.
        currency: of the catalogue.
        finds: whether a need finds anything in the catalogue.
        titles: of the catalogue: products can be named that are not on the table.
        talk: reads clauses by what is on the table; None goes by cues and pronouns alone.
    """

    def __init__(
        self,
        intents: IntentReader,
        reader: QueryReader,
        currency: str,
        finds: Callable[[Need], bool] = lambda _: True,
        titles: TitleIndex | None = None,
        talk: TableTalk | None = None,
    ) -> None:
        self._finds = finds
        self._titles = titles or TitleIndex()
        self._talk = talk
        self._needs = NeedReader(intents, reader, currency, finds)
        self._intents = intents
        self._reader = reader
        self._numbers = BareNumbers(reader, finds)
        self._scope = Scope(intents, reader, finds, self._titles)
        self._handlers: dict[str, Callable[[str, TurnState, _Draft], None]] = {
            "hand_over": self._hand_over,
            "leave_queue": self._leave_queue,
            "complaint": self._complaint,
            "track_order": self._track_order,
            "find_orders": self._find_orders,
            "cancel_order": self._cancel_order,
            "cart_add": self._cart_add,
            "cart_view": self._cart_view,
            "checkout": self._cart_view,
            "cart_remove": partial(self._cart_change, "remove"),
            "cart_undo": partial(self._cart_change, "undo"),
            "compare": self._compare,
            "product_question": self._product_question,
            "policy": self._policy,
            "recommend": self._recommend,
            "more_like": self._more_like,
            "better_one": self._better_one,
            "goes_with": self._goes_with,
            "show_more": self._show_more,
            "show_again": self._show_again,
            "search": self._search,
            "why_this": self._why_this,
            "put_away": self._put_away,
            **{name: partial(self._profile, name) for name in profile_talk.INTENTS},
        }

    def plan(self, state: TurnState) -> Plan:
        """Plan the turn; never empty: without anything to do it says so ("unclear")."""
        if not has_words(state.words):
            return Plan(talk=("unclear",))
        if wants_no_questions(state.words):
            return Plan(talk=("no_questions",))
        words = self._numbers.in_full(state)
        cart = cart_arguments(state, self._reader)
        if cart is not None:
            return Plan(steps=(Step("cart", cart),))
        if (answer := self._needs_no_tool(state)) is not None:
            return answer
        whom = profile_talk.for_whom(state.words)
        in_talk = bool(state.shown) or state.need != Need()
        if whom is not None and in_talk and profile_talk.says_only_for_whom(state.words):
            return Plan(steps=(whom,))
        if self._leaves_it_open(state):
            return Plan(steps=(Step("search_products", search_arguments(state.need)),))
        if (liked := self._liked_on_page(state)) is not None:
            return Plan(steps=(Step("recommend_products", {"kind": "more_like", "which": liked.id}),))
        draft = _Draft()
        clauses = split_clauses(words, self._intents, self._is_only_limit)
        for clause in clauses:
            self._read_clause(clause, state, draft)
        if any((cue := self._intents.cue(clause)) and cue.name == "out_of_scope" for clause in clauses):
            # What stands beside "ignore your instructions" is no wish: nothing is searched for it.
            draft.steps = [step for step in draft.steps if step.tool != "search_products"]
        if whom is not None and profile_talk.says_only_for_whom(state.words):
            draft.steps = [step for step in draft.steps if step.tool in profile_talk.SHOPPING]
        if whom is not None and all(step.tool in profile_talk.SHOPPING for step in draft.steps):
            draft.steps.insert(0, whom)
        talk = draft.talk if not draft.steps else [t for t in draft.talk if t in BESIDE_STEPS]
        if not draft.steps and not talk:
            talk = ["unclear"]
        return Plan(
            steps=unique(draft.steps)[:MAX_STEPS],
            talk=tuple(dict.fromkeys(talk)),
            question=draft.question,
            corrected=draft.corrected,
            set_aside=tuple(draft.set_aside),
        )

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
        open_ = open_ and not any(
            self._intents.is_cue(name, state.words) for name in ("better_one", "product_question")
        )
        return open_ and bool(state.shown) and not self._refines(state.words, state)

    def _read_clause(self, clause: str, state: TurnState, draft: _Draft) -> None:
        if self._scope.is_foreign(clause, state):
            draft.talk.append(OUT_OF_SCOPE)
            return
        adding = bool(draft.steps) and draft.steps[-1].arguments.get("action") == "add"
        intent = "cart_add" if adding and is_bare(clause) else self._intent(clause, state)
        if intent in _SHRUGS and self._talk and self._talk.policy_answers(clause):
            intent = "policy"
        if intent in TALK_ALONE:
            draft.talk.append(intent)
            return
        if intent == "unclear":
            draft.talk.append("unclear")
            return
        self._handlers[intent](clause, state, draft)

    def _intent(self, clause: str, state: TurnState) -> str:
        cue = self._intents.cue(clause)
        by_table = self._talk.intent(cue, clause, state) if self._talk else None
        if (meant := self._goes_on(cue, clause, state) or by_table) is not None:
            return meant
        if cue is not None and cue.name != "search":
            return self._checked(cue.name, clause, state)
        if self._points_by_place(clause, state):
            return "product_question"
        if begins_with_adding(clause) and self._names_one(clause, state):
            return "cart_add"
        if order_id_in(clause) and len(clause.split()) <= 4:
            return "find_orders"
        back = BACK.search(clause)
        readings = self._reader.read(without(clause, back) if back else clause)
        named = any(map(names_products, readings))
        if cue is not None and named:
            return "search"
        nearest = self._intents.nearest(clause)
        if nearest is not None and nearest.name in _DEEDS and nearest.score < SURE_OF_SERVICE:
            nearest = None
        if cue is not None and (nearest is None or nearest.name in _WEAKER or nearest.score < SURE):
            return "search"
        if nearest is not None and nearest.name in _SERVICE and nearest.score >= SURE_OF_SERVICE:
            return self._checked(nearest.name, clause, state)
        if named and (
            nearest is None
            or nearest.name in {"search", "out_of_scope", "recommend"}
            or any(reading.category_stated for reading in readings)
        ):
            return "search"
        if state.need != Need() and self._refines(clause, state):
            return "search"
        if nearest is not None:
            return self._checked(nearest.name, clause, state)
        return "search" if cue is not None else self._scope.undecided(clause, readings)

    def _goes_on(self, cue: Intent | None, clause: str, state: TurnState) -> str | None:
        """The intent of a clause that only makes sense by what went before; None for any other."""
        if goes_on_comparing(clause, state):
            return "compare"
        if dislikes_one(clause) and (pointed := resolve(clause, table_of(state))):
            return None if any(product in state.in_cart for product in pointed) else "put_away"
        if wants_it_cheaper(clause) and self._points_by_place(clause, state):
            return "more_like"
        if self._takes_back(cue, clause, state) or may_cost_more(clause, state.need):
            return "search"
        return "cart_add" if says_only_pieces(clause) and state.shown else None

    def _takes_back(self, cue: Intent | None, clause: str, state: TurnState) -> bool:
        """Whether a clause gives up a wish that holds ("drop the price"), and takes nothing out of the cart."""
        removes = cue is not None and cue.name == "cart_remove" and bool(state.in_cart)
        if (cue is not None and cue.name not in {"search", "cart_remove"}) or (removes and not _LIMIT.search(clause)):
            return False
        return bool(withdrawn(clause, state.need.constraints)[0]) and not self._pointed_at(clause, state)

    def _needs_no_tool(self, state: TurnState) -> Plan | None:
        """Yes or no to what waits: a proposal is for a click to carry out, the queue may be left by words. Or the
        whole message is for somebody else."""
        if state.waiting and self._intents.is_cue("deny", state.words):
            return Plan(steps=(Step("hand_over", {"leave": True}),), talk=("queue_left",))
        if state.focus.proposed:
            for name, answer in (("deny", "proposal_kept"), ("affirm", "proposal_click")):
                if self._intents.is_cue(name, state.words):
                    return Plan(talk=(answer,))
        return Plan(talk=(OUT_OF_SCOPE,)) if self._scope.is_foreign(state.words, state) else None

    def _checked(self, name: str, clause: str, state: TurnState) -> str:
        """An intent that needs something to point at is a search where there is nothing."""
        if name in {"product_question", "compare", "more_like", "cart_add", "goes_with"}:
            points = self._pointed_at(clause, state)
            if name == "more_like" and _BUT.search(clause) and not state.shown:
                return "search"  # "Like it, but cheaper" says more than "like it".
            if name != "more_like" and self._points_by_place(clause, state):
                return name
            if not points and name == "product_question":
                if state.in_focus and is_more(clause):
                    return name
                return "search" if self._looks_for(clause) else "policy"
            if not points and name == "more_like" and not _QUOTED.search(clause):
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
        kinds = self._kinds_said(clause)
        return tuple(p for p in points if _is_of(p, kinds)) if kinds else points

    def _points_by_place(self, clause: str, state: TurnState) -> bool:
        """Whether the words count in the list that is there, or was: "the 3rd", "2"; not in one of another kind."""
        if not (state.shown or state.focus.gone) or not points_by_place(clause):
            return False
        kinds = self._kinds_said(clause)
        return not kinds or any(_is_of(product, kinds) for product in state.shown)

    def _names_one(self, clause: str, state: TurnState) -> bool:
        """Whether a product is called by its name, be it one that several shown share."""
        found = named(clause, table_of(state), self._titles)
        return found.product is not None or bool(found.tied) or bool(resolve(clause, table_of(state), self._titles))

    def _of_the_kind_shown(self, clause: str, state: TurnState) -> bool:
        return any(_is_of(product, self._kinds_said(clause)) for product in state.shown)

    def _without_kinds(self, clause: str) -> str:
        """The clause without words for the kind that it names: "the second chair" only points."""
        kinds = {word_key(word) for kind in self._kinds_said(clause) for word in kind.split()}
        return " ".join(word for word in clause.split() if word_key(word.strip(".,!?")) not in kinds)

    def _kinds_said(self, clause: str) -> set[str]:
        return {kind for reading in self._reader.read(clause) for kind in wanted_kinds(reading.constraints)}

    def _refines(self, clause: str, state: TurnState) -> bool:
        change = self._reader.read_refinement(clause, state.need.text, state.need.constraints)
        unused = change.understanding.set_aside and not change.text  # "not Foobarx": a refusal, if an idle one
        changed = change.constraints or change.dropped or change.sort or change.price_step
        return bool(changed or change.starts_new_need or unused)

    # ------------------------------------------------------------ handlers

    def _profile(self, intent: str, clause: str, state: TurnState, draft: _Draft) -> None:
        disliked = profile_talk.disliked(clause) if intent == "never_again" else ""
        of_another = bool(disliked) and profile_talk.is_of_another(clause)
        if not of_another:
            draft.steps += profile_talk.steps(intent, clause)
        if of_another or (disliked and state.need != Need() and self._refines(f"not {disliked}", state)):
            # What is never wanted is not wanted now either.
            self._search(f"not {disliked}", state, draft)

    def _why_this(self, clause: str, state: TurnState, draft: _Draft) -> None:
        pointed = resolve(clause, table_of(state), self._titles)
        which = clause if pointed else "it" if state.in_focus else "the first"
        draft.steps.append(Step("explain_choice", {"which": which}))

    def _hand_over(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("hand_over", {"reason": clause}))

    def _leave_queue(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.talk.append("queue_left" if state.waiting else "no_person")
        if state.waiting:
            draft.steps.append(Step("hand_over", {"leave": True}))

    def _complaint(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.talk.append("sorry")
        draft.steps.append(Step("answer_policy", {"question": clause}))
        draft.steps.append(Step("hand_over", {"reason": clause}))

    def _track_order(self, clause: str, state: TurnState, draft: _Draft) -> None:
        calls = order_talk.track(clause, [step.tool for step in draft.steps], self._intents.rephrase)
        draft.steps += [Step(*call) for call in calls]

    def _find_orders(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step(*order_talk.find(clause, state)))

    def _cancel_order(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step(*order_talk.cancel(clause)))

    def _cart_add(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("cart", {"action": "add", "which": clause, "quantity": quantity_of(clause)}))

    def _cart_view(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("cart", {"action": "view"}))

    def _cart_change(self, action: str, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("cart", {"action": action, "which": clause}))

    def _compare(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("compare_products", {"which": compared(clause, state)}))
        draft.question = clause

    def _product_question(self, clause: str, state: TurnState, draft: _Draft) -> None:
        pointed = points_by_place(clause) or resolve(clause, table_of(state), self._titles)
        bare = is_bare(with_extremes_as_places(self._without_kinds(clause)))
        if bare and len(resolve(clause, table_of(state))) > 1:
            draft.steps.append(Step("compare_products", {"which": clause}))
            return
        if len(places(clause)) > 1:  # "Is the second waterproof, and the third?" is asked of each.
            draft.question = "" if bare else clause
            draft.steps += [Step("product_details", {"which": f"number {n}"}) for n in places(clause)[:MAX_ASKED_OF]]
            return
        asked_about = self._talk.asked_about(clause, state) if self._talk and not bare else ""
        earlier = next((step for step in draft.steps if step.tool == "product_details"), None)
        if earlier is None or not re.search(r"\b(?:it|they|them|its)\b", clause, re.I):
            which = asked_about or (clause if pointed or not state.in_focus else "it")
            draft.steps.append(Step("product_details", {"which": which}))
        # Who only points asks for nothing in particular: the product is described.
        asked = "" if bare else clause
        draft.question = f"{draft.question} and {asked}" if draft.question and asked else draft.question or asked

    def _policy(self, clause: str, state: TurnState, draft: _Draft) -> None:
        asked = self._intents.rephrase("policy", clause)
        # "PayPal?" asks whether one can pay with it: said in full, the reply can tell whether the policies name it.
        draft.question = draft.question or (asked if len(clause.split()) <= SHORT else clause)
        about = {"about": state.focus.policy} if state.focus.policy else {}
        draft.steps.append(Step("answer_policy", {"question": asked, **about}))

    def _recommend(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("recommend_products", {"kind": "for_you"}))

    def _more_like(self, clause: str, state: TurnState, draft: _Draft) -> None:
        # What stands in quotation marks is a title, whatever its words may mean ("The First Tent").
        quoted = _QUOTED.search(clause)
        pointed = resolve(clause, table_of(state), self._titles)
        which = quoted.group(1) if quoted else clause if pointed else "the first"
        cheaper = {"cheaper": True} if price_step(clause)[0] == "cheaper" else {}
        draft.steps.append(Step("recommend_products", {"kind": "more_like", "which": which, **cheaper}))

    def _put_away(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("put_away", {}))
        self._recommend(clause, state, draft) if state.need == Need() else self._show_again(clause, state, draft)

    def _better_one(self, clause: str, state: TurnState, draft: _Draft) -> None:
        pointed = resolve(clause, table_of(state), self._titles)
        which = clause if pointed else "it" if state.in_focus else "the first"
        draft.steps.append(Step("recommend_products", {"kind": "better", "which": which}))

    def _goes_with(self, clause: str, state: TurnState, draft: _Draft) -> None:
        related = self._talk.related(self._intents.cue(clause), clause, state) if self._talk else None
        draft.steps.append(Step("find_related", related or {"what": relation_asked(clause), "which": clause}))

    def _show_more(self, clause: str, state: TurnState, draft: _Draft) -> None:
        if state.need == Need():
            draft.steps.append(Step("recommend_products", {"kind": "for_you"}))
        else:
            draft.steps.append(Step("search_products", {**search_arguments(state.need), "different": True}))

    def _show_again(self, clause: str, state: TurnState, draft: _Draft) -> None:
        draft.steps.append(Step("search_products", search_arguments(state.need)))

    def _search(self, clause: str, state: TurnState, draft: _Draft) -> None:
        extreme = self._talk.extreme(clause, state) if self._talk else None
        needs = [extreme] if extreme else self._needs.read(clause, state)
        if self._talk and not extreme and self._talk.policy_instead(needs, clause):
            self._policy(clause, state, draft)
            return
        used = {word for need in needs for word in fold(need.text).split()}
        for reading in self._reader.read(self._unheeded(clause, state, bool(extreme))):
            # The search tells of the words in its text; a limit and a refusal are in none.
            draft.set_aside += [p for p in reading.set_aside if not used & {*fold(p).split()} or re.search(r"\d", p)]
            draft.corrected.update({wrong: right for wrong, right in reading.corrected.items() if fold(right) in used})
        for need in needs:
            draft.steps.append(Step("search_products", search_arguments(need)))
        guide = next((f"{SIZES} {need.text}" for need in needs if self._needs.size_is_missing(need)), "")
        if guide and self._talk and self._talk.policies_say(guide):
            # Size 42 of a shop that counts in US sizes: its size guide says which one that is.
            draft.steps.append(Step("answer_policy", {"question": guide}))

    def _unheeded(self, clause: str, state: TurnState, by_extreme: bool) -> str:
        """The clause without words that are no text and did change the need: "cheaper", "lightest", "never mind the
        brand"."""
        if may_cost_more(clause, state.need):
            return ""
        clause = self._needs.without_age(clause, state)
        rest = self._talk.without_extreme(clause) if self._talk and by_extreme else clause
        return prepare(rest, state.need.constraints)[0] if state.need != Need() else rest


def _is_of(product: Product, kinds: set[str]) -> bool:
    return bool({fold(product.category or ""), fold(product.department or "")} & kinds)
