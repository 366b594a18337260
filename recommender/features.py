"""The features of the click model: one definition, used while serving and when training replays the log.

Reads the catalogue and the counted behaviour only; never content vectors, which training does not have, and never
relevance, which is a part of the score of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.item_table import HASH_FIELDS, IntArray, ItemTable
from recommender.profiles.profile import Profile
from recommender.similarity import similarity_to
from recommender.state import BehaviourState, Links

FEATURES: Final = (
    "popularity",
    "interest_share",
    "click_rate",
    "confidence",
    "category_affinity",
    "brand_affinity",
    "department_affinity",
    "price_known",
    "price_distance",
    "price",
    "discount",
    "rating",
    "rating_count",
    "sold_out",
    "seen_with",
    "bought_with",
    "similar_to_last",
    "visit_length",
    "dismissed",
)
"""Names of the dense features, in order."""

FEATURE_SCHEMA: Final = "click/" + blake2b("|".join((*FEATURES, *HASH_FIELDS)).encode(), digest_size=6).hexdigest()
"""Changes with what the features are."""
_N_RECENT: Final = 3
# A new item is believed to be clicked once in ten impressions until it has some of its own.
_PRIOR_CLICKS, _PRIOR_IMPRESSIONS = 1.0, 10.0


@dataclass(frozen=True, slots=True)
class FeatureBlock:
    """Features of n items for one shopper at one moment.

    Args:
        dense: (n, len(FEATURES)) float32, row i is item i.
        hashed: (n, len(HASH_FIELDS)) buckets.
    """

    dense: NDArray[np.float32]
    hashed: IntArray


def features(
    state: BehaviourState, table: ItemTable, item_ids: Sequence[str], *, shopper_key: str, session_key: str, now: float
) -> FeatureBlock:
    """Describe items to the click model.

    Args:
        state: behaviour before this moment.
        table: the catalogue.
        item_ids: n items; unknown ones get the values of "nothing known".
        shopper_key, session_key: for whom.
        now: epoch seconds.
    """
    rows = table.rows(item_ids)
    columns = {
        **_crowd(state, item_ids, now),
        **_shopper(state.taste(shopper_key, session_key, now), table, item_ids, now),
        **_catalogue(table, rows),
        **_visit(state, table, item_ids, rows, session_key),
        "dismissed": [state.dismissal(shopper_key, item_id, now) for item_id in item_ids],
    }
    dense = np.stack([np.asarray(columns[name], dtype=np.float32) for name in FEATURES], axis=1)
    return FeatureBlock(dense, table.hashed[rows])


def _crowd(state: BehaviourState, item_ids: Sequence[str], now: float) -> dict[str, Sequence[float]]:
    # Shares and ratios, no raw counts: those grow with the shop's age, and a model would meet numbers it never saw.
    top = float(np.log1p(max(1.0, state.popularity.largest(now))))
    shown = [state.item_impressions.get(item_id, 0) for item_id in item_ids]
    return {
        "popularity": [float(np.log1p(state.popularity.read(item_id, now))) / top for item_id in item_ids],
        "interest_share": [
            _share(interested, max(interested, n))
            for n, interested in zip(shown, (state.item_sessions.get(i, 0) for i in item_ids), strict=True)
        ],
        "click_rate": [
            _share(clicks, n) for n, clicks in zip(shown, (state.item_clicks.get(i, 0) for i in item_ids), strict=True)
        ],
        "confidence": [n / (n + _PRIOR_IMPRESSIONS) for n in shown],
    }


def _share(clicks: int, shown: int) -> float:
    return (clicks + _PRIOR_CLICKS) / (shown + _PRIOR_IMPRESSIONS)


def _shopper(
    shopper: Profile | None, table: ItemTable, item_ids: Sequence[str], now: float
) -> dict[str, Sequence[float]]:
    n = len(item_ids)
    names = ("category_affinity", "brand_affinity", "department_affinity", "price_known", "price_distance")
    if shopper is None:
        return {name: [0.0] * n for name in names}
    taste = _Taste(shopper, now)
    rows = [taste.of(table, item_id) for item_id in item_ids]
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


class _Taste:
    """One shopper's affinities, each looked up once."""

    def __init__(self, shopper: Profile, now: float) -> None:
        self._shopper, self._now = shopper, now
        self._affinities: dict[tuple[str, str | None], float] = {}
        self._prices: dict[str | None, float | None] = {}

    def of(self, table: ItemTable, item_id: str) -> tuple[float, float, float, float, float]:
        item = table.find(item_id)
        if item is None:
            return (0.0, 0.0, 0.0, 0.0, 0.0)
        if item.category not in self._prices:
            self._prices[item.category] = self._shopper.usual_log_price(item.category, self._now)
        usual = self._prices[item.category]
        distance = 0.0 if usual is None else abs(float(table.log_price[table.index[item_id]]) - usual)
        return (
            self._affinity("category", item.category),
            self._affinity("brand", item.brand),
            self._affinity("department", item.department),
            float(usual is not None),
            distance,
        )

    def _affinity(self, field: str, value: str | None) -> float:
        key = (field, value)
        if key not in self._affinities:
            self._affinities[key] = self._shopper.affinity(field, value, self._now)
        return self._affinities[key]


def _catalogue(table: ItemTable, rows: IntArray) -> dict[str, Sequence[float] | NDArray[np.float64]]:
    return {
        "price": table.log_price[rows],
        "discount": table.discount[rows],
        "rating": table.rating[rows],
        "rating_count": np.log1p(table.rating_count[rows]),
        "sold_out": table.sold_out[rows].astype(np.float64),
    }


def _visit(
    state: BehaviourState, table: ItemTable, item_ids: Sequence[str], rows: IntArray, session_key: str
) -> dict[str, Sequence[float] | NDArray[np.float64]]:
    recent = state.recent_items(session_key)
    last_row = table.index.get(recent[0]) if recent else None
    alike = np.zeros(len(rows)) if last_row is None else similarity_to(table, None, last_row, rows)
    return {
        "seen_with": _strongest(state.seen_with, recent[:_N_RECENT], item_ids),
        "bought_with": _strongest(state.bought_with, recent[:_N_RECENT], item_ids),
        "similar_to_last": alike,
        "visit_length": [float(np.log1p(len(recent)))] * len(rows),
    }


def _strongest(links: Links, sources: Sequence[str], item_ids: Sequence[str]) -> Sequence[float]:
    return [max((links.strength(source, item_id) for source in sources), default=0.0) for item_id in item_ids]
