"""Which release ranks for whom: the live one, and for a fixed part of the shoppers the one on trial.

Knows loaded rankers, not where they come from; `Recommender.serve` takes a line-up and swaps it as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from recommender.events import Stream
from recommender.models.base import Ranker
from recommender.models.predicted import Predicted


@dataclass(frozen=True, slots=True)
class Served:
    """A release as it is served.

    Args:
        version: name of the release for the log, e.g. "release-3"; "" for none.
        ranker: its click model.
        status: for the operator.
        model_sha: hash of the click model's file; "" without one.
    """

    version: str = ""
    ranker: Ranker = field(default_factory=Predicted)
    status: str = "none"
    model_sha: str = ""


@dataclass(frozen=True, slots=True)
class LineUp:
    """What serves.

    Args:
        live: for everybody else.
        canary: release on trial; None without one.
        share: of the shoppers that meet the canary, 0 to 1.
        tried: version -> release that an arm of a running experiment ranks with.
    """

    live: Served = field(default_factory=Served)
    canary: Served | None = None
    share: float = 0.0
    tried: Mapping[str, Served] = field(default_factory=dict)

    def pick(self, shopper_key: str, release: str = "") -> tuple[Served, Stream]:
        """Return what ranks for a shopper: always the same while the trial lasts, and with a larger share still so.

        Args:
            shopper_key: pseudonymous key.
            release: version that an experiment asks for; "" for none.
        """
        if release in self.tried:
            return self.tried[release], "live"
        if self.canary is not None and _place(self.canary.version, shopper_key) < self.share:
            return self.canary, "canary"
        return self.live, "live"


def release_version(number: int) -> str:
    """Name of a release in the log, e.g. "release-3"."""
    return f"release-{number}"


def _place(version: str, shopper_key: str) -> float:
    """A number in [0, 1) that looks random, fixed by the release and the shopper: each trial meets other shoppers."""
    digest = blake2b(f"{version}|{shopper_key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2.0**64
