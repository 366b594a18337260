"""The data card: what one training was given, what was left out and why, and what moved since the last one.

Knows no model. JSON for programs, Markdown for people; kept beside the model that was trained.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from recommender.data.drift import MOVED
from recommender.data.importance import Selection

CARD_JSON: Final = "data-card.json"
CARD_MARKDOWN: Final = "data-card.md"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeadRow(_Row):
    """One outcome: impressions with it, without it, and those whose window is open and which are no negatives."""

    name: str
    window_s: float
    positives: int
    negatives: int
    open: int
    rate: float | None


class SplitRow(_Row):
    """One part of the split by time: slates' first moment, impressions, and settled positives of each head."""

    name: str
    begins: datetime | None
    impressions: int
    positives: Mapping[str, int]


class CategoryRow(_Row):
    """One category: impressions, and share of them that were clicked."""

    name: str
    impressions: int
    click_rate: float


class FeatureRow(_Row):
    """One feature: rise of the log loss when shuffled, with its interval, and whether it is used."""

    name: str
    importance: float
    low: float
    high: float
    used: bool


class DataCard(_Row):
    """What one training was given.

    Args:
        made_at: UTC.
        seed: of the training.
        n_events, n_kept: events in the log, and those that count.
        rejected: reason -> events left out.
        robots: sign -> sessions told by how they act.
        limits: what those sessions exceeded: most actions in a minute, hurried items.
        first, last: time of the events that count.
        n_slates, n_impressions, n_shoppers, n_sessions: that count.
        rule: of attribution.
        heads: outcomes.
        returned: purchases taken back.
        embargo_s: seconds before each cut of the split that are in no part.
        splits: the parts.
        n_items, shown_share, clicked_share: of the catalogue.
        shop_rate: share of impressions clicked; None without impressions.
        categories: those shown most.
        distributions: what -> value -> share of the impressions; compared by the next card.
        drift: what -> stability index against the last card; empty for the first.
        drift_since: when the last card was made.
        features: as selected by the training; empty without one.
        events_sha256, items_sha256, settings_sha256: of the ids that count, in order; of the catalogue; of all numbers.
    """

    made_at: datetime
    seed: int
    n_events: int
    n_kept: int
    rejected: Mapping[str, int]
    robots: Mapping[str, int]
    limits: Mapping[str, float]
    first: datetime | None
    last: datetime | None
    n_slates: int
    n_impressions: int
    n_shoppers: int
    n_sessions: int
    rule: str
    heads: tuple[HeadRow, ...]
    returned: int
    embargo_s: float
    splits: tuple[SplitRow, ...]
    n_items: int
    shown_share: float
    clicked_share: float
    shop_rate: float | None
    categories: tuple[CategoryRow, ...]
    distributions: Mapping[str, Mapping[str, float]]
    drift: Mapping[str, float] = {}
    drift_since: datetime | None = None
    features: tuple[FeatureRow, ...] = ()
    events_sha256: str
    items_sha256: str
    settings_sha256: str

    def with_features(self, selection: Selection) -> Self:
        """Return the card with what the training used."""
        rows = tuple(
            FeatureRow(name=one.name, importance=one.mean, low=one.low, high=one.high, used=one.name in selection.kept)
            for one in selection.importance
        )
        return self.model_copy(update={"features": rows})

    def to_markdown(self) -> str:
        """Write the card for people."""
        parts = [
            f"# Data card, {_time(self.made_at)}",
            f"{self.n_kept:,} of {self.n_events:,} events count: {self.n_slates:,} slates with {self.n_impressions:,} "
            f"impressions, {self.n_shoppers:,} shoppers, {self.n_sessions:,} visits, {_time(self.first)} to "
            f"{_time(self.last)}. Seed {self.seed}.",
            _left_out(self),
            _outcomes(self),
            _parts(self),
            _catalogue(self),
            _moved(self),
            _used(self),
            f"SHA-256 of the events {self.events_sha256[:16]}…, of the catalogue {self.items_sha256[:16]}…, of the "
            f"numbers {self.settings_sha256[:16]}….",
        ]
        return "\n\n".join(part for part in parts if part) + "\n"


def write_card(card: DataCard, folder: Path) -> None:
    """Write both forms of a card into a folder, in place of the last one's."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ((CARD_JSON, card.model_dump_json(indent=2)), (CARD_MARKDOWN, card.to_markdown())):
        half = folder / f"{name}.half"
        half.write_text(text, encoding="utf-8")
        half.replace(folder / name)


def read_card(folder: Path) -> DataCard | None:
    """Read the last card of a folder; None where there is none of this version."""
    file = folder / CARD_JSON
    if not file.is_file():
        return None
    try:
        return DataCard.model_validate_json(file.read_bytes())
    except ValidationError:
        return None


def _left_out(card: DataCard) -> str:
    if not card.rejected:
        return "Nothing was left out."
    rows = "\n".join(f"| {reason} | {n:,} | {n / card.n_events:.2%} |" for reason, n in card.rejected.items())
    robots = ", ".join(f"{n} {sign}" for sign, n in card.robots.items())
    limits = ", ".join(f"{name} {value:.1f}" for name, value in card.limits.items())
    told = f"\n\nSessions told by how they act: {robots}. Limits: {limits}." if robots else ""
    return f"| left out because | events | share |\n|---|---|---|\n{rows}{told}"


def _outcomes(card: DataCard) -> str:
    rows = "\n".join(
        f"| {head.name} | {head.window_s / 3600:g} h | {head.positives:,} | {head.negatives:,} | {head.open:,} | "
        f"{'–' if head.rate is None else f'{head.rate:.2%}'} |"
        for head in card.heads
    )
    return (
        f"| outcome | window | yes | no | window open | rate |\n|---|---|---|---|---|---|\n{rows}\n\n"
        f"Attribution by {card.rule.replace('_', ' ')}; {card.returned:,} purchases were taken back by returns. "
        "The rate is that of impressions whose window is over."
    )


def _parts(card: DataCard) -> str:
    names = [head.name for head in card.heads]
    rows = "\n".join(
        f"| {part.name} | {_time(part.begins)} | {part.impressions:,} | "
        + " | ".join(f"{part.positives[name]:,}" for name in names)
        + " |"
        for part in card.splits
    )
    return (
        f"| part | begins | impressions | {' | '.join(names)} |\n|---|---|---|{'---|' * len(names)}\n{rows}\n\n"
        f"Cut by time between slates, with {card.embargo_s / 60:g} minutes before each cut left out."
    )


def _catalogue(card: DataCard) -> str:
    rows = "\n".join(f"| {row.name} | {row.impressions:,} | {row.click_rate:.2%} |" for row in card.categories)
    rate = "–" if card.shop_rate is None else f"{card.shop_rate:.2%}"
    return (
        f"Of {card.n_items:,} products {card.shown_share:.1%} were shown and {card.clicked_share:.1%} clicked; "
        f"{rate} of impressions were clicked.\n\n| category | impressions | clicked |\n|---|---|---|\n{rows}"
    )


def _moved(card: DataCard) -> str:
    if card.drift_since is None:
        return "There is no earlier card to compare with."
    told = ", ".join(f"{what} {value:.3f}{' (moved)' if value > MOVED else ''}" for what, value in card.drift.items())
    return f"Stability index since {_time(card.drift_since)} (above {MOVED:g} it has moved): {told}."


def _used(card: DataCard) -> str:
    if not card.features:
        return ""
    rows = "\n".join(
        f"| {row.name} | {row.importance:+.5f} | {row.low:+.5f} to {row.high:+.5f} | {'yes' if row.used else 'no'} |"
        for row in sorted(card.features, key=lambda row: -row.importance)
    )
    return f"| feature | loss rises by | 95 % interval | used |\n|---|---|---|---|\n{rows}"


def _time(moment: datetime | None) -> str:
    return "–" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
