"""Where candidates come from: alike, linked, learned from sequences, liked, popular, well rated, new.

Each source returns candidates best first, with their origin ("similar_to:tent-2"). Knows nothing of slates or rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.events import Candidate
from recommender.item_table import FloatArray, ItemTable
from recommender.newcomers import NEW
from recommender.reasons import Code
from recommender.sequences.neighbours import Neighbours
from recommender.sequences.next_item import NextItem
from recommender.settings import RecommenderSettings
from recommender.similarity import MIN_SIMILARITY, similarity_to
from recommender.state import INTERESTED, BehaviourState, Links


@dataclass(frozen=True, slots=True)
class Pool:
    """What sources read: the catalogue, content vectors, behaviour, numbers, and what was learned at training."""

    table: ItemTable
    vectors: NDArray[np.float32] | None
    state: BehaviourState
    settings: RecommenderSettings
    neighbours: Neighbours | None = None
    next_item: NextItem | None = None


# Weight of an item at hand per later one; 0.8 in the published recipe, and about as good as any on the tuning item.
RECENCY: Final = 0.8
# An item that was shown as often is new no more, whatever came of it.
_NEW_IMPRESSIONS: Final = 100

Source = Callable[[Pool, int], list[Candidate]]


def alike(anchor: str, *, as_request: bool) -> Source:
    """Make the source of items alike one item; with `as_request` the likeness is the relevance."""

    def source(pool: Pool, n: int) -> list[Candidate]:
        row = pool.table.index.get(anchor)
        if row is None:
            return []
        rows = np.arange(len(pool.table.ids))
        similarity = similarity_to(pool.table, pool.vectors, row, rows)
        similarity[row] = 0.0
        floor = 0.0 if as_request else MIN_SIMILARITY
        return [
            Candidate(
                pool.table.ids[i],
                relevance=float(similarity[i]) if as_request else 0.0,
                sources=(f"{Code.SIMILAR_TO}:{anchor}",),
            )
            for i in _largest(similarity, n)
            if similarity[i] > floor
        ]

    return source


def linked(anchors: Sequence[str], code: Code) -> Source:
    """Make the source of items bought ("bought_with") or looked at ("seen_with") with the anchors, latest first.

    This is the windowed Markov model of recommender/sequences, its counts kept up to date event by event.
    """

    def source(pool: Pool, n: int) -> list[Candidate]:
        links: Links = pool.state.bought_with if code is Code.BOUGHT_WITH else pool.state.seen_with
        near = [(one, links.neighbours(one, min_visits=pool.settings.min_sessions)) for one in anchors]
        return _summed(pool, near, str(code), n)

    return source


def learned(anchors: Sequence[str]) -> Source:
    """Make the source of the anchors' neighbours as learned from whole histories at training, latest anchor first."""

    def source(pool: Pool, n: int) -> list[Candidate]:
        if pool.neighbours is None:
            return []
        near = [(one, pool.neighbours.of(one)) for one in anchors]
        return _summed(pool, near, "taken_with", n)

    return source


def expected(shopper_key: str, session_key: str, now: float) -> Source:
    """Make the source of what usually comes next after all that a shopper took, in order, by the sequence model."""

    def source(pool: Pool, n: int) -> list[Candidate]:
        if pool.next_item is None:
            return []
        taste = pool.state.taste(shopper_key, session_key, now)
        acts = () if taste is None else taste.acts
        taken = [act.item_id for act in acts if act.kind in INTERESTED] or pool.state.recent_items(session_key)[::-1]
        found = pool.next_item.expect(tuple(dict.fromkeys(taken)), n)
        return [Candidate(item_id, sources=("next_item",)) for item_id in found if item_id in pool.table.index]

    return source


def fresh(pool: Pool, n: int) -> list[Candidate]:
    """Give items that hardly anybody has seen, the least shown first: in stock, with a category and a price.

    At most one in five of the candidates asked for; newcomers.py says how many a slate may hold. Empty while nothing at
    all is known of any item: all are new then.
    """
    state, table = pool.state, pool.table
    places = state.located(table).item
    sessions, shown = state.item_sessions.at(places), state.item_impressions.at(places)
    if not sessions.any():
        return []
    new = [
        i
        for i, item in enumerate(table.items)
        if shown[i] < _NEW_IMPRESSIONS
        and sessions[i] < pool.settings.min_sessions
        and not table.sold_out[i]
        and item.category is not None
        and item.price_minor > 0
    ]
    best = sorted(new, key=lambda i: (shown[i], table.ids[i]))[: n // 5]
    return [Candidate(table.ids[i], sources=(NEW,)) for i in best]


def given(items: Sequence[Candidate]) -> Source:
    """Make the source of candidates from outside, such as accessories that the shop names, in their order."""
    return lambda pool, n: [one for one in items if one.item_id in pool.table.index][:n]


def _summed(
    pool: Pool, near: Sequence[tuple[str, Sequence[tuple[str, float]]]], origin: str, n: int
) -> list[Candidate]:
    """Add up what leads to an item from all anchors, each counting less than the one before; name the strongest."""
    total: dict[str, float] = {}
    most: dict[str, tuple[float, str]] = {}
    for place, (anchor, neighbours) in enumerate(near):
        for item_id, strength in neighbours:
            if item_id in pool.table.index:
                say = RECENCY**place * strength
                total[item_id] = total.get(item_id, 0.0) + say
                most[item_id] = max(most.get(item_id, (0.0, "")), (say, anchor))
    best = sorted(total, key=lambda item_id: (-total[item_id], item_id))[:n]
    return [Candidate(item_id, sources=(f"{origin}:{most[item_id][1]}",)) for item_id in best]


def liked(shopper_key: str, session_key: str, now: float) -> Source:
    """Make the source of items in the categories and brands that a shopper shows interest in, better rated first."""

    def source(pool: Pool, n: int) -> list[Candidate]:
        shopper = pool.state.taste(shopper_key, session_key, now)
        if shopper is None:
            return []
        table, n_items = pool.table, len(pool.table.ids)
        # The last entry answers to code -1, "not stated".
        affinity = shopper.affinities(now)
        categories = np.array([affinity("category", name) for name in table.category_names] + [0.0])
        brands = np.array([affinity("brand", name) for name in table.brand_names] + [0.0])
        interest = np.maximum(0.0, categories[table.category[:n_items]] + 0.7 * brands[table.brand[:n_items]])
        ranked = interest + 0.01 * _quality(table)
        return [Candidate(table.ids[i], sources=(str(Code.FOR_YOU),)) for i in _largest(ranked, n) if interest[i] > 0]

    return source


def popular(pool: Pool, n: int) -> list[Candidate]:
    """Give the shop's most popular items."""
    ranked = (item_id for item_id in pool.state.popularity.ranked() if item_id in pool.table.index)
    return [Candidate(item_id, sources=(str(Code.POPULAR),)) for item_id in islice(ranked, n)]


def well_rated(pool: Pool, n: int) -> list[Candidate]:
    """Give the best rated item of each category, then the second best, and so on; works in a shop without behaviour."""
    quality = _quality(pool.table)
    depth: dict[int, int] = {}
    order: list[tuple[bool, int, float, int]] = []
    for i in np.argsort(-quality, kind="stable"):
        category = int(pool.table.category[i])
        depth[category] = depth.get(category, -1) + 1
        order.append((bool(pool.table.sold_out[i]), depth[category], -float(quality[i]), int(i)))
    return [Candidate(pool.table.ids[i], sources=(str(Code.WELL_RATED),)) for *_, i in sorted(order)[:n]]


def _quality(table: ItemTable) -> FloatArray:
    """Return shrunk rating plus a little for the number of reviews; far below that where sold out, (items,)."""
    n = len(table.ids)
    quality: FloatArray = table.rating[:n] + 0.02 * np.log1p(table.rating_count[:n]) - 10.0 * table.sold_out[:n]
    return quality


def _largest(values: FloatArray, n: int) -> NDArray[np.int64]:
    some = np.argpartition(-values, n - 1)[:n] if n < len(values) else np.arange(len(values))
    return some[np.lexsort((some, -values[some]))].astype(np.int64)
