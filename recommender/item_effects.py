"""What the head leaves over, item by item and for each segment of shoppers: where new items and new shoppers start.

Items start at the regression of known items' effects on content (kind, brand, department, price band; no encoder is
needed) and move to their own as outcomes come in. Shoppers start at what their segment likes, as long as they have not
shown taste of their own, and what they say outweighs it. Fitted by the head's writer; decisions only look rows up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.bandit.cold_start import fit_content_prior, shopper_prior
from recommender.bandit.left_over import LeftOver
from recommender.errors import NotEnoughEvents
from recommender.item_table import HASH_BUCKETS, FloatArray, IntArray, ItemTable

FIELDS: Final = ("category", "brand")
"""Fields by which segments and stated wishes are told."""
_CONTENT: Final = 64
"""Numbers that an item's content is told in."""
_LEAST_IMPRESSIONS: Final = 1.0
_OWN_OUTCOMES: Final = 20.0
"""Impressions after which a shopper's own history, which the click model knows, weighs as much as the segment."""
_WISHED: Final = 0.05
"""Chance of a click by which what was asked for just now stands above what is only liked by the segment."""


@dataclass(frozen=True, slots=True)
class ItemEffects:
    """Effects on the chance of a click, beyond click model and head; nothing in it changes any more.

    Args:
        table: the catalogue that it was fitted for; means nothing beside another.
        items: (n + 1,) by row; the last is that of an item of which nothing is known.
        liked: (segment of shoppers, field) -> (codes + 1,) by code of the field; the last, for code -1, is 0.
        codes: field -> value in lower case -> code.
    """

    table: ItemTable
    items: FloatArray
    liked: Mapping[tuple[str, str], FloatArray]
    codes: Mapping[str, Mapping[str, int]]

    def of(self, rows: IntArray, segment: str, outcomes: float, stated: tuple[tuple[str, str], ...]) -> FloatArray:
        """Return what to expect of items beyond what was predicted, (n,).

        Args:
            rows: (n,) of the table.
            segment: of the shopper, e.g. "new shoppers".
            outcomes: impressions that the shopper's own history rests on.
            stated: (field, value) wishes of now, in lower case.
        """
        total = self.items[rows]
        for field in FIELDS:
            at = getattr(self.table, field)[rows]
            liked = self.liked.get((segment, field))
            interests = np.zeros(len(rows)) if liked is None else liked[at]
            wanted = [self.codes[field].get(value, -2) for name, value in stated if name == field]
            said = np.where(np.isin(at, wanted), _WISHED, 0.0) if wanted else np.full(len(rows), np.nan)
            total = total + shopper_prior(interests, np.zeros(len(rows)), outcomes, _OWN_OUTCOMES, said, 1.0)
        return total


def fit_effects(left_over: LeftOver, day: int, table: ItemTable, noise: float, precision: float) -> ItemEffects | None:
    """Fit item and segment effects.

    Args:
        left_over: sums by segment and item.
        day: since the epoch.
        table: the catalogue.
        noise: variance of an outcome.
        precision: of a segment's effect before it is known.

    Returns:
        None where too little is known.
    """
    n = len(table.ids)
    by_segment = left_over.read(table.index, n + 1, day)
    mass, moment = sum(by_segment.values(), np.zeros((2, n + 1)))
    known = np.flatnonzero(mass >= _LEAST_IMPRESSIONS)
    content = _content(table)
    own = moment[known] / mass[known]
    try:
        prior = fit_content_prior(content[known], own[:, None], mass[known], noise)
    except NotEnoughEvents:
        return None
    measured = np.zeros(n + 1)
    measured[known] = own
    counted = np.zeros(n + 1)
    counted[known] = mass[known]
    items = prior.shrunk(content, measured[:, None], counted)[:, 0]
    liked = {
        (segment, field): _liked(sums[1] - sums[0] * items, sums[0], getattr(table, field), noise, precision)
        for segment, sums in by_segment.items()
        for field in FIELDS
    }
    return ItemEffects(
        table, items, liked, {"category": _codes(table.category_names), "brand": _codes(table.brand_names)}
    )


def _liked(left: FloatArray, mass: FloatArray, codes: IntArray, noise: float, precision: float) -> FloatArray:
    """Return by code how much more a segment likes a kind than all shoppers do, as far as it exceeds the doubt."""
    known = codes >= 0
    least = int(codes.max(initial=-1)) + 1
    weight = np.bincount(codes[known], mass[known], least) + noise * precision
    mean = np.bincount(codes[known], left[known], least) / weight
    sure = np.sign(mean) * np.maximum(0.0, np.abs(mean) - np.sqrt(noise / weight))
    return np.append(sure, 0.0)


def _codes(names: tuple[str, ...]) -> dict[str, int]:
    return {name.lower(): code for code, name in enumerate(names)}


def _content(table: ItemTable) -> FloatArray:
    """Return kind, department, brand and price band of each row as the sum of their signs, (n + 1, 64).

    Random signs keep apart what has nothing in common (Johnson and Lindenstrauss 1984), whatever the number of values.
    """
    told: FloatArray = _signs()[table.hashed[:, 1:]].sum(axis=1, dtype=np.float64)
    return told


@cache
def _signs() -> NDArray[np.float32]:
    signs: NDArray[np.float32] = np.random.default_rng(7).choice(
        np.array([-1, 1], dtype=np.float32), size=(HASH_BUCKETS, _CONTENT)
    )
    signs[0] = 0.0
    signs /= np.float32(np.sqrt(_CONTENT))
    return signs
