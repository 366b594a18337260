"""The additive stack: weighted parts add up to the score, and the parts are the reasons.

Every part is rounded to a grid of 2**-32, so that adding them is exact in any order: what is shown under "why this" is
the score, not a story about it. Knows nothing of exploration.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import floor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recommender.bandit.diversity import different_penalties
from recommender.events import Candidate, Reason
from recommender.item_table import FloatArray, IntArray
from recommender.models.base import Part, Ranker, RankRequest
from recommender.newcomers import beyond_quota
from recommender.reasons import Code
from recommender.similarity import similarity_to

SPREAD: Final = frozenset({Code.BEYOND_QUOTA, Code.VARIETY})
"""Parts of `spread_rules`."""
_GRID: Final = 2.0**32
_VARIETY_DEPTH: Final = 60
_VARIETY_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Scored:
    """Candidates with the parts of their scores.

    Args:
        candidates: n of them.
        parts: reason code -> weighted part; every value (n,) and on the grid.
        values: (m, n) float32, what the first m parts' rankers said before weights.
        served: inputs of the click model as served, by name.
        shown: (n, …) by name, what learning from outcomes needs.
    """

    candidates: tuple[Candidate, ...]
    parts: tuple[tuple[str, Part], ...]
    values: NDArray[np.float32]
    served: Mapping[str, NDArray[Any]]
    shown: Mapping[str, NDArray[Any]]

    @property
    def scores(self) -> FloatArray:
        """Sums of the parts, (n,); exact."""
        return total([part.values for _, part in self.parts])

    def lowered(self, code: str) -> NDArray[np.bool_]:
        """Return which candidates a part lowers, (n,)."""
        found = np.zeros(len(self.candidates), dtype=np.bool_)
        for known, part in self.parts:
            if known == code:
                found |= part.values < 0.0
        return found

    def reasons(self, i: int) -> tuple[Reason, ...]:
        """Return candidate i's parts, those that set it apart from the others first.

        Their weights add up to its score exactly.
        """
        return reasons_of(self.parts, [candidate.matches for candidate in self.candidates], [i])[0]


def reasons_of(
    parts: Sequence[tuple[str, Part]], matches: Sequence[Sequence[str]], chosen: Sequence[int]
) -> list[tuple[Reason, ...]]:
    """Return the reasons of some candidates.

    Args:
        parts: reason code -> weighted part of n candidates.
        matches: labels of the wishes that each candidate meets, n times.
        chosen: indices of the candidates.
    """
    means = np.array([part.values for _, part in parts]).mean(axis=1).tolist()
    usual = {code: mean for (code, _), mean in zip(parts, means, strict=True)}
    relevance = next((part.values for code, part in parts if code == Code.RELEVANT), None)
    if relevance is not None and any(matches):
        usual |= _usual_shares(relevance, matches)
    return [_reasons(parts, matches[i], usual, i) for i in chosen]


def _reasons(
    parts: Sequence[tuple[str, Part]], matches: Sequence[str], usual: Mapping[str, float], i: int
) -> tuple[Reason, ...]:
    found = [
        Reason(str(code), part.details[i], weight, weight - usual[code])
        for code, part in parts
        if (weight := float(part.values[i])) != 0.0
    ]
    return tuple(sorted(_share_with_matches(found, matches, usual), key=lambda reason: -reason.lead))


def _usual_shares(relevance: FloatArray, matches: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return what a candidate gets on average from each label, and from relevance without labels."""
    n_labels = np.array([len(labels) for labels in matches])
    shares = np.floor(relevance / (n_labels + 1) * _GRID) / _GRID
    sums: dict[str, float] = {}
    for share, labels in zip(shares.tolist(), matches, strict=True):
        for label in labels:
            sums[label] = sums.get(label, 0.0) + share
    rest = float((relevance - shares * n_labels).mean())
    return {_labelled(label): value / len(relevance) for label, value in sums.items()} | {str(Code.RELEVANT): rest}


def _labelled(label: str) -> str:
    return f"{Code.MATCHES}:{label}"


def _share(whole: float, n_labels: int) -> float:
    return floor(whole / (n_labels + 1) * _GRID) / _GRID


def score(
    request: RankRequest,
    rankers: Sequence[Ranker],
    weights: Mapping[str, float] | None = None,
    buried: NDArray[np.bool_] | None = None,
) -> Scored:
    """Weigh and add what every ranker and every rule says.

    Args:
        request: at least one candidate.
        rankers: models; one without a weight for this surface is left out.
        weights: reason code -> weight; those of the settings without.
        buried: (n,) what an owner's rule puts last.
    """
    weights = weights_of(request) if weights is None else weights
    asked = []
    for ranker in rankers:
        if ranker.code in weights:
            request.said[ranker.code] = part = ranker.rank(request)
            asked.append((ranker.code, part))
    values = np.array([part.values for _, part in asked], dtype=np.float32).reshape(len(asked), len(request.rows))
    parts = [
        (code, Part(weighed(row, weights[code]), part.details)) for (code, part), row in zip(asked, values, strict=True)
    ]
    served = {name: array for _, part in asked for name, array in part.served.items()}
    shown = {name: array for _, part in asked for name, array in part.shown.items()}
    rules = fixed_rules(request, buried)
    parts += [*rules, *spread_rules(request, total([part.values for _, part in (*parts, *rules)]))]
    return Scored(tuple(request.candidates), tuple(parts), values, served, shown)


def fixed_rules(request: RankRequest, buried: NDArray[np.bool_] | None = None) -> list[tuple[str, Part]]:
    """Return the parts that rules add whatever was learned: stock, dismissals, burying, being different.

    Args:
        request, buried: as in `score`.
    """
    parts = [(Code.SOLD_OUT, _sold_out(request)), (Code.DISMISSED, _dismissed(request))]
    if buried is not None and buried.any():
        parts.append((Code.BURIED, _buried(request, buried)))
    if request.context.different:
        parts.append((Code.DIFFERENT, _different(request)))
    return [(str(code), part) for code, part in parts]


def spread_rules(request: RankRequest, so_far: FloatArray) -> list[tuple[str, Part]]:
    """Return the parts that depend on the order so far: the quota of new items, and the spread over kinds.

    Args:
        request: as in `score`.
        so_far: (n,) sum of all other parts.
    """
    found: list[tuple[str, Part]] = []
    beyond = beyond_quota(request.context, request.candidates, so_far, request.settings)
    if beyond.any():
        found.append((str(Code.BEYOND_QUOTA), _buried(request, beyond)))
        so_far = total([so_far, found[0][1].values])
    if request.context.surface == "recommend":
        found.append((str(Code.VARIETY), _variety(request, so_far)))
    return found


def weights_of(request: RankRequest) -> Mapping[str, float]:
    """Return the settings' weights for a request."""
    return request.settings.weights_for(request.context.surface, request.context.query)


def total(parts: Sequence[FloatArray]) -> FloatArray:
    """Add parts that are on the grid, (n,); exact in any order."""
    result: FloatArray = np.array(parts, dtype=np.float64).sum(axis=0)
    return result


def weighed(values: NDArray[np.float32], weight: float) -> FloatArray:
    """Multiply what a ranker said with its weight, on the grid."""
    return _on_grid(values.astype(np.float64) * weight)


def greedy_order(scores: FloatArray) -> IntArray:
    """Return indices by falling score; ties in the order given."""
    return np.argsort(-scores, kind="stable").astype(np.int64)


def stack_version(rankers: Sequence[Ranker], weights: Mapping[str, float]) -> str:
    """Return a short hash of everything that turns evidence into scores here."""
    text = ";".join(f"{r.code}/{r.version}*{weights.get(r.code, 0.0)!r}" for r in rankers)
    return "additive/2:" + blake2b(text.encode(), digest_size=6).hexdigest()


def _on_grid(values: FloatArray) -> FloatArray:
    rounded: FloatArray = np.round(values * _GRID) / _GRID
    return rounded


def _share_with_matches(reasons: Sequence[Reason], matches: Sequence[str], usual: Mapping[str, float]) -> list[Reason]:
    """Give each met wish an equal share of the relevance that it is part of."""
    if not matches:
        return list(reasons)
    whole = sum(reason.weight for reason in reasons if reason.code == Code.RELEVANT)
    share = _share(whole, len(matches))
    rest = whole - share * len(matches)
    shared = [Reason(str(Code.MATCHES), label, share, share - usual[_labelled(label)]) for label in matches]
    if rest:
        shared.append(Reason(str(Code.RELEVANT), "", rest, rest - usual[Code.RELEVANT]))
    return shared + [reason for reason in reasons if reason.code != Code.RELEVANT]


def _sold_out(request: RankRequest) -> Part:
    settings, context = request.settings, request.context
    for_words = context.surface == "search" or bool(context.query)
    penalty = settings.sold_out_penalty_search if for_words else settings.sold_out_penalty
    values = np.where(request.table.sold_out[request.rows], -penalty, 0.0)
    return Part(_on_grid(values), ("",) * len(values))


def _buried(request: RankRequest, buried: NDArray[np.bool_]) -> Part:
    values = np.where(buried, -request.settings.buried_penalty, 0.0)
    return Part(_on_grid(values), ("",) * len(values))


def _dismissed(request: RankRequest) -> Part:
    context = request.context
    item_ids = [candidate.item_id for candidate in request.candidates]
    freshness = request.state.dismissals(context.shopper_key, item_ids, context.now)
    return Part(_on_grid(-request.settings.dismissed_penalty * freshness), ("",) * len(item_ids))


def _different(request: RankRequest) -> Part:
    """Push down what is like something this visit was shown; what was shown itself is out already (rules.py)."""
    rows = [request.table.index.get(item_id) for item_id in request.state.shown_in(request.context.session_key)]
    anchors = [row for row in rows if row is not None]
    like = [similarity_to(request.table, request.vectors, row, request.rows) for row in anchors]
    likeness = np.array(like).reshape(len(like), len(request.rows))
    values = different_penalties(likeness, request.settings.different_penalty)
    return Part(_on_grid(values), ("",) * len(request.rows))


def _variety(request: RankRequest, scores: FloatArray) -> Part:
    penalty = request.settings.variety_penalty
    values = np.zeros(len(scores))
    of_category: Counter[int] = Counter()
    of_kind: Counter[tuple[int, int]] = Counter()
    best = greedy_order(scores)[:_VARIETY_DEPTH]
    rows = request.rows[best]
    kinds = zip(best.tolist(), request.table.category[rows].tolist(), request.table.brand[rows].tolist(), strict=True)
    for i, category, brand in kinds:
        if category < 0:
            continue
        same = of_kind[category, brand]
        others = of_category[category] - same
        values[i] = -penalty * min(_VARIETY_MOST, same + others / 3)
        of_category[category] += 1
        of_kind[category, brand] += 1
    return Part(_on_grid(values), ("",) * len(values))
