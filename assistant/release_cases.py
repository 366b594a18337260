"""The releases of the ranker as the owner's page shows them: what was measured of each, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from recommender.card import ModelCard
from recommender.errors import ReleaseBroken
from recommender.promotion.evidence import CanaryReport, GateReport, ShadowReport
from recommender.promotion.registry import Move, Registry, Release
from recommender.promotion.releases import Stage, card_json, check_release, complete_releases, find_evidence


@dataclass(frozen=True, slots=True)
class ReleaseCase:
    """One release with everything that was measured of it; None where it was not.

    Args:
        release: as lists show it.
        card: of its training; None where another version wrote it.
        shadow, gate, canary: measured later.
        moves: oldest first.
        trouble: what is wrong with its files, and what to do, in a sentence; "" where they are whole. The files of
            retired releases are not looked at.
    """

    release: Release
    card: ModelCard | None
    shadow: ShadowReport | None
    gate: GateReport | None
    canary: CanaryReport | None
    moves: tuple[Move, ...]
    trouble: str


@dataclass(frozen=True, slots=True)
class Releases:
    """All releases of a catalogue.

    Args:
        cases: that can be read, the newest first.
        live: number of the one that serves by the record, readable or not; None where there is none.
        unreadable: what is wrong with the others, in sentences.
    """

    cases: tuple[ReleaseCase, ...]
    live: int | None
    unreadable: tuple[str, ...]

    def find(self, number: int | None) -> ReleaseCase | None:
        """One of those that can be read."""
        return next((case for case in self.cases if case.release.number == number), None)


def read_releases(registry: Registry) -> Releases:
    """Read all releases of a catalogue.

    Raises:
        ReleaseBroken: the record of moves cannot be read.
    """
    history = registry.history()
    cases, unreadable = [], []
    for number in reversed(complete_releases(registry.root)):
        try:
            release = registry.get_release(number)
        except ReleaseBroken as error:
            unreadable.append(str(error))
            continue
        cases.append(_case(registry, release, tuple(move for move in history if move.release == number)))
    return Releases(tuple(cases), registry.live(), tuple(unreadable))


def _case(registry: Registry, release: Release, moves: tuple[Move, ...]) -> ReleaseCase:
    root, number = registry.root, release.number
    trouble = ""
    if release.stage is not Stage.RETIRED:
        try:
            check_release(root, number)
        except ReleaseBroken as error:
            trouble = str(error)
    try:
        card = ModelCard.model_validate(card_json(root, number))
    except ValidationError:
        card = None
    return ReleaseCase(
        release=release,
        card=card,
        shadow=find_evidence(root, number, "shadow", ShadowReport),
        gate=find_evidence(root, number, "gate", GateReport),
        canary=find_evidence(root, number, "canary", CanaryReport),
        moves=moves,
        trouble=trouble,
    )
