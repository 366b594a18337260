"""What the chat model may know of a turn, beside the dialogue: wishes and what is on the table. No identity in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from assistant.language import ENGLISH, Gloss
from assistant.text import clean, without_fences
from assistant.turn import Focus, Need
from retrieval.product import Product

UNREAD = Gloss(ENGLISH, "", "")
"""Of a state that was made from English words alone."""


@dataclass(frozen=True)
class TurnState:
    """The table when the turn begins.

    Args:
        words: what the shopper typed, cleaned; in English where it was glossed.
        need: what is looked for.
        focus: what "it" can mean.
        shown: products of the last slate, in order.
        in_focus: the product talked about last; None without one.
        page: the product on the shopper's page; None without one.
        choosing: the product that waits for the answer to "which size?"; None without one.
        in_cart: products in the cart.
        waiting: whether the conversation waits for a person.
        gloss: how `words` go together with what was typed.
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
    gloss: Gloss = UNREAD

    @property
    def language(self) -> str:
        """Of the message, e.g. "de"."""
        return self.gloss.language

    @property
    def said(self) -> str:
        """What the shopper typed."""
        return self.gloss.said or self.words

    @property
    def all_words(self) -> str:
        """What the shopper typed, and what it was read as where that differs."""
        return self.words if self.said == self.words else f"{self.said}\n{self.words}"

    def as_said(self, phrase: str) -> str:
        """A phrase of `words` as the shopper said it."""
        return self.gloss.as_said(phrase)

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
