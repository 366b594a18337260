"""What words mean by what was talked about: a policy, the products shown, the one that is named, or the most of them.

Brings the recognisers of these together for the planner; decides nothing that a clear cue decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from assistant.llm.embedded.extreme_needs import ExtremeNeeds
from assistant.llm.embedded.intents import Intent, IntentReader
from assistant.llm.embedded.needs import wanted_kinds
from assistant.llm.embedded.policy_talk import PolicyTalk
from assistant.llm.embedded.relation_talk import RelationTalk
from assistant.llm.embedded.table_questions import TableQuestions, asks_about_a_thing
from assistant.llm.state import TurnState
from assistant.turn import Need
from retrieval.query import QueryReader

_OPEN = frozenset({"search", "product_question", "policy", "show_more", "cart_view"})
"""Cues that what was talked about before may overrule."""

_OWN_CART = re.compile(r"\bcart\b|\bmy (?:shopping )?(?:basket|bag|trolley)\b", re.I)
"""No product on the table is meant, whatever its description says of a cartridge."""

_WHICH_OF_THEM = re.compile(
    r"^\W*(?:and |ok |so |but )*(?:which|what)(?: one| ones)?(?: of (?:them|these|those|all))?"
    r"(?: is|'s| are| has| have)? the \w+est\b",
    re.I,
)


class TableTalk:
    """Reads a clause by what is on the table.

    Args:
        intents, reader: as the planner has them.
        extremes: reads superlatives.
        questions: recognises questions about the table.
        policies: recognises talk about policies.
        relations: recognises questions about how products stand to each other.
        titled: the title of the one product that words name; "" without one.
    """

    def __init__(
        self,
        intents: IntentReader,
        reader: QueryReader,
        *,
        extremes: ExtremeNeeds,
        questions: TableQuestions,
        policies: PolicyTalk,
        relations: RelationTalk,
        titled: Callable[[str], str],
    ) -> None:
        self._intents = intents
        self._reader = reader
        self._extremes = extremes
        self._questions = questions
        self._policies = policies
        self._relations = relations
        self._titled = titled

    def intent(self, cue: Intent | None, clause: str, state: TurnState) -> str | None:
        """The intent that what was talked about gives a clause; None where it gives none.

        Args:
            cue: the intent that a cue names; None without one.
            clause: what was said.
            state: what is on the table.
        """
        if self.related(cue, clause, state):
            return "goes_with"
        if cue is not None and (cue.name not in _OPEN or (cue.name == "cart_view" and _OWN_CART.search(clause))):
            return None
        if state.focus.order_id and state.in_focus is None and self._intents.is_cue("find_orders", clause):
            return "find_orders"
        if self.about_policy(clause, state):
            return "policy"
        if self.orders_shown(clause, state):
            return "search"
        if self.asked_about(clause, state) and not (
            cue is not None and cue.name == "policy" and not self.stated(clause, state)
        ):
            return "product_question"
        return "search" if self.extreme(clause, state) else None

    def related(self, cue: Intent | None, clause: str, state: TurnState) -> dict[str, Any] | None:
        """The arguments of `find_related` for a question about relations; None for any other clause."""
        open_ = cue is None or cue.name in _OPEN | {"goes_with", "recommend"}
        return self._relations.find(clause, state) or self._relations.narrowed(clause, state) if open_ else None

    def asked_about(self, clause: str, state: TurnState) -> str:
        """Words for the products that a clause asks about: on the table, or named; "" for none."""
        kinds = {kind for reading in self._reader.read(clause) for kind in wanted_kinds(reading.constraints)}
        named = self._titled(clause) if asks_about_a_thing(clause) else ""
        return named or self._questions.which(clause, state, kinds)

    def about_policy(self, clause: str, state: TurnState) -> bool:
        """Whether a clause goes on about the policy that was quoted last."""
        return self._policies.goes_on(clause, state, self._reader.read(clause))

    def stated(self, clause: str, state: TurnState) -> bool:
        """Whether something on the table states what a clause asks for: "is it free shipping" asks of no product."""
        return self._questions.states(clause, state)

    def orders_shown(self, clause: str, state: TurnState) -> bool:
        """Whether a clause asks which of those shown is the most or least of something that they state."""
        return (
            bool(state.shown) and _WHICH_OF_THEM.match(clause) is not None and self.extreme(clause, state) is not None
        )

    def extreme(self, clause: str, state: TurnState) -> Need | None:
        """The need that asks for the most or least of something; None where a clause does not."""
        return self._extremes.find(clause, state)

    def without_extreme(self, clause: str) -> str:
        """The clause without its superlative."""
        return self._extremes.without(clause)

    def policy_instead(self, needs: Sequence[Need], clause: str) -> bool:
        """Whether the policies answer what no product goes by the name of."""
        return self._policies.instead_of(needs, clause)

    def policy_answers(self, clause: str) -> bool:
        """Whether the policies answer a clause that says nothing else."""
        return not self._intents.cue(clause) and self._policies.answers(clause)

    def policies_say(self, question: str) -> bool:
        """Whether the policies answer a question of ours."""
        return self._policies.answers(question)
