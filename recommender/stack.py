"""Weights of the additive stack that were fitted from the log: their file, and where they apply.

Fitting and its gate are in stack_fit.py. A file that breaks what protects a search is not used: relevance keeps its
weight there, and all that is learned weighs together no more than in the settings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from recommender.ctr.artifact import write_whole
from recommender.errors import ArtifactBroken
from recommender.reasons import Code
from recommender.settings import RecommenderSettings

STACK_FILE: Final = "stack.json"
_SLACK: Final = 1e-9


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["aisle-stack/1"] = "aisle-stack/1"
    weights: dict[str, dict[str, float]]
    sha256: str


@dataclass(frozen=True, slots=True)
class FittedStack:
    """Weights that passed their gate.

    Args:
        weights: surface -> reason code -> weight, of the surfaces that passed.
        sha: of the weights.
    """

    weights: Mapping[str, Mapping[str, float]]
    sha: str

    def applied(self, settings: RecommenderSettings) -> RecommenderSettings:
        """Return the settings with these weights put over theirs, which stay where nothing was fitted."""
        weights = dict(settings.weights)
        for surface, fitted in self.weights.items():
            weights[surface] = {**weights[surface], **fitted}
        return replace(settings, weights=weights)


def family(surface: str, query: str) -> str:
    """Return the surface whose weights rank a request: words on "recommend" rank as a search."""
    return "search" if surface == "recommend" and query else surface


def save_stack(folder: Path, weights: Mapping[str, Mapping[str, float]]) -> FittedStack:
    """Write fitted weights.

    Args:
        folder: of the catalogue's models; made where missing.
        weights: surface -> reason code -> weight.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plain = {surface: {str(code): float(w) for code, w in row.items()} for surface, row in weights.items()}
    found = _File(weights=plain, sha256=_sha(plain))
    write_whole(folder / STACK_FILE, found.model_dump_json(indent=2).encode())
    return FittedStack(plain, found.sha256)


def load_stack(folder: Path, settings: RecommenderSettings) -> FittedStack | None:
    """Read fitted weights; None where there are none.

    Raises:
        ArtifactBroken: the file is damaged, or its weights would not protect a search.
    """
    path = folder / STACK_FILE
    if not path.exists():
        return None
    try:
        found = _File.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ArtifactBroken("The fitted weights of the ranking are damaged; fit them again.") from error
    if found.sha256 != _sha(found.weights):
        raise ArtifactBroken("The fitted weights of the ranking are not those that their file vouches for.")
    for surface, row in found.weights.items():
        if surface not in settings.weights or not within_limits(surface, row, settings):
            raise ArtifactBroken(f"The fitted weights of {surface!r} are outside what is allowed there.")
    return FittedStack(found.weights, found.sha256)


def within_limits(surface: str, weights: Mapping[str, float], settings: RecommenderSettings) -> bool:
    """Tell whether weights keep what a surface protects: signs everywhere, and relevance's lead.

    Args:
        surface: key of `settings.weights`.
        weights: reason code -> weight.
        settings: whose weights are the measure.
    """
    own = settings.weights[surface]
    if any(weight < 0 or code not in own for code, weight in weights.items()):
        return False
    merged = {**own, **weights}
    learned = sum(weight for code, weight in merged.items() if code != Code.RELEVANT)
    most = sum(weight for code, weight in own.items() if code != Code.RELEVANT)
    return merged[Code.RELEVANT] >= own[Code.RELEVANT] - _SLACK and learned <= most + _SLACK


def _sha(weights: Mapping[str, Mapping[str, float]]) -> str:
    return hashlib.sha256(json.dumps(weights, sort_keys=True).encode()).hexdigest()
