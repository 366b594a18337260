"""What was measured of a release, as kept in files: shadow, gate, canary. Knows no model and no log."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict

from recommender.ope.gate import Operations, Verdict


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShadowReport(_Kept):
    """How a release scored requests that others answered.

    Args:
        measured_at: UTC.
        live: release that was live then; None where none was.
        decisions: requests scored.
        first_at, last_at: epoch seconds of the first and last of them.
        reproduced: share whose scores came out the same again, bit for bit.
        latency_p50_ms, latency_p99_ms: of the click model on one request, processor time.
        agreement: mean share of the first k items that both releases would show first.
        diversity_ratio: distinct kinds (category, brand) among the first k, candidate over live.
        coverage_ratio: distinct items among all first k, candidate over live.
    """

    measured_at: AwareDatetime
    live: int | None
    decisions: int
    first_at: float
    last_at: float
    reproduced: float
    latency_p50_ms: float
    latency_p99_ms: float
    agreement: float
    diversity_ratio: float
    coverage_ratio: float

    def operations(self, *, ece_candidate: float | None, ece_live: float | None) -> Operations:
        """What the gate wants to know of training and shadow."""
        return Operations(
            ece_candidate=ece_candidate,
            ece_live=ece_live,
            diversity_ratio=self.diversity_ratio,
            coverage_ratio=self.coverage_ratio,
            latency_p99_ms=self.latency_p99_ms,
            shadow_hours=(self.last_at - self.first_at) / 3600.0,
            shadow_decisions=self.decisions,
            reproduced=self.reproduced,
        )


class CheckReport(_Kept):
    """One condition of the gate; see gate.Check."""

    number: int
    name: str
    passed: bool
    told: str


class GateReport(_Kept):
    """What the gate said.

    Args:
        judged_at: UTC.
        live: release that it was compared with; None where none was live.
        accepted: whether all conditions hold.
        value: estimated value of a slate; None where it refuses.
        live_value: as logged; None where nothing could be computed.
        lift_low, lift_high: 95 % interval of the gain per slate; None likewise.
        checks: all conditions.
    """

    judged_at: AwareDatetime
    live: int | None
    accepted: bool
    value: float | None
    live_value: float | None
    lift_low: float | None
    lift_high: float | None
    checks: tuple[CheckReport, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it refuses; empty where it accepts."""
        return tuple(f"{check.name}: {check.told}" for check in self.checks if not check.passed)

    @classmethod
    def of(cls, verdict: Verdict, *, judged_at: AwareDatetime, live: int | None) -> GateReport:
        """Keep a verdict."""
        return cls(
            judged_at=judged_at,
            live=live,
            accepted=verdict.accepted,
            value=verdict.value,
            live_value=verdict.live_value,
            lift_low=None if verdict.lift is None else verdict.lift.low,
            lift_high=None if verdict.lift is None else verdict.lift.high,
            checks=tuple(
                CheckReport(number=check.number, name=check.name, passed=check.passed, told=check.told)
                for check in verdict.checks
            ),
        )


class CanaryReport(_Kept):
    """How a release on trial does beside the live one.

    Args:
        counted_at: UTC.
        share: of the shoppers that met it in this step.
        visits, live_visits: finished visits in this step.
        interested, live_interested: visits with a click, cart or purchase.
        log_evidence: always-valid log e-value that the rates differ, over all steps.
        harm: it does surely worse; it is taken back.
        enough: this step has seen the visits that it wants.
    """

    counted_at: AwareDatetime
    share: float
    visits: int
    live_visits: int
    interested: int
    live_interested: int
    log_evidence: float
    harm: bool
    enough: bool

    @property
    def may_go_on(self) -> bool:
        """Whether the next step may come."""
        return self.enough and not self.harm

    @property
    def told(self) -> str:
        """What was seen, in words."""
        mine = self.interested / self.visits if self.visits else 0.0
        live = self.live_interested / self.live_visits if self.live_visits else 0.0
        state = "it does worse" if self.harm else "enough was seen" if self.enough else "more visits are waited for"
        beside = f"{live:.1%} of {self.live_visits:,} others"
        return f"{self.visits:,} visits, {mine:.1%} of them with interest, {beside}; {state}"
