"""Sequences of items, one per user, as flat arrays; how they are read from files.

Knows no models. Items are rows 0 to n_items - 1; what they are called is kept beside.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.errors import SequencesBroken

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

MIN_EVENTS: Final = 3
"""Fewest items of a sequence: one to report, one to tune, one to know something of."""


@dataclass(frozen=True, slots=True)
class Sequences:
    """What each user took, oldest first.

    Args:
        items: item rows of all users one after the other, (m,), in [0, n_items).
        starts: where each user's items begin, then m, (users + 1,).
        n_items: number of items, those that nobody took included.
        times: seconds since the epoch of each entry of `items`, (m,); None where the file has none.
        weights: how much each entry of `items` says, (m,), in (0, 1]; None where all say the same.
    """

    items: Ints
    starts: Ints
    n_items: int
    times: Ints | None = None
    weights: Floats | None = None

    @property
    def n_users(self) -> int:
        """Number of sequences."""
        return len(self.starts) - 1

    @property
    def lengths(self) -> Ints:
        """Number of items of each user, (users,)."""
        return np.diff(self.starts)

    @property
    def users(self) -> Ints:
        """The user of each entry of `items`, (m,)."""
        return np.repeat(np.arange(self.n_users), self.lengths)

    def of(self, user: int) -> Ints:
        """Return one user's items, oldest first."""
        return self.items[self.starts[user] : self.starts[user + 1]]

    def without_last(self, n: int) -> Sequences:
        """Return the sequences with the n latest items of each user taken off."""
        places = np.arange(len(self.items)) - self.starts[:-1][self.users]
        return self.kept(places < (self.lengths - n)[self.users])

    def from_end(self, n: int) -> Ints:
        """Return each user's n-th item from the end, 1 the latest, (users,); every user must have as many."""
        return self.items[self.starts[1:] - n]

    def kept(self, mask: NDArray[np.bool_]) -> Sequences:
        """Return the sequences with only the marked entries, (m,); users may end up without any."""
        counts = np.bincount(self.users[mask], minlength=self.n_users)
        return self._with(mask, _starts(counts))

    def part(self, users: Ints) -> Sequences:
        """Return some users' sequences, in the order asked for."""
        lengths = self.lengths[users]
        starts = _starts(lengths)
        return self._with(np.repeat(self.starts[users] - starts[:-1], lengths) + np.arange(starts[-1]), starts)

    def _with(self, places: Ints | NDArray[np.bool_], starts: Ints) -> Sequences:
        times = None if self.times is None else self.times[places]
        weights = None if self.weights is None else self.weights[places]
        return Sequences(self.items[places], starts, self.n_items, times, weights)

    def latest(self, n: int) -> Ints:
        """Return each user's n latest items, latest first; -1 where there are fewer, (users, n)."""
        places = self.starts[1:, None] - 1 - np.arange(n)
        return np.where(
            places >= self.starts[:-1, None], self.items[np.maximum(places, 0)] if len(self.items) else -1, -1
        )

    def matrix(self, weights: Floats | None = None) -> sparse.csr_matrix:
        """Return who took what, (users, items), by weight; repeated items add up.

        Args:
            weights: (m,) of each entry; 1 without.
        """
        values = np.ones(len(self.items), dtype=np.float32) if weights is None else weights
        if self.weights is not None:
            values = values * self.weights
        matrix = sparse.csr_matrix((values, self.items, self.starts), shape=(self.n_users, self.n_items))
        matrix.sum_duplicates()
        return matrix

    def age_weights(self, decay: float) -> Floats:
        """Return decay ** (number of later items of the same user) of each entry, (m,)."""
        later = self.starts[1:][self.users] - 1 - np.arange(len(self.items))
        weights: Floats = np.power(np.float32(decay), later, dtype=np.float32)
        return weights


def _starts(counts: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def from_lists(sequences: Sequence[Sequence[int]], n_items: int) -> Sequences:
    """Make sequences of lists of item rows."""
    counts = np.array([len(one) for one in sequences], dtype=np.int64)
    return Sequences(np.array([i for one in sequences for i in one], dtype=np.int64), _starts(counts), n_items)


@dataclass(frozen=True, slots=True)
class Named:
    """Sequences, and what row i stands for.

    Args:
        sequences: as read.
        item_ids: row -> id in the file, (n_items,).
    """

    sequences: Sequences
    item_ids: tuple[str, ...]


def read_sequences(path: Path) -> Named:
    """Read `customer item item …`, one customer a line, in order of time; .gz too.

    Args:
        path: sequences shorter than MIN_EVENTS are refused: nothing could be tuned and reported on them.

    Raises:
        SequencesBroken: there is no such file, or a line is too short.
    """
    rows: dict[str, int] = {}
    lists: list[list[int]] = []
    for number, line in enumerate(_lines(path), start=1):
        names = line.split()[1:]
        if len(names) < MIN_EVENTS:
            raise SequencesBroken(
                f"Line {number} of {path.name} has {len(names)} items: a customer and {MIN_EVENTS} or more are needed."
            )
        lists.append([rows.setdefault(name, len(rows)) for name in names])
    if not lists:
        raise SequencesBroken(f"{path.name} holds no sequences.")
    return named(from_lists(lists, len(rows)), tuple(rows))


def named(sequences: Sequences, item_ids: Sequence[str]) -> Named:
    """Number items anew by a hash of their ids.

    In the order of a file, an item's number tells where it first stands, the held-out place included, and ties are
    broken by number.

    Args:
        sequences: rows as in `item_ids`.
        item_ids: distinct, in any order.
    """
    order = sorted(range(len(item_ids)), key=lambda i: (zlib.crc32(item_ids[i].encode()), item_ids[i]))
    new = np.empty(len(order), dtype=np.int64)
    new[order] = np.arange(len(order))
    return Named(replace(sequences, items=new[sequences.items]), tuple(item_ids[i] for i in order))


def read_attributes(path: Path, item_ids: Sequence[str]) -> sparse.csr_matrix:
    """Read a JSON object of item -> attribute ids; .gz too.

    Args:
        path: the file.
        item_ids: what row i stands for; items that the file does not hold have no attributes.

    Returns:
        (items, attributes) of ones.

    Raises:
        SequencesBroken: there is no such file, or it holds something else.
    """
    try:
        held = json.loads("".join(_lines(path)))
    except json.JSONDecodeError as error:
        raise SequencesBroken(f"{path.name} is not JSON: {error}.") from error
    if not isinstance(held, Mapping) or not all(isinstance(one, list) for one in held.values()):
        raise SequencesBroken(f"{path.name} must be an object of item -> list of attribute ids.")
    columns: dict[str, int] = {}
    pairs = [
        (row, columns.setdefault(str(attribute), len(columns)))
        for row, item_id in enumerate(item_ids)
        for attribute in held.get(item_id, ())
    ]
    where = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    ones = np.ones(len(where), dtype=np.float32)
    return sparse.csr_matrix((ones, (where[:, 0], where[:, 1])), shape=(len(item_ids), max(1, len(columns))))


def _lines(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise SequencesBroken(f"There is no file {path}.")
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        yield from (line for line in file if line.strip())
