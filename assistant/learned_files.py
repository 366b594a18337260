"""What training writes beside the releases, and a running server takes up: weights of the stack, item neighbours, the
sequence model.

Each is one file that is replaced as a whole and passed its own gate before it was written; so there are no stages, and
deleting the file goes back to the settings' weights, and to candidates by counting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from assistant.config import Settings
from assistant.places import models_folder
from recommender.decide import Recommender
from recommender.errors import RecommenderError
from recommender.sequences.neighbours import CARD_FILE, load_neighbours
from recommender.sequences.next_item import CARD_FILE as NEXT_ITEM_CARD
from recommender.sequences.next_item import load_next_item
from recommender.settings import RecommenderSettings
from recommender.stack import STACK_FILE, load_stack

log = structlog.get_logger()


@dataclass(slots=True)
class _Watched:
    """One file: what takes it up, and what goes on where it is broken."""

    path: Path
    take_up: Callable[[], None]
    otherwise: str
    stamp: object = None


class LearnedFiles:
    """Follows the files of one catalogue.

    Args:
        settings: frozen.
        recommender: gets what they hold.
        numbers: settings of the recommender; weights must keep to their limits.
    """

    def __init__(self, settings: Settings, recommender: Recommender, numbers: RecommenderSettings) -> None:
        folder = models_folder(settings) / settings.catalogue
        self._files = (
            _Watched(
                folder / STACK_FILE,
                lambda: recommender.use_stack(load_stack(folder, numbers)),
                "Ranking goes on with the weights that it had.",
            ),
            _Watched(
                # Written after the neighbours themselves, whose hash it holds.
                folder / CARD_FILE,
                lambda: recommender.use_neighbours(load_neighbours(folder)),
                "Candidates go on as they were.",
            ),
            _Watched(
                folder / NEXT_ITEM_CARD,
                lambda: recommender.use_next_item(load_next_item(folder)),
                "Candidates go on as they were.",
            ),
        )

    def follow(self) -> tuple[str, ...]:
        """Take up what is new; return what is broken, in sentences, and leave what serves in its place."""
        problems = []
        for file in self._files:
            stamp = _stamp(file.path)
            if stamp == file.stamp:
                continue
            file.stamp = stamp
            try:
                file.take_up()
                log.info("learned.taken_up", file=file.path.name)
            except RecommenderError as problem:
                log.error("learned.broken", file=file.path.name, reason=str(problem))
                problems.append(f"{problem} {file.otherwise}")
        return tuple(problems)


def _stamp(path: Path) -> object:
    """Return a value that changes with every replacement; None where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino, found.st_size)
