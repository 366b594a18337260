"""Releases without a training: files that look like what `train` writes, with or without a real click model."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from recommender.card import Gain, HeadFigures, ModelCard, Row
from recommender.features import FEATURES
from recommender.ope.gate import Check, Verdict
from recommender.ope.intervals import Interval
from recommender.promotion.evidence import CanaryReport, GateReport
from recommender.promotion.registry import Registry, Release
from recommender.promotion.releases import keep_evidence
from tests.recommender.ctr.small import make_logistic, save_logistic

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Clock:
    """Each look is a minute later."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def write_draft(root: Path, *, served: bool = True, seed: int = 1, ece: float | None = 0.01) -> Path:
    """Write a click model of random numbers and a card into a folder that can become a release."""
    draft = root / "training"
    rng = np.random.default_rng(seed)
    weights = dict(zip(FEATURES, rng.normal(size=len(FEATURES), scale=0.1).tolist(), strict=True))
    save_logistic(draft, make_logistic(weights), served=served)
    name = "logistic regression"
    row = {"name": name, "click": {} if ece is None else {"ece": ece}}
    card = {"served": served, "verdict": "It is used.", "model": name, "rows": [{"name": "popularity"}, row]}
    (draft / "card.json").write_text(json.dumps(card))
    return draft


def add_release(registry: Registry, *, served: bool = True, seed: int = 1, ece: float | None = 0.01) -> Release:
    """Make a candidate."""
    return registry.add(write_draft(registry.root, served=served, seed=seed, ece=ece), who="test", seed=seed)


def let_gate_say(registry: Registry, number: int, *, accepted: bool, live: int | None) -> None:
    """Keep a verdict of the gate."""
    check = Check(6, "more than now", accepted, "worth -0.1 to +0.2 more")
    verdict = Verdict(accepted, 1.0 if accepted else None, Interval(-0.1, 0.2), 0.9, (check,), None)
    keep_evidence(registry.root, number, "gate", GateReport.of(verdict, judged_at=NOW, live=live))


def let_canary_say(registry: Registry, number: int, *, share: float, enough: bool = True, harm: bool = False) -> None:
    """Keep a count of the trial."""
    report = CanaryReport(
        counted_at=NOW,
        share=share,
        visits=100,
        live_visits=900,
        interested=10,
        live_interested=90,
        log_evidence=0.0,
        harm=harm,
        enough=enough,
    )
    keep_evidence(registry.root, number, "canary", report)


def a_card(*, served: bool = True) -> ModelCard:
    """Return a whole card, as a training writes it: four baselines and the network."""
    figures = HeadFigures(log_loss=0.43, auc=0.67, gauc=None, ece=0.0121)
    names = ("popularity", "logistic regression", "factorisation machine", "trees", "network")
    return ModelCard(
        trained_at=NOW,
        seed=7,
        n_train=30_000,
        n_validation=6_000,
        n_test=6_582,
        n_decisions=7_000,
        n_test_new=372,
        new_shoppers_auc=None,
        positive_rate=0.17,
        rows=tuple(Row(name=name, click=figures, cart=figures, buy=figures) for name in names),
        rival="factorisation machine",
        challenger="network",
        gain=Gain(mean=0.0006, low=-0.0003, high=0.0015),
        over_popularity=Gain(mean=0.0064, low=0.0032, high=0.0096),
        best_epoch=2,
        epochs=4,
        params={},
        model="factorisation machine",
        served=served,
        verdict="The factorisation machine is used.",
        sha256="0" * 64,
        features=FEATURES,
    )
