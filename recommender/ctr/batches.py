"""Examples as torch tensors, slate by slate: a slate's candidates share one history.

Knows arrays only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from recommender.examples import Examples


class Batch(NamedTuple):
    """b slates of at most s items and l acts; see CtrNet and Examples. Padded items weigh 0."""

    past: Tensor
    kinds: Tensor
    ages_s: Tensor
    shoppers: Tensor
    dense: Tensor
    hashed: Tensor
    positions: Tensor
    labels: Tensor
    weights: Tensor

    @property
    def inputs(self) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
        """What CtrNet is called with."""
        return self.past, self.kinds, self.ages_s, self.shoppers, self.dense, self.hashed


@dataclass(frozen=True, slots=True)
class Slates:
    """All examples, to be batched.

    Args:
        whole: every slate, padded to the longest.
        rows: (d, s) the example behind each place; -1 where padded.
        lengths: (d,) number of acts of each history.
    """

    whole: Batch
    rows: Tensor
    lengths: Tensor

    @property
    def n(self) -> int:
        """Number of slates."""
        return len(self.rows)

    def batch(self, chosen: Tensor) -> Batch:
        """Return some slates, their histories cut to the longest of them."""
        longest = max(1, int(self.lengths[chosen].max()))
        picked = Batch(*(column[chosen] for column in self.whole))
        return picked._replace(
            past=picked.past[:, :longest], kinds=picked.kinds[:, :longest], ages_s=picked.ages_s[:, :longest]
        )


def as_slates(examples: Examples, device: str = "cpu") -> Slates:
    """Pad slates to one length.

    Args:
        examples: at least one.
        device: where the tensors live, e.g. "cuda".
    """
    counts = np.bincount(examples.decisions, minlength=examples.n_decisions)
    place = np.arange(len(examples.decisions)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = np.full((len(counts), counts.max()), -1, dtype=np.int64)
    rows[examples.decisions, place] = np.arange(len(examples.decisions))
    there = (rows >= 0)[..., None]
    past = examples.histories
    whole = Batch(
        past=torch.from_numpy(past.hashed.astype(np.int64)),
        kinds=torch.from_numpy(past.kinds.astype(np.int64)),
        ages_s=torch.from_numpy(past.ages_s),
        shoppers=torch.from_numpy(past.shoppers),
        dense=torch.from_numpy(examples.dense[rows]),
        hashed=torch.from_numpy(examples.hashed[rows]),
        positions=torch.from_numpy(examples.positions[rows]),
        labels=torch.from_numpy(examples.labels[rows].astype(np.float32)),
        weights=torch.from_numpy((examples.observed[rows] & there).astype(np.float32)),
    )
    lengths = torch.from_numpy((past.kinds > 0).sum(axis=1))
    return Slates(Batch(*(column.to(device) for column in whole)), torch.from_numpy(rows), lengths)
