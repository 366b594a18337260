"""Run one turn: guards, the agent loop with its limits, grounding sentence by sentence, and what is kept of it.

The loop runs in a task of its own and hands over through a queue, so that a time limit or a shopper's Stop can end it
at any point without leaving half a state: an answer is kept whole, in one transaction, or as far as it was shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

import structlog

from assistant.agent import AgentLoop, Calling, Found, Happening, Said
from assistant.allowance import DailyTokens
from assistant.clarify import choose_question
from assistant.conversations import Conversation, Conversations, Role
from assistant.errors import ModelFailed, Refused
from assistant.floorplan import Floorplan
from assistant.grounding import Facts, unsupported
from assistant.guards import Heard, answer_to
from assistant.language import Gloss
from assistant.live import Cut, Live
from assistant.llm.embedded.composer import Composer
from assistant.llm.embedded.wording import Wording, plain
from assistant.llm.state import TurnState
from assistant.metering import TurnMeter
from assistant.middleware import InLine
from assistant.replying import Reply
from assistant.showing import tell_shown
from assistant.table import again, decisions, first_focus, names_said, next_focus, on_the_table, turn_state
from assistant.telemetry import Outcome, Telemetry
from assistant.tools import TOOL_NAMES
from assistant.tools.context import Ledger, ShopperContext
from assistant.tools.profiling import session_key
from assistant.tools.selling import find_offer
from assistant.treating import Treated, Treating
from assistant.turn import (
    Answer,
    Claim,
    Done,
    EvidenceFound,
    Failed,
    Floor,
    HandOverFact,
    PassedOn,
    PolicyFact,
    Question,
    SlateFact,
    Source,
    Status,
    TextDelta,
    Turn,
    TurnEvent,
    WishesChanged,
)

log = structlog.get_logger()
T = TypeVar("T")

APOLOGY = "Something went wrong on my side. Please try again."
FALLBACK_SHARE = 0.2
"""Of a turn's time, kept for the model that takes over where an endpoint does not answer."""


@dataclass
class _Run:
    """One running turn."""

    turn: Turn
    plan: Floorplan
    before: Conversation
    context: ShopperContext
    state: TurnState
    treated: Treated
    heard: Heard
    reply: Reply = field(default_factory=Reply)
    shown: list[TurnEvent] = field(default_factory=list)

    @property
    def say(self) -> Wording:
        """The templates in the shopper's language."""
        return self.plan.voices.wording(self.state.language)

    @property
    def composer(self) -> Composer:
        """Writes in the shopper's language."""
        return self.plan.voices.composer(self.state.language, self.state.as_said)


class TurnRunner:
    """Runs turns.

    Args:
        conversations: where dialogues are kept.
        pool: where blocking work runs.
        now: aware clock.
        live: says when an agent takes the floor; nobody does without.
        treating: the shop's experiments; none without.
        daily: how many tokens each shopper may cause; without limit where it is None.
        telemetry: told of every turn that is over.
    """

    def __init__(
        self,
        conversations: Conversations,
        pool: Executor,
        now: Callable[[], datetime],
        live: Live | None = None,
        treating: Treating | None = None,
        daily: DailyTokens | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self._conversations = conversations
        self._pool = pool
        self._now = now
        self._live = live or Live()
        self._treating = treating or Treating()
        self._daily = daily
        self._telemetry = telemetry or Telemetry()

    async def run(
        self, turn: Turn, words: str, plan: Floorplan, meter: TurnMeter | None = None
    ) -> AsyncGenerator[TurnEvent]:
        """Answer a message that has passed the guards.

        Args:
            turn: the message.
            words: its cleaned text.
            plan: the opened shop.
            meter: counts what it takes; begun by whoever has worked on the message before.
        """
        meter = meter or TurnMeter()
        done = await self._in_pool(
            lambda: self._conversations.find_answer(turn.principal, turn.conversation_id, turn.message_id)
        )
        if done is not None:
            for event in again(done):
                yield event
            return
        # A take from here on either cuts the turn or is seen by its first look at the floor.
        with self._live.turn(turn.conversation_id) as cut:
            run = await self._in_pool(lambda: self._begin(turn, words, plan, meter))
            if run.before.state.agent is not None:
                self._telemetry.ended(meter, "passed_on")
                yield PassedOn(run.before.state.agent.name)
                yield Done(Answer("", wishes=run.before.need, handed_over=True))
                return
            async with contextlib.aclosing(self._speak(run, cut)) as events:
                async for event in events:
                    yield event

    async def _speak(self, run: _Run, cut: Cut) -> AsyncGenerator[TurnEvent]:
        """Answer until the end, or until an agent takes the floor: then what was shown is kept, and nothing more."""
        last: TurnEvent | None = None
        failed = False
        try:
            async with contextlib.aclosing(cut.until(self._answer(run))) as events:
                async for event in events:
                    last = event
                    run.shown.append(event)
                    if isinstance(event, TextDelta | EvidenceFound):
                        run.context.meter.shown()
                    yield event
        except Exception as problem:
            if not isinstance(problem, Refused) or cut.agent_name is None:
                failed = True
                raise
        finally:
            await asyncio.shield(self._in_pool(lambda: tell_shown(run.context, run.shown)))
            if not isinstance(last, Done):
                if cut.agent_name is not None:
                    _only_what_was_shown(run)
                if run.reply.text or run.context.ledger.evidence:
                    keep = self._in_pool(lambda: self._keep(run, None, cut=cut.agent_name is not None))
                    await asyncio.shield(keep)
            if isinstance(last, Done):
                self._end(run, "answered")
            elif cut.agent_name is not None:
                self._end(run, "passed_on")
            else:
                self._end(run, "failed" if failed or isinstance(last, Failed) else "stopped")
        if cut.agent_name is not None and not isinstance(last, Done | Failed):
            yield PassedOn(cut.agent_name)
            yield Done(self._answer_of(run, None, handed_over=True))

    def _end(self, run: _Run, outcome: Outcome) -> None:
        """Count what the turn took, however it ended."""
        if self._daily is not None:
            self._daily.spend(run.turn.principal, run.context.meter.cost().tokens)
        self._telemetry.ended(run.context.meter, outcome)

    def _begin(self, turn: Turn, words: str, plan: Floorplan, meter: TurnMeter) -> _Run:
        """Keep the message, and lay the table for the model."""
        with meter.stage("store"):
            self._conversations.append_user(turn.principal, turn.conversation_id, turn.message_id, words)
            before = self._conversations.load(turn.principal, turn.conversation_id)
        with meter.stage("guards"):
            heard = plan.guarding.hear(words)
        left = heard.words or words
        gloss = plan.languages.read(left, before.focus.language, names_said(left, before, plan.shop))
        gloss = Gloss(gloss.language, "", "") if heard.is_answered else gloss
        ledger = Ledger(need=before.need, focus=first_focus(gloss, before.focus))
        unit = plan.shop.profiling.unit(turn.principal)
        treated = self._treating.begin(unit, session_key(turn.principal), plan.shop.now())
        if treated.arms.prompt and plan.in_version:
            plan = plan.in_version(treated.arms.prompt)
        meter.max_tokens = self._daily.left_for_turn(turn.principal) if self._daily else None
        context = ShopperContext(
            principal=turn.principal,
            conversation_id=turn.conversation_id,
            turn_id=turn.message_id,
            words=gloss.words,
            before=before.focus,
            # What one step found must still be there in the next, whatever is imported meanwhile.
            shop=replace(plan.shop, retrieval=plan.shop.retrieval.view()),
            ledger=ledger,
            page_product_id=turn.page_product_id,
            device=turn.device,
            before_decisions=decisions(before),
            arms=treated.arms,
            waiting=before.floor is not Floor.ASSISTANT,
            meter=meter,
            gives_away=lambda text: plan.guarding.gives_away(text, words),
        )
        return _Run(turn, plan, before, context, turn_state(gloss, before, context), treated, heard)

    async def _answer(self, run: _Run) -> AsyncGenerator[TurnEvent]:
        if run.heard.is_answered:
            text, run.context.ledger.question = answer_to(run.heard, run.say, run.before.floor)
            yield _say(run, text)
            async for event in self._close(run):
                yield event
            return
        asked = (Role.SHOPPER, run.turn.message_id)
        earlier = [m for m in run.before.messages if m.text and (m.role, m.message_id) != asked]
        hear = run.plan.guarding.hear
        # Of a message that was answered as a whole a place stays, so that the dialogue goes back and forth.
        history = [
            Said(True, hear(m.text).words or "…") if m.role is Role.SHOPPER else Said(False, m.text) for m in earlier
        ]
        plan, timeout_s = run.plan, run.plan.shop.settings.turn_timeout_s
        meter, deadline = run.context.meter, time.monotonic() + timeout_s
        meter.model_until_s = deadline - FALLBACK_SHARE * timeout_s if plan.fallback else deadline
        try:
            async with contextlib.aclosing(self._listen(run, plan.loop, history, meter.model_until_s)) as events:
                async for event in events:
                    yield event
        except (ModelFailed, TimeoutError) as failure:
            async with contextlib.aclosing(self._take_over(run, failure, history, deadline)) as events:
                async for event in events:
                    yield event
                    if isinstance(event, Failed):
                        return
        async for event in self._close(run):
            yield event

    async def _take_over(
        self, run: _Run, failure: ModelFailed | TimeoutError, history: Sequence[Said], deadline: float
    ) -> AsyncGenerator[TurnEvent]:
        """Go on where the model in use does not: with the embedded one, or from what was found so far.

        A turn in which a tool has run is not begun again: what it did would be done twice.
        """
        if isinstance(failure, TimeoutError):
            failure = ModelFailed("The turn took too long.", reason="late")
        _log_failure(run.turn, failure)
        late = failure.reason == "late"
        untouched = not run.reply.text and not run.context.ledger.evidence
        fallback, run.reply.buffer = run.plan.fallback, ""
        if fallback is not None:
            run.context.meter.model, run.context.meter.fell_back = fallback.name, failure.reason
        if untouched and fallback is not None:
            _start_over(run)
            yield Status(run.say("limited"))
            try:
                async with contextlib.aclosing(self._listen(run, fallback, history, deadline)) as events:
                    async for event in events:
                        yield event
                return
            except TimeoutError:
                untouched, late = not run.reply.text and not run.context.ledger.evidence, True
        if not untouched:
            cut = run.say("cut_short") if late else run.say("broke_off") if run.reply.text else ""
            rest = self._compose(run) if not run.reply.text else ""
            yield _say(run, " ".join(part for part in (cut, rest) if part))
        elif late:
            yield Failed(run.say("too_long"))
        else:
            raise failure

    async def _listen(
        self, run: _Run, loop: AgentLoop, history: Sequence[Said], deadline: float
    ) -> AsyncGenerator[TurnEvent]:
        """Run the loop in its own task and pass on what happens, until it ends or the time is up."""
        queue: asyncio.Queue[Happening | BaseException | None] = asyncio.Queue()
        run.context.meter.model = loop.name

        async def drive() -> None:
            try:
                async for happening in loop.run(run.context, history, run.state):
                    queue.put_nowait(happening)
                queue.put_nowait(None)
            except Exception as problem:  # noqa: BLE001 - handed over to the listener, which raises it
                queue.put_nowait(problem)

        task = asyncio.create_task(drive())
        try:
            while True:
                happening = await asyncio.wait_for(queue.get(), max(0.0, deadline - time.monotonic()))
                if happening is None:
                    break
                if isinstance(happening, BaseException):
                    raise happening
                for event in self._pass_on(run, happening):
                    yield event
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _pass_on(self, run: _Run, happening: Happening) -> list[TurnEvent]:
        if isinstance(happening, InLine):
            return [Status(run.say("in_line", place=str(happening.place)))]
        if isinstance(happening, Calling):
            known = [name for name in happening.tools if name in TOOL_NAMES]
            return [Status(run.say(f"doing_{known[0]}"))] if known else []
        if isinstance(happening, Found):
            return [EvidenceFound(fact) for fact in happening.evidence]
        return self._checked(run, run.reply.add(happening.text))

    def _checked(self, run: _Run, sentences: Sequence[str]) -> list[TurnEvent]:
        """Pass on the sentences that the evidence holds."""
        if not sentences:
            return []
        ledger, words = run.context.ledger, run.state.all_words
        with run.context.meter.stage("ground"):
            facts = Facts([*ledger.evidence, *on_the_table(run.state)], words, run.reply.text, run.state.language)

            def objection(sentence: str) -> str | None:
                """What speaks against a sentence; the guards first."""
                kind = run.plan.guarding.objection(sentence, run.reply.text, ledger.evidence, words)
                kind = kind or (None if run.say.is_talk(sentence) else unsupported(sentence, facts, run.plan.lexicon))
                if kind is not None:
                    log.warning("turn.ungrounded", turn=run.turn.message_id, kind=kind)
                return kind

            kept = run.reply.keep(sentences, facts, run.plan.lexicon, objection)
            return [TextDelta(sentence) for sentence in kept]

    async def _close(self, run: _Run) -> AsyncGenerator[TurnEvent]:
        """The last sentence, a reply where none is left, the clarifying question; then keep it all."""
        for event in self._checked(run, run.reply.close()):
            yield event
        for note in self._unsaid(run):
            yield _say(run, note)
        question = self._question(run)
        if not run.reply.text.strip() and not (question and question.key.startswith("option:")):
            yield _say(run, self._compose(run) or run.composer.talk(("unclear",)))
        if question is not None:
            yield _say(run, question.text)
        elif not run.heard.is_answered:
            for event in await self._in_pool(lambda: _offer(run)):
                yield event
        if run.context.ledger.need != run.before.need:
            yield WishesChanged(run.context.ledger.need)
        with run.context.meter.stage("store"):
            answer = await self._in_pool(lambda: self._keep(run, question))
        yield Done(answer)

    def _unsaid(self, run: _Run) -> list[str]:
        """Words that were set aside and places that are paid for: told even where a model does not."""
        slates = [fact for fact in run.context.ledger.evidence if isinstance(fact, SlateFact) and fact.items]
        aside = [word for slate in slates for word in slate.set_aside]
        words = [w for w in aside if w not in run.reply.text and run.state.as_said(w) not in run.reply.text]
        notes = [run.composer.set_aside(tuple(dict.fromkeys(words)))] if words and run.reply.text else []
        paid = [plain(item.product.title) for slate in slates for item in slate.items if item.sponsored]
        return [*notes, *(run.say("sponsored", title=title) for title in paid)]

    def _compose(self, run: _Run) -> str:
        return run.composer.compose(run.context.ledger.evidence, run.state.words, self._now())

    def _question(self, run: _Run) -> Question | None:
        ledger = run.context.ledger
        if ledger.question is not None:
            return replace(ledger.question, text=run.say.sentence(ledger.question.text))
        slates = [fact for fact in ledger.evidence if isinstance(fact, SlateFact)]
        slates = [slate for slate in slates if slate.asks_first] or slates
        if len(slates) != 1 or ("?" in run.reply.text and not slates[0].asks_first):
            return None
        return choose_question(slates[0], ledger.focus.asked, run.say, run.say.label)

    def _keep(self, run: _Run, question: Question | None, *, cut: bool = False) -> Answer:
        """Write the answer and the table after it, in one transaction."""
        answer = self._answer_of(run, question, handed_over=cut)
        focus = next_focus(run.before, run.context.ledger, question)
        turn = run.turn
        self._conversations.append_answer(
            turn.principal, turn.conversation_id, turn.message_id, answer, need=answer.wishes, focus=focus, cut=cut
        )
        self._treating.end(run.treated, run.context.ledger)
        return answer

    def _answer_of(self, run: _Run, question: Question | None, *, handed_over: bool) -> Answer:
        ledger = run.context.ledger
        policies = [fact for fact in ledger.evidence if isinstance(fact, PolicyFact)]
        waits = run.before.floor is not Floor.ASSISTANT and not ledger.left_queue
        handed_over = handed_over or waits or any(isinstance(f, HandOverFact) for f in ledger.evidence)
        return Answer(
            text=run.reply.text.strip(),
            evidence=tuple(ledger.evidence),
            wishes=ledger.need,
            question=question,
            sources=_sources(policies, run.reply.claims, run.state.language),
            handed_over=handed_over,
            prompt_hash=run.plan.prompt_hash,
            repaired=len(run.reply.removed),
            cost=run.context.meter.cost(),
            claims=tuple(run.reply.claims),
        )

    async def _in_pool(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def _log_failure(turn: Turn, failure: ModelFailed) -> None:
    """Once for each turn; a breaker that is open was told of by the failures that opened it."""
    if failure.reason in {"resting", "budget"}:
        log.debug("turn.model_not_asked", turn=turn.message_id, reason=failure.reason)
        return
    log.warning(
        "turn.model_failed",
        turn=turn.message_id,
        # Kinds alone: an endpoint's message may repeat what the shopper wrote.
        reason=failure.reason,
        error=type(failure.__cause__ or failure).__name__,
        advice="Is the server of AISLE_LLM_URL running, and does it serve AISLE_LLM_MODEL?",
    )


def _sources(policies: Sequence[PolicyFact], claims: Sequence[Claim], language: str) -> tuple[Source, ...]:
    """The sections that the reply rests on; all that were found where it names none."""
    sections = [section for fact in policies for section in fact.sections]
    cited = {claim.source for claim in claims if claim.kind == "policy"}
    meant = [section for section in sections if section.id in cited] or sections
    return tuple(Source(section.id, section.told(language).title, section.url) for section in meant)


def _say(run: _Run, text: str) -> TextDelta:
    """Add words that code itself says."""
    joined = text if not run.reply.text or run.reply.text.endswith((" ", "\n")) else f" {text}"
    run.reply.text += joined
    return TextDelta(joined)


def _offer(run: _Run) -> list[TurnEvent]:
    """What the house offers by itself after the answer; nothing mostly."""
    ledger = run.context.ledger
    offer = find_offer(run.context, run.say)
    if offer is None:
        return []
    ledger.focus = replace(ledger.focus, asked=(*ledger.focus.asked, offer.key))
    if offer.slate is None:
        return [_say(run, offer.text)]
    ledger.evidence.append(offer.slate)
    return [_say(run, offer.text), EvidenceFound(offer.slate)]


def _only_what_was_shown(run: _Run) -> None:
    """Forget words and facts that were ready but not shown when an agent took the floor."""
    run.reply.text = "".join(event.text for event in run.shown if isinstance(event, TextDelta))
    facts = [event.fact for event in run.shown if isinstance(event, EvidenceFound)]
    ledger = run.context.ledger
    ledger.evidence[:] = [fact for fact in ledger.evidence if fact in facts]
    if not facts:
        ledger.need, ledger.focus = run.before.need, run.before.focus


def _start_over(run: _Run) -> None:
    """Forget what a failed model began, before another one takes over: nothing of it was shown but cards."""
    ledger = run.context.ledger
    ledger.need, ledger.focus = run.before.need, first_focus(run.state.gloss, run.before.focus)
    ledger.evidence.clear()
    ledger.shown.clear()
    ledger.question = None
    run.reply.buffer = ""
