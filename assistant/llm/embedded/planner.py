"""From a message and the table to tool calls: the embedded model's understanding, one clause at a time.

What a clause is for is decided in `clause_intents`; each intent has a handler here that resolves references and makes
the calls. It proposes; it knows no identity and no facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from assistant.choices import no_preference
from assistant.clarify import wants_no_questions
from assistant.counting import is_bare, places, points_by_place
from assistant.forgetting import gives_all_up, without_giving_up
from assistant.llm.embedded import order_talk, profile_talk
from assistant.llm.embedded.ages import cut_age
from assistant.llm.embedded.bare_numbers import BareNumbers
from assistant.llm.embedded.cart_talk import cart_arguments, quantity_of
from assistant.llm.embedded.clause_intents import QUOTED, ClauseIntents
from assistant.llm.embedded.clauses import split_clauses
from assistant.llm.embedded.compare_talk import compared
from assistant.llm.embedded.intents import OUT_OF_SCOPE, IntentReader
from assistant.llm.embedded.needs import (
    NeedReader,
    may_cost_more,
    relation_asked,
    search_arguments,
)
from assistant.llm.embedded.plan import Plan, Step, unique
from assistant.llm.embedded.remarks import table_of
from assistant.llm.embedded.scope import Scope
from assistant.llm.embedded.table_talk import TableTalk
from assistant.llm.state import TurnState
from assistant.references import resolve, with_extremes_as_places
from assistant.text import has_words
from assistant.titles import TitleIndex
from assistant.turn import Need
from retrieval.english import is_plain_english
from retrieval.filters import CategoryIn, PriceRange, fold
from retrieval.product import Product
from retrieval.query import QueryReader
from retrieval.refinement import prepare, price_step
from retrieval.words import tokens

MAX_STEPS = 4
MAX_ASKED_OF = 3


@dataclass
class _Draft:
    steps: list[Step] = field(default_factory=list)
    talk: list[str] = field(default_factory=list)
    question: str = ""
    corrected: dict[str, str] = field(default_factory=dict)
    set_aside: list[str] = field(default_factory=list)
    need: Need | None = None
    """What the clauses so far look for."""


_ONLY_THOSE = re.compile(
    r"[?.!,;]+\s*(?:and |then |please |pls )*(?:(?:only|just) (?:show|give|list|want)(?: me)?"
    r"|show(?: me)? (?:only|just)|only)(?: only)? (?:those|these|them|the ones)(?: that \w+)?(?: please| pls)?\W*$",
    re.I,
)
"""Behind a question about what is shown: the question is a wish."""
_NONE_AT_ALL = re.compile(
    r"\W*(?:(?:so|ok|okay|hm+|what|really|wait|oh|and|but)\b\W*)*no (?P<what>[\w -]{2,40}?)(?: at all| here)?\s*\?+\W*",
    re.I,
)
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
        self._meaning = ClauseIntents(intents, reader, finds, self._titles, talk, self._scope)
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
        if gives_all_up(state.words):
            state = replace(state, words=without_giving_up(state.words))
            if not has_words(state.words):
                return Plan(talk=("start_over",))
        state, slips = self._spelt(state)
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
        draft = self._draft(words, state)
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
            corrected=draft.corrected | _told(slips, draft),
            set_aside=tuple(draft.set_aside),
        )

    def _draft(self, words: str, state: TurnState) -> _Draft:
        draft = _Draft()
        only_those = _ONLY_THOSE.search(words) if state.shown and state.need != Need() else None
        if only_those:
            self._search(words[: only_those.start()], state, draft)
        clauses = [] if only_those else split_clauses(words, self._intents, self._leads_on)
        for clause in clauses:
            self._read_clause(self._asked_for(clause), state, draft)
        if any((cue := self._intents.cue(clause)) and cue.name == "out_of_scope" for clause in clauses):
            # What stands beside "ignore your instructions" is no wish: nothing is searched for it.
            draft.steps = [step for step in draft.steps if step.tool != "search_products"]
        return draft

    def _spelt(self, state: TurnState) -> tuple[TurnState, dict[str, str]]:
        """The state with misspelt words put right, and those words; addresses stay as they are."""
        if "@" in state.words:
            return state, {}
        words, slips = self._reader.spelt(state.words)
        return (replace(state, words=words), slips) if slips else (state, {})

    def _leads_on(self, clause: str) -> bool:
        """Whether a clause says a limit ("nothing over 50.") or for whom something is ("for my niece, she's 6").

        Where it says nothing else, it is about what stands beside it.
        """
        if profile_talk.says_only_for_whom(cut_age(clause)[0]):
            return True
        reading = self._reader.read(clause)[0]
        return not reading.text and any(isinstance(wish, PriceRange) for wish in reading.constraints)

    def _asked_for(self, clause: str) -> str:
        """ "No rackets at all?" asks for rackets, unless it refuses what the shop knows ("no wool?")."""
        match = _NONE_AT_ALL.fullmatch(clause)
        wishes = [wish for reading in self._reader.read(clause) for wish in reading.constraints] if match else []
        refused = any(not isinstance(wish, CategoryIn) for wish in wishes)
        return match["what"] if match and not refused else clause

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
        return open_ and bool(state.shown) and not self._meaning.refines(state.words, state)

    def _read_clause(self, clause: str, state: TurnState, draft: _Draft) -> None:
        if self._is_foreign(clause, state):
            draft.talk.append(OUT_OF_SCOPE)
            return
        adding = bool(draft.steps) and draft.steps[-1].arguments.get("action") == "add"
        intent = "cart_add" if adding and is_bare(clause) else self._meaning.intent(clause, state)
        if intent in _SHRUGS and self._talk and self._talk.policy_answers(clause):
            intent = "policy"
        if intent in TALK_ALONE:
            draft.talk.append(intent)
            return
        if intent == "unclear":
            draft.talk.append("unclear")
            return
        self._handlers[intent](clause, state, draft)

    def _needs_no_tool(self, state: TurnState) -> Plan | None:
        """Yes or no to what waits: a proposal is for a click to carry out, the queue may be left by words. Or the
        whole message is for somebody else."""
        if state.waiting and self._intents.is_cue("deny", state.words):
            return Plan(steps=(Step("hand_over", {"leave": True}),), talk=("queue_left",))
        if state.focus.asked[-1:] == ("person",) and self._intents.is_cue("affirm", state.words):
            return Plan(steps=(Step("hand_over", {"reason": "asked for a person"}),))
        if state.focus.proposed:
            for name, answer in (("deny", "proposal_kept"), ("affirm", "proposal_click")):
                if self._intents.is_cue(name, state.words):
                    return Plan(talk=(answer,))
        return Plan(talk=(OUT_OF_SCOPE,)) if self._is_foreign(state.words, state) else None

    def _is_foreign(self, words: str, state: TurnState) -> bool:
        """Whether words are for somebody else; what goes on about a policy ("how many days have I got") never is."""
        return self._scope.is_foreign(words, state) and not (self._talk and self._talk.about_policy(words, state))

    def _profile(self, intent: str, clause: str, state: TurnState, draft: _Draft) -> None:
        disliked = profile_talk.disliked(clause) if intent == "never_again" else ""
        of_another = bool(disliked) and profile_talk.is_of_another(clause)
        if not of_another:
            draft.steps += profile_talk.steps(intent, clause)
        if of_another or (disliked and state.need != Need() and self._meaning.refines(f"not {disliked}", state)):
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
        draft.steps.append(Step("answer_policy", {"question": self._intents.rephrase("complaint", clause)}))
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
        bare = is_bare(with_extremes_as_places(self._meaning.without_kinds(clause)))
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
        quoted = QUOTED.search(clause)
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
        if draft.need is not None:
            state = replace(state, need=draft.need)
        if draft.need is not None and self._needs.goes_on(clause, state):
            # "Sandals. I want them in size 10": one need in two sentences.
            needs: list[Need] = [self._needs.tell_more(clause, state)]
            draft.steps = _without_last_search(draft.steps)
            extreme = None
        else:
            extreme = self._talk.extreme(clause, state) if self._talk else None
            needs = [extreme] if extreme else self._needs.read(clause, state)
        if self._talk and not extreme and self._talk.policy_instead(needs, clause):
            self._policy(clause, state, draft)
            return
        if unknown := self._only_unknown(needs, clause, state):
            draft.set_aside += unknown
            return
        used = {word for need in needs for word in fold(need.text).split()}
        for reading in self._reader.read(self._unheeded(clause, state, bool(extreme))):
            # The search tells of the words in its text; a limit and a refusal are in none.
            draft.set_aside += [p for p in reading.set_aside if not used & {*fold(p).split()} or re.search(r"\d", p)]
        if draft.set_aside:
            needs = [need for need in needs if need != Need()]  # "No foobars": nothing that could be looked for.
        for need in needs:
            draft.steps.append(Step("search_products", search_arguments(need)))
        draft.need = needs[-1] if needs else draft.need
        guide = next((f"{SIZES} {need.text}" for need in needs if self._needs.size_is_missing(need)), "")
        if guide and self._talk and self._talk.policies_say(guide):
            # Size 42 of a shop that counts in US sizes: its size guide says which one that is.
            draft.steps.append(Step("answer_policy", {"question": guide}))

    def _only_unknown(self, needs: Sequence[Need], clause: str, state: TurnState) -> tuple[str, ...]:
        """What of a clause is no word of the catalogue nor of the language, where the clause says nothing else."""
        if len(needs) != 1 or state.need == Need() or replace(needs[0], text=state.need.text) != state.need:
            return ()
        held = {token.key for token in tokens(state.need.text)}
        added = {token.key for token in tokens(needs[0].text)} - held
        aside = tuple(phrase for reading in self._reader.read(clause) for phrase in reading.set_aside)
        unknown = {token.key for phrase in aside for token in tokens(phrase)}
        # "Curved" is a wish that no product states: the list stays, and it is owned up to.
        means_something = any(map(is_plain_english, fold(" ".join(aside)).split()))
        return aside if added and added <= unknown and not means_something else ()

    def _unheeded(self, clause: str, state: TurnState, by_extreme: bool) -> str:
        """The clause without words that are no text and did change the need: "cheaper", "lightest", "never mind the
        brand"."""
        if may_cost_more(clause, state.need):
            return ""
        clause = self._needs.without_age(clause, state)
        rest = self._talk.without_extreme(clause) if self._talk and by_extreme else clause
        return prepare(rest, state.need.constraints, state.need.text).rest if state.need != Need() else rest


def _told(slips: Mapping[str, str], draft: _Draft) -> dict[str, str]:
    """The misspelt words that something was looked for or asked with."""
    said = " ".join([draft.question, *(str(step.arguments.get("query", "")) for step in draft.steps)])
    used = {token.folded for token in tokens(said)}
    return {wrong: right for wrong, right in slips.items() if fold(right) in used}


def _without_last_search(steps: Sequence[Step]) -> list[Step]:
    """The steps without the last search."""
    last = max((i for i, step in enumerate(steps) if step.tool == "search_products"), default=-1)
    return [step for i, step in enumerate(steps) if i != last]
