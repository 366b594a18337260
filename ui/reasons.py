""""Why this": the parts of a score as sentences with bars.

Knows the recommender's closed set of reason codes; an unknown code is shown by its name, never hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recommender.events import Reason

_SENTENCES = {
    "matches": "It fits your wish: {detail}",
    "relevant": "It fits your words",
    "popular": "Many shoppers choose it",
    "bought_with": "Often bought together with {detail}",
    "similar_to": "Similar to {detail}",
    "for_you": "It fits what you looked at before",
    "well_rated": "Well rated by buyers",
    "on_sale": "Its price is reduced now",
    "trying_new": "Shown to learn whether shoppers like it",
}
_WITHOUT_DETAIL = {
    "matches": "It fits your wishes",
    "bought_with": "Often bought together with what you looked at",
    "similar_to": "Similar to what you looked at",
}


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One part of a score, for people.

    Args:
        text: a sentence without a full stop.
        share: length of its bar, 0 to 100 percent of the heaviest part.
        against: True where this part pulled the product down.
    """

    text: str
    share: int
    against: bool


def reason_lines(reasons: Sequence[Reason], titles: Mapping[str, str]) -> tuple[ReasonLine, ...]:
    """Write the parts of a score, heaviest first.

    Args:
        reasons: as the recommender gave them.
        titles: product id -> title, for reasons that name another product.
    """
    heaviest = max((abs(reason.weight) for reason in reasons), default=0.0) or 1.0
    ordered = sorted(reasons, key=lambda reason: -abs(reason.weight))
    return tuple(
        ReasonLine(_sentence(reason, titles), max(2, round(100 * abs(reason.weight) / heaviest)), reason.weight < 0)
        for reason in ordered
    )


def _sentence(reason: Reason, titles: Mapping[str, str]) -> str:
    detail = reason.detail
    if reason.code in ("bought_with", "similar_to"):
        detail = titles.get(detail, "")
    if not detail and reason.code in _WITHOUT_DETAIL:
        return _WITHOUT_DETAIL[reason.code]
    template = _SENTENCES.get(reason.code)
    if template is None:
        words = reason.code.replace("_", " ").capitalize()
        return f"{words}: {detail}" if detail else words
    return template.format(detail=detail)
