"""Whatever the log, no slate and no shopper is on both sides, and nothing of the future in the past."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.data.splits import settled, shopper_folds, temporal_split

_LOGS = st.lists(st.tuples(st.floats(0, 1e6), st.integers(1, 5)), min_size=1, max_size=60)


@given(_LOGS, st.floats(0, 2e5))
@settings(deadline=None)
def test_parts_are_apart_by_the_embargo_and_share_no_slate(slates: list[tuple[float, int]], embargo_s: float) -> None:
    at = np.array([start + slot * 0.5 for start, n in slates for slot in range(n)])
    decisions = np.array([number for number, (_, n) in enumerate(slates) for _ in range(n)], dtype=np.int64)
    split = temporal_split(at, decisions, embargo_s=embargo_s)
    parts = (split.train, split.validation, split.test)
    assert (np.sum(parts, axis=0) <= 1).all()
    assert split.test.any()
    for number in range(len(slates)):
        assert all(len(set(part[decisions == number].tolist())) == 1 for part in parts)
    for earlier, later, cut in ((0, 1, split.cuts[0]), (1, 2, split.cuts[1]), (0, 2, split.cuts[1])):
        if parts[earlier].any():
            assert at[parts[earlier]].max() + embargo_s < cut
        if parts[later].any():
            assert at[parts[later]].min() >= cut


def test_shares_are_of_slates() -> None:
    at = np.arange(100.0)
    split = temporal_split(at, np.arange(100), embargo_s=0.0)
    assert (split.train.sum(), split.validation.sum(), split.test.sum()) == (70, 15, 15)
    assert split.cuts == (70.0, 85.0)
    assert temporal_split(at, np.arange(100), embargo_s=10.0).train.sum() == 60
    assert settled(at, 20.0, by=split.cuts[0]).sum() == 51


def test_an_empty_log_has_empty_parts() -> None:
    split = temporal_split(np.zeros(0), np.zeros(0, dtype=np.int64), embargo_s=1.0)
    assert len(split.train) == len(split.validation) == len(split.test) == 0


@given(st.lists(st.text(max_size=3), max_size=80), st.lists(st.text(max_size=3), max_size=20), st.integers(2, 7))
def test_a_shopper_is_in_one_fold_also_when_the_log_grows(keys: list[str], later: list[str], n_folds: int) -> None:
    folds = shopper_folds(keys, n_folds, seed=3)
    assert all(len({fold for other, fold in zip(keys, folds, strict=True) if other == key}) == 1 for key in keys)
    assert np.array_equal(shopper_folds([*keys, *later], n_folds, seed=3)[: len(keys)], folds)
    assert ((folds >= 0) & (folds < n_folds)).all()


def test_folds_are_about_equal_and_depend_on_the_seed() -> None:
    keys = [f"shopper-{i}" for i in range(5000)]
    folds = shopper_folds(keys, 5, seed=1)
    # 1,000 each, standard deviation 28.
    assert np.abs(np.bincount(folds, minlength=5) - 1000).max() < 130
    assert not np.array_equal(folds, shopper_folds(keys, 5, seed=2))
