"""The one clarifying question: asked when many products fit and one attribute splits them well; never put twice."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from assistant.turn import Question, SlateFact
from retrieval.filters import CategoryIn, fold
from retrieval.product import attribute_label
from retrieval.results import Sort

MIN_TOTAL = 9
MIN_COVERAGE = 0.6
MIN_GAIN_BITS = 0.8
MAX_ANSWERS = 5
MAX_WISHES = 1
_NOT_ASKED = frozenset({"brand", "colour", "color", "category", "department"})


def choose_question(slate: SlateFact, asked: tuple[str, ...], ask: Callable[[str], str]) -> Question | None:
    """Pick the question that narrows the slate's need best.

    Args:
        slate: what was found.
        asked: keys put before in this conversation.
        ask: writes the question about an attribute's label.

    Returns:
        A question with tappable answers, or None where none helps: few products, several wishes already stated, an
        order asked for, a question about this kind of product put before, or no attribute that splits them.
    """
    wishes = [c for c in slate.need.constraints if not isinstance(c, CategoryIn)]
    kind = _kind(slate)
    if (
        slate.surface != "search"
        or slate.total < MIN_TOTAL
        or len(wishes) > MAX_WISHES
        or slate.need.sort is not Sort.RELEVANCE
        or kind is None
        or any(key.endswith(f"@{kind}") for key in asked)
    ):
        return None
    stated = {getattr(constraint, "name", "") for constraint in wishes}
    usable = {n: values for n, values in slate.facets.items() if _askable(n, values, slate.total, stated)}
    best = max(((gain(values, slate.total), name) for name, values in usable.items()), default=(0.0, ""))
    if best[0] < MIN_GAIN_BITS:
        return None
    values = slate.facets[best[1]]
    answers = sorted(values, key=lambda value: (-values[value], value))[:MAX_ANSWERS]
    text = ask(attribute_label(best[1]).lower())
    return Question(f"{best[1]}@{kind}", text, tuple(sorted(answers, key=_in_order)))


def _kind(slate: SlateFact) -> str | None:
    """What the need is about: the wished categories, or its words."""
    for constraint in slate.need.constraints:
        if isinstance(constraint, CategoryIn) and not constraint.exclude:
            return "+".join(sorted(fold(value) for value in constraint.values))
    return fold(slate.need.text) or None


def _askable(name: str, values: Mapping[str, int], total: int, stated: set[str]) -> bool:
    plain = 2 <= len(values) <= 8 and not set(values) <= {"yes", "no"}
    return name not in _NOT_ASKED and name not in stated and plain and sum(values.values()) >= MIN_COVERAGE * total


def gain(values: Mapping[str, int], total: int) -> float:
    """Information gained by knowing the value, in bits: its entropy, times the share of products that state it.

    Shannon (1948), H = -Σ p log2 p.
    """
    stated = sum(values.values())
    if not stated:
        return 0.0
    entropy = -sum(n / stated * math.log2(n / stated) for n in values.values() if n)
    return entropy * min(1.0, stated / total)


def _in_order(value: str) -> tuple[int, float, str]:
    """Numbers by size, then texts."""
    digits = value.replace(",", ".").split()[0] if value else ""
    try:
        return (0, float(digits), value)
    except ValueError:
        return (1, 0.0, value)
