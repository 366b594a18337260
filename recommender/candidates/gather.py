"""Pick the sources that fit a context and merge what they give.

Knows nothing of scores: the ranker orders candidates, this only sees to it that good ones are among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from recommender.candidates.sources import Pool, Source, alike, liked, linked, popular, well_rated
from recommender.events import Candidate, DecisionContext
from recommender.reasons import Code

_N_RECENT = 3


def gather(
    pool: Pool, context: DecisionContext, n: int, *, like: str | None = None, basket: Sequence[str] = ()
) -> tuple[Candidate, ...]:
    """Find up to n candidates.

    Args:
        pool: catalogue and behaviour.
        context: for whom; what it excludes, and what was dismissed in this visit, is left out.
        n: most candidates, 1 or more.
        like: product id of "more like this"; its likeness becomes the candidates' relevance.
        basket: product ids of "what goes with these".

    Returns:
        Distinct candidates; one that several sources gave carries all of their origins.
    """
    out = context.exclude | pool.state.dismissed_now(context.session_key) | {*basket, *([like] if like else [])}
    lists = [source(pool, n + len(out)) for source in _sources(pool, context, like, basket)]
    merged: dict[str, Candidate] = {}
    for candidate in (c for row in zip_longest(*lists) for c in row if c is not None and c.item_id not in out):
        known = merged.get(candidate.item_id)
        merged[candidate.item_id] = candidate if known is None else _joined(known, candidate)
    return tuple(merged.values())[:n]


def _sources(pool: Pool, context: DecisionContext, like: str | None, basket: Sequence[str]) -> list[Source]:
    if like is not None:
        return [alike(like, as_request=True)]
    likes = liked(context.shopper_key, context.session_key, context.now)
    if basket:
        # Where nothing was bought together yet, what was looked at together, then what is liked and well rated.
        return [linked(basket, Code.BOUGHT_WITH), linked(basket, Code.SEEN_WITH), likes, well_rated]
    recent = pool.state.recent_items(context.session_key)[:_N_RECENT]
    near = [alike(item_id, as_request=False) for item_id in recent]
    return [likes, linked(recent, Code.SEEN_WITH), *near, popular, well_rated]


def _joined(first: Candidate, second: Candidate) -> Candidate:
    sources = tuple(dict.fromkeys((*first.sources, *second.sources)))
    return Candidate(first.item_id, max(first.relevance, second.relevance), sources, first.matches)
