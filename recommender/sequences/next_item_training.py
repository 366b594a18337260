"""Trains SASRec on the shop's own log for serving; it is kept only where it beats counting on shoppers' last items.

It stops by the last item but one, then learns that one too and is asked for the last; what is kept has learned all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from recommender.ctr.export import export_graph
from recommender.errors import NotEnoughEvents
from recommender.events import Event
from recommender.metrics import paired_gain
from recommender.sequences.base import SequenceModel
from recommender.sequences.folds import Fold
from recommender.sequences.linear import MAX_ITEMS, Ease
from recommender.sequences.measures import Doubles, ndcg
from recommender.sequences.next_item import ROWS, SCORES, NextItemCard, write_next_item
from recommender.sequences.pairs import ITEM_KNN, Pairs, PairSettings
from recommender.sequences.roster import model_ranks
from recommender.sequences.sasrec import Net, SasRec, SasRecSettings
from recommender.sequences.visits import sequences_of

MIN_SHOPPERS: Final = 200
"""With interest in four items or more: two to learn from, one to stop by, one to be judged on."""
_MIN_ITEMS: Final = 4
NAME: Final = "sasrec"

Progress = Callable[[str, int, int | None], None]


def learn_next_item(
    events: Iterable[Event],
    item_ids: Sequence[str],
    out: Path,
    progress: Progress,
    *,
    seed: int,
    settings: SasRecSettings | None = None,
) -> tuple[NextItemCard, bool]:
    """Train, judge, and write the model where it is better.

    Args:
        events: in order of arrival, attributed already.
        item_ids: of the catalogue.
        out: folder of the models; a training that was stopped goes on from its checkpoint there.
        progress: told of each stage.
        seed: same log and seed give the same model on the same machine.
        settings: of the network.

    Returns:
        What was measured, and whether it is kept; where it is not, what was there before stays.

    Raises:
        NotEnoughEvents: too few shoppers were interested in four items.
    """
    data = sequences_of(events, {item_id: row for row, item_id in enumerate(item_ids)})
    asked = np.flatnonzero(data.lengths >= _MIN_ITEMS)
    if len(asked) < MIN_SHOPPERS:
        raise NotEnoughEvents(
            f"{MIN_SHOPPERS} shoppers with interest in {_MIN_ITEMS} items are needed; there are {len(asked)}."
        )
    ends = data.starts[1:][asked]
    tune = Fold(data.without_last(2), asked, data.items[ends - 2])
    report = Fold(data.without_last(1), asked, data.items[ends - 1])
    checkpoint, settings = out / "next-item.training", settings or SasRecSettings()
    out.mkdir(parents=True, exist_ok=True)
    model = SasRec(
        settings, seed=seed, checkpoint=checkpoint, told=lambda done, _: progress("training", done, settings.epochs)
    ).fit(tune.data, tune.users, tune.targets)
    progress("judging", 0, None)
    figures = {name: _figures(rival.refresh(report.data), report) for name, rival in _rivals(len(item_ids)).items()}
    rival = max(figures, key=lambda name: float(figures[name].mean()))
    own = figures[NAME] = _figures(model.refresh(report.data), report)
    gain, low, _ = paired_gain(own, figures[rival], np.arange(len(asked)), seed=seed)
    graph = _graph(model.refresh(data).net, settings.length)
    card = NextItemCard(
        ids=tuple(item_ids),
        length=settings.length,
        ndcg={name: float(one.mean()) for name, one in figures.items()},
        rival=rival,
        gain=gain,
        gain_low=low,
        shoppers=data.n_users,
        epochs=model.best_epoch,
        sha256=hashlib.sha256(graph).hexdigest(),
    )
    kept = low > 0.0
    if kept:
        write_next_item(out, card, graph)
    checkpoint.unlink(missing_ok=True)
    return card, kept


def _rivals(n_items: int) -> dict[str, SequenceModel]:
    """Return what serves without it: counting of what follows what, and neighbours from whole histories."""
    counting: dict[str, SequenceModel] = {"markov": Pairs(PairSettings()), "item-knn": Pairs(ITEM_KNN)}
    return counting | ({"ease": Ease()} if n_items <= MAX_ITEMS else {})


def _figures(model: SequenceModel, fold: Fold) -> Doubles:
    return ndcg(model_ranks(model, fold))


class _Last(nn.Module):
    """Rows of one shopper ► scores of all items for what comes next."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, rows: Tensor) -> Tensor:
        scores: Tensor = self.net(rows)[:, -1] @ self.net.items.weight[1:].T
        return scores


def _graph(net: Net, length: int) -> bytes:
    rows = torch.zeros(1, length, dtype=torch.long)
    rows[0, -1] = 1
    return export_graph(_Last(net), {ROWS: rows}, (SCORES,), {ROWS: None})
