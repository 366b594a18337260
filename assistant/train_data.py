"""What `aisle train data` does: the data card of the log as it is, without any training."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.terminal import say, say_json, showing_progress

if TYPE_CHECKING:
    from assistant.store import Store
    from recommender.data.settings import KnownTraffic

STAFF_FILE = "staff.txt"
"""In the data folder: customer numbers of the shop's own people, one a line."""


def train_data(settings: Settings, *, as_json: bool) -> None:
    """Clean, label and count what shoppers did, and write the card beside the shop's models.

    Args:
        settings: frozen.
        as_json: write the card for programs.

    Raises:
        ConfigError: there is no log yet.
        CatalogueMissing, IndexBroken, StoreError, ArtifactBroken: what the card is made from cannot be read.
    """
    from assistant.opening import items_of
    from assistant.places import catalogues_folder, models_folder
    from assistant.store import SqlEventLog, open_store
    from assistant.store.engine import FILE
    from recommender.data.card import CARD_MARKDOWN, read_card, write_card
    from recommender.data.prepare import prepare
    from retrieval.engine import Retrieval

    items = items_of(Retrieval.open(catalogues_folder(settings), settings.catalogue).catalogue.products.values())
    if not (settings.data / FILE).exists():
        raise ConfigError("Nobody has used this shop yet: there is no log to describe.")
    folder = models_folder(settings) / settings.catalogue
    previous = read_card(folder)
    store = open_store(settings.data)
    try:
        with showing_progress() as progress:
            progress("reading what shoppers did", 0, None)
            card = prepare(
                SqlEventLog(store),
                items,
                now=time.time(),
                seed=settings.seed,
                previous=previous,
                known=known_traffic(settings, store),
            ).card
    finally:
        store.close()
    write_card(card, folder)
    if as_json:
        say_json({**card.model_dump(mode="json"), "file": str(folder / CARD_MARKDOWN)})
    else:
        say(card.to_markdown())


def known_traffic(settings: Settings, store: Store) -> KnownTraffic:
    """Read who in the log is no customer: the shop's own people, by name and by every visit they signed in to.

    Args:
        settings: of the data folder.
        store: its database.
    """
    from assistant.keys import customer_key
    from assistant.store.staff_visits import staff_visits_of
    from recommender.data.settings import KnownTraffic

    numbers = staff_numbers(settings)
    return KnownTraffic(staff=frozenset(map(customer_key, numbers)) | staff_visits_of(store, numbers))


def staff_numbers(settings: Settings) -> frozenset[str]:
    """Read the customer numbers of the shop's own people; empty where none are named."""
    file = settings.data / STAFF_FILE
    return frozenset(file.read_text(encoding="utf-8").split()) if file.is_file() else frozenset()
