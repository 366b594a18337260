"""What `aisle train stack` does: fit the weights of the ranking's parts from the log, kept where they are better."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import asdict

from assistant.config import Settings
from assistant.opening import recommender_settings
from assistant.places import models_folder
from assistant.store import SqlEventLog, open_beside
from assistant.terminal import say, say_json
from assistant.train_data import known_traffic
from recommender.data.cleaning import clean_log
from recommender.stack import save_stack
from recommender.stack_fit import Verdict, fit_stack


def train_stack(settings: Settings, *, as_json: bool) -> None:
    """Fit, judge, and write the weights of the surfaces that passed; running servers take them up.

    Raises:
        StoreError: there is no log yet.
        NotEnoughEvents: it is too short.
    """
    with closing(open_beside(settings.data)) as store:
        log = clean_log(SqlEventLog(store), now=time.time(), known=known_traffic(settings, store))
        verdicts = fit_stack(log, recommender_settings(settings), seed=settings.seed)
    kept = {verdict.surface: verdict.weights for verdict in verdicts if verdict.kept}
    sha = save_stack(models_folder(settings) / settings.catalogue, kept).sha if kept else ""
    if as_json:
        say_json({"surfaces": [asdict(verdict) for verdict in verdicts], "sha256": sha})
        return
    for verdict in verdicts:
        say(_words(verdict))


def _words(verdict: Verdict) -> str:
    best = f"{verdict.best_single} {verdict.losses[verdict.best_single]:.4f}"
    figures = (
        f"loss per later slate {verdict.losses['fitted']:.4f}, settings {verdict.losses['settings']:.4f}, "
        f"best single model {best}; gain {verdict.gain:.4f}, lower bound {verdict.gain_low:.4f}"
    )
    fate = "They are kept." if verdict.kept else "The settings' weights stay."
    return f"{verdict.surface}, {verdict.slates} slates: {figures}. {fate}"
