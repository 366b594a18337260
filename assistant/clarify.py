"""The one clarifying question: asked when many products fit and one attribute splits them well; never put twice."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from assistant.naming import unnamed_thing
from assistant.turn import Need, Question, SlateFact
from retrieval.filters import CategoryIn, fold
from retrieval.product import attribute_label
from retrieval.results import Sort

MIN_TOTAL = 9
MIN_COVERAGE = 0.6
MIN_GAIN_BITS = 0.8
MAX_ANSWERS = 5
MAX_NUMBERS = 8
"""Sizes with gaps between them look wrong."""
MAX_WISHES = 1
KIND_KEY = "kind"
NO_QUESTIONS = "none"
"""Kept among the questions that were put once the shopper wants none."""
MANY = 30
"""From here on products of all kinds are too many to look through."""
_NOT_ASKED = frozenset({"brand", "colour", "color", "category", "department"})
_TECHNICAL = re.compile(r"\d\s*(?:mm|µm|mg|g|mah|ma|v|hz|khz|db|dpi|ohm|nm)$", re.I)
"""Measures that few shoppers know of what they want ("drop 8 mm"): no question is put about them."""


_WANTS_NONE = re.compile(
    r"\W*(?:(?:please|ok(?:ay)?|and|just|can you|could you)\W+)*"
    r"(?:(?:stop|quit|enough|no more)(?: of| with)?|do not|don['’]?t)"
    r"(?: (?:asking|ask|putting))?(?: me)?(?: (?:so many|any|all|all these|these|those|your|more|the))*"
    r" questions?(?: please| already| any ?more)*\W*",
    re.I,
)


def wants_no_questions(words: str) -> bool:
    """Whether a message says that the shopper wants no clarifying question, and nothing else."""
    return _WANTS_NONE.fullmatch(words) is not None


def choose_question(
    slate: SlateFact, asked: tuple[str, ...], say: Callable[..., str], name: Callable[[str], str] = str
) -> Question | None:
    """Pick the question that narrows the slate's need best.

    Args:
        slate: what was found.
        asked: keys put before in this conversation; NO_QUESTIONS among them where none is wanted.
        say: writes the sentences "ask_facet", with a `label`, and "ask_kind".
        name: what an attribute is called in the language of the sentences.

    Returns:
        A question with tappable answers, or None where none helps: few products, several wishes already stated, an
        order asked for, a question about this kind of product put before, or no attribute that splits them.
    """
    if NO_QUESTIONS in asked:
        return None
    if _of_all_kinds(slate) and KIND_KEY not in asked:
        return Question(KIND_KEY, say("ask_kind"), _commonest(slate.facets["department"]))
    wishes = [c for c in slate.need.constraints if not isinstance(c, CategoryIn)]
    kind = kind_of(slate.need)
    if (
        slate.surface != "search"
        or slate.total < MIN_TOTAL
        or len(wishes) > MAX_WISHES
        or slate.need.sort is not Sort.RELEVANCE
        or slate.need.extreme is not None
        or kind is None
        or any(key.endswith(f"@{kind}") for key in asked)
    ):
        return None
    stated = {getattr(constraint, "name", "") for constraint in wishes}
    usable = {n: values for n, values in slate.facets.items() if _askable(n, values, slate.total, stated)}
    best = max(((gain(values, slate.total), name) for name, values in usable.items()), default=(0.0, ""))
    if best[0] < MIN_GAIN_BITS or unnamed_thing(slate)[1]:
        return None
    text = say("ask_facet", label=name(attribute_label(best[1]).lower()))
    return Question(f"{best[1]}@{kind}", text, tuple(sorted(_commonest(slate.facets[best[1]]), key=_in_order)))


def _of_all_kinds(slate: SlateFact) -> bool:
    """Whether a need names no kind of thing at all ("a gift, 50 bucks") and much of everything fits."""
    kinds = any(isinstance(constraint, CategoryIn) for constraint in slate.need.constraints)
    several = len(slate.facets.get("department", {})) > 1
    return slate.surface == "search" and not slate.need.text and not kinds and slate.total >= MANY and several


def _commonest(values: Mapping[str, int]) -> tuple[str, ...]:
    most = MAX_NUMBERS if all(value[:1].isdigit() for value in values) else MAX_ANSWERS
    return tuple(sorted(values, key=lambda value: (-values[value], value))[:most])


def kind_of(need: Need) -> str | None:
    """What the need is about: the wished categories, or its words."""
    for constraint in need.constraints:
        if isinstance(constraint, CategoryIn) and not constraint.exclude:
            return "+".join(sorted(fold(value) for value in constraint.values))
    return fold(need.text) or None


def _askable(name: str, values: Mapping[str, int], total: int, stated: set[str]) -> bool:
    plain = 2 <= len(values) <= 8 and not set(values) <= {"yes", "no"} and not any(map(_TECHNICAL.search, values))
    return name not in _NOT_ASKED and name not in stated and plain and sum(values.values()) >= MIN_COVERAGE * total


def gain(values: Mapping[str, int], total: int) -> float:
    """Information gained by knowing the value, in bits: its entropy, times the share of products that state it.

    Shannon (1948), H = -Σ p log2 p. Where products have several values (sizes), an answer leaves all that have it, so
    that Σ p log2(total / n) is gained: nothing where every product comes in every size.
    """
    stated = sum(values.values())
    if not stated:
        return 0.0
    if stated > total:
        return sum(n / stated * math.log2(max(1.0, total / n)) for n in values.values() if n)
    entropy = -sum(n / stated * math.log2(n / stated) for n in values.values() if n)
    return entropy * min(1.0, stated / total)


def _in_order(value: str) -> tuple[int, float, str]:
    """Numbers by size, then texts."""
    digits = value.replace(",", ".").split()[0] if value else ""
    try:
        return (0, float(digits), value)
    except ValueError:
        return (1, 0.0, value)
