"""What `aisle train neighbours` does: item neighbours are learned from the shop's log, for candidates."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

from assistant.config import Settings
from assistant.terminal import say, say_json, showing_progress
from recommender.events import Event, EventLog


def train_neighbours(settings: Settings, *, as_json: bool) -> None:
    """Learn, write, and tell who was best.

    Args:
        settings: the catalogue and the data folder.
        as_json: for programs.

    Raises:
        NotEnoughEvents: too few shoppers were interested in two items or more.
        CatalogueMissing: there is no such catalogue.
        DataFolderBusy: a server holds the data folder.
    """
    from assistant.places import catalogues_folder, models_folder
    from assistant.store import SqlEventLog, open_store
    from assistant.train_data import known_traffic
    from recommender.data.cleaning import clean_log
    from recommender.sequences.neighbours import learn_neighbours
    from retrieval.engine import Retrieval

    ids = tuple(Retrieval.open(catalogues_folder(settings), settings.catalogue).catalogue.products)
    with closing(open_store(settings.data)) as store, showing_progress() as progress:
        card = learn_neighbours(
            counted(clean_log(SqlEventLog(store), now=time.time(), known=known_traffic(settings, store))),
            ids,
            models_folder(settings) / settings.catalogue,
            progress,
        )
    if as_json:
        say_json(card.model_dump())
        return
    say(f"{card.shoppers:,} shoppers, {card.items:,} items. NDCG@10 on each shopper's last item, held out:")
    for name, figure in card.ndcg.items():
        say(f"{name:12}{figure:.4f}")
    say(f"{card.model} is kept; a server takes it when it starts.")


def counted(log: EventLog) -> Iterator[Event]:
    """Return the events that count: not those that name a decision which did not show the item."""
    from recommender.attribution import ShownItems
    from recommender.settings import RecommenderSettings

    shown, after = ShownItems(log, max_decisions=RecommenderSettings().max_decisions), 0
    while batch := log.events(after=after):
        after = batch[-1][0]
        yield from (event for _, event in batch if shown.counts(event))
