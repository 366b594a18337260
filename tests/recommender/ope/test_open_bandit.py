from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from recommender.errors import LogUnusable
from recommender.ope.bench import measure_open_bandit
from recommender.ope.open_bandit import read_campaign

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "datasets" / "open_bandit"
_HEADER = ",timestamp,item_id,position,click,propensity_score\n"


def _write(folder: Path, policy: str, rows: str) -> None:
    path = folder / policy / "men" / "men.csv.gz"
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wt") as file:
        file.write(_HEADER + rows)


def test_rows_become_slates_in_order_of_time(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "random",
        "0,2019-11-24 00:03:36+00:00,1,3,1,0.5\n1,2019-11-24 00:03:13+00:00,0,1,0,0.5\n",
    )
    campaign = read_campaign(tmp_path, "random")
    assert campaign.log.chosen[:, 0].tolist() == [0, 1]
    assert campaign.log.values.tolist() == [0, 1]
    assert campaign.positions.tolist() == [0, 2]
    assert campaign.shares()[2].tolist() == [0, 1]
    assert campaign.log.segments["place 3"].tolist() == [False, True]


@pytest.mark.parametrize("rows", ["0,yesterday,1,3,1,0.5\n", None])
def test_what_is_no_such_log_is_said(tmp_path: Path, rows: str | None) -> None:
    if rows is not None:
        _write(tmp_path, "bts", rows)
    with pytest.raises(LogUnusable, match="no log of Open Bandit"):
        read_campaign(tmp_path, "bts")


@pytest.mark.datasets
@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"needs {FOLDER}")
def test_each_policy_is_told_from_the_others_log_and_the_gate_refuses_so_few_clicks() -> None:
    told = {(one.source, one.target): one for one in measure_open_bandit(FOLDER)}
    there, back = told["random", "bts"], told["bts", "random"]
    assert there.own[0] == pytest.approx(0.0069)
    assert back.own[0] == pytest.approx(0.0046)
    for one in (there, back):
        found = {estimate.name: interval for estimate, interval in one.estimates}
        assert found["dm"] is None
        assert found["dr"] is not None
        assert one.own[0] in found["dr"]
        assert not one.verdict.accepted
        assert one.verdict.value is None
    assert "effective sample size" in there.verdict.reasons[0]
    assert any("largest weight" in reason for reason in back.verdict.reasons)
