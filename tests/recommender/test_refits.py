"""What a feature is worth to a model, the model without what is worth nothing, and the one for strangers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.ctr.artifact import load_artifact, save_artifact
from recommender.ctr.calibration import IDENTITY
from recommender.ctr.contenders import CONTENDERS, Job, Params, Trained
from recommender.ctr.judging import judge
from recommender.ctr.served import build_served
from recommender.examples import HEADS, Examples
from recommender.features import FEATURES, FeatureBlock, History
from recommender.refits import on_unseen_shoppers, slim
from tests.recommender.ctr.small import small_examples

_OUT = ("rating", "hour_sin", "price")


def _parts() -> tuple[Examples, Examples]:
    examples = small_examples()
    return examples.part(0, 160).as_of(np.inf), examples.part(160, 240).as_of(np.inf)


@pytest.mark.parametrize("name", ["logistic regression", "factorisation machine", "trees", "network"])
def test_what_stood_still_in_training_counts_for_nothing(name: str, tmp_path: Path) -> None:
    train, validation = _parts()
    params = {"deep": 16, "hidden": 4, "max_epochs": 1} if name == "network" else {}
    trained = CONTENDERS[name].fit(Job(train.without(_OUT), validation.without(_OUT), seed=2), params)
    moved = validation.dense.copy()
    moved[:, [FEATURES.index(one) for one in _OUT]] = 123.0
    expected = trained.predict(validation)
    assert trained.predict(replace(validation, dense=moved)) == pytest.approx(expected, abs=1e-6)
    assert trained.predict(validation.without(_OUT)) == pytest.approx(expected, abs=1e-6)
    kind = CONTENDERS[name].kind
    assert kind is not None
    save_artifact(tmp_path, kind, trained.files((IDENTITY,) * len(HEADS)), base_logit=-1.0, served=True)
    artifact = load_artifact(tmp_path)
    assert artifact is not None
    model = build_served(artifact)
    stranger = History(np.zeros((0, 3), np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32), 0)
    first, second = (
        model.score(model.user_half(stranger), FeatureBlock(dense[:8].astype(np.float32), validation.hashed[:8]))
        for dense in (validation.dense, moved)
    )
    assert second.click == pytest.approx(first.click, abs=1e-6)
    assert second.hidden == pytest.approx(first.hidden, abs=1e-4)


def test_a_feature_that_says_nothing_is_left_out_and_one_that_says_all_is_kept() -> None:
    train, validation = _parts()
    rng = np.random.default_rng(5)

    def planted(examples: Examples) -> Examples:
        dense = np.zeros_like(examples.dense)
        dense[:, FEATURES.index("popularity")] = examples.labels[:, 0] + rng.normal(size=len(dense))
        dense[:, FEATURES.index("rating")] = rng.normal(size=len(dense))
        return replace(examples, dense=dense)

    job = Job(planted(train), planted(validation), seed=1)
    best = judge(CONTENDERS["logistic regression"].fit(job, {}), job.validation, job.validation)
    selection, slimmed = slim(best, job, {}, job.validation)
    assert selection.kept == ("popularity",)
    assert selection.cost_low <= 0
    assert slimmed is not best
    assert slimmed.trained.name == "logistic regression"


def test_the_unseen_are_later_slates_of_shoppers_that_were_kept_out_of_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    train, validation = _parts()
    seen: list[Job] = []
    contender = CONTENDERS["logistic regression"]

    def fit(job: Job, params: Params) -> Trained:
        seen.append(job)
        return contender.fit(job, params)

    monkeypatch.setitem(CONTENDERS, "logistic regression", replace(contender, fit=fit))
    found = on_unseen_shoppers("logistic regression", Job(train, validation, seed=1), {}, validation, ())
    (job,) = seen
    known = {*job.train.shoppers.tolist(), *job.validation.shoppers.tolist()}
    strangers = {*train.shoppers.tolist(), *validation.shoppers.tolist()} - known
    assert 0.1 < len(strangers) / len(known | strangers) < 0.35
    assert found is not None
    assert found.n_impressions == np.isin(validation.shoppers, list(strangers)).sum()
    assert found.click.auc is not None


def test_too_few_strangers_tell_nothing() -> None:
    train, validation = _parts()
    job = Job(train, validation, seed=1)
    assert on_unseen_shoppers("logistic regression", job, {}, validation.part(0, 2), ()) is None
