"""The features of the click models: one definition, used while serving and when training replays the log.

Reads the catalogue and the counted behaviour only; never content vectors, which training does not have, and never
relevance, which is a part of the score of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recommender.field_rates import ALL, DEARNESS, Key, lift
from recommender.item_table import HASH_FIELDS, FloatArray, IntArray, ItemTable, bucket
from recommender.profiles.profile import Profile
from recommender.similarity import similarity_to
from recommender.state import INTERESTED, BehaviourState, Links

CROWD: Final = (
    "popularity",
    "interest_share",
    "click_rate",
    "confidence",
    "item_lift",
    "usual_rate",
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
        "dismissed": state.dismissals(shopper_key, item_ids, now),
    }
    if shopper is not None:
        columns |= _shopper(scene, shopper, columns["dearness"])
    dense = np.zeros((len(item_ids), len(FEATURES)), dtype=np.float32)
    for number, name in enumerate(FEATURES):
        if name in columns:
            dense[:, number] = columns[name]
    return FeatureBlock(dense, table.hashed[rows])


_Column = FloatArray | float
"""One number per item, (n,), or one for all of them."""


class _Scene:
    """Everything that the groups of features read: n items, and where the shop's counts of them stand."""

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
        located = state.located(table)
        self.item = located.item[rows]
        self.kinds = {field: getattr(located, field)[rows] for field in ("category", "brand", "department")}
        self.category = self.kinds["category"]
        shown = state.rates.shown.read(ALL, now)
        taken = state.rates.taken.read(ALL, now)
        self.base = (taken + _PRIOR_CLICKS) / (shown + _PRIOR_IMPRESSIONS)

    def by_field(self, found: Mapping[Key, float]) -> dict[str, FloatArray]:
        """Return for each field what was found for the items' values of it, (n,); 0 where nothing was."""
        spread = self.state.kinds.spread(found)
        return {field: spread[places] for field, places in self.kinds.items()}


def _crowd(scene: _Scene) -> dict[str, _Column]:
    # Shares and ratios, no raw counts: those grow with the shop's age, and a model would meet numbers it never saw.
    state, item, now = scene.state, scene.item, scene.now
    top = float(np.log1p(max(1.0, state.popularity.largest(now))))
    shown, clicks = state.item_impressions.at(item), state.item_clicks.at(item)
    interested = state.item_sessions.at(item)
    usual = _usual(scene)
    return {
        "popularity": np.log1p(state.popularity.at(item, now)) / top,
        "interest_share": _share(interested, np.maximum(interested, shown)),
        "click_rate": _share(clicks, shown),
        "confidence": shown / (shown + _PRIOR_IMPRESSIONS),
        "item_lift": lift(state.item_taken.at(item, now), state.item_shown.at(item, now), usual, _SHOP_STRENGTH),
        "usual_rate": np.log(usual),
        "category_trend": state.trends.lift_at(scene.category, usual, _SHOP_STRENGTH, now),
        "brand_lift": state.rates.lift_at(scene.kinds["brand"], scene.base, _SHOP_STRENGTH, now),
    }


def _usual(scene: _Scene) -> FloatArray:
    """How often such an item is taken, (n,): what its type is, drawn to its department's share, that to the shop's.

    Hierarchical back-off: every level adds impressions at the rate of the level above. An item's own rate stands on top
    of it as "item_lift".
    """
    rates, now = scene.state.rates, scene.now
    department = scene.base * np.exp(rates.lift_at(scene.kinds["department"], scene.base, _SHOP_STRENGTH, now))
    found: FloatArray = department * np.exp(rates.lift_at(scene.category, department, _SHOP_STRENGTH, now))
    return found


def _share(clicks: FloatArray, shown: FloatArray) -> FloatArray:
    return (clicks + _PRIOR_CLICKS) / (shown + _PRIOR_IMPRESSIONS)


def _shopper(scene: _Scene, shopper: Profile, dearness: _Column) -> dict[str, _Column]:
    now = scene.now
    overall = shopper.rates.lift(ALL, scene.base, _OWN_STRENGTH, now)
    own_base = scene.base * float(np.exp(overall))
    acted = {act.item_id for act in shopper.acts if act.kind in INTERESTED}
    columns: dict[str, _Column] = {
        "shopper_lift": overall,
        "price_fit": _dearness_liked(shopper, own_base, now) * dearness,
        "acted_before": np.array([item_id in acted for item_id in scene.item_ids], dtype=np.float64),
        **_like_last(scene, shopper),
        **_usual_prices(scene, shopper),
    }
    likings = scene.by_field(shopper.likings(now))
    lifts = scene.by_field(shopper.rates.lifts(own_base, _OWN_STRENGTH, now))
    columns |= {f"{field}_affinity": column for field, column in likings.items()}
    columns |= {f"{field}_lift_own": column for field, column in lifts.items()}
    return columns


def _like_last(scene: _Scene, shopper: Profile) -> dict[str, _Column]:
    """Whether an item is of the category or the brand that the shopper was interested in last, in whichever visit."""
    last = next((act.item_id for act in reversed(shopper.acts) if act.kind in INTERESTED), None)
    row = None if last is None else scene.table.index.get(last)
    if row is None:
        return {}
    return {
        f"{field}_of_last": ((codes[scene.rows] == codes[row]) & (codes[row] >= 0)).astype(np.float64)
        for field, codes in (("category", scene.table.category), ("brand", scene.table.brand))
    }


def _dearness_liked(shopper: Profile, own_base: float, now: float) -> float:
    """How much dearer what the shopper takes is than what was shown, shrunk: negative for thrifty ones."""
    taken = shopper.rates.taken.read(DEARNESS, now)
    shown = shopper.rates.shown.read(DEARNESS, now)
    n_taken = shopper.rates.taken.read(ALL, now)
    return (taken - own_base * shown) / (n_taken + _OWN_STRENGTH * own_base + 1.0)


def _usual_prices(scene: _Scene, shopper: Profile) -> dict[str, _Column]:
    usual = scene.by_field(shopper.usual_log_prices(scene.now))["category"]
    known = usual > 0.0
    distance = np.where(known, np.abs(scene.table.log_price[scene.rows] - usual), 0.0)
    return {"price_known": known.astype(np.float64), "price_distance": distance}


def _catalogue(scene: _Scene) -> dict[str, _Column]:
    state, table, rows, now = scene.state, scene.table, scene.rows, scene.now
    shown, prices = state.rates.shown.at(scene.category, now), state.prices_shown.at(scene.category, now)
    known = shown > 1e-9
    usual = prices / np.where(known, shown, 1.0)
    return {
        "price": table.log_price[rows],
        "dearness": np.where(known & (usual != 0.0), table.log_price[rows] - usual, 0.0),
        "discount": table.discount[rows],
        "rating": table.rating[rows],
        "rating_count": np.log1p(table.rating_count[rows]),
        "sold_out": table.sold_out[rows].astype(np.float64),
    }


def _visit(scene: _Scene, session_key: str) -> dict[str, _Column]:
    state, table = scene.state, scene.table
    recent = state.recent_items(session_key)
    columns: dict[str, _Column] = {"visit_length": float(np.log1p(len(recent)))}
    if not recent:
        return columns
    last_row = table.index.get(recent[0])
    if last_row is not None:
        columns["similar_to_last"] = similarity_to(table, None, last_row, scene.rows)
    columns["seen_with"] = _strongest(state.seen_with, recent[:_N_RECENT], scene.item_ids)
    columns["bought_with"] = _strongest(state.bought_with, recent[:_N_RECENT], scene.item_ids)
    return columns


def _strongest(links: Links, sources: Sequence[str], item_ids: Sequence[str]) -> FloatArray:
    """Return each item's strongest link from one of the sources, (n,); 0 without any."""
    found: dict[str, float] = {}
    targets = dict.fromkeys(item_ids)
    for source in sources:
        for item_id, strength in links.among(source, targets).items():
            found[item_id] = max(found.get(item_id, 0.0), strength)
    return np.array([found.get(item_id, 0.0) for item_id in item_ids])


def _moment(scene: _Scene) -> dict[str, _Column]:
    angle = 2.0 * np.pi * (scene.now % _DAY_S) / _DAY_S
    acts = () if scene.shopper is None else scene.shopper.acts
    idle = np.log1p(max(0.0, scene.now - acts[-1].at) / _HOUR_S) if acts else 0.0
    return {
        "hour_sin": float(np.sin(angle)),
        "hour_cos": float(np.cos(angle)),
        "n_acts": float(np.log1p(len(acts))),
        "idle": float(idle),
    }


def kept_inputs(block: FeatureBlock, past: History) -> Mapping[str, NDArray[Any]]:
    """Return what a click model is given as arrays for the log, in the narrowest types that lose nothing.

    Args:
        block: of n candidates.
        past: what their shopper did before.

    Returns:
        "dense" and "hashed" as in FeatureBlock, "past.*" as in History.
    """
    return {
        "dense": block.dense,
        "hashed": block.hashed.astype(np.int32),
        "past.hashed": past.hashed.astype(np.int32),
        "past.kinds": past.kinds.astype(np.int16),
        "past.ages_s": past.ages_s,
        "past.shopper": np.array([past.shopper], dtype=np.int32),
    }


def read_inputs(kept: Mapping[str, NDArray[Any]]) -> tuple[FeatureBlock, History]:
    """Return what `kept_inputs` was given."""
    past = History(
        kept["past.hashed"].astype(np.int64),
        kept["past.kinds"].astype(np.int64),
        kept["past.ages_s"],
        int(kept["past.shopper"][0]),
    )
    return FeatureBlock(kept["dense"], kept["hashed"].astype(np.int64)), past
