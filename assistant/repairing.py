"""What a reply lacks once sentences were left out of it: whether its model is asked again, and what code says instead.

Nothing here asks a model. What was asked for is told by what the tools looked up for it, and answered by the words that
the composer has for the same facts: the shop's own value, or that the shop does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.agent import MODEL_CALLS_PER_TURN
from assistant.aspects import content_of, parts_of
from assistant.evidence import ComparisonFact, Evidence, OrdersFact, PolicyFact, ProductFact, SlateFact
from assistant.grounding import Facts, links_of, split_sentences
from assistant.grounding.subjects import UNSTATED
from assistant.guards import OUTPUT_GUARDS
from assistant.language import ENGLISH
from assistant.llm.embedded.remarks import table_of
from assistant.llm.embedded.table_questions import asks_about_a_thing
from assistant.llm.embedded.wording import plain
from assistant.references import resolve
from assistant.replying import Removed
from assistant.running import Run

_HELD_BACK = frozenset(guard.name for guard in OUTPUT_GUARDS)
"""What a guard kept back is not asked for again."""
_NOT_ASKED_FOR = _HELD_BACK | {"praise", "done", "link"}
"""What no fact of the shop could stand for."""
_YES_OR_NO = re.compile(r"\W*(?:(?:yes|no|ja|nein|doch|sí|si)\b|[是不没有])", re.I)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def to_say_again(run: Run) -> list[str]:
    """The sentences of the model's draft that it is asked to say again; none where that is not worth the wait.

    It is worth it where nothing of the draft stands, or what stands does not answer what was asked. A reply that shows
    what was looked for lacks nothing that a shopper would wait for: the cards hold the facts.
    """
    meter = run.context.meter
    may_ask = meter.tokens_left and meter.cost().model_calls < MODEL_CALLS_PER_TURN
    wrong = [removed.text for removed in run.reply.removed if removed.kind not in _HELD_BACK]
    if not (wrong and may_ask) or (run.reply.text.strip() and not unanswered(run)):
        return []
    return wrong


def unanswered(run: Run) -> str:
    """What the composer has to say to what was asked, where a sentence about it was left out and the rest says nothing.

    Returns:
        "" where nothing was asked for, or it is answered.
    """
    if not any(_may_answer(run, removed) for removed in run.reply.removed):
        return ""
    with run.context.meter.stage("ground"):
        return " ".join(dict.fromkeys(text for facts in _asked_of(run) for text in _open(run, facts)))


def _may_answer(run: Run, removed: Removed) -> bool:
    """Whether a sentence that was left out may have answered what was asked, and is not one of praise.

    A superlative ("the greatest ever made"), and what was left out for a word alone, is praise unless it says yes or
    no, has a word of the question, or products were compared.
    """
    if removed.kind in {"word", "order"}:
        compared = any(isinstance(fact, ComparisonFact) for fact in run.context.ledger.evidence)
        return compared or bool(_YES_OR_NO.match(removed.text)) or _is_about(run, run.state.words, [removed.text])
    return removed.kind not in _NOT_ASKED_FOR


def _asked_of(run: Run) -> Iterator[list[Evidence]]:
    """What was looked up to answer a question, kind by kind; without any tool, the products that the words point at."""
    found = run.context.ledger.evidence
    words = run.state.words
    if not found and asks_about_a_thing(words):
        yield [ProductFact(p, p.default_variant) for p in resolve(words, table_of(run.state))]
    searched = any(isinstance(fact, SlateFact) for fact in found)
    for kind in (ComparisonFact, PolicyFact, OrdersFact, *(() if searched else (ProductFact,))):
        yield [fact for fact in found if isinstance(fact, kind)]


def _open(run: Run, facts: list[Evidence]) -> Iterator[str]:
    """The answers to what the reply leaves open of what these facts are asked for."""
    words = run.asked
    if not facts:
        return
    if len(facts) > 1 or not isinstance(facts[0], ProductFact):
        answer = run.composer.compose(facts, words)
        if not _says_any(run, answer, facts, words):
            yield answer
        return
    title = content_of(facts[0].product.title)
    parts = [part for part in parts_of(words) if content_of(part, title)] or [words]
    for part in parts:
        answer = run.composer.compose(facts, part)
        unknown = answer == run.say("fact_unknown", title=plain(facts[0].product.title))
        if unknown and len(parts) > 1 and not _is_about(run, part, [removed.text for removed in run.reply.removed]):
            continue
        if not _says_any(run, answer, facts, part):
            yield answer


def _says_any(run: Run, answer: str, facts: list[Evidence], question: str) -> bool:
    """Whether the reply says anything of an answer, or, where that rests on no field, anything about the question."""
    shown = split_sentences(run.reply.text)
    needed = set(_sources(run, answer, facts))
    if needed & {claim.source for claim in run.reply.claims}:
        return True
    if run.state.language != ENGLISH:
        # A word that no phrasebook knows hides a claim: here the same number, or a word of the question, is an answer.
        return bool(_numbers(answer, facts) & _numbers(run.reply.text, facts)) or _is_about(run, question, shown)
    return not needed and (any(map(UNSTATED.search, shown)) or _is_about(run, question, shown))


def _sources(run: Run, answer: str, facts: list[Evidence]) -> Iterator[str]:
    known = Facts(facts, language=run.state.language)
    for sentence in split_sentences(answer):
        yield from (claim.source for claim in links_of(sentence, known, run.plan.lexicon) if claim.kind != "product")
        known.before += sentence


def _numbers(text: str, facts: list[Evidence]) -> set[str]:
    """The numbers of a text that stand in no title."""
    for title in (fact.product.title for fact in facts if isinstance(fact, ProductFact)):
        text = text.replace(title, " ").replace(plain(title), " ")
    return {number.replace(",", ".") for number in _NUMBER.findall(text)}


def _is_about(run: Run, question: str, sentences: list[str]) -> bool:
    """Whether a sentence has a telling word of a question, as it was typed or read."""
    typed = content_of(run.state.said) if run.state.language != ENGLISH else set()
    asked = content_of(question) | typed
    return any(asked & content_of(sentence) for sentence in sentences)
