"""A simulated shopper: code with a seed that pursues a hidden goal, as an impatient person would.

It tells its wishes one after the other, looks only at what is shown, answers what it is asked, and leaves when it gets
nowhere. It knows which products fit, as a person does who sees a card; the assistant never does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from assistant.evaluation.goals import Goal
from assistant.evaluation.visit import Reply
from assistant.turn import CartFact, ProductFact
from retrieval.product import Product

MAX_MESSAGES: Final = 10
_PATIENCE: Final = 2
"""So often the shopper asks for more of the same before leaving."""
_OPENINGS = ("I'm looking for {kind}", "{kind}", "do you have {kind}?", "show me {kind} please", "hi, i need {kind}")
_LIMITS = ("under {limit}", "max {limit}", "it should cost {limit} at most", "not more than {limit}")
_FEATURES = ("with {feature}", "only ones with {feature}", "it must have {feature}")
_MORE = ("show me more", "anything else?", "other ones please")
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@dataclass
class SimulatedShopper:
    """One shopper in one visit.

    Args:
        goal: what is wanted.
        seeds: of the words.
    """

    goal: Goal
    seeds: list[int]
    found: str = ""
    """Id of the product that was chosen; "" while none is."""
    in_cart: bool = False
    _told: set[str] = field(default_factory=set)
    _asked_for_more: int = 0
    _tried_to_buy: int = 0

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng([*self.seeds, 2])
        self._chosen: Product

    def opening(self) -> str:
        """The first message; some shoppers name their limit at once."""
        words = self._one_of(_OPENINGS).format(kind=self.goal.kind.lower())
        if self._rng.random() < 0.3:
            self._told.add("limit")
            return f"{words.rstrip('?')} under {self._limit}"
        return words

    def heard(self, words: str) -> None:
        """Note which wishes somebody else, who speaks for this shopper, has told."""
        if f"{self.goal.at_most.amount:.0f}" in words:
            self._told.add("limit")
        if self.goal.feature and self.goal.feature.replace("_", " ") in words.lower():
            self._told.add("feature")

    @property
    def limit_told(self) -> bool:
        """Whether the assistant knows the price limit."""
        return "limit" in self._told

    def next_words(self, reply: Reply, cart: CartFact) -> str | None:
        """What to say next; None where the shopper is done or gives up.

        Args:
            reply: to the last message.
            cart: as it is now.
        """
        if self.found:
            return self._buying(cart)
        fitting = [place for place, card in enumerate(reply.cards) if self._fits(card)]
        if fitting and not self._missing:
            return self._choose(reply, fitting[0])
        if fitting and self._rng.random() < 0.5:
            # Seen by chance before all was told: people take it.
            return self._choose(reply, fitting[0])
        if self._missing:
            return self._tell(self._missing[0])
        if self._asked_for_more == _PATIENCE:
            return None
        self._asked_for_more += 1
        return self._one_of(_MORE)

    @property
    def _missing(self) -> list[str]:
        """Wishes that were not told yet."""
        return [wish for wish in ("limit", *(["feature"] if self.goal.feature else [])) if wish not in self._told]

    @property
    def _limit(self) -> str:
        return f"{self.goal.at_most.amount:.0f} {self.goal.at_most.currency}"

    def _tell(self, wish: str) -> str:
        self._told.add(wish)
        if wish == "limit":
            return self._one_of(_LIMITS).format(limit=self._limit)
        return self._one_of(_FEATURES).format(feature=self.goal.feature.replace("_", " "))

    def _fits(self, card: ProductFact) -> bool:
        return (
            card.product.id in self.goal.fitting and card.variant.price.amount_minor <= self.goal.at_most.amount_minor
        )

    def _choose(self, reply: Reply, place: int) -> str | None:
        self._chosen = reply.cards[place].product
        self.found = self._chosen.id
        return f"add the {_PLACES[place]} one to my cart" if self.goal.buys and place < len(_PLACES) else None

    def _buying(self, cart: CartFact) -> str | None:
        """Choose sizes and colours where asked; look whether it is in the cart."""
        self.in_cart = any(line.product is not None and line.product.id == self.found for line in cart.lines)
        if self.in_cart or self._tried_to_buy == 2 * _PATIENCE:
            return None
        self._tried_to_buy += 1
        # The card lists its sizes and colours; the shopper takes one that is there.
        variants = [variant for variant in self._chosen.variants if variant.in_stock is not False]
        options = (variants or self._chosen.variants)[0].options
        return ", ".join(options.values()) or "just one"

    def _one_of(self, words: tuple[str, ...]) -> str:
        return str(self._rng.choice(words))
