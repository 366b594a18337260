"""The closed set of reason codes, and which of them may be said to a shopper.

Knows no sentences: words are written where the reply is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from recommender.events import Reason


class Code(StrEnum):
    """Every code that a Reason can carry; what `detail` holds stands behind each."""

    MATCHES = "matches"
    """A stated wish is met; detail: the wish's label, e.g. "under $80"."""
    RELEVANT = "relevant"
    """It answers the request; no detail."""
    POPULAR = "popular"
    """Several visits ended in a click, cart or purchase lately; no detail."""
    BOUGHT_WITH = "bought_with"
    """Bought in the same visits as an item at hand; detail: that item's id."""
    SEEN_WITH = "seen_with"
    """Looked at after an item at hand in several visits; detail: that item's id."""
    SIMILAR_TO = "similar_to"
    """Alike in text, or in category, brand and price; detail: the item at hand."""
    FOR_YOU = "for_you"
    """This shopper's own interest; detail: the brand, category or attribute's value that says most."""
    WELL_RATED = "well_rated"
    """Reviews are better than the shop's mean (negative: worse); no detail."""
    ON_SALE = "on_sale"
    """Costs less than its list price; no detail."""
    TRYING_NEW = "trying_new"
    """Put above its usual place to learn about it; weight 0, no detail."""
    PREDICTED = "predicted"
    """The click model's part; not for shoppers."""
    LATELY = "learned_lately"
    """What the latest outcomes say beyond the click model; not for shoppers."""
    VARIETY = "variety"
    """Lowered because the same brand and category stand above; not for shoppers."""
    DIFFERENT = "different"
    """Lowered because it is like what this visit has shown, and something different was asked for; not for shoppers."""
    SOLD_OUT = "sold_out"
    """Lowered because it cannot be bought now; not for shoppers."""
    DISMISSED = "dismissed"
    """Lowered because this shopper dismissed it in an earlier visit; not for shoppers."""
    AVOIDED = "avoided"
    """Lowered because it has what this shopper never wants; detail: that value; not for shoppers."""
    BURIED = "buried"
    """Put last by a rule of the shop's owner; not for shoppers."""
    BEYOND_QUOTA = "beyond_quota"
    """Put last because nothing but being new speaks for it, and this decision has no place for it; not for shoppers."""
    PINNED = "pinned"
    """Put into its slot by a rule of the shop's owner; weight 0; not for shoppers."""
    SPONSORED = "sponsored"
    """Somebody pays for this slot; weight 0, no detail; always told."""


LEARNED: Final = frozenset({Code.PREDICTED, Code.LATELY})
"""Parts that come out of training; the default policy does without them."""
_NOT_TOLD: Final = frozenset(
    {
        Code.PREDICTED,
        Code.LATELY,
        Code.VARIETY,
        Code.DIFFERENT,
        Code.SOLD_OUT,
        Code.DISMISSED,
        Code.AVOIDED,
        Code.BURIED,
        Code.BEYOND_QUOTA,
        Code.PINNED,
    }
)


def tellable(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Keep what may be said under "why this": positive parts with evidence, met wishes, and an open trial.

    Args:
        reasons: of one slate item, in the recommender's order.

    Returns:
        The same order, fewer reasons.
    """
    always = (Code.MATCHES, Code.TRYING_NEW, Code.SPONSORED)
    return tuple(r for r in reasons if r.code in always or (r.weight > 0 and r.code not in _NOT_TOLD))
