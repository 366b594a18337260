from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from recommender.errors import SequencesBroken
from recommender.sequences.data import from_lists
from recommender.sequences.folds import leave_one_out, read_events, temporal


def test_the_last_is_reported_the_one_before_is_tuned_on() -> None:
    split = leave_one_out(from_lists([[0, 1, 2, 3], [3, 2, 1]], 4))
    assert split.tune.data.of(0).tolist() == [0, 1]
    assert split.tune.targets.tolist() == [2, 2]
    assert split.report.data.of(1).tolist() == [3, 2]
    assert split.report.targets.tolist() == [3, 1]


def test_leave_one_out_needs_three_items() -> None:
    with pytest.raises(SequencesBroken, match="3 items or more"):
        leave_one_out(from_lists([[0, 1, 2], [0, 1]], 3))


def _events(tmp_path: Path, rows: list[tuple[str, str, str]]) -> Path:
    path = tmp_path / "events.csv.gz"
    text = "user,item,time,note\n" + "".join(f"{u},{i},{t},x\n" for u, i, t in rows)
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_events_are_sorted_by_time_and_times_may_be_iso(tmp_path: Path) -> None:
    named = read_events(
        _events(tmp_path, [("ann", "b", "1970-01-01 00:00:09"), ("bob", "a", "4"), ("ann", "a", "1970-01-01T00:00:02")])
    )
    assert [named.item_ids[row] for row in named.sequences.of(0)] == ["a", "b"]
    assert named.sequences.times is not None
    assert named.sequences.times.tolist() == [2, 9, 4]


@pytest.mark.parametrize(
    ("text", "said"),
    [("user,item\na,b\n", "lacks the column time"), ("user,item,time\na,b,soon\n", "'soon' is no time")],
)
def test_events_that_cannot_be_read_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(text)
    with pytest.raises(SequencesBroken, match=said):
        read_events(path)


def test_one_cut_in_time_holds_for_everybody(tmp_path: Path) -> None:
    rows = [("ann", f"i{t}", str(t)) for t in range(0, 100, 2)] + [
        ("bob", f"i{t - 1}", str(t)) for t in range(1, 100, 2)
    ]
    named = read_events(_events(tmp_path, rows))
    split = temporal(named.sequences)
    for fold, cut in ((split.tune, 80), (split.report, 90)):
        assert fold.data.times is not None
        assert fold.data.times.max() < cut
        assert [named.item_ids[i] for i in fold.targets] == [f"i{cut}", f"i{cut}"]


def test_what_a_user_had_is_never_asked_for(tmp_path: Path) -> None:
    rows = [("ann", f"i{t}", str(t)) for t in range(80)] + [("ann", f"i{t % 10}", str(t)) for t in range(80, 100)]
    with pytest.raises(SequencesBroken, match="Nobody takes a new item"):
        temporal(read_events(_events(tmp_path, rows)).sequences)


def test_a_file_without_times_cannot_be_cut_in_time() -> None:
    with pytest.raises(SequencesBroken, match="user,item,time"):
        temporal(from_lists([[0, 1, 2]], 3))
