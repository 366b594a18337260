"""From the log to training examples: the events are replayed, and each slate is described as it was when it was shown.

Knows no model. An example is one impression; each head's label says whether the shopper came so far within its window.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.attribution import ShownItems
from recommender.event_log import MemoryEventLog
from recommender.events import Event, EventLog, EventType, Item
from recommender.features import FEATURES, HISTORY_FIELDS, FeatureBlock, History, features, history
from recommender.item_table import HASH_FIELDS, FloatArray, IntArray, ItemTable, build_table
from recommender.settings import DAY_S, RecommenderSettings
from recommender.state import HISTORY_LENGTH, STRENGTH, BehaviourState

HEADS: Final = ("click", "cart", "buy")
"""What is predicted. Each holds the next: a purchase counts as a cart, a cart as a click."""
WINDOWS_S: Final[Mapping[str, float]] = {"click": 1_800.0, "cart": DAY_S, "buy": 7 * DAY_S}
"""How long after its impression an event still counts for it."""
_DEEPEST: Final = {EventType.CLICK: 1, EventType.ADD_TO_CART: 2, EventType.PURCHASE: 3}


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
        chosen = (self.decisions >= first) & (self.decisions < last)
        rows = {f.name: getattr(self, f.name)[chosen] for f in fields(self) if f.name != "histories"}
        past = Histories(*(getattr(self.histories, f.name)[first:last] for f in fields(Histories)))
        return Examples(**rows | {"decisions": rows["decisions"] - first, "histories": past})

    def as_of(self, until: float) -> Examples:
        """Return the same impressions with what was known of them at `until` (epoch seconds)."""
        windows = np.array([WINDOWS_S[head] for head in HEADS])
        known_s = np.minimum((until - self.times)[:, None], windows)
        happened = self.delays_s <= known_s
        # Windows differ: what was bought within its own was clicked, even if the cart's is over.
        happened = np.logical_or.accumulate(happened[:, ::-1], axis=1)[:, ::-1]
        # Where the window is open, taking only what did happen would count the quick ones twice.
        closed = self.times[:, None] + windows <= until
        return replace(self, labels=happened.astype(np.float64), observed=closed)


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
    slates: list[_Slate] = []
    taken: dict[tuple[str | None, str, int], float] = {}
    for run in _runs(events):
        if run[0].type is EventType.IMPRESSION and run[0].decision_id is not None:
            slates.append(_describe(run, state, table))
        for event in run:
            if shown.counts(event):
                state.apply(event, table.find(event.item_id))
                if event.type in STRENGTH:
                    _note(event, taken)
    until = max((event.at for event in events), default=0.0)
    return _stack(slates, taken).as_of(until)


def _note(event: Event, taken: dict[tuple[str | None, str, int], float]) -> None:
    for depth in range(_DEEPEST[event.type]):
        key = (event.decision_id, event.item_id, depth)
        taken[key] = min(event.at, taken.get(key, np.inf))


def _runs(events: Sequence[Event]) -> Iterator[list[Event]]:
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
    return _Slate(run, block, history(state, table, shopper_key=first.shopper_key, now=first.at))


def _stack(slates: Sequence[_Slate], taken: Mapping[tuple[str | None, str, int], float]) -> Examples:
    shown = [event for slate in slates for event in slate.shown]
    times = np.array([event.at for event in shown], dtype=np.float64)
    happened = np.array(
        [[taken.get((e.decision_id, e.item_id, depth), np.inf) for depth in range(len(HEADS))] for e in shown],
        dtype=np.float64,
    ).reshape(len(shown), len(HEADS))
    numbers: dict[str, int] = {}
    return Examples(
        dense=np.concatenate([np.zeros((0, len(FEATURES)), np.float32), *(slate.block.dense for slate in slates)]),
        hashed=np.concatenate([np.zeros((0, len(HASH_FIELDS)), np.int64), *(slate.block.hashed for slate in slates)]),
        positions=np.array([event.position or 0 for event in shown], dtype=np.int64),
        labels=np.zeros((len(shown), len(HEADS))),
        observed=np.zeros((len(shown), len(HEADS)), dtype=np.bool_),
        delays_s=happened - times[:, None],
        times=times,
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
