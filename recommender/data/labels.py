"""What became of each impression: clicked, put in a cart, bought, within the windows of attribution.

Rules. A click belongs to the slate that it names. A cart or purchase belongs to the slate that it names under
"last_touch"; one that names none (the checkout), to the slate of that shopper's latest click on the item before it.
Under "first_touch" carts and purchases belong to the first slate, still within their window, where the shopper clicked
the item. A return takes back the purchase. What is removed from a cart was still put there. Seen without a click is no
touch. Knows no features and no models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from recommender.data.settings import Windows
from recommender.events import Event, EventType
from recommender.item_table import FloatArray, IntArray

Head = Literal["click", "cart", "buy"]
Rule = Literal["last_touch", "first_touch"]
HEADS: Final[Mapping[Head, EventType]] = {
    "click": EventType.CLICK,
    "cart": EventType.ADD_TO_CART,
    "buy": EventType.PURCHASE,
}
_HEAD_OF: Final = {kind: head for head, kind in HEADS.items()}


@dataclass(frozen=True, slots=True)
class Labels:
    """n impressions in order of arrival.

    Args:
        decision_ids, item_ids, shopper_keys: of each, n.
        shown: (n,) False where the impression was taken back before the shopper saw it; such a row is no example.
        at: (n,) epoch seconds when it was shown.
        positions: (n,) 0-based places.
        outcome: head -> (n,) 1 where it happened within its window and was not taken back.
        delay_s: head -> (n,) seconds until it happened; nan where it did not.
        closed: head -> (n,) True where it was shown and the window is over, so that 0 means no.
        value_minor: (n,) money of the purchase; 0 without.
        returned: (n,) True where a purchase was taken back.
    """

    decision_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    shopper_keys: tuple[str, ...]
    shown: NDArray[np.bool_]
    at: FloatArray
    positions: IntArray
    outcome: Mapping[Head, FloatArray]
    delay_s: Mapping[Head, FloatArray]
    closed: Mapping[Head, NDArray[np.bool_]]
    value_minor: IntArray
    returned: NDArray[np.bool_]


def label(events: Iterable[Event], *, windows: Windows, now: float, rule: Rule = "last_touch") -> Labels:
    """Label every impression.

    A row whose window is open is no negative, and taking only its positive brothers would count the quick ones twice:
    leave both out (`closed`).

    Args:
        events: cleaned, in order of arrival.
        windows: of attribution.
        now: epoch seconds up to which events are known.
        rule: see the module.
    """
    book = _Book(windows, rule)
    for event in events:
        book.take(event)
    return book.labels(now)


class _Book:
    """Impressions so far, and where each slate's and each shopper's are."""

    def __init__(self, windows: Windows, rule: Rule) -> None:
        self._windows, self._rule = windows, rule
        self._shown: list[Event] = []
        self._row: dict[tuple[str, str], int] = {}
        self._clicked: dict[tuple[str, str], list[tuple[float, int]]] = {}
        self._delay: dict[Head, dict[int, float]] = {head: {} for head in HEADS}
        self._value: dict[int, int] = {}
        self._bought: dict[tuple[str, str], list[int]] = {}
        self._returned: set[int] = set()
        self._taken_back: set[int] = set()

    def take(self, event: Event) -> None:
        if event.type is EventType.IMPRESSION and event.decision_id is not None:
            self._row[event.decision_id, event.item_id] = len(self._shown)
            self._shown.append(event)
        elif event.type in _HEAD_OF:
            row = self._credited(event)
            if row is not None:
                self._credit(event, row)
        elif event.type is EventType.RETURN:
            self._return(event)
        elif event.type is EventType.NOT_SHOWN and event.decision_id is not None:
            row = self._row.pop((event.decision_id, event.item_id), None)
            self._taken_back |= set() if row is None else {row}

    def labels(self, now: float) -> Labels:
        n = len(self._shown)
        at = np.array([event.at for event in self._shown], dtype=np.float64)
        delay = {head: _column(n, rows) for head, rows in self._delay.items()}
        outcome = {head: (~np.isnan(column)).astype(np.float64) for head, column in delay.items()}
        returned = np.zeros(n, dtype=np.bool_)
        returned[list(self._returned)] = True
        outcome["buy"][returned] = 0.0
        shown = np.ones(n, dtype=np.bool_)
        shown[list(self._taken_back)] = False
        value = np.zeros(n, dtype=np.int64)
        for row, amount in self._value.items():
            value[row] = amount
        value[returned] = 0
        return Labels(
            decision_ids=tuple(event.decision_id or "" for event in self._shown),
            item_ids=tuple(event.item_id for event in self._shown),
            shopper_keys=tuple(event.shopper_key for event in self._shown),
            shown=shown,
            at=at,
            positions=np.array([event.position or 0 for event in self._shown], dtype=np.int64),
            outcome=outcome,
            delay_s=delay,
            closed={head: shown & (at + self._window(kind) <= now) for head, kind in HEADS.items()},
            value_minor=value,
            returned=returned,
        )

    def _window(self, kind: EventType) -> float:
        return self._windows.of(kind) or 0.0

    def _credited(self, event: Event) -> int | None:
        """Find the impression that an event is the consequence of, by the rule; its window is looked at later."""
        named = None if event.decision_id is None else self._row.get((event.decision_id, event.item_id))
        if event.type is EventType.CLICK:
            if named is not None:
                self._clicked.setdefault((event.shopper_key, event.item_id), []).append((event.at, named))
            return named
        touches = [
            row
            for clicked_at, row in self._clicked.get((event.shopper_key, event.item_id), ())
            if clicked_at <= event.at and event.at - self._shown[row].at <= self._window(event.type)
        ]
        if self._rule == "first_touch":
            return touches[0] if touches else named
        return named if named is not None or not touches else touches[-1]

    def _credit(self, event: Event, row: int) -> None:
        delay = event.at - self._shown[row].at
        if delay > self._window(event.type):
            return
        # Clocks may differ by a second; what follows an impression does not precede it.
        head = _HEAD_OF[event.type]
        before = self._delay[head].get(row)
        self._delay[head][row] = max(0.0, delay) if before is None else min(before, max(0.0, delay))
        if event.type is EventType.PURCHASE:
            self._value[row] = self._value.get(row, 0) + event.value_minor
            self._bought.setdefault((event.shopper_key, event.item_id), []).append(row)

    def _return(self, event: Event) -> None:
        """Undo the purchase of the slate that a return names, else that shopper's latest of the item."""
        bought = self._bought.get((event.shopper_key, event.item_id), [])
        named = None if event.decision_id is None else self._row.get((event.decision_id, event.item_id))
        row = named if named in bought else (bought[-1] if bought else None)
        if row is not None:
            bought.remove(row)
            if row not in bought:
                self._returned.add(row)


def _column(n: int, rows: Mapping[int, float]) -> FloatArray:
    column = np.full(n, np.nan)
    for row, value in rows.items():
        column[row] = value
    return column
