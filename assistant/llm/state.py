"""What the chat model may know of a turn, beside the dialogue: wishes and what is on the table. No identity in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from assistant.text import clean, without_fences
from assistant.turn import Focus, Need
from retrieval.product import Product


@dataclass(frozen=True)
class TurnState:
    """The table when the turn begins.

    Args:
        words: what the shopper typed, cleaned.
        need: what is looked for.
        focus: what "it" can mean.
        shown: products of the last slate, in order.
        in_focus: the product talked about last; None without one.
        page: the product on the shopper's page; None without one.
        choosing: the product that waits for the answer to "which size?"; None without one.
        in_cart: products in the cart.
        waiting: whether the conversation waits for a person.
    """

    words: str
    need: Need = field(default_factory=Need)
    focus: Focus = field(default_factory=Focus)
    shown: tuple[Product, ...] = ()
    in_focus: Product | None = None
    page: Product | None = None
    choosing: Product | None = None
    in_cart: tuple[Product, ...] = ()
    waiting: bool = False

    def as_text(self) -> str:
        """The state as one fenced JSON line for a language model."""
        row: dict[str, Any] = {
            "looking_for": self.need.text,
            "wishes": [constraint.label() for constraint in self.need.constraints],
            "last_shown": [
                {"number": i, "title": clean(p.title, 100), "price": p.price.format()}
                for i, p in enumerate(self.shown, 1)
            ],
        }
        if self.in_focus:
            row["talking_about"] = clean(self.in_focus.title, 100)
        if self.page:
            row["on_page"] = clean(self.page.title, 100)
        if self.focus.order_id:
            row["order"] = self.focus.order_id
        text = without_fences(json.dumps(row, ensure_ascii=False))
        return f'<shop_state untrusted_titles="true">{text}</shop_state>'
