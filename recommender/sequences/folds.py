"""What is learned from and what is asked: leave-one-out, and one cut in time for everybody.

Leave-one-out compares with published figures but lets models learn from what others did later; the cut in time does
not.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from recommender.errors import SequencesBroken
from recommender.sequences.data import MIN_EVENTS, Ints, Named, Sequences, named

_TRAIN_SHARE, _TUNE_SHARE = 0.8, 0.9
_COLUMNS: Final = ("user", "item", "time")


@dataclass(frozen=True, slots=True)
class Fold:
    """One question per user.

    Args:
        data: everything that may be learned, and what is known of each user who is asked about.
        users: who is asked about, (n,) rows of `data`.
        targets: the item each took next, (n,); none that the user had before.
    """

    data: Sequences
    users: Ints
    targets: Ints


@dataclass(frozen=True, slots=True)
class Split:
    """A fold to tune on and a later one to report on."""

    tune: Fold
    report: Fold


def leave_one_out(data: Sequences) -> Split:
    """Report on each user's last item and tune on the one before; models that tune know neither.

    Args:
        data: every user with MIN_EVENTS items or more.

    Raises:
        SequencesBroken: a user has fewer.
    """
    if int(data.lengths.min()) < MIN_EVENTS:
        raise SequencesBroken(f"Leave-one-out needs {MIN_EVENTS} items or more of every user.")
    users = np.arange(data.n_users)
    tune = Fold(data.without_last(2), users, data.from_end(2))
    return Split(tune, Fold(data.without_last(1), users, data.from_end(1)))


def temporal(data: Sequences) -> Split:
    """Cut at two moments for everybody, behind 80 and 90 % of all events, and ask for the first new item after each.

    Args:
        data: with times.

    Raises:
        SequencesBroken: it has no times, or nobody comes back after a cut.
    """
    if data.times is None:
        raise SequencesBroken(
            "A split in time needs times, and this file has none: give a CSV file with the columns user,item,time, "
            "or leave --split temporal out."
        )
    first, second = np.quantile(data.times, [_TRAIN_SHARE, _TUNE_SHARE], method="higher")
    return Split(_after(data, int(first), int(second)), _after(data, int(second), int(data.times.max()) + 1))


def _after(data: Sequences, start: int, end: int) -> Fold:
    assert data.times is not None
    before = data.kept(data.times < start)
    later = data.kept((data.times >= start) & (data.times < end))
    users, targets = [], []
    for user in np.flatnonzero((before.lengths > 0) & (later.lengths > 0)).tolist():
        new = np.flatnonzero(~np.isin(later.of(user), before.of(user)))
        if len(new):
            users.append(user)
            targets.append(later.of(user)[new[0]])
    if not users:
        raise SequencesBroken("Nobody takes a new item after the cut in time: the file covers too little.")
    return Fold(before, np.array(users, dtype=np.int64), np.array(targets, dtype=np.int64))


def read_events(path: Path) -> Named:
    """Read events as CSV with the columns user, item and time (seconds since the epoch or ISO 8601, UTC); .gz too.

    Raises:
        SequencesBroken: there is no such file, a column is missing, or a time cannot be read.
    """
    rows: dict[str, int] = {}
    by_user: dict[str, list[tuple[int, int]]] = {}
    for number, (user, item, time) in _records(path):
        by_user.setdefault(user, []).append((_seconds(time, number, path), rows.setdefault(item, len(rows))))
    if not by_user:
        raise SequencesBroken(f"{path.name} holds no events.")
    # Events of one moment keep the order of the file.
    events = [sorted(one, key=lambda pair: pair[0]) for one in by_user.values()]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in events])]).astype(np.int64)
    flat = np.array([pair for one in events for pair in one], dtype=np.int64)
    return named(Sequences(flat[:, 1], starts, len(rows), flat[:, 0]), tuple(rows))


def _records(path: Path) -> Iterator[tuple[int, tuple[str, str, str]]]:
    if not path.is_file():
        raise SequencesBroken(f"There is no file {path}.")
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise SequencesBroken(f"{path.name} lacks the column {missing[0]}: user, item and time are needed.")
        for record in reader:
            yield reader.line_num, (record["user"], record["item"], record["time"])


def _seconds(text: str, line: int, path: Path) -> int:
    try:
        return int(float(text))
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SequencesBroken(f"Line {line} of {path.name}: {text!r} is no time.") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
