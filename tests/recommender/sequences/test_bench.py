from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from recommender.sequences.bench import Report, gate, run_bench
from recommender.sequences.data import Sequences, from_lists
from recommender.sequences.folds import leave_one_out
from recommender.sequences.linear import MAX_ITEMS
from recommender.sequences.pairs import Pairs, PairSettings
from recommender.sequences.roster import Row, best_of, instant_rows, linear_rows

N_ITEMS = 40
ATTRIBUTES = sparse.csr_matrix(np.eye(N_ITEMS, dtype=np.float32)[:, : N_ITEMS // 2] + 0)


def _shop(n_users: int = 300) -> Sequences:
    """Walks of chance over items; from each, three of four steps lead to the next item."""
    rng = np.random.default_rng(5)
    lists = []
    for _ in range(n_users):
        walk = [int(rng.integers(N_ITEMS))]
        while len(walk) < 6:
            step = (walk[-1] + 1) % N_ITEMS if rng.random() < 0.75 else int(rng.integers(N_ITEMS))
            if step not in walk:
                walk.append(step)
        lists.append(walk)
    return from_lists(lists, N_ITEMS)


def _run(data: Sequences, rows: Sequence[Row] = ()) -> Report:
    chosen = rows or (*instant_rows(ATTRIBUTES, 0), *linear_rows(N_ITEMS))
    return run_bench(leave_one_out(data), chosen, attributes=ATTRIBUTES, seed=0, progress=lambda *_: None)


@pytest.fixture(scope="module")
def report() -> Report:
    return _run(_shop())


def test_every_row_and_both_stacks_are_measured(report: Report) -> None:
    expected = {row.name for row in (*instant_rows(ATTRIBUTES, 0), *linear_rows(N_ITEMS))} | {"instant", "stack"}
    assert set(report.models) == expected
    assert (report.users, report.items) == (300, N_ITEMS)
    for one in report.models.values():
        assert 0 <= one.ndcg_low <= one.ndcg <= one.ndcg_high <= 1
        assert one.ndcg <= one.hr
        assert 0 <= min(one.diversity, one.coverage, one.gini) <= max(one.diversity, one.coverage, one.gini) <= 1


def test_what_follows_is_found_and_chance_is_chance(report: Report) -> None:
    assert report.models["markov"].ndcg > 0.6
    assert report.models["random"].ndcg < 0.25
    assert report.models["popularity"].coverage < report.models["random"].coverage


def test_the_shares_of_a_stack_add_up(report: Report) -> None:
    assert sum(report.shares["stack"].values()) == pytest.approx(1)
    assert set(report.shares["instant"]) < set(report.shares["stack"])


def test_the_same_seed_gives_the_same_figures(report: Report) -> None:
    again = _run(_shop())
    timeless = [{name: replace(one, fit_s=0.0, cpu_s=0.0) for name, one in of.models.items()} for of in (report, again)]
    assert timeless[0] == timeless[1]
    assert report.shares == again.shares


def test_the_last_item_changes_nothing_that_was_chosen_or_fitted(report: Report) -> None:
    data = _shop()
    items = data.items.copy()
    items[data.starts[1:] - 1] = (items[data.starts[1:] - 1] + 7) % N_ITEMS
    other = _run(replace(data, items=items))
    assert other.models["markov"].ndcg != report.models["markov"].ndcg
    for name, one in report.models.items():
        assert (other.models[name].tune_ndcg, other.models[name].coverage) == (one.tune_ndcg, one.coverage)
    assert [one.served for one in other.versus] == [one.served for one in report.versus]


def test_the_gate_keeps_the_best_single_model_where_the_stack_is_no_better() -> None:
    assert gate("stack", 0.06, "markov", 0.05) == "stack"
    assert gate("stack", 0.05, "markov", 0.05) == "markov"
    assert gate("stack", 0.04, "markov", 0.05) == "markov"


def test_constants_are_chosen_on_the_tuning_item() -> None:
    fold = leave_one_out(_shop()).tune
    forwards = lambda: Pairs(PairSettings(window=1))  # noqa: E731
    backwards = lambda: Pairs(PairSettings(window=1, distance_decay=1.0, target_power=9.0))  # noqa: E731
    chosen = best_of([backwards, forwards])(fold)
    expected = forwards().refresh(fold.data).score(fold.data)
    assert (chosen.score(fold.data) == expected).all()


def test_a_shop_too_large_for_ease_goes_without() -> None:
    assert linear_rows(MAX_ITEMS + 1) == ()
