"""From the log to training examples: each slate is described as it was when it was shown.

What the row of its decision was served with is taken as it is: the catalogue has changed since, and a later price or
rating would be a look ahead. Only slates without it (events from elsewhere, or features that were defined otherwise)
are described by replaying the events. Knows no model. An example is one impression; each head's label says whether the
shopper came so far within its window.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.attribution import ShownItems
from recommender.data import labels as labelling
from recommender.data.labels import Labels, label
from recommender.data.prepare import Prepared
from recommender.data.settings import Windows
from recommender.event_log import MemoryEventLog
from recommender.events import APART, Decision, Event, EventLog, EventType, Item
from recommender.features import (
    FEATURE_SCHEMA,
    FEATURES,
    HISTORY_FIELDS,
    FeatureBlock,
    History,
    features,
    history,
    read_inputs,
)
from recommender.item_table import HASH_FIELDS, FloatArray, IntArray, ItemTable, build_table
from recommender.profiles.profile import HISTORY_LENGTH
from recommender.settings import RecommenderSettings
from recommender.state import BehaviourState
from recommender.trace import unpack

HEADS: Final = tuple(labelling.HEADS)
"""What is predicted: click, cart, buy. Each holds the next: a purchase counts as a cart, a cart as a click."""


@dataclass(frozen=True, slots=True)
class Histories:
    """What the shopper of each of d decisions had done before, padded.

    Args:
        hashed: (d, HISTORY_LENGTH, len(HISTORY_FIELDS)) int32 buckets, latest first.
        kinds: (d, HISTORY_LENGTH) int8; 0 is padding.
        ages_s: (d, HISTORY_LENGTH) float32.
        shoppers: (d,) bucket of the shopper's key.
    """

    hashed: NDArray[np.int32]
    kinds: NDArray[np.int8]
    ages_s: NDArray[np.float32]
    shoppers: IntArray


@dataclass(frozen=True, slots=True)
class Examples:
    """n impressions in order of time.

    Args:
        dense: (n, len(FEATURES)).
        hashed: (n, len(HASH_FIELDS)).
        positions: (n,) 0-based places in the slate.
        labels: (n, len(HEADS)) 1 where the shopper came so far.
        observed: (n, len(HEADS)) whether its window has passed, so that 0 means no.
        delays_s: (n, len(HEADS)) seconds until it happened; infinite where it did not.
        times: (n,) epoch seconds of the impression.
        decisions: (n,) number of the decision, growing, from 0.
        shoppers: (n,) number of the shopper.
        histories: of the decisions.
    """

    dense: NDArray[np.float32]
    hashed: IntArray
    positions: IntArray
    labels: FloatArray
    observed: NDArray[np.bool_]
    delays_s: FloatArray
    times: FloatArray
    decisions: IntArray
    shoppers: IntArray
    histories: Histories

    @property
    def n_decisions(self) -> int:
        """Number of slates."""
        return int(self.decisions[-1]) + 1 if len(self.decisions) else 0

    def part(self, first: int, last: int) -> Examples:
        """Return the impressions of decisions first to last - 1, numbered from 0 again."""
        return self.where((self.decisions >= first) & (self.decisions < last))

    def where(self, chosen: NDArray[np.bool_]) -> Examples:
        """Return the chosen impressions, (n,), their decisions numbered from 0 again."""
        rows = {f.name: getattr(self, f.name)[chosen] for f in fields(self) if f.name != "histories"}
        kept, decisions = np.unique(rows["decisions"], return_inverse=True)
        past = Histories(*(getattr(self.histories, f.name)[kept] for f in fields(Histories)))
        return Examples(**rows | {"decisions": decisions.astype(np.int64), "histories": past})

    def without(self, names: Sequence[str]) -> Examples:
        """Return the same impressions with some dense features standing still, so that nothing is learned from them."""
        dense = self.dense.copy()
        dense[:, [FEATURES.index(name) for name in names]] = 0.0
        return replace(self, dense=dense)

    def as_of(self, until: float) -> Examples:
        """Return the same impressions with what was known of them at `until` (epoch seconds)."""
        windows = np.array([Windows().of(kind) for kind in labelling.HEADS.values()], dtype=np.float64)
        happened = self.delays_s <= np.minimum((until - self.times)[:, None], windows)
        # Where the window is open, taking only what did happen would count the quick ones twice.
        closed = self.times[:, None] + windows <= until
        return replace(self, labels=nested(happened), observed=closed)


def nested(happened: NDArray[np.bool_]) -> FloatArray:
    """Count what goes further for what comes before it, (n, len(HEADS)).

    Windows differ: what was bought within its own was clicked, even if the click's is over.
    """
    return np.logical_or.accumulate(happened[:, ::-1], axis=1)[:, ::-1].astype(np.float64)


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
    source: EventLog | Sequence[Event],
    items: Mapping[str, Item],
    settings: RecommenderSettings,
    prepared: Prepared | None = None,
) -> Examples:
    """Describe every slate with the features of its moment; what nobody saw is left out.

    Args:
        source: a log, or events in order of arrival, impressions included.
        items: product id -> facts.
        settings: those of serving, so that the counts are the same.
        prepared: of the same source: which events count, and their labels. Without it all do, up to the last one.
    """
    found = read_events(source) if prepared is None else prepared.cleaned.kept(source)
    events = tuple(event for event in found if not event.item_id.startswith(APART))
    log = MemoryEventLog() if isinstance(source, Sequence) else source
    table = build_table(items)
    state = BehaviourState(settings)
    shown = ShownItems(log, max_decisions=settings.max_decisions)
    slates: list[_Slate] = []
    erased: list[bool] = []
    for run in _runs(events):
        if run[0].type is EventType.IMPRESSION and run[0].decision_id is not None:
            decision = log.find_decision(run[0].decision_id)
            slates.append(_as_served(run, decision) or _describe(run, state, table))
            # What it was served with is gone, and today's catalogue would be a look ahead.
            erased += [decision is not None and decision.erased] * len(run)
        for event in run:
            if shown.counts(event):
                state.apply(event, table.find(event.item_id))
    if prepared is not None:
        return _stack(slates, prepared.labels).where(prepared.labels.shown & ~np.array(erased, dtype=np.bool_))
    until = max((event.at for event in events), default=0.0)
    labels = label(events, windows=Windows(), now=until)
    return _stack(slates, labels).where(labels.shown & ~np.array(erased, dtype=np.bool_))


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


@dataclass(frozen=True, slots=True)
class _Slate:
    shown: Sequence[Event]
    block: FeatureBlock
    past: History


def _as_served(run: Sequence[Event], decision: Decision | None) -> _Slate | None:
    """Describe a slate by what its decision was served with; None where that was not kept."""
    if decision is None or not decision.trace or decision.feature_schema != FEATURE_SCHEMA:
        return None
    trace = unpack(decision.trace)
    places = {item_id: int(row) for item_id, row in zip(decision.candidate_ids, trace.order, strict=True)}
    rows = [places[event.item_id] for event in run]
    block, past = read_inputs(trace.served)
    return _Slate(run, FeatureBlock(block.dense[rows], block.hashed[rows]), past)


def _describe(run: Sequence[Event], state: BehaviourState, table: ItemTable) -> _Slate:
    first = run[0]
    block = features(
        state,
        table,
        [event.item_id for event in run],
        shopper_key=first.shopper_key,
        session_key=first.session_key,
        now=first.at,
    )
    return _Slate(run, block, _past(first, state, table))


def _past(first: Event, state: BehaviourState, table: ItemTable) -> History:
    return history(state, table, shopper_key=first.shopper_key, session_key=first.session_key, now=first.at)


def _stack(slates: Sequence[_Slate], labels: Labels) -> Examples:
    shown = [event for slate in slates for event in slate.shown]
    happened = np.stack([labels.outcome[head] > 0 for head in labelling.HEADS], axis=1)
    delays_s = np.stack([labels.delay_s[head] for head in labelling.HEADS], axis=1)
    numbers: dict[str, int] = {}
    return Examples(
        dense=np.concatenate([np.zeros((0, len(FEATURES)), np.float32), *(slate.block.dense for slate in slates)]),
        hashed=np.concatenate([np.zeros((0, len(HASH_FIELDS)), np.int64), *(slate.block.hashed for slate in slates)]),
        positions=labels.positions,
        labels=nested(happened),
        observed=np.stack([labels.closed[head] for head in labelling.HEADS], axis=1),
        delays_s=np.where(happened, delays_s, np.inf),
        times=labels.at,
        decisions=np.repeat(np.arange(len(slates)), [len(slate.shown) for slate in slates]).astype(np.int64),
        shoppers=np.array([numbers.setdefault(e.shopper_key, len(numbers)) for e in shown], dtype=np.int64),
        histories=pad_histories([slate.past for slate in slates]),
    )


def pad_histories(past: Sequence[History]) -> Histories:
    """Put histories into arrays of one length."""
    d = len(past)
    hashed = np.zeros((d, HISTORY_LENGTH, len(HISTORY_FIELDS)), np.int32)
    kinds = np.zeros((d, HISTORY_LENGTH), np.int8)
    ages_s = np.zeros((d, HISTORY_LENGTH), np.float32)
    for i, one in enumerate(past):
        m = len(one.kinds)
        hashed[i, :m], kinds[i, :m], ages_s[i, :m] = one.hashed, one.kinds, one.ages_s
    return Histories(hashed, kinds, ages_s, np.array([one.shopper for one in past], dtype=np.int64))
