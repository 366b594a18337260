"""What shoppers took after which words. Whoever keeps their behaviour gives it; here it is only learned from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """Words of shoppers and the product that they took then.

    Args:
        text: as said or as it was searched for.
        product_id: e.g. "trail-jacket".
        weight: how much it counts, above 0; a purchase counts more than a click.
    """

    text: str
    product_id: str
    weight: float = 1.0
