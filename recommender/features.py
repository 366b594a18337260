"""The features of the click models: one definition, used while serving and when training replays the log.

Reads the catalogue and the counted behaviour only; never content vectors, which training does not have, and never
relevance, which is a part of the score of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.field_rates import ALL, DEARNESS
from recommender.item_table import HASH_FIELDS, FloatArray, IntArray, ItemTable, bucket
from recommender.profiles.profile import Profile
from recommender.similarity import similarity_to
from recommender.state import KINDS, STRENGTH, BehaviourState, Links

CROWD: Final = (
    "popularity",
    "interest_share",
    "click_rate",
    "confidence",
    "item_lift",
    "category_rate",
    "category_trend",
    "brand_lift",
)
SHOPPER: Final = (
    "category_affinity",
    "brand_affinity",
    "department_affinity",
    "category_lift_own",
    "brand_lift_own",
    "department_lift_own",
    "shopper_lift",
    "price_known",
    "price_distance",
    "price_fit",
    "acted_before",
    "category_of_last",
    "brand_of_last",
    "dismissed",
)
CATALOGUE: Final = ("price", "dearness", "discount", "rating", "rating_count", "sold_out")
VISIT: Final = ("seen_with", "bought_with", "similar_to_last", "visit_length")
MOMENT: Final = ("hour_sin", "hour_cos", "n_acts", "idle")
FEATURES: Final = (*CROWD, *SHOPPER, *CATALOGUE, *VISIT, *MOMENT)
"""Names of the dense features, in order."""
HISTORY_FIELDS: Final = ("item", "category", "brand")
_FIELD_COLUMNS: Final = (0, 1, 3)

FEATURE_SCHEMA: Final = (
    "click/" + blake2b("|".join((*FEATURES, *HASH_FIELDS, *HISTORY_FIELDS)).encode(), digest_size=6).hexdigest()
)
"""Changes with what the features are."""
_INTERESTED: Final = frozenset(KINDS[kind] for kind in STRENGTH)
_N_RECENT: Final = 3
# A new item is believed to be clicked once in ten impressions until it has some of its own.
_PRIOR_CLICKS, _PRIOR_IMPRESSIONS = 1.0, 10.0
# Impressions at the usual rate that are added before a rate is believed, for the shop and for one shopper.
_SHOP_STRENGTH, _OWN_STRENGTH = 20.0, 8.0
_DAY_S: Final = 86_400.0
_HOUR_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class FeatureBlock:
    """Features of n items for one shopper at one moment.

    Args:
        dense: (n, len(FEATURES)) float32, row i is item i.
        hashed: (n, len(HASH_FIELDS)) buckets.
    """

    dense: NDArray[np.float32]
    hashed: IntArray


@dataclass(frozen=True, slots=True)
class History:
    """What one shopper did last, latest first; m acts, 0 to state.HISTORY_LENGTH.

    Args:
        hashed: (m, 3) buckets of HISTORY_FIELDS; 0 where the catalogue no longer holds the item.
        kinds: (m,) numbers of state.KINDS.
        ages_s: (m,) float32, seconds before now.
        shopper: bucket of the shopper's key; 0 for one of whom nothing is known, and in visits for somebody else.
    """

    hashed: IntArray
    kinds: IntArray
    ages_s: NDArray[np.float32]
    shopper: int


def history(state: BehaviourState, table: ItemTable, *, shopper_key: str, session_key: str, now: float) -> History:
    """Describe what a shopper did to the click model; in a visit for somebody else, what was done for them.

    Args:
        state: behaviour before this moment.
        table: the catalogue.
        shopper_key, session_key: for whom.
        now: epoch seconds.
    """
    shopper = state.taste(shopper_key, session_key, now)
    acts = [] if shopper is None else list(reversed(shopper.acts))
    rows = table.rows([act.item_id for act in acts])
    return History(
        hashed=table.hashed[rows][:, _FIELD_COLUMNS],
        kinds=np.array([act.kind for act in acts], dtype=np.int64),
        ages_s=np.array([max(0.0, now - act.at) for act in acts], dtype=np.float32),
        shopper=bucket("shopper", shopper_key) if acts and state.gift_of(session_key, now) is None else 0,
    )


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
    shopper = state.taste(shopper_key, session_key, now)
    scene = _Scene(state, table, item_ids, rows, shopper, now)
    columns = {
        **_crowd(scene),
        **_catalogue(scene),
        **_visit(scene, session_key),
        **_moment(scene),
        "dismissed": [state.dismissal(shopper_key, item_id, now) for item_id in item_ids],
    }
    if shopper is not None:
        columns |= _shopper(scene, shopper, columns["dearness"])
    nothing = np.zeros(len(item_ids))
    dense = np.stack([np.asarray(columns.get(name, nothing), dtype=np.float32) for name in FEATURES], axis=1)
    return FeatureBlock(dense, table.hashed[rows])


_Column = Sequence[float] | FloatArray


class _Scene:
    """Everything that the groups of features read, and values by category, department or brand looked up once."""

    def __init__(
        self,
        state: BehaviourState,
        table: ItemTable,
        item_ids: Sequence[str],
        rows: IntArray,
        shopper: Profile | None,
        now: float,
    ) -> None:
        self.state, self.table, self.item_ids, self.rows = state, table, item_ids, rows
        self.shopper, self.now = shopper, now
        self.items = [table.find(item_id) for item_id in item_ids]
        self._kinds: dict[str, tuple[list[str | None], IntArray]] = {}
        shown = state.rates.shown.read(ALL, now)
        taken = state.rates.taken.read(ALL, now)
        self.base = (taken + _PRIOR_CLICKS) / (shown + _PRIOR_IMPRESSIONS)

    def by_value(self, field: str, read: Callable[[str], float]) -> FloatArray:
        """Read something for each item's category, department or brand, (n,); 0 where it has none."""
        if field not in self._kinds:
            codes = getattr(self.table, field)[self.rows]
            _, first, place = np.unique(codes, return_index=True, return_inverse=True)
            found = [self.items[i] for i in first]
            self._kinds[field] = ([None if item is None else getattr(item, field) for item in found], place)
        values, place = self._kinds[field]
        read_once: FloatArray = np.array([0.0 if value is None else read(value) for value in values])[place]
        return read_once


def _crowd(scene: _Scene) -> dict[str, _Column]:
    # Shares and ratios, no raw counts: those grow with the shop's age, and a model would meet numbers it never saw.
    state, ids, now = scene.state, scene.item_ids, scene.now
    top = float(np.log1p(max(1.0, state.popularity.largest(now))))
    shown = np.array([state.item_impressions.get(item_id, 0) for item_id in ids], dtype=np.float64)
    clicks = np.array([state.item_clicks.get(item_id, 0) for item_id in ids], dtype=np.float64)
    interested = np.array([state.item_sessions.get(item_id, 0) for item_id in ids], dtype=np.float64)
    category = scene.by_value("category", lambda value: _shop_rate(scene, ("category", value)))
    return {
        "popularity": np.log1p(state.popularity.read_many(ids, now)) / top,
        "interest_share": _share(interested, np.maximum(interested, shown)),
        "click_rate": _share(clicks, shown),
        "confidence": shown / (shown + _PRIOR_IMPRESSIONS),
        "item_lift": _item_lift(scene, category),
        "category_rate": category,
        "category_trend": scene.by_value("category", lambda value: _trend(scene, ("category", value))),
        "brand_lift": scene.by_value(
            "brand", lambda value: state.rates.lift(("brand", value), scene.base, _SHOP_STRENGTH, now)
        ),
    }


def _shop_rate(scene: _Scene, key: tuple[str, str]) -> float:
    return float(np.log(scene.base)) + scene.state.rates.lift(key, scene.base, _SHOP_STRENGTH, scene.now)


def _trend(scene: _Scene, key: tuple[str, str]) -> float:
    usual = float(np.exp(_shop_rate(scene, key)))
    return scene.state.trends.lift(key, usual, _SHOP_STRENGTH, scene.now)


def _item_lift(scene: _Scene, category: FloatArray) -> FloatArray:
    """Log of how much more often an item is taken lately than its category (hierarchical back-off)."""
    keys = [("item", item_id) for item_id in scene.item_ids]
    taken = np.array(scene.state.rates.taken.read_many(keys, scene.now))
    shown = np.array(scene.state.rates.shown.read_many(keys, scene.now))
    usual = np.where(category == 0.0, scene.base, np.exp(category))
    lift: FloatArray = np.log((taken + _SHOP_STRENGTH * usual) / ((shown + _SHOP_STRENGTH) * usual))
    return lift


def _share(clicks: FloatArray, shown: FloatArray) -> FloatArray:
    return (clicks + _PRIOR_CLICKS) / (shown + _PRIOR_IMPRESSIONS)


def _shopper(scene: _Scene, shopper: Profile, dearness: _Column) -> dict[str, _Column]:
    now, n = scene.now, len(scene.item_ids)
    overall = shopper.rates.lift(ALL, scene.base, _OWN_STRENGTH, now)
    own_base = scene.base * float(np.exp(overall))
    acted = {act.item_id for act in shopper.acts if act.kind in _INTERESTED}
    columns: dict[str, _Column] = {
        "shopper_lift": [overall] * n,
        "price_fit": _dearness_liked(shopper, own_base, now) * np.asarray(dearness),
        "acted_before": [float(item_id in acted) for item_id in scene.item_ids],
        **_like_last(scene, shopper),
        **_usual_prices(scene, shopper),
    }
    affinity = shopper.affinities(now)
    for field in ("category", "brand", "department"):
        columns[f"{field}_affinity"] = scene.by_value(field, partial(affinity, field))
        columns[f"{field}_lift_own"] = scene.by_value(field, partial(_own_lift, shopper, field, own_base, now))
    return columns


def _like_last(scene: _Scene, shopper: Profile) -> dict[str, _Column]:
    """Whether an item is of the category or the brand that the shopper was interested in last, in whichever visit."""
    last = next((act.item_id for act in reversed(shopper.acts) if act.kind in _INTERESTED), None)
    row = None if last is None else scene.table.index.get(last)
    if row is None:
        return {}
    return {
        f"{field}_of_last": (codes[scene.rows] == codes[row]) & (codes[row] >= 0)
        for field, codes in (("category", scene.table.category), ("brand", scene.table.brand))
    }


def _own_lift(shopper: Profile, field: str, own_base: float, now: float, value: str) -> float:
    return shopper.rates.lift((field, value), own_base, _OWN_STRENGTH, now)


def _dearness_liked(shopper: Profile, own_base: float, now: float) -> float:
    """How much dearer what the shopper takes is than what was shown, shrunk: negative for thrifty ones."""
    taken = shopper.rates.taken.read(DEARNESS, now)
    shown = shopper.rates.shown.read(DEARNESS, now)
    n_taken = shopper.rates.taken.read(ALL, now)
    return (taken - own_base * shown) / (n_taken + _OWN_STRENGTH * own_base + 1.0)


def _usual_prices(scene: _Scene, shopper: Profile) -> dict[str, _Column]:
    missing = -1.0
    usual = scene.by_value("category", lambda value: _or(shopper.usual_log_price(value, scene.now), missing))
    known = np.array([item is not None and item.category is not None for item in scene.items]) & (usual != missing)
    distance = np.where(known, np.abs(scene.table.log_price[scene.rows] - usual), 0.0)
    return {"price_known": known.astype(np.float64), "price_distance": distance}


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _catalogue(scene: _Scene) -> dict[str, _Column]:
    table, rows = scene.table, scene.rows
    usual = scene.by_value("category", lambda value: _usual_shown(scene, value))
    return {
        "price": table.log_price[rows],
        "dearness": np.where(usual == 0.0, 0.0, table.log_price[rows] - usual),
        "discount": table.discount[rows],
        "rating": table.rating[rows],
        "rating_count": np.log1p(table.rating_count[rows]),
        "sold_out": table.sold_out[rows].astype(np.float64),
    }


def _usual_shown(scene: _Scene, category: str) -> float:
    return scene.state.usual_price_shown(category, scene.now)


def _visit(scene: _Scene, session_key: str) -> dict[str, _Column]:
    state, table = scene.state, scene.table
    recent = state.recent_items(session_key)
    last_row = table.index.get(recent[0]) if recent else None
    alike = np.zeros(len(scene.rows)) if last_row is None else similarity_to(table, None, last_row, scene.rows)
    return {
        "seen_with": _strongest(state.seen_with, recent[:_N_RECENT], scene.item_ids),
        "bought_with": _strongest(state.bought_with, recent[:_N_RECENT], scene.item_ids),
        "similar_to_last": alike,
        "visit_length": [float(np.log1p(len(recent)))] * len(scene.rows),
    }


def _strongest(links: Links, sources: Sequence[str], item_ids: Sequence[str]) -> Sequence[float]:
    return [max((links.strength(source, item_id) for source in sources), default=0.0) for item_id in item_ids]


def _moment(scene: _Scene) -> dict[str, _Column]:
    n, angle = len(scene.item_ids), 2.0 * np.pi * (scene.now % _DAY_S) / _DAY_S
    acts = () if scene.shopper is None else scene.shopper.acts
    idle = np.log1p(max(0.0, scene.now - acts[-1].at) / _HOUR_S) if acts else 0.0
    return {
        "hour_sin": [float(np.sin(angle))] * n,
        "hour_cos": [float(np.cos(angle))] * n,
        "n_acts": [float(np.log1p(len(acts)))] * n,
        "idle": [float(idle)] * n,
    }
