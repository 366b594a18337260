"""What became of each impression: counted at once as nothing, corrected by the click; every impression once.

A click counts if it happened within the window after its impression, by the clock of the events, whatever the order in
which they arrive. So the sums are the same as if all outcomes had been known at once (why not at the window's close:
README.md). Knows features by decision and item, no words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from recommender.bandit.head import BayesianLinearHead
from recommender.bandit.left_over import LeftOver
from recommender.bandit.vigil import Vigil
from recommender.data.settings import Windows
from recommender.events import Event, EventType
from recommender.item_table import FloatArray

_DAY_S = 86_400.0

Key = tuple[str, str]
"""(decision id, item id): an impression."""


@dataclass(frozen=True, slots=True)
class ShownFeatures:
    """What was served with an impression.

    Args:
        phi: (d,) the click model's last layer, or standardised features.
        offset: the click model's calibrated prediction, which the head learns to improve; 0 to learn the reward itself.
        weight: of the outcome, 0 to 1.
        segments: whose outcome it is, e.g. ("known shoppers", "search"), the shopper's first; watched for drift.
        looked: chance that the slot was looked at, 0 to 1, which `phi` and `offset` are scaled by already.
    """

    phi: FloatArray
    offset: float = 0.0
    weight: float = 1.0
    segments: tuple[str, ...] = ()
    looked: float = 1.0


FeatureSource = Callable[[str, str], ShownFeatures | None]
"""(decision id, item id) -> as served; None where it is not known, and nothing is learned."""


@dataclass(slots=True)
class OpenImpression:
    """An impression whose window may still be open.

    Args:
        at: when it was shown, seconds since the epoch.
        shown: as served.
        foreseen: (G,) chance of a click by each of the head's memories when it was counted.
        left: what the head left over when it was counted as no click.
        clicked: whether its click was counted.
    """

    at: float
    shown: ShownFeatures
    foreseen: FloatArray
    left: float
    clicked: bool = False


@dataclass(slots=True)
class Counts:
    """What was counted, and what was not.

    Args:
        impressions, clicks: counted once each.
        taken_back: impressions that were not shown in the end.
        repeated: second clicks of one impression.
        late: clicks after the window.
        unknown: impressions without features, and clicks whose impression never came.
    """

    impressions: int = 0
    clicks: int = 0
    taken_back: int = 0
    repeated: int = 0
    late: int = 0
    unknown: int = 0


@dataclass(slots=True)
class Outcomes:
    """Joins impressions with clicks and teaches the head. One thread.

    Args:
        head: what learns.
        features: as served.
        reward: event type -> reward of an impression that leads to it; other types teach nothing here.
        window_s: seconds after an impression in which a click belongs to it (30 minutes).
        lateness_s: seconds by which events may arrive out of order; impressions are remembered for so long.
        open: impressions by key, oldest arrival first.
        early: clicks that came before their impression, (event id, seconds, reward).
        latest: largest time seen, seconds since the epoch.
        counts: what was counted.
        since: events before it teach nothing, seconds since the epoch.
        vigil: looks at each outcome once its impression is let go; so does the head, to see which memory was right.
        left_over: per item, what the head leaves over.
    """

    head: BayesianLinearHead
    features: FeatureSource
    reward: Mapping[EventType, float] = field(default_factory=lambda: {EventType.CLICK: 1.0})
    window_s: float = Windows().click_s
    lateness_s: float = 7200.0
    open: dict[Key, OpenImpression] = field(default_factory=dict)
    early: dict[Key, list[tuple[str, float, float]]] = field(default_factory=dict)
    latest: float = 0.0
    counts: Counts = field(default_factory=Counts)
    since: float = 0.0
    vigil: Vigil = field(default_factory=Vigil)
    left_over: LeftOver = field(default_factory=LeftOver)

    def learn(self, event: Event) -> None:
        """Count one event; those without a decision teach nothing."""
        if event.decision_id is None or event.at < self.since:
            return
        key = (event.decision_id, event.item_id)
        self.latest = max(self.latest, event.at)
        if event.type is EventType.IMPRESSION:
            self._show(key, event)
        elif event.type is EventType.NOT_SHOWN:
            self._take_back(key, event.event_id)
        elif event.type in self.reward:
            self._click(key, event.event_id, event.at, self.reward[event.type])
        self._let_go()

    def _show(self, key: Key, event: Event) -> None:
        shown = self.features(*key)
        if shown is None:
            self.counts.unknown += 1
            return
        foreseen = shown.offset + self.head.foresee(shown.phi)
        if key in self.open or not self.head.update(
            event.event_id, shown.phi, -shown.offset, shown.weight, _day(event.at)
        ):
            return
        self.counts.impressions += 1
        self.open[key] = impression = OpenImpression(event.at, shown, foreseen, -self.head.expected(foreseen))
        self._leave(key, impression, shown.looked, impression.left)
        for click in self.early.pop(key, ()):
            self._click(key, *click)

    def _click(self, key: Key, event_id: str, at: float, reward: float) -> None:
        impression = self.open.get(key)
        if impression is None:
            self.early.setdefault(key, []).append((event_id, at, reward))
        elif impression.clicked:
            self.counts.repeated += 1
        elif not 0.0 <= at - impression.at <= self.window_s:
            self.counts.late += 1
        else:
            shown = impression.shown
            impression.clicked = self.head.correct(event_id, shown.phi, reward, shown.weight, _day(impression.at))
            self.counts.clicks += impression.clicked
            if impression.clicked:
                self._leave(key, impression, 0.0, reward)

    def _take_back(self, key: Key, event_id: str) -> None:
        impression = self.open.get(key)
        if impression is None or impression.clicked:
            return
        shown = impression.shown
        if self.head.take_back(event_id, shown.phi, -shown.offset, shown.weight, _day(impression.at)):
            del self.open[key]
            self.counts.taken_back += 1
            self._leave(key, impression, -shown.looked, -impression.left)

    def _leave(self, key: Key, impression: OpenImpression, looked: float, left: float) -> None:
        """Add an impression to its item's sums, a residual alone (looked 0), or take both back (looked negative)."""
        shown = impression.shown
        segment = shown.segments[0] if shown.segments else ""
        mass, moment = shown.weight * looked * shown.looked, shown.weight * shown.looked * left
        self.left_over.add((segment, key[1]), mass, moment, _day(impression.at))

    def _let_go(self) -> None:
        """Drop impressions that no click can reach any more, and clicks whose impression will not come."""
        limit = self.latest - self.window_s - self.lateness_s
        while self.open and next(iter(self.open.values())).at < limit:
            gone = self.open.pop(next(iter(self.open)))
            self.head.judge(gone.foreseen, gone.clicked, gone.shown.weight)
            self.vigil.close(gone.shown.segments, gone.shown.offset, gone.clicked, gone.at, self.head)
        while self.early and next(iter(self.early.values()))[0][1] < limit:
            self.counts.unknown += len(self.early.pop(next(iter(self.early))))


def to_arrays(opened: Mapping[Key, OpenImpression]) -> dict[str, FloatArray]:
    """Return m open impressions as "facts" (m, 6), their features "phi" (m, d) and what was "foreseen" (m, G)."""
    facts = [(o.at, o.shown.offset, o.shown.weight, o.shown.looked, o.left, float(o.clicked)) for o in opened.values()]
    return {
        "facts": np.array(facts).reshape(len(facts), 6),
        "phi": np.array([o.shown.phi for o in opened.values()], dtype=np.float64),
        "foreseen": np.array([o.foreseen for o in opened.values()], dtype=np.float64),
    }


def from_arrays(
    keys: list[Key], arrays: Mapping[str, FloatArray], segments: list[tuple[str, ...]]
) -> dict[Key, OpenImpression]:
    """Return what `to_arrays` took apart, with the segments of each."""
    opened = {}
    rows = zip(keys, arrays["facts"].tolist(), arrays["phi"], arrays["foreseen"], segments, strict=True)
    for key, (at, offset, weight, looked, left, clicked), phi, foreseen, whose in rows:
        opened[key] = OpenImpression(
            at, ShownFeatures(phi, offset, weight, whose, looked), foreseen, left, bool(clicked)
        )
    return opened


def _day(at: float) -> int:
    return int(at // _DAY_S)
