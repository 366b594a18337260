from __future__ import annotations

from recommender.events import Reason
from recommender.models import RANKERS
from recommender.reasons import Code, tellable


def test_only_positive_evidence_met_wishes_and_open_trials_are_told() -> None:
    told = (Reason("popular", "", 0.2), Reason("matches", "red", 0.0), Reason("trying_new", "", 0.0))
    kept_back = (
        Reason("predicted", "", 0.3),
        Reason("well_rated", "", -0.1),
        Reason("variety", "", -0.1),
        Reason("sold_out", "", -8.0),
        Reason("dismissed", "", -0.5),
        Reason("for_you", "", 0.0),
    )
    assert tellable((*told, *kept_back)) == told


def test_every_model_speaks_under_a_code_of_the_closed_set() -> None:
    assert set(RANKERS) <= set(Code)
    assert all(make().code == code for code, make in RANKERS.items())
