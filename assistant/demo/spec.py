"""What the demo shop may sell: brands and product types, read from YAML and checked.

Knows the shape of the specification, not how products are drawn from it.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

FOLDER = Path(__file__).parent
Choice = bool | int | float | str


def _as_mapping(value: object) -> object:
    """Read a plain list of choices as equally likely ones; a choice listed twice is twice as likely."""
    if not isinstance(value, list):
        return value
    weights: dict[Choice, float] = {}
    for choice in value:
        weights[choice] = weights.get(choice, 0.0) + 1.0
    return weights


Weighted = Annotated[dict[Choice, float], BeforeValidator(_as_mapping)]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AttributeSpec(_Spec):
    """How one attribute is drawn: exactly one of `pick`, `base`, `chance` and `several`.

    Args:
        pick: choices, by weight.
        base: mean of a number before `per`, `tier` and `spread`.
        per: attribute name -> added to the number for each unit of it (yes counts 1).
        tier: how much better things have more of it: the number is scaled by 1 + tier * (t - 0.5), t in 0..1.
        spread: relative noise, e.g. 0.1 for ±10 %.
        step: numbers are rounded to it.
        chance: of yes in a yes/no attribute; better things get `tier` * (t - 0.5) more.
        several: texts of which `n` (low, high) are taken.
        unit: of a number; one unit per attribute name over the whole shop.
        when: conditions (see `assistant.demo.writing.holds`); the attribute exists only where all hold.
        missing: chance that the shop does not state it.
    """

    pick: Weighted | None = None
    base: float | None = None
    per: dict[str, float] = {}
    tier: float = 0.0
    spread: float = 0.0
    step: float = 1.0
    chance: float | None = None
    several: tuple[str, ...] = ()
    n: tuple[int, int] = (1, 2)
    unit: str | None = None
    when: tuple[str, ...] = ()
    missing: float = Field(default=0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _one_way(self) -> AttributeSpec:
        ways = (self.pick is not None, self.base is not None, self.chance is not None, bool(self.several))
        if sum(ways) != 1:
            raise ValueError("exactly one of pick, base, chance and several must be given")
        return self


def _as_surcharges(value: object) -> object:
    return dict.fromkeys(value, 0.0) if isinstance(value, list) else value


class OptionSpec(_Spec):
    """What tells variants apart: values with their surcharge in major units; a product has `n` (low, high) of them."""

    of: Annotated[dict[str, float], BeforeValidator(_as_surcharges)]
    n: tuple[int, int] | None = None


class PriceSpec(_Spec):
    """Price in major units: (base + per) * factors * (1 + tier * (t - 0.5)) * brand level, with noise."""

    base: float = Field(gt=0)
    per: dict[str, float] = {}
    factor: dict[str, dict[Choice, float]] = {}
    tier: float = 0.6
    spread: float = 0.06


class TypeSpec(_Spec):
    """One kind of product.

    Args:
        category: as shown, e.g. "Tents".
        noun: as in a sentence, e.g. "tent".
        count: how many products to make.
        shape: name of the drawing.
        shapes: condition -> another drawing, used where it holds.
        brands: who makes it.
        models: pool of model names, by key of `models.yaml`.
        titles, leads, facts, points, care: sentence patterns with {attribute} places; "name? …", "!name? …" and
            "name=value? …" are used only where that holds.
        fits_with: categories that are bought together with it.
        department: as shown; several shelves may share one.
        shelf: name of the file that it stands in, e.g. "outdoor".
    """

    category: str
    noun: str
    count: int = Field(ge=1)
    shape: str
    shapes: dict[str, str] = {}
    brands: tuple[str, ...]
    models: str
    price: PriceSpec
    attributes: dict[str, AttributeSpec]
    options: dict[str, OptionSpec]
    titles: tuple[str, ...]
    leads: tuple[str, ...]
    facts: tuple[str, ...]
    points: tuple[str, ...]
    care: tuple[str, ...] = ()
    fits_with: tuple[str, ...] = ()
    department: str = ""
    shelf: str = ""


class BrandSpec(_Spec):
    """One invented maker: price level (1 is usual), quality 0 to 1, and sentences that only it says."""

    level: float = Field(gt=0.3, lt=3)
    quality: float = Field(ge=0, le=1)
    voice: tuple[str, ...]


class ShopSpec(_Spec):
    """Everything that the catalogue is drawn from."""

    brands: dict[str, BrandSpec]
    models: dict[str, tuple[str, ...]]
    types: tuple[TypeSpec, ...]

    @model_validator(mode="after")
    def _known_names(self) -> ShopSpec:
        categories = {spec.category for spec in self.types}
        for spec in self.types:
            unknown = [name for name in spec.brands if name not in self.brands]
            unknown += [name for name in spec.fits_with if name not in categories]
            unknown += [] if spec.models in self.models else [spec.models]
            if unknown:
                raise ValueError(f"{spec.category}: unknown names {unknown}")
        return self


def read_yaml(path: Path) -> dict[str, object]:
    """Read a YAML file that holds a mapping."""
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    if not isinstance(loaded, dict):
        raise ValueError(f"{path.name} must be a mapping")
    return loaded


@functools.cache
def load_spec() -> ShopSpec:
    """Read brands, model names and all types of the demo shop."""
    types: list[dict[str, object]] = []
    for path in sorted((FOLDER / "types").glob("*.yaml")):
        shelf = read_yaml(path)
        rows = shelf["types"]
        if not isinstance(rows, list):
            raise ValueError(f"{path.name}: types must be a list")
        types += [{**row, "department": shelf["department"], "shelf": path.stem} for row in rows]
    makers = read_yaml(FOLDER / "brands.yaml")
    return ShopSpec.model_validate({**makers, "types": types})
