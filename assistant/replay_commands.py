"""What `aisle replay` does: compute logged decisions again from their rows, and tell where anything differs."""

from __future__ import annotations

from dataclasses import asdict

from assistant.config import Settings
from assistant.releases import click_model_device, registry_of
from assistant.rules_commands import latest_decisions
from assistant.terminal import say, say_json, showing_progress, warn
from recommender.errors import RecommenderError
from recommender.models.predicted import Predicted
from recommender.promotion.pipeline import load_line_up
from recommender.replay import ReplayReport, replay_many

_TOLD = 10


def replay_decisions(settings: Settings, n: int, *, as_json: bool) -> bool:
    """Compute the latest decisions again.

    Args:
        settings: frozen.
        n: most decisions.
        as_json: write JSON.

    Returns:
        Whether all of them came out identical.

    Raises:
        StoreError: there is no log yet.
    """
    decisions = latest_decisions(settings, n, traces=True)
    with showing_progress() as progress:
        model = _live_model(settings)
        report = replay_many(decisions, model, lambda done: progress("computing again", done, len(decisions)))
    if as_json:
        mismatches = [{"task": one.decision_id, "difference": one.difference} for one in report.mismatches]
        say_json(asdict(report) | {"mismatches": mismatches})
    else:
        _tell(report)
    return not report.mismatches


def _live_model(settings: Settings) -> Predicted | None:
    """The click model that serves; decisions of others are computed again from their parts on."""
    try:
        ranker = load_line_up(registry_of(settings), warn, device=click_model_device(settings)).live.ranker
    except RecommenderError:
        return None
    return ranker if isinstance(ranker, Predicted) and ranker.sha else None


def _tell(report: ReplayReport) -> None:
    say(
        f"{report.matched} of {report.tasks} decisions came out identical, "
        f"{report.with_features} of them from the click model's features on."
    )
    if report.erased:
        say(f"{report.erased} more cannot be computed again: their shoppers were erased.")
    for one in report.mismatches[:_TOLD]:
        say(f"  {one.decision_id}: {one.difference}")
