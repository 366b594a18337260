"""What `aisle train neighbours` and `aisle train sequence` do: candidates are learned from the shop's log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from assistant.config import Settings
from assistant.terminal import say, say_json, showing_progress
from recommender.events import Event

if TYPE_CHECKING:
    from assistant.store import Store


def train_neighbours(settings: Settings, *, as_json: bool) -> None:
    """Learn, write, and tell who was best.

    Args:
        settings: the catalogue and the data folder.
        as_json: for programs.

    Raises:
        NotEnoughEvents: too few shoppers were interested in two items or more.
        CatalogueMissing: there is no such catalogue.
        StoreError: there is no log yet.
    """
    from assistant.places import catalogues_folder, models_folder
    from assistant.store import open_beside
    from recommender.sequences.neighbours import learn_neighbours
    from retrieval.engine import Retrieval

    ids = tuple(Retrieval.open(catalogues_folder(settings), settings.catalogue).catalogue.products)
    with closing(open_beside(settings.data)) as store, showing_progress() as progress:
        events = counted(settings, store)
        card = learn_neighbours(events, ids, models_folder(settings) / settings.catalogue, progress)
    if as_json:
        say_json(card.model_dump())
        return
    say(f"{card.shoppers:,} shoppers, {card.items:,} items. NDCG@10 on each shopper's last item, held out:")
    for name, figure in card.ndcg.items():
        say(f"{name:12}{figure:.4f}")
    say(f"{card.model} is kept; running servers take it up within seconds.")


def train_sequence(settings: Settings, *, as_json: bool) -> None:
    """Train the sequence model, judge it, write it where it is better, and tell.

    Args:
        settings: the catalogue, the data folder, the seed.
        as_json: for programs.

    Raises:
        NotEnoughEvents: too few shoppers were interested in four items or more.
        CatalogueMissing: there is no such catalogue.
        StoreError: there is no log yet.
    """
    from assistant.places import catalogues_folder, models_folder
    from assistant.store import open_beside
    from recommender.sequences.next_item_training import learn_next_item
    from retrieval.engine import Retrieval

    ids = tuple(Retrieval.open(catalogues_folder(settings), settings.catalogue).catalogue.products)
    folder = models_folder(settings) / settings.catalogue
    with closing(open_beside(settings.data)) as store, showing_progress() as progress:
        card, kept = learn_next_item(counted(settings, store), ids, folder, progress, seed=settings.seed)
    if as_json:
        say_json({**card.model_dump(exclude={"ids"}), "kept": kept})
        return
    say(f"{card.shoppers:,} shoppers, {len(ids):,} items. NDCG@10 on each shopper's last item, held out:")
    for name, figure in card.ndcg.items():
        say(f"{name:12}{figure:.4f}")
    beside = f"{card.gain:+.4f} beside {card.rival}, lower bound {card.gain_low:+.4f}"
    fate = "It is kept; running servers take it up within seconds." if kept else "It is not clearly better: not kept."
    say(f"The sequence model is {beside}. {fate}")


def counted(settings: Settings, store: Store) -> Iterator[Event]:
    """Return the events that count: no robots', no staff's, none that name a decision which did not show the item."""
    from assistant.store import SqlEventLog
    from assistant.train_data import known_traffic
    from recommender.attribution import ShownItems
    from recommender.data.cleaning import clean_log
    from recommender.settings import RecommenderSettings

    log = clean_log(SqlEventLog(store), now=time.time(), known=known_traffic(settings, store))
    shown, after = ShownItems(log, max_decisions=RecommenderSettings().max_decisions), 0
    while batch := log.events(after=after):
        after = batch[-1][0]
        yield from (event for _, event in batch if shown.counts(event))
