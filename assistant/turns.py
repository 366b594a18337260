"""Run one turn: guards, the agent loop with its limits, grounding sentence by sentence, and what is kept of it.

The loop runs in a task of its own and hands over through a queue, so that a time limit or a shopper's Stop can end it
at any point without leaving half a state: an answer is kept whole, in one transaction, or as far as it was shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import structlog

from assistant.agent import Calling, Dialogue, Found, Happening, Said
from assistant.allowance import DailyTokens
from assistant.clarify import choose_question
from assistant.conversations import Conversations, Role
from assistant.errors import ModelFailed, Refused
from assistant.floorplan import Floorplan
from assistant.forgetting import forgotten, gives_all_up
from assistant.grounding import unsupported
from assistant.guards import answer_to
from assistant.language import Gloss
from assistant.live import Cut, Live
from assistant.llm.embedded.wording import plain
from assistant.metering import TurnMeter
from assistant.middleware import InLine
from assistant.repairing import to_say_again, unanswered
from assistant.running import Run, sources_of
from assistant.showing import tell_shown
from assistant.table import again, decisions, first_focus, names_said, next_focus, turn_state
from assistant.telemetry import Outcome, Telemetry
from assistant.tools import TOOL_NAMES
from assistant.tools.context import Ledger, ShopperContext
from assistant.tools.profiling import session_key
from assistant.treating import Treating
from assistant.turn import (
    Answer,
    Done,
    EvidenceFound,
    Failed,
    Floor,
    HandOverFact,
    PassedOn,
    PolicyFact,
    Question,
    SlateFact,
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

    async def _speak(self, run: Run, cut: Cut) -> AsyncGenerator[TurnEvent]:
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
                    run.keep_only_what_was_shown()
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

    def _end(self, run: Run, outcome: Outcome) -> None:
        """Count what the turn took, however it ended."""
        if self._daily is not None:
            self._daily.spend(run.turn.principal, run.context.meter.cost().tokens)
        self._telemetry.ended(run.context.meter, outcome)

    def _begin(self, turn: Turn, words: str, plan: Floorplan, meter: TurnMeter) -> Run:
        """Keep the message, and lay the table for the model."""
        with meter.stage("store"):
            self._conversations.append_user(turn.principal, turn.conversation_id, turn.message_id, words)
            before = self._conversations.load(turn.principal, turn.conversation_id)
        with meter.stage("guards"):
            heard = plan.guarding.hear(words)
        left = heard.words or words
        gloss = plan.languages.read(left, before.focus.language, names_said(left, before, plan.shop))
        gloss = Gloss(gloss.language, "", "") if heard.is_answered else gloss
        before = forgotten(before) if gives_all_up(gloss.words) else before
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
        return Run(turn, plan, before, context, turn_state(gloss, before, context), treated, heard)

    async def _answer(self, run: Run) -> AsyncGenerator[TurnEvent]:
        if run.heard.is_answered:
            text, run.context.ledger.question = answer_to(run.heard, run.say, run.before.floor)
            yield run.tell(text)
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
            spoken = plan.loop.run(run.context, history, run.state)
            meter.model = plan.loop.name
            async with contextlib.aclosing(self._listen(run, spoken, meter.model_until_s)) as events:
                async for event in events:
                    yield event
            async with contextlib.aclosing(self._repair(run)) as events:
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
        self, run: Run, failure: ModelFailed | TimeoutError, history: Sequence[Said], deadline: float
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
            run.start_over()
            yield Status(run.say("limited"))
            try:
                spoken = fallback.run(run.context, history, run.state)
                async with contextlib.aclosing(self._listen(run, spoken, deadline)) as events:
                    async for event in events:
                        yield event
                return
            except TimeoutError:
                untouched, late = not run.reply.text and not run.context.ledger.evidence, True
        if not untouched:
            cut = run.say("cut_short") if late else run.say("broke_off") if run.reply.text else ""
            rest = self._compose(run) if not run.reply.text else ""
            yield run.tell(" ".join(part for part in (cut, rest) if part))
        elif late:
            yield Failed(run.say("too_long"))
        else:
            raise failure

    async def _repair(self, run: Run) -> AsyncGenerator[TurnEvent]:
        """Let an endpoint's model say once again what nothing holds, where the reply needs it.

        Whatever goes wrong, the turn goes on with what stands.
        """
        for event in self._checked(run, run.reply.close()):
            yield event
        sentences = to_say_again(run) if run.plan.fallback and run.dialogue else []
        if not sentences or run.dialogue is None:
            return
        meter, before = run.context.meter, run.reply.text
        meter.repair = "stopped"
        run.reply.begin_again()
        spoken = run.plan.loop.say_again(run.context, run.dialogue, sentences)
        try:
            async with contextlib.aclosing(self._listen(run, spoken, meter.model_until_s)) as events:
                async for event in events:
                    yield event
            for event in self._checked(run, run.reply.close()):
                yield event
            meter.repair = "stood" if run.reply.text != before else "in_vain"
        except (ModelFailed, TimeoutError) as failure:
            run.reply.buffer = ""
            meter.repair = failure.reason if isinstance(failure, ModelFailed) else "late"
        log.info("turn.repaired", turn=run.turn.message_id, outcome=meter.repair)

    async def _listen(self, run: Run, spoken: AsyncIterator[Happening], deadline: float) -> AsyncGenerator[TurnEvent]:
        """Let a model speak in a task of its own and pass on what happens, until it ends or the time is up."""
        queue: asyncio.Queue[Happening | BaseException | None] = asyncio.Queue()

        async def drive() -> None:
            try:
                async for happening in spoken:
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

    def _pass_on(self, run: Run, happening: Happening) -> list[TurnEvent]:
        if isinstance(happening, Dialogue):
            run.dialogue = happening
            return []
        if isinstance(happening, InLine):
            return [Status(run.say("in_line", place=str(happening.place)))]
        if isinstance(happening, Calling):
            known = [name for name in happening.tools if name in TOOL_NAMES]
            return [Status(run.say(f"doing_{known[0]}"))] if known else []
        if isinstance(happening, Found):
            return [EvidenceFound(fact) for fact in happening.evidence]
        return self._checked(run, run.reply.add(happening.text))

    def _checked(self, run: Run, sentences: Sequence[str]) -> list[TurnEvent]:
        """Pass on the sentences that the evidence holds."""
        if not sentences:
            return []
        ledger, words = run.context.ledger, run.state.all_words
        with run.context.meter.stage("ground"):
            facts = run.facts()

            def objection(sentence: str) -> str | None:
                """What speaks against a sentence; the guards first."""
                kind = run.plan.guarding.objection(sentence, run.reply.text, ledger.evidence, words)
                kind = kind or (None if run.say.is_talk(sentence) else unsupported(sentence, facts, run.plan.lexicon))
                if kind is not None:
                    log.warning("turn.ungrounded", turn=run.turn.message_id, kind=kind)
                return kind

            return [TextDelta(text) for text in run.reply.keep(sentences, facts, run.plan.lexicon, objection)]

    async def _close(self, run: Run) -> AsyncGenerator[TurnEvent]:
        """The last sentence, a reply where none is left, the clarifying question; then keep it all."""
        for event in self._checked(run, run.reply.close()):
            yield event
        if run.reply.text.strip() and (missing := unanswered(run)):
            yield run.tell(missing)
        for note in self._unsaid(run):
            yield run.tell(note)
        question = self._question(run)
        if not run.reply.text.strip() and not (question and question.key.startswith("option:")):
            yield run.tell(self._compose(run) or unanswered(run) or run.composer.talk(("unclear",)))
        if question is not None:
            yield run.tell(question.text)
        elif not run.heard.is_answered:
            for event in await self._in_pool(run.offer):
                yield event
        if run.context.ledger.need != run.before.need or gives_all_up(run.state.words):
            yield WishesChanged(run.context.ledger.need)
        with run.context.meter.stage("store"):
            answer = await self._in_pool(lambda: self._keep(run, question))
        yield Done(answer)

    def _unsaid(self, run: Run) -> list[str]:
        """Words that were set aside and places that are paid for: told even where a model does not."""
        slates = [fact for fact in run.context.ledger.evidence if isinstance(fact, SlateFact) and fact.items]
        aside = [word for slate in slates for word in slate.set_aside]
        words = [w for w in aside if w not in run.reply.text and run.state.as_said(w) not in run.reply.text]
        notes = [run.composer.set_aside(tuple(dict.fromkeys(words)))] if words and run.reply.text else []
        paid = [plain(item.product.title) for slate in slates for item in slate.items if item.sponsored]
        return [*notes, *(run.say("sponsored", title=title) for title in paid)]

    def _compose(self, run: Run) -> str:
        return run.composer.compose(run.context.ledger.evidence, run.asked, self._now())

    def _question(self, run: Run) -> Question | None:
        ledger = run.context.ledger
        if ledger.question is not None:
            return replace(ledger.question, text=run.say.sentence(ledger.question.text))
        slates = [fact for fact in ledger.evidence if isinstance(fact, SlateFact)]
        slates = [slate for slate in slates if slate.asks_first] or slates
        if len(slates) != 1 or ("?" in run.reply.text and not slates[0].asks_first):
            return None
        return choose_question(slates[0], ledger.focus.asked, run.say, run.say.label)

    def _keep(self, run: Run, question: Question | None, *, cut: bool = False) -> Answer:
        """Write the answer and the table after it, in one transaction."""
        answer = self._answer_of(run, question, handed_over=cut)
        focus = next_focus(run.before, run.context.ledger, question)
        turn = run.turn
        self._conversations.append_answer(
            turn.principal, turn.conversation_id, turn.message_id, answer, need=answer.wishes, focus=focus, cut=cut
        )
        self._treating.end(run.treated, run.context.ledger)
        return answer

    def _answer_of(self, run: Run, question: Question | None, *, handed_over: bool) -> Answer:
        ledger = run.context.ledger
        policies = [fact for fact in ledger.evidence if isinstance(fact, PolicyFact)]
        waits = run.before.floor is not Floor.ASSISTANT and not ledger.left_queue
        handed_over = handed_over or waits or any(isinstance(f, HandOverFact) for f in ledger.evidence)
        return Answer(
            text=run.reply.text.strip(),
            evidence=tuple(ledger.evidence),
            wishes=ledger.need,
            question=question,
            sources=sources_of(policies, run.reply.claims, run.state.language),
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
