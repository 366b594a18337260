"""From a log to rows that may be learned from, and the card that says which: cleaned, labelled, split, counted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import numpy as np

from recommender.data.card import CategoryRow, DataCard, HeadRow, SplitRow
from recommender.data.cleaning import Cleaned, Source, clean
from recommender.data.drift import shares, stability
from recommender.data.labels import HEADS, Labels, Rule, label
from recommender.data.settings import CleaningSettings, KnownTraffic, Windows
from recommender.data.splits import Split, settled, temporal_split
from recommender.events import Event, EventType, Item
from recommender.item_table import IntArray, price_band

_N_CATEGORIES = 15


@dataclass(frozen=True, slots=True)
class Prepared:
    """A log ready to be learned from.

    Args:
        cleaned: which events count.
        labels: of the n impressions that count, in order.
        decisions: (n,) number of each row's slate, growing, from 0.
        split: by time.
        card: of all this.
    """

    cleaned: Cleaned
    labels: Labels
    decisions: IntArray
    split: Split
    card: DataCard


def prepare(
    source: Source,
    items: Mapping[str, Item],
    *,
    now: float,
    seed: int,
    previous: DataCard | None = None,
    known: KnownTraffic | None = None,
    settings: CleaningSettings | None = None,
    windows: Windows | None = None,
    rule: Rule = "last_touch",
) -> Prepared:
    """Clean, label, split and count a log.

    Args:
        source: a log, or events in order of arrival, impressions included.
        items: product id -> facts.
        now: epoch seconds up to which events are known.
        seed: of the training that the card is for.
        previous: the last card, to tell what moved.
        known: keys of those who are no customers.
        settings, windows, rule: of cleaning and attribution.
    """
    settings, windows, known = settings or CleaningSettings(), windows or Windows(), known or KnownTraffic()
    cleaned = clean(source, items, now=now, settings=settings, known=known)
    seen = _Seen()
    labels = label(seen.passing(cleaned.kept(source)), windows=windows, now=now, rule=rule)
    known_slates: dict[str, int] = {}
    numbers = [known_slates.setdefault(decision_id, len(known_slates)) for decision_id in labels.decision_ids]
    decisions = np.array(numbers, dtype=np.int64)
    split = temporal_split(labels.at, decisions, embargo_s=windows.click_s, shown=labels.shown)
    distributions = _distributions(labels, items)
    drift = {} if previous is None else _drift(previous, distributions)
    card = DataCard(
        made_at=datetime.fromtimestamp(now, UTC),
        seed=seed,
        n_events=cleaned.report.n_in,
        n_kept=cleaned.report.n_kept,
        rejected={reason.value: n for reason, n in cleaned.report.rejected.items()},
        robots={reason.value: n for reason, n in cleaned.report.sessions.items()},
        limits=asdict(cleaned.report.thresholds),
        first=seen.first,
        last=seen.last,
        n_slates=len(known_slates),
        n_impressions=int(labels.shown.sum()),
        n_shoppers=len(seen.shoppers),
        n_sessions=len(seen.sessions),
        rule=rule,
        heads=_heads(labels, windows),
        returned=int(labels.returned.sum()),
        embargo_s=windows.click_s,
        splits=_splits(labels, split, windows, now),
        n_items=len(items),
        shown_share=len(set(labels.item_ids)) / max(1, len(items)),
        clicked_share=len(seen.clicked) / max(1, len(items)),
        shop_rate=float(labels.outcome["click"][labels.shown].mean()) if labels.shown.any() else None,
        categories=_categories(labels, items),
        distributions=distributions,
        drift=drift,
        drift_since=None if previous is None else previous.made_at,
        events_sha256=seen.hash.hexdigest(),
        items_sha256=_sha("\n".join(repr(items[item_id]) for item_id in sorted(items))),
        settings_sha256=_sha(repr((settings, windows, rule))),
    )
    return Prepared(cleaned, labels, decisions, split, card)


@dataclass(slots=True)
class _Seen:
    """What is counted while events stream by."""

    shoppers: set[str] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)
    clicked: set[str] = field(default_factory=set)
    earliest: float = np.inf
    latest: float = -np.inf
    hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    @property
    def first(self) -> datetime | None:
        return datetime.fromtimestamp(self.earliest, UTC) if self.sessions else None

    @property
    def last(self) -> datetime | None:
        return datetime.fromtimestamp(self.latest, UTC) if self.sessions else None

    def passing(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            self.shoppers.add(event.shopper_key)
            self.sessions.add(event.session_key)
            if event.type is EventType.CLICK:
                self.clicked.add(event.item_id)
            self.earliest, self.latest = min(self.earliest, event.at), max(self.latest, event.at)
            self.hash.update(event.event_id.encode() + b"\n")
            yield event


def _heads(labels: Labels, windows: Windows) -> tuple[HeadRow, ...]:
    rows = []
    for head, kind in HEADS.items():
        closed, outcome = labels.closed[head], labels.outcome[head]
        n = int(closed.sum())
        rows.append(
            HeadRow(
                name=head,
                window_s=windows.of(kind) or 0.0,
                positives=int(outcome[closed].sum()),
                negatives=int((1 - outcome[closed]).sum()),
                open=int(labels.shown.sum()) - n,
                rate=float(outcome[closed].mean()) if n else None,
            )
        )
    return tuple(rows)


def _splits(labels: Labels, split: Split, windows: Windows, now: float) -> tuple[SplitRow, ...]:
    parts = (
        ("train", split.train, split.cuts[0]),
        ("validation", split.validation, split.cuts[1]),
        ("test", split.test, now),
    )
    rows = []
    for name, mask, end in parts:
        positives = {
            head: int(labels.outcome[head][mask & settled(labels.at, windows.of(kind) or 0.0, by=end)].sum())
            for head, kind in HEADS.items()
        }
        begins = datetime.fromtimestamp(float(labels.at[mask].min()), UTC) if mask.any() else None
        rows.append(SplitRow(name=name, begins=begins, impressions=int(mask.sum()), positives=positives))
    return tuple(rows)


def _categories(labels: Labels, items: Mapping[str, Item]) -> tuple[CategoryRow, ...]:
    shown: Counter[str] = Counter()
    clicked: Counter[str] = Counter()
    for row in np.flatnonzero(labels.shown):
        name = items[labels.item_ids[row]].category or "not stated"
        shown[name] += 1
        clicked[name] += int(labels.outcome["click"][row])
    return tuple(
        CategoryRow(name=name, impressions=n, click_rate=clicked[name] / n)
        for name, n in shown.most_common(_N_CATEGORIES)
    )


def _distributions(labels: Labels, items: Mapping[str, Item]) -> dict[str, dict[str, float]]:
    shown = [items[labels.item_ids[row]] for row in np.flatnonzero(labels.shown)]
    return {
        "category": shares(Counter(item.category or "" for item in shown)),
        "brand": shares(Counter(item.brand or "" for item in shown)),
        "price band": shares(Counter(str(price_band(item.price_minor)) for item in shown)),
        "place": shares(Counter(str(place) for place in labels.positions[labels.shown])),
        "hour": shares(Counter(str(int(at // 3600) % 24) for at in labels.at[labels.shown])),
        "weekday": shares(Counter(str((int(at // 86_400) + 4) % 7) for at in labels.at[labels.shown])),
    }


def _drift(previous: DataCard, distributions: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    return {
        what: stability(previous.distributions[what], now)
        for what, now in distributions.items()
        if previous.distributions.get(what) and now
    }


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
