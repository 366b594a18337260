"""Pick the sources that fit a context and merge what they give.

Knows nothing of scores: the ranker orders candidates, this only sees to it that good ones are among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from recommender.candidates.sources import (
    Pool,
    Source,
    alike,
    expected,
    fresh,
    given,
    learned,
    liked,
    linked,
    popular,
    well_rated,
)
from recommender.events import Candidate, DecisionContext
from recommender.reasons import Code

_N_RECENT = 3


def gather(
    pool: Pool,
    context: DecisionContext,
    n: int,
    *,
    like: str | None = None,
    basket: Sequence[str] = (),
    related: Sequence[Candidate] = (),
) -> tuple[Candidate, ...]:
    """Find up to n candidates.

    Args:
        pool: catalogue and behaviour.
        context: for whom; what it excludes, and what was dismissed in this visit, is left out.
        n: most candidates, 1 or more.
        like: product id of "more like this"; its likeness becomes the candidates' relevance.
        basket: product ids of "what goes with these".
        related: candidates that the shop's own relations give for what is at hand, best first, with their origins;
            taken in as a source of their own.

    Returns:
        Distinct candidates; one that several sources gave carries all of their origins.
    """
    out = context.exclude | pool.state.dismissed_now(context.session_key) | {*basket, *([like] if like else [])}
    lists = [source(pool, n + len(out)) for source in _sources(pool, context, like, basket, related)]
    return tuple(one for one in merged(lists) if one.item_id not in out)[:n]


def next_items(pool: Pool, context: DecisionContext, n: int) -> tuple[Candidate, ...]:
    """Find what to go on with: what the shopper left unfinished, then what usually follows it.

    Args:
        pool: catalogue and behaviour.
        context: for whom; what it excludes, and what was dismissed in this visit, is left out.
        n: most candidates, 1 or more.

    Returns:
        Distinct candidates in order; open ends carry the origin "unfinished", what follows "seen_with:…" and so on.
        Empty for a shopper who left nothing open.
    """
    profile = pool.state.shoppers.find(context.shopper_key)
    open_ends = [] if profile is None else [one.item_id for one in profile.unfinished(context.session_key)]
    if not open_ends:
        return ()
    out = context.exclude | pool.state.dismissed_now(context.session_key)
    follows = [linked(open_ends, Code.SEEN_WITH), learned(open_ends), _expected(context)]
    found = [
        *(Candidate(item_id, sources=("unfinished",)) for item_id in open_ends if item_id in pool.table.index),
        *merged([source(pool, n + len(out)) for source in follows]),
    ]
    return tuple(one for one in merged([found]) if one.item_id not in out)[:n]


def _sources(
    pool: Pool, context: DecisionContext, like: str | None, basket: Sequence[str], related: Sequence[Candidate]
) -> list[Source]:
    if like is not None:
        return [alike(like, as_request=True), given(related)]
    likes = liked(context.shopper_key, context.session_key, context.now)
    if basket:
        # Where nothing was bought together yet, what was looked at together, then what is liked and well rated.
        seen = linked(basket, Code.SEEN_WITH)
        return [given(related), linked(basket, Code.BOUGHT_WITH), seen, learned(basket), likes, well_rated]
    recent = pool.state.recent_items(context.session_key)[:_N_RECENT]
    near = [alike(item_id, as_request=False) for item_id in recent]
    follows = [given(related), linked(recent, Code.SEEN_WITH), learned(recent)]
    return [likes, *follows, _expected(context), *near, popular, well_rated, fresh]


def _expected(context: DecisionContext) -> Source:
    return expected(context.shopper_key, context.session_key, context.now)


def merged(lists: Sequence[Sequence[Candidate]]) -> tuple[Candidate, ...]:
    """Take the first of each list, then the second of each, and so on; an item of several lists carries all origins."""
    found: dict[str, Candidate] = {}
    for candidate in (c for row in zip_longest(*lists) for c in row if c is not None):
        known = found.get(candidate.item_id)
        found[candidate.item_id] = candidate if known is None else _joined(known, candidate)
    return tuple(found.values())


def _joined(first: Candidate, second: Candidate) -> Candidate:
    sources = tuple(dict.fromkeys((*first.sources, *second.sources)))
    return Candidate(first.item_id, max(first.relevance, second.relevance), sources, first.matches)
