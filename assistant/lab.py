"""The owner's door to the experiments: list, start, stop, report; and the watch that stops what does harm.

Knows neither pages nor arguments; the command line and the owner's page call the same functions.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

import structlog

from assistant.config import Settings
from assistant.errors import ConfigError, StoreError
from assistant.places import catalogues_folder
from assistant.prompts import Prompts, prompt_version
from assistant.releases import registry_of
from assistant.support.experiments import Audited, Experiments, Kept, Log, guards_margin
from recommender.errors import ExperimentWrong
from recommender.experiments.analysis import Report
from recommender.experiments.definitions import Experiment
from retrieval.catalogue import read_catalogue
from retrieval.errors import RetrievalError
from retrieval.product import Money
from retrieval.storage import current_version

log = structlog.get_logger()
WATCH_EVERY_S: Final = 300.0


def margins_of(settings: Settings) -> dict[str, float]:
    """Read item id -> share of its price that the shop keeps, of the catalogue's items whose cost is stated now."""
    try:
        products = read_catalogue(*current_version(catalogues_folder(settings), settings.catalogue)).products
    except RetrievalError as problem:
        log.warning("margins.not_read", reason=str(problem))
        return {}
    found = {}
    for product in products.values():
        variant = product.default_variant
        if variant.cost_minor is not None and variant.price.amount_minor > 0:
            found[product.id] = 1.0 - variant.cost_minor / variant.price.amount_minor
    return found


class Lab:
    """Everything that an owner does with experiments. Safe for several threads.

    Args:
        experiments: keeps them.
        events: where outcomes come from.
        prompts: the base of prompt versions.
        settings: currency, locale, and the folder of the shop's own prompt versions.
        watch_every_s: seconds between two looks of the watch.
    """

    def __init__(
        self,
        experiments: Experiments,
        events: Log,
        prompts: Prompts,
        settings: Settings,
        *,
        watch_every_s: float = WATCH_EVERY_S,
    ) -> None:
        self._experiments = experiments
        self._events = events
        self._prompts = prompts
        self._settings = settings
        self._watch_every_s = watch_every_s
        self._closing = threading.Event()
        self._watch: threading.Thread | None = None

    def all(self) -> tuple[Kept, ...]:
        """Every experiment, the latest first."""
        return self._experiments.all()

    def audited(self, name: str) -> tuple[Audited, ...]:
        """Who did what to an experiment."""
        return self._experiments.audited(name)

    def start(self, experiment: Experiment, *, who: str) -> Kept:
        """Start an experiment, or let more traffic into one that runs.

        Raises:
            ReleaseMissing: an arm ranks with a release that is not there.
            ExperimentWrong: it cannot run, or not beside the others, or names a prompt version that is not there, or
                guards a margin that is not known.
        """
        if guards_margin(experiment) and not self._events.margins():
            raise ExperimentWrong(
                "The margin cannot be guarded: the catalogue does not say what products cost the shop."
            )
        for release in experiment.releases:
            registry_of(self._settings).get_release(release)
        for version in {arm.sets.prompt for arm in experiment.arms if arm.sets.prompt}:
            try:
                prompt_version(self._prompts, version, versions_folder(self._settings))
            except ConfigError as problem:
                raise ExperimentWrong(str(problem)) from problem
        return self._experiments.start(experiment, who=who)

    def stop(self, name: str, *, who: str, because: str) -> Kept:
        """Stop an experiment for good: from the next turn on everybody is treated as the shop has it.

        Raises:
            ExperimentWrong: there is none of this name.
        """
        return self._experiments.stop(name, who=who, because=because)

    def report(self, name: str) -> Report:
        """Judge an experiment by now; may be looked at as often as one likes.

        Raises:
            ExperimentWrong: there is none of this name.
        """
        return self._experiments.report(name, self._events, say_amount=self._say_amount)

    def watch(self) -> tuple[Report, ...]:
        """Stop what does harm now, and return its reports."""
        stopped = self._experiments.watch(self._events)
        for report in stopped:
            log.warning("experiment.stopped", experiment=report.name, because=report.state)
        return stopped

    def keep_watching(self) -> None:
        """Watch in the background until closed; a second call does nothing."""
        if self._watch is None:
            self._watch = threading.Thread(target=self._watching, name="aisle-experiments", daemon=True)
            self._watch.start()

    def close(self) -> None:
        """Stop watching and close the file."""
        self._closing.set()
        if self._watch is not None:
            self._watch.join(timeout=30)
        self._experiments.close()

    def _watching(self) -> None:
        while not self._closing.wait(self._watch_every_s):
            try:
                self.watch()
            except StoreError as problem:
                log.error("experiments.not_watched", reason=str(problem))

    def _say_amount(self, minor: float) -> str:
        return Money(round(minor), self._settings.currency).format(self._settings.locale)


def versions_folder(settings: Settings) -> Path:
    """Where the shop's own versions of the prompts lie."""
    return settings.data / "prompts"
