"""One running turn: what it stands on, and its reply as far as it is shown. Asks no model and keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.agent import Dialogue
from assistant.conversations import Conversation
from assistant.counting import is_bare
from assistant.floorplan import Floorplan
from assistant.grounding import Facts
from assistant.guards import Heard
from assistant.llm.embedded.composer import Composer
from assistant.llm.embedded.wording import Wording
from assistant.llm.state import TurnState
from assistant.replying import Reply
from assistant.table import first_focus, on_the_table
from assistant.tools.context import ShopperContext
from assistant.tools.selling import find_offer
from assistant.treating import Treated
from assistant.turn import Claim, EvidenceFound, PolicyFact, Source, TextDelta, Turn, TurnEvent


@dataclass
class Run:
    """One running turn.

    Args:
        turn: the message.
        plan: the opened shop.
        before: the conversation as the turn found it.
        context: what the tools get.
        state: what the model may know.
        treated: its arms.
        heard: what the guards heard in the message.
        reply: as far as it was checked.
        shown: all events so far.
        dialogue: what the model was told and has said, once it has ended; None before.
    """

    turn: Turn
    plan: Floorplan
    before: Conversation
    context: ShopperContext
    state: TurnState
    treated: Treated
    heard: Heard
    reply: Reply = field(default_factory=Reply)
    shown: list[TurnEvent] = field(default_factory=list)
    dialogue: Dialogue | None = None

    @property
    def say(self) -> Wording:
        """The templates in the shopper's language."""
        return self.plan.voices.wording(self.state.language)

    @property
    def composer(self) -> Composer:
        """Writes in the shopper's language."""
        return self.plan.voices.composer(self.state.language, self.state.as_said)

    @property
    def asked(self) -> str:
        """What the shopper asks about a product; "" where the words only point at one."""
        return "" if is_bare(self.state.words) else self.state.words

    def facts(self) -> Facts:
        """What the reply may say now."""
        found, table = self.context.ledger.evidence, on_the_table(self.state)
        return Facts(found, self.state.all_words, self.reply.text, self.state.language, table)

    def tell(self, text: str) -> TextDelta:
        """Add words that code itself says."""
        joined = text if not self.reply.text or self.reply.text.endswith((" ", "\n")) else f" {text}"
        self.reply.text += joined
        return TextDelta(joined)

    def offer(self) -> list[TurnEvent]:
        """What the house offers by itself after the answer; nothing mostly."""
        ledger = self.context.ledger
        offer = find_offer(self.context, self.say)
        if offer is None:
            return []
        ledger.focus = replace(ledger.focus, asked=(*ledger.focus.asked, offer.key))
        if offer.slate is None:
            return [self.tell(offer.text)]
        ledger.evidence.append(offer.slate)
        return [self.tell(offer.text), EvidenceFound(offer.slate)]

    def keep_only_what_was_shown(self) -> None:
        """Forget words and facts that were ready but not shown when an agent took the floor."""
        self.reply.text = "".join(event.text for event in self.shown if isinstance(event, TextDelta))
        facts = [event.fact for event in self.shown if isinstance(event, EvidenceFound)]
        ledger = self.context.ledger
        ledger.evidence[:] = [fact for fact in ledger.evidence if fact in facts]
        if not facts:
            ledger.need, ledger.focus = self.before.need, self.before.focus

    def start_over(self) -> None:
        """Forget what a failed model began, before another one takes over: nothing of it was shown but cards."""
        ledger = self.context.ledger
        ledger.need, ledger.focus = self.before.need, first_focus(self.state.gloss, self.before.focus)
        ledger.evidence.clear()
        ledger.shown.clear()
        ledger.question = None
        self.reply.buffer = ""


def sources_of(policies: Sequence[PolicyFact], claims: Sequence[Claim], language: str) -> tuple[Source, ...]:
    """The sections that the reply rests on; all that were found where it names none."""
    sections = [section for fact in policies for section in fact.sections]
    cited = {claim.source for claim in claims if claim.kind == "policy"}
    meant = [section for section in sections if section.id in cited] or sections
    return tuple(Source(section.id, section.told(language).title, section.url) for section in meant)
