"""Where a shop's ranker releases lie, and what the steps of their promotion work on.

Loads the recommender only when it is asked to: the doctor must be able to say that a package is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from assistant.config import Settings
from assistant.places import catalogues_folder, models_folder
from recommender.errors import RecommenderError

if TYPE_CHECKING:
    from recommender.promotion.line_up import LineUp
    from recommender.promotion.pipeline import Shop
    from recommender.promotion.registry import Registry

log = structlog.get_logger()


def registry_of(settings: Settings) -> Registry:
    """The releases of the served catalogue."""
    from recommender.promotion.registry import Registry

    return Registry(models_folder(settings) / settings.catalogue)


def click_model_device(settings: Settings) -> str:
    """Where click models are computed: as the settings say, but by the CPU where there is no GPU."""
    if settings.click_model_device == "cpu":
        return "cpu"  # Needs no torch.
    from recommender.ctr.torch_served import device_at_hand

    device = device_at_hand(settings.click_model_device)
    if device != settings.click_model_device:
        log.warning("click_model.no_gpu", asked=settings.click_model_device, used=device)
    return device


@contextmanager
def open_shop_log(settings: Settings) -> Iterator[Shop]:
    """Open the log and the items, also beside a running server.

    Raises:
        StoreError: there is no database yet, or it cannot be used.
        CatalogueMissing, IndexBroken: the catalogue cannot be opened.
    """
    from assistant.opening import items_of, recommender_settings
    from assistant.store import SqlEventLog, open_beside
    from assistant.train_data import known_traffic
    from recommender.promotion.pipeline import Shop
    from retrieval.catalogue import read_catalogue
    from retrieval.storage import current_version

    products = read_catalogue(*current_version(catalogues_folder(settings), settings.catalogue)).products
    store = open_beside(settings.data)
    try:
        yield Shop(
            registry=registry_of(settings),
            log=SqlEventLog(store),
            items=items_of(products.values()),
            now=datetime.now(UTC),
            seed=settings.seed,
            settings=recommender_settings(settings),
            known=known_traffic(settings, store),
        )
    finally:
        store.close()


def look_at_releases(settings: Settings) -> tuple[LineUp, tuple[str, ...]]:
    """Load what would serve, and say what of it is missing or damaged."""
    from recommender.promotion.line_up import LineUp
    from recommender.promotion.pipeline import load_line_up

    problems: list[str] = []
    try:
        return load_line_up(registry_of(settings), problems.append), tuple(problems)
    except RecommenderError as error:
        return LineUp(), (str(error),)


def releases_trouble(settings: Settings) -> str | None:
    """Say what of the releases that serve is missing or damaged; None where they are whole, or none serves."""
    _, problems = look_at_releases(settings)
    return problems[0] if problems else None


def set_broken_releases_aside(settings: Settings) -> Path | None:
    """Rename the folder of releases that cannot serve, so that new ones can be made; nothing is deleted.

    Returns:
        Where it lies now; None where nothing is broken.
    """
    if releases_trouble(settings) is None:
        return None
    folder, number = registry_of(settings).root, 1
    while (aside := folder.with_name(f"{folder.name}.damaged-{number}")).exists():
        number += 1
    folder.rename(aside)
    return aside


def training_is_due(settings: Settings, registry: Registry, now: datetime) -> bool:
    """Whether the schedule wants a new release: there is one, and the newest is older than it allows."""
    if settings.retrain_hours <= 0:
        return False
    releases = registry.list_releases()
    return not releases or (now - releases[0].made_at).total_seconds() >= settings.retrain_hours * 3600.0
