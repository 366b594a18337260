"""When the demo shop's shoppers come, and what they then want: seasons.yaml, checked.

Knows neither shoppers nor products.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from assistant.demo.spec import FOLDER, read_yaml

Year = Annotated[tuple[float, ...], Field(min_length=12, max_length=12)]
"""How many times as much as usual, January to December."""


class Seasons(BaseModel):
    """The shop's year; see seasons.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    traffic: Year
    shelves: dict[str, Year]
    categories: dict[str, Year]

    def of(self, shelf: str, category: str) -> Year:
        """Return the year of a category: its own where it has one, else that of its shelf."""
        return self.categories.get(category) or self.shelves[shelf]


def load_seasons() -> Seasons:
    """Read the shop's year."""
    return Seasons.model_validate(read_yaml(FOLDER / "seasons.yaml"))
