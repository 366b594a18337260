"""Numbers that steer ranking, learning and exploration, each with its unit.

Knows neither the environment nor the shop; the composition root passes an instance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from recommender.bandit.memories import KEPT
from recommender.reasons import Code

DAY_S: Final = 86_400.0

# Every ranker gives values in [-1, 1], so a weight is the most that its part can move a score.
# On "search" the parts learned from behaviour add up to 0.28: an item whose relevance is lower by more can never pass.
SEARCH_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        Code.RELEVANT: 1.0,
        Code.POPULAR: 0.05,
        Code.WELL_RATED: 0.03,
        Code.ON_SALE: 0.01,
        Code.FOR_YOU: 0.06,
        Code.BOUGHT_WITH: 0.03,
        Code.SEEN_WITH: 0.03,
        Code.SIMILAR_TO: 0.01,
        Code.PREDICTED: 0.04,
        Code.LATELY: 0.02,
        # Stated, not learned: worth more than anything but a clear difference in relevance.
        Code.AVOIDED: 0.4,
    }
)
# Without a request there is no relevance to protect: own interest leads, then what goes with the items at hand.
RECOMMEND_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        Code.RELEVANT: 1.0,
        Code.POPULAR: 0.3,
        Code.WELL_RATED: 0.1,
        Code.ON_SALE: 0.02,
        Code.FOR_YOU: 0.8,
        Code.BOUGHT_WITH: 0.25,
        Code.SEEN_WITH: 0.2,
        Code.SIMILAR_TO: 0.1,
        Code.PREDICTED: 0.4,
        Code.LATELY: 0.2,
        Code.AVOIDED: 2.0,
    }
)
# The item asked about is the request: likeness arrives as relevance, and again as a reason where it is high.
LIKE_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {**SEARCH_WEIGHTS, Code.RELEVANT: 0.4, Code.SIMILAR_TO: 0.6, Code.SEEN_WITH: 0.1}
)
GOES_WITH_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {**RECOMMEND_WEIGHTS, Code.BOUGHT_WITH: 0.8, Code.FOR_YOU: 0.3, Code.SIMILAR_TO: 0.0}
)
QUIET_INTENTS: Final = frozenset({"checkout", "complaint", "return", "order"})


@dataclass(frozen=True, slots=True)
class RecommenderSettings:
    """How the recommender ranks, learns and explores.

    Args:
        weights: surface -> reason code -> weight; a surface that is not listed ranks as "search".
        head_precision, head_noise, head_kept: prior precision, noise and what each memory keeps per day of what
            "learned_lately" learns from; see recommender/bandit/head.py.
        head_days: a head that is begun anew learns from the log of so many days.
        looked_on: chance that who looked at a place of a slate looks at the next one (rank-biased precision; Moffat and
            Zobel 2008): what stands lower is expected to be clicked less often.
        gamma_growth: how fast exploring by inverse gaps fades with the head's outcomes (`growing_gamma`); it never is
            above that of the policy's parameters, and for a week after a drift alarm it is that again.
        different_penalty: taken from what is exactly like something shown, where something different was asked for.
        policy, policy_params: name in POLICIES, and parameters, of what decides where exploring is allowed.
        explore: False tries nothing out anywhere, the hold-out included.
        holdout_share: share of sessions whose slates are drawn evenly, 0 to 0.05: what other rankers are judged from.
        holdout_width, holdout_reach: they are drawn from so many of the best, none so much below the best.
        explored_per_day: most slots of one shopper, in a day, that show an item above its place.
        quiet_intents: intents in which nothing is tried out.
        quiet_surfaces: likewise surfaces.
        popularity_half_life_s, trend_half_life_s, interest_half_life_s, dismissal_half_life_s: seconds after which
            behaviour counts half; the trend is that of categories.
        trial_half_life_s: how fast an interest fades that only one visit has shown beside lasting ones: it may be a
            gift.
        gift_s: how long a visit counts as being for somebody else after that was said.
        max_interests: of one shopper.
        min_sessions: visits that must agree before "popular", "bought_with" or "seen_with" counts.
        window: earlier items of a visit that a new one is linked to.
        max_sessions, max_shoppers, max_decisions: how many are remembered in memory; the oldest are let go.
        sold_out_penalty: taken from items that cannot be bought; larger than any score, so they come last.
        sold_out_penalty_search: the same for a request in words, where the very item asked for must stay in sight.
        buried_penalty: taken from what an owner's rule or the quota of new items puts last; larger than any score.
        new_slot_share, new_decision_share: share of a slate's slots, but at least one, for items that nothing but being
            new speaks for; and of the decisions in which there are such slots (newcomers.py).
        dismissed_penalty: taken from what the shopper dismissed in an earlier visit, decaying.
        sponsored_margin: a paid item may be so much less relevant, and score so much less, than the last of the slate.
        variety_penalty: taken per item of the same brand and category above, up to three; a third of it per item of
            the same category and another brand.
        click_model_device: "cpu" computes the click model with ONNX Runtime, "cuda" with torch.
    """

    weights: Mapping[str, Mapping[str, float]] = field(
        default_factory=lambda: {
            "search": SEARCH_WEIGHTS,
            "recommend": RECOMMEND_WEIGHTS,
            "more_like_this": LIKE_WEIGHTS,
            "goes_with": GOES_WITH_WEIGHTS,
        }
    )
    head_precision: float = 100.0
    head_noise: float = 0.1
    head_kept: tuple[float, ...] = KEPT
    head_days: float = 60.0
    looked_on: float = 0.85
    gamma_growth: float = 0.3
    different_penalty: float = 0.3
    policy: str = "inverse_gap"
    policy_params: Mapping[str, float] = field(default_factory=dict)
    explore: bool = True
    holdout_share: float = 0.0
    holdout_width: int = 12
    holdout_reach: float = 0.25
    explored_per_day: int = 40
    quiet_intents: frozenset[str] = QUIET_INTENTS
    quiet_surfaces: frozenset[str] = frozenset({"checkout"})
    popularity_half_life_s: float = 14 * DAY_S
    trend_half_life_s: float = 3 * DAY_S
    interest_half_life_s: float = 30 * DAY_S
    dismissal_half_life_s: float = 60 * DAY_S
    trial_half_life_s: float = 5 * DAY_S
    gift_s: float = 0.5 * DAY_S
    max_interests: int = 4
    min_sessions: int = 3
    window: int = 5
    max_sessions: int = 20_000
    max_shoppers: int = 50_000
    max_decisions: int = 50_000
    sold_out_penalty: float = 8.0
    sold_out_penalty_search: float = 0.3
    buried_penalty: float = 6.0
    new_slot_share: float = 0.2
    new_decision_share: float = 0.1
    dismissed_penalty: float = 0.6
    variety_penalty: float = 0.06
    sponsored_margin: float = 0.02
    click_model_device: str = "cpu"

    def weights_for(self, surface: str, query: str) -> Mapping[str, float]:
        """Return the weights of a surface; a request in words always ranks as "search" unless its surface says more.

        Args:
            surface: e.g. "recommend".
            query: the request in words; may be empty.
        """
        if surface == "recommend" and query:
            return self.weights["search"]
        return self.weights.get(surface, self.weights["search"])
