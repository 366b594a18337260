"""Serve a trained model from its folder, as the line-up serves a release."""

from __future__ import annotations

from pathlib import Path

from recommender.ctr.artifact import load_artifact
from recommender.decide import Recommender
from recommender.models.predicted import Predicted
from recommender.promotion.line_up import LineUp, Served


def serve_model(recommender: Recommender, folder: Path) -> None:
    """Rank with the click model of a folder, where it has earned that."""
    artifact = load_artifact(folder)
    assert artifact is not None
    ranker = Predicted(artifact if artifact.manifest.served else None)
    recommender.serve(LineUp(Served(ranker=ranker, model_sha=ranker.sha)))
