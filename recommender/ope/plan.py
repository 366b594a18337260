"""The promotion gate's thresholds, frozen in plan.json before any reported log was looked at.

A change of the file is a decision of its own: a test compares its SHA-256, and docs/experiments.md says why.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_SHARE = Field(ge=0, le=1)


class Plan(BaseModel):
    """What the gate compares with.

    Args:
        frozen_on: date.
        max_unlogged_mass: condition 1.
        min_ess, power_half_width, min_ess_ratio: condition 2; the effective rows must give the mean value to within
            this share of itself, with 95 % confidence.
        max_weight_share: condition 3.
        max_mean_weight_se, min_propensity_p: condition 4; standard errors from 1, and p-value of the item counts.
        min_lift: condition 6; the interval's lower end must lie above it, in the unit of the reward.
        worst_segment, min_segment_rows: condition 7; share of the live value; smaller segments are passed over.
        max_ece_loss, min_diversity_ratio, min_coverage_ratio: condition 8; the ratios are candidate over live.
        max_latency_p99_ms: condition 9.
        min_shadow_hours, min_shadow_decisions, min_reproduced: condition 10.
        min_rows, max_open_share, max_changed_share: condition 11, what the log must be.
        drift_periods, min_drift_p, max_level_change: condition 12.
        reward_click, reward_cart, reward_purchase: value of the strongest sign that a slot gave, inside the windows of
            attribution (recommender/data/settings.py).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["aisle-gate/1"]
    frozen_on: str
    max_unlogged_mass: float = _SHARE
    min_ess: float = Field(ge=0)
    power_half_width: float = Field(gt=0)
    min_ess_ratio: float = _SHARE
    max_weight_share: float = _SHARE
    max_mean_weight_se: float = Field(gt=0)
    min_propensity_p: float = _SHARE
    min_lift: float
    worst_segment: float
    min_segment_rows: int = Field(ge=1)
    max_ece_loss: float = _SHARE
    min_diversity_ratio: float = _SHARE
    min_coverage_ratio: float = _SHARE
    max_latency_p99_ms: float = Field(gt=0)
    min_shadow_hours: float = Field(ge=0)
    min_shadow_decisions: int = Field(ge=1)
    min_reproduced: float = _SHARE
    min_rows: int = Field(ge=100)
    max_open_share: float = _SHARE
    max_changed_share: float = _SHARE
    drift_periods: int = Field(ge=2)
    min_drift_p: float = _SHARE
    max_level_change: float = Field(gt=0)
    reward_click: float = Field(ge=0)
    reward_cart: float = Field(ge=0)
    reward_purchase: float = Field(ge=0)


@lru_cache(maxsize=1)
def frozen_plan() -> Plan:
    """Read the checked-in plan."""
    return Plan.model_validate_json((resources.files("recommender.ope") / "plan.json").read_bytes())
