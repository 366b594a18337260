"""From the log to training examples: the events are replayed, and each slate is described as it was when it was shown.

Knows no model. An example is one impression; it is positive where a click, cart or purchase of
that slate and item follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.attribution import ShownItems
from recommender.event_log import MemoryEventLog
from recommender.events import APART, Event, EventLog, EventType, Item
from recommender.features import FEATURES, FeatureBlock, features
from recommender.item_table import HASH_FIELDS, FloatArray, IntArray, ItemTable, build_table
from recommender.settings import RecommenderSettings
from recommender.state import STRENGTH, BehaviourState


@dataclass(frozen=True, slots=True)
class Examples:
    """n impressions in order of time.

    Args:
        dense: (n, len(FEATURES)).
        hashed: (n, len(HASH_FIELDS)).
        positions: (n,) 0-based places in the slate.
        labels: (n,) 1 where the shopper took an interest.
        decisions: (n,) number of the decision, growing, from 0.
    """

    dense: NDArray[np.float32]
    hashed: IntArray
    positions: IntArray
    labels: FloatArray
    decisions: IntArray

    def part(self, chosen: NDArray[np.bool_]) -> Examples:
        """Return the chosen impressions, decisions numbered from 0 again."""
        _, decisions = np.unique(self.decisions[chosen], return_inverse=True)
        return Examples(
            self.dense[chosen],
            self.hashed[chosen],
            self.positions[chosen],
            self.labels[chosen],
            decisions.astype(np.int64),
        )


def read_events(source: EventLog | Sequence[Event]) -> tuple[Event, ...]:
    """Return all events of a log, or the events themselves."""
    if isinstance(source, Sequence):
        return tuple(source)
    found: list[Event] = []
    after = 0
    while batch := source.events(after=after):
        found.extend(event for _, event in batch)
        after = batch[-1][0]
    return tuple(found)


def collect_examples(
    source: EventLog | Sequence[Event], items: Mapping[str, Item], settings: RecommenderSettings
) -> Examples:
    """Replay events and describe every slate with the features of its moment.

    Args:
        source: a log, or events in order of arrival, impressions included.
        items: product id -> facts.
        settings: those of serving, so that the counts are the same.
    """
    events = read_events(source)
    log = MemoryEventLog() if isinstance(source, Sequence) else source
    table = build_table(items)
    state = BehaviourState(settings)
    shown = ShownItems(log, max_decisions=settings.max_decisions)
    blocks: list[tuple[Sequence[Event], FeatureBlock]] = []
    taken: set[tuple[str | None, str]] = set()
    for run in _runs(event for event in events if not event.item_id.startswith(APART)):
        if run[0].type is EventType.IMPRESSION and run[0].decision_id is not None:
            blocks.append((run, _describe(run, state, table)))
        for event in run:
            if shown.counts(event):
                state.apply(event, table.find(event.item_id))
                if event.type in STRENGTH:
                    taken.add((event.decision_id, event.item_id))
    return _stack(blocks, taken)


def _runs(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Split events into single ones and whole slates: neighbouring impressions of one decision."""
    run: list[Event] = []
    for event in events:
        same = run and event.type is EventType.IMPRESSION is run[0].type and event.decision_id == run[0].decision_id
        if run and not same:
            yield run
            run = []
        run.append(event)
    if run:
        yield run


def _describe(run: Sequence[Event], state: BehaviourState, table: ItemTable) -> FeatureBlock:
    first = run[0]
    return features(
        state,
        table,
        [event.item_id for event in run],
        shopper_key=first.shopper_key,
        session_key=first.session_key,
        now=first.at,
    )


def _stack(blocks: Sequence[tuple[Sequence[Event], FeatureBlock]], taken: set[tuple[str | None, str]]) -> Examples:
    shown = [event for run, _ in blocks for event in run]
    return Examples(
        dense=np.concatenate([np.zeros((0, len(FEATURES)), np.float32), *(block.dense for _, block in blocks)]),
        hashed=np.concatenate([np.zeros((0, len(HASH_FIELDS)), np.int64), *(block.hashed for _, block in blocks)]),
        positions=np.array([event.position or 0 for event in shown], dtype=np.int64),
        labels=np.array([(event.decision_id, event.item_id) in taken for event in shown], dtype=np.float64),
        decisions=np.repeat(np.arange(len(blocks)), [len(run) for run, _ in blocks]).astype(np.int64),
    )
