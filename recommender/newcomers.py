"""The quota of new items: how many of them a slate may hold, and in which decisions.

Only items count that are candidates for nothing but being new (candidates/sources.py, `fresh`: in stock, with category
and price); what another source gives as well stands on its own. A search has no such source. Decided from the past, so
that logged probabilities stay exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.events import Candidate, DecisionContext
from recommender.item_table import FloatArray
from recommender.settings import RecommenderSettings

NEW: Final = "new"
"""The origin of candidates that are new."""
_SALT: Final = "aisle-new/1"


def beyond_quota(
    context: DecisionContext, candidates: Sequence[Candidate], scores: FloatArray, settings: RecommenderSettings
) -> NDArray[np.bool_]:
    """Return which candidates are new ones that this decision has no place for, (n,).

    Args:
        context: says how many slots there are, and which decision it is.
        candidates: n of them.
        scores: (n,) the best new ones get the places.
        settings: shares of slots and of decisions.
    """
    beyond = np.zeros(len(candidates), dtype=np.bool_)
    new = np.flatnonzero([one.sources == (NEW,) for one in candidates])
    if len(new) == 0:
        return beyond
    places = max(1, int(settings.new_slot_share * context.k)) if _admits(context, settings.new_decision_share) else 0
    beyond[new[np.argsort(-scores[new], kind="stable")][places:]] = True
    return beyond


def _admits(context: DecisionContext, share: float) -> bool:
    """Tell whether new items may be shown in a decision; the same answer when it is computed again."""
    text = f"{_SALT}|{context.seed}|{context.shopper_key}|{context.session_key}|{context.turn_id}"
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") < share * 2.0**64
