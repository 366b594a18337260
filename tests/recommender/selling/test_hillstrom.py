"""The e-mail test: read, and the figures that are known of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.errors import LogUnusable
from recommender.selling.hillstrom import ARMS, PUBLISHED, halves, measure, offers_as_slates, read_mailing

FILE = Path(__file__).resolve().parents[4] / "shared" / "datasets" / "hillstrom" / "hillstrom.csv.gz"
HEAD = "recency,history_segment,history,mens,womens,zip_code,newbie,channel,segment,visit,conversion,spend\n"
ROWS = "".join(
    f"{i % 12},1) $0 - $100,{10 + i}.5,1,0,Urban,0,Web,{ARMS[i % 3]},{int(i % 5 == 0)},0,0\n" for i in range(90)
)


def test_rows_become_people(tmp_path: Path) -> None:
    file = tmp_path / "mail.csv"
    file.write_text(HEAD + ROWS)
    mailing = read_mailing(file)
    assert mailing.features[0].tolist() == [0, 10.5, 1, 0, 0, 0, 1, 0, 1]
    assert mailing.arm[:4].tolist() == [0, 1, 2, 0]
    log = offers_as_slates(mailing, np.arange(90) < 10)
    assert (log.n, log.usable().all(), log.probabilities[0, 0]) == (10, True, 1 / 3)
    assert log.rewards[:6, 0].tolist() == [1, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("text", "told"),
    [("a,b\n1,2\n", "is not the Hillstrom"), (HEAD + ROWS.splitlines(keepends=True)[0], "all three groups")],
)
def test_another_file_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "mail.csv"
    file.write_text(text)
    with pytest.raises(LogUnusable, match=told):
        read_mailing(file)


def test_the_halves_are_even_and_always_the_same() -> None:
    assert halves(20_000)[:5_000].tolist() == halves(5_000).tolist()
    assert 0.48 < halves(20_000).mean() < 0.52


@pytest.mark.datasets
@pytest.mark.skipif(not FILE.is_file(), reason="the Hillstrom data set is not beside the repository")
def test_known_effects_are_inside_and_models_beat_chance() -> None:
    measured = measure(read_mailing(FILE), lambda *_: None)
    for arm, value in PUBLISHED.items():
        assert value in measured.effects[arm, "visit"].interval
        assert value in measured.adjusted[arm, "visit"].interval
    assert all(curve.area > 0 for curve in measured.curves.values())
    interval = measured.curves["Womens E-Mail", "t-learner, logistic"].interval
    assert interval is not None
    assert interval.low > 0
    values = {one.policy: one.estimates["dr"][0] for one in measured.replayed}
    assert values["by uplift"] > values["always Mens E-Mail"] > values["at random"]
