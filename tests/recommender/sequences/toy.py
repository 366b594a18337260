"""Sequences whose next item is known: everyone walks a ring of items, from a place of their own."""

from __future__ import annotations

import numpy as np

from recommender.sequences.data import Sequences, from_lists

N_ITEMS = 12


def ring(n_users: int = 60, length: int = 5, seed: int = 0) -> Sequences:
    """Item i is followed by item i + 1 (mod N_ITEMS)."""
    starts = np.random.default_rng(seed).integers(0, N_ITEMS, n_users)
    return from_lists([[int(s + i) % N_ITEMS for i in range(length)] for s in starts], N_ITEMS)
