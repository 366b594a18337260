"""Tool: what the shop's policies say."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.tools.context import ShopperContext
from assistant.tools.summary import summarise
from assistant.turn import ToolResult


def answer_policy(context: ShopperContext, question: str, about: str = "") -> ToolResult:
    """Look up what the shop's policies say about shipping, returns, warranty, payment, price match, privacy or sizes.

    Quote them; where they say nothing, say so. `about` is the topic of the policy quoted last, e.g. "Returns",
    where the question goes on about it ("after 40 days?").
    """
    policies = context.shop.policies
    fact = policies.answer(question, topic=about)
    if not fact.sections and (topic := _topic(question, policies.titles())):
        # "I want to return my boots": the boots say nothing to the policies, the returning does.
        fact = replace(policies.answer(topic), question=question)
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
    return ToolResult((fact,), summarise((fact,)))


def _topic(question: str, titles: set[str]) -> str:
    """The words of the question that stand in titles of policies ("Returns", "Warranty")."""
    topics = {_stem(word) for title in titles for word in re.findall(r"\w+", title.partition(":")[0].casefold())}
    return " ".join(word for word in re.findall(r"\w+", question.casefold()) if _stem(word) in topics and len(word) > 3)


def _stem(word: str) -> str:
    return word.rstrip("s")
