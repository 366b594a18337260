"""What simulated shoppers truly like: latent tastes, and the utility of every product to each of them.

Utility (log-odds scale) of product i to shopper s:

    u(s, i) = category(s, i) + brand(s, i) + colour(s, i) + quality(s) * (tier(i) - 0.5) + saving(i)
              - sensitivity(s) * (ln price(i) - mean ln price of i's category) + charm(i)

Only tests and benchmarks may read it (truth.json); nothing that serves shoppers does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from assistant.demo.catalogue import Made
from assistant.demo.spec import FOLDER, read_yaml

FloatArray = NDArray[np.float64]
_SECOND_SEGMENT = 0.25


class Segment(BaseModel):
    """One kind of shopper; see segments.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: float
    shelves: dict[str, float]
    categories: dict[str, float]
    price_sensitivity: float
    colours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tastes:
    """The truth about the shoppers.

    Args:
        item_ids: n product ids.
        shopper_keys: m keys, as in Event.
        segments: m names of the shoppers' main segments.
        price_sensitivities: (m,); sensitivity(s) in the formula above, 0 or more.
        utilities: (m, n); row s is shopper s, column i is item i.
    """

    item_ids: tuple[str, ...]
    shopper_keys: tuple[str, ...]
    segments: tuple[str, ...]
    price_sensitivities: FloatArray
    utilities: FloatArray

    def best_items(self, shopper_key: str, k: int) -> tuple[str, ...]:
        """Return the shopper's true favourites, best first."""
        row = self.utilities[self.shopper_keys.index(shopper_key)]
        return tuple(self.item_ids[place] for place in np.argsort(-row, kind="stable")[:k])

    def save(self, path: Path) -> None:
        """Write the truth as JSON, utilities to three decimals."""
        rows = {
            key: {"segment": segment, "price_sensitivity": sensitivity, "utilities": row}
            for key, segment, sensitivity, row in zip(
                self.shopper_keys,
                self.segments,
                np.round(self.price_sensitivities, 3).tolist(),
                np.round(self.utilities, 3).tolist(),
                strict=True,
            )
        }
        path.write_text(json.dumps({"item_ids": self.item_ids, "shoppers": rows}) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Tastes:
        """Read what `save` wrote."""
        data = json.loads(path.read_text(encoding="utf-8"))
        rows = data["shoppers"]
        return cls(
            tuple(data["item_ids"]),
            tuple(rows),
            tuple(row["segment"] for row in rows.values()),
            np.array([row["price_sensitivity"] for row in rows.values()]),
            np.array([row["utilities"] for row in rows.values()]),
        )


def load_segments() -> Mapping[str, Segment]:
    """Read the kinds of shoppers."""
    return {name: Segment.model_validate(row) for name, row in read_yaml(FOLDER / "segments.yaml").items()}


def draw_tastes(
    catalogue: Sequence[Made], segments: Mapping[str, Segment], n_shoppers: int, rng: np.random.Generator
) -> Tastes:
    """Draw shoppers and compute what each product is worth to them.

    Args:
        catalogue: n products.
        segments: see `load_segments`.
        n_shoppers: m, 1 or more.
        rng: source of chance.
    """
    names = list(segments)
    shares = np.array([segment.share for segment in segments.values()])
    main = rng.choice(len(names), size=n_shoppers, p=shares / shares.sum())
    mixture = (1 - _SECOND_SEGMENT) * np.eye(len(names))[main]
    mixture += _SECOND_SEGMENT * np.eye(len(names))[rng.integers(len(names), size=n_shoppers)]
    charm = rng.normal(0, 0.45, len(catalogue))
    brands = [made.product.brand or "" for made in catalogue]
    sensitivities = mixture @ np.array([segment.price_sensitivity for segment in segments.values()])
    sensitivities *= rng.lognormal(0, 0.35, n_shoppers)
    utilities = (
        _by_group([made.spec.category for made in catalogue], n_shoppers, 0.4, rng)
        + _by_group(brands, n_shoppers, 0.3, rng)
        + mixture @ _by_group(brands, len(names), 0.5, rng)
        + mixture @ np.array([_segment_liking(segment, catalogue) for segment in segments.values()])
        + np.outer(rng.gamma(4, 0.3, n_shoppers), np.array([made.tier - 0.5 for made in catalogue]))
        - np.outer(sensitivities, _relative_prices(catalogue))
        + np.array([_saving(made) for made in catalogue])
        + charm
    )
    keys = tuple(f"demo-shopper-{number:04d}" for number in range(1, n_shoppers + 1))
    ids = tuple(made.product.id for made in catalogue)
    return Tastes(ids, keys, tuple(names[place] for place in main), sensitivities, utilities)


def _by_group(groups: Sequence[str], n_rows: int, spread: float, rng: np.random.Generator) -> FloatArray:
    """Draw one liking per row (a shopper or a segment) and group; returns it per item: (n_rows, n)."""
    known = sorted(set(groups))
    column = np.array([known.index(group) for group in groups])
    return rng.normal(0, spread, (n_rows, len(known)))[:, column]


def _segment_liking(segment: Segment, catalogue: Sequence[Made]) -> list[float]:
    return [
        segment.shelves.get(made.spec.shelf, 0.0)
        + segment.categories.get(made.spec.category, 0.0)
        + 0.5 * _share_of_colours(made, segment.colours)
        for made in catalogue
    ]


def _share_of_colours(made: Made, liked: Sequence[str]) -> float:
    variants = made.product.variants
    return sum(variant.options.get("colour") in liked for variant in variants) / len(variants)


def _relative_prices(catalogue: Sequence[Made]) -> FloatArray:
    """ln price minus the mean of the category: (n,)."""
    logs = np.log([made.product.price.amount_minor for made in catalogue])
    categories = np.array([made.spec.category for made in catalogue])
    for category in np.unique(categories):
        logs[categories == category] -= logs[categories == category].mean()
    return np.asarray(logs, dtype=np.float64)


def _saving(made: Made) -> float:
    variant = made.product.default_variant
    if variant.list_price is None:
        return 0.0
    return 1 - variant.price.amount_minor / variant.list_price.amount_minor
