"""The written form of a dialogue: what a shopper says, and what must be true after each message.

Checks look at products, limits, the cart, orders and the kind of an answer, never at its wording. README.md explains
every key with an example. Knows nothing of the assistant.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

FOLDER = Path(__file__).parent
SETS = ("development", "held_out")
"""The second is run once, at the end; nothing is tuned on it."""
NOT_YET = FOLDER / "not_yet.txt"
LANGUAGES = ("en", "de", "es", "zh")
KINDS = {
    *("search", "refine", "withdraw", "correct", "several", "ordinal", "pronoun", "compare", "attribute", "why"),
    *("budget", "status", "cancel", "return", "policy", "person", "out-of-scope", "injection", "abuse", "switch"),
    *("typo", "impatience", "numbers", "gift", "nothing", "cart"),
}
"""What a dialogue may be about; every one of these is covered."""


def _as_list(value: Any) -> Any:
    return [] if value is None else value if isinstance(value, list) else [value]


Many = Annotated[list[str], BeforeValidator(_as_list)]
Ref = Annotated[str, StringConstraints(pattern=r"^\d+\.(\d+|last|cheapest|dearest|(least|most) \w+)$")]
"""A card: "2.1" is the first of what the second message brought, "2.cheapest" the cheapest, "2.least weight" the
lightest, "2.last" the last."""
Refs = Annotated[list[Ref], BeforeValidator(_as_list)]
Language = Literal["en", "de", "es", "zh"]
OrderName = Literal["placed", "packed", "shipped", "delivered", "cancelled", "return_requested", "returned"]
"""The newest order of the signed-in customer in that state when the dialogue begins."""


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Range(Strict):
    """A number within limits, both included."""

    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a number lies within."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


class Shown(Strict):
    """What a card must be.

    Args:
        kind: its category is one of these.
        title: at least half of the cards have one of these words in their titles, in any case (Icecat states no
            kinds, and not every title names its own).
        brand, not_brand: its maker.
        price: of the variant on the card, in whole units of the shop's currency.
        states: attribute -> value, one of several values, or range. No card states otherwise, and one states it.
        options: option -> value or one of several: of the variant on the card.
        in_stock: it can be bought.
        order: in which order the cards stand.
        new: none of them was shown before in this dialogue.
        cheaper_than: it costs less than the dearest card of that message.
        cards: how many such cards at least; 0 where the shop may well have nothing that fits all of it.
    """

    kind: Many = []
    title: Many = []
    brand: Many = []
    not_brand: Many = []
    price: Range | None = None
    states: dict[str, bool | float | Range | Many] = {}
    options: dict[str, Many] = {}
    in_stock: bool | None = None
    order: Literal["cheapest first", "dearest first"] | None = None
    new: bool = False
    cheaper_than: int | None = None
    cards: int = Field(1, ge=0)


class CartLine(Strict):
    """A line of the cart: which card it came from, how many, with which options."""

    of: Ref
    quantity: int = 1
    options: dict[str, str] = {}


class Question(Strict):
    """A question about a shown product; the right answer is read from the catalogue when the dialogue runs.

    Args:
        of: the product.
        attribute: a flag is answered by yes, no, or "the shop does not say"; a number must be told.
        at_least, at_most, equals: make a question about a value one of yes or no.
        option, value: whether it comes in that.
        unknown: nothing of what is stated answers it.
    """

    of: Ref
    attribute: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    equals: str | None = None
    option: str | None = None
    value: str | None = None
    unknown: bool = False


class Proposes(Strict):
    """A proposal that waits for a click."""

    kind: str
    order: OrderName


class Start(Strict):
    """The first words are those of a data set, read at run time.

    Args:
        webshop_instructions: index of the wish in its file, from 0.
        mg_shopdial: id of the dialogue whose customer's brief is said in the first person.
    """

    webshop_instructions: int | None = None
    mg_shopdial: str | None = None


class Said(Strict):
    """A message, or a click, and what must be true after it.

    Args:
        say: the message; {order placed}, {title 1.2}, {brand 1.2}, {option 1.2 colour} and {order_of jonas placed}
            are filled in.
        click: confirm or decline what the answer before proposed.
        shown: "none"; or what every card is; or several such, each card being one of them and each being there.
        about: cards that the answer is about.
        compares: cards set side by side.
        why: card whose place is explained.
        answers: the question that was asked about a card.
        asks: whether something is asked back.
        declines: nothing is offered and nothing is done: no products, policies, proposals.
        hands_over: a person gets the conversation.
        policy: ids of policy sections, or their beginnings; one of them is a source of the answer.
        orders: orders that the answer is about; an empty list: none.
        proposes: what waits for a click; "none": nothing does.
        cart: all that is in the cart now.
        state: order -> the state in which it is now.
        hides: what must not be said (ids of others' orders, canaries).
        language: of the answer, where it is not the dialogue's.
    """

    say: str | Start | None = None
    click: Literal["confirm", "decline"] | None = None
    shown: Literal["none"] | Shown | list[Shown] | None = None
    about: Refs = []
    compares: Refs = []
    why: Ref | None = None
    answers: Question | None = None
    asks: bool | None = None
    declines: bool = False
    hands_over: bool | None = None
    policy: Many = []
    orders: list[OrderName] | None = None
    proposes: Literal["none"] | Proposes | None = None
    cart: list[CartLine] | None = None
    state: dict[OrderName, OrderName] = {}
    hides: Many = []
    language: Language | None = None

    @property
    def wanted(self) -> list[Shown]:
        """The descriptions of cards, if any."""
        if self.shown is None or self.shown == "none":
            return []
        return self.shown if isinstance(self.shown, list) else [self.shown]

    @property
    def checks(self) -> set[str]:
        """Names of what is checked after it."""
        return self.model_fields_set - {"say", "click", "language"}


class Dialogue(Strict):
    """One visit.

    Args:
        id: unique over all files.
        kinds: what it is about, of KINDS.
        turns: 4 to 10.
        signed_in: customer of the demo shop; None for a guest.
        shop, language: written once, at the head of the file.
        held_out: whether it belongs to those that are run once, at the end.
    """

    id: str
    kinds: Many
    turns: list[Said] = Field(min_length=4, max_length=10)
    signed_in: Literal["maya", "jonas", "li"] | None = None
    shop: Literal["demo", "icecat"]
    language: Language
    held_out: bool = False

    @property
    def starts(self) -> list[Start]:
        """Words of data sets in it."""
        return [turn.say for turn in self.turns if isinstance(turn.say, Start)]

    @property
    def changes_a_customer(self) -> bool:
        """Whether it leaves something behind that another visit of the same customer would meet."""
        return self.signed_in is not None and any(turn.click or turn.cart for turn in self.turns)


def dialogues(name: str) -> Iterator[Dialogue]:
    """Read a set.

    Args:
        name: one of SETS.

    Raises:
        pydantic.ValidationError: a dialogue is not well-formed.
    """
    for file in sorted((FOLDER / name).glob("*.yaml")):
        content = yaml.safe_load(file.read_text("utf-8"))
        head = {"shop": content["shop"], "language": content["language"], "held_out": name == "held_out"}
        for row in content["dialogues"]:
            yield Dialogue.model_validate(head | row)


def not_yet() -> set[str]:
    """Read the ids of the dialogues that do not pass yet."""
    lines = NOT_YET.read_text("utf-8").splitlines() if NOT_YET.exists() else []
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}
