"""Sum a shadow up: are the candidate's scores reproducible, quick, and as varied as the live ones? Knows no model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np

from recommender.errors import NotEnoughEvents
from recommender.events import Item
from recommender.item_table import FloatArray
from recommender.promotion.evidence import ShadowReport
from recommender.promotion.rescoring import Shadowed


def sum_up(shadowed: Iterable[Shadowed], items: Mapping[str, Item], *, now: datetime, live: int | None) -> ShadowReport:
    """Report on the requests that a candidate scored in shadow.

    Args:
        shadowed: from `Rescorer.replay`.
        items: product id -> facts.
        now: aware.
        live: number of the live release.

    Raises:
        NotEnoughEvents: there was no request.
    """
    seconds, same, agreement, times = [], [], [], []
    kinds: tuple[list[int], list[int]] = ([], [])
    covered: tuple[set[str], set[str]] = (set(), set())
    for one in shadowed:
        decision = one.scored.decision
        k = len(decision.items)
        tops = [_top(decision.candidate_ids, scores, k) for scores in (one.scored.candidate, one.scored.live)]
        seconds.append(one.seconds)
        same.append(one.same)
        times.append(decision.context.now)
        agreement.append(len(set(tops[0]) & set(tops[1])) / max(1, k))
        for side, top in enumerate(tops):
            kinds[side].append(len({_kind(items.get(item_id)) for item_id in top}))
            covered[side].update(top)
    if not times:
        raise NotEnoughEvents("No request of the time looked at is in the log, so there is nothing to score in shadow.")
    p50, p99 = np.quantile(seconds, [0.5, 0.99]) * 1000.0
    return ShadowReport(
        measured_at=now,
        live=live,
        decisions=len(times),
        first_at=min(times),
        last_at=max(times),
        reproduced=float(np.mean(same)),
        latency_p50_ms=float(p50),
        latency_p99_ms=float(p99),
        agreement=float(np.mean(agreement)),
        diversity_ratio=float(np.mean(kinds[0]) / np.mean(kinds[1])),
        coverage_ratio=len(covered[0]) / len(covered[1]),
    )


def _top(ids: tuple[str, ...], scores: FloatArray, k: int) -> list[str]:
    return [ids[i] for i in np.argsort(-scores, kind="stable")[:k]]


def _kind(item: Item | None) -> tuple[str | None, str | None]:
    return (None, None) if item is None else (item.category, item.brand)
