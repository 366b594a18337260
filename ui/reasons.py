""" "Why this": the parts of a score as sentences with bars.

Knows the recommender's closed set of reason codes; what may be told to shoppers is the recommender's own rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.text import clean
from recommender.events import Reason
from recommender.reasons import Code, tellable

SENTENCES: Mapping[str, tuple[str, str]] = {
    Code.MATCHES: ("It fits your wish: {}", "It fits your wishes"),
    Code.RELEVANT: ("It fits your words", "It fits your words"),
    Code.POPULAR: ("Many shoppers choose it", "Many shoppers choose it"),
    Code.BOUGHT_WITH: ("Often bought together with {}", "Often bought together with what you looked at"),
    Code.SEEN_WITH: ("Often looked at after {}", "Often looked at after what you looked at"),
    Code.SIMILAR_TO: ("Similar to {}", "Similar to what you looked at"),
    Code.FOR_YOU: ("You have looked at {} before", "It fits what you looked at before"),
    Code.WELL_RATED: ("Well rated by buyers", "Well rated by buyers"),
    Code.ON_SALE: ("Its price is reduced now", "Its price is reduced now"),
    Code.SPONSORED: ("Sponsored: its maker or seller pays for this place",) * 2,
    Code.TRYING_NEW: ("Shown to learn whether shoppers like it", "Shown to learn whether shoppers like it"),
}
"""Per code: the sentence with a detail, and the sentence without one."""

_NAMES_PRODUCT = (Code.BOUGHT_WITH, Code.SEEN_WITH, Code.SIMILAR_TO)


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One part of a score, for people.

    Args:
        text: a sentence without a full stop.
        share: length of its bar, 0 to 100 percent of the heaviest part.
    """

    text: str
    share: int


def reason_lines(reasons: Sequence[Reason], titles: Mapping[str, str]) -> tuple[ReasonLine, ...]:
    """Write the parts of a score that may be told, those that set the product apart first.

    Args:
        reasons: as the recommender gave them, in its order.
        titles: product id -> title, for reasons that name another product.
    """
    told = tellable(reasons)
    heaviest = max((reason.weight for reason in told), default=0.0)
    return tuple(
        ReasonLine(_sentence(reason, titles), round(100 * reason.weight / heaviest) if heaviest > 0 else 0)
        for reason in told
    )


def _sentence(reason: Reason, titles: Mapping[str, str]) -> str:
    detail = titles.get(reason.detail, "") if reason.code in _NAMES_PRODUCT else clean(reason.detail)
    with_detail, without = SENTENCES.get(reason.code, ("{}", reason.code.replace("_", " ").capitalize()))
    return with_detail.format(detail) if detail else without
