"""What must be true after a message: each check says in one sentence what is wrong, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.turn import (
    CartLineFact,
    ComparisonFact,
    Evidence,
    HandOverFact,
    Order,
    OrdersFact,
    OrderStatus,
    PolicyFact,
    ProductFact,
    Proposal,
    SlateFact,
    WhyFact,
)
from retrieval.product import AttributeValue, Product, Variant
from tests.dialogues.reading import Verdict, asks_back, is_in, verdict
from tests.dialogues.script import CartLine, Proposes, Question, Range, Said, Shown
from tests.scenarios.visitor import Reply

_ENOUGH_WORDS = 4
"""Shorter answers ("SKU 4711.") are of no language that could be told."""


@dataclass(frozen=True)
class Seen:
    """What a turn left behind.

    Args:
        turn: as written.
        reply: as given; None after a click.
        language: that the answer must have.
        cards: message number, from 1 -> what it showed, in order; this message included.
        orders: names -> orders, when the dialogue began.
        orders_before, orders_now: id -> order of the customer.
        cart_before, cart_now: lines of the cart.
    """

    turn: Said
    reply: Reply | None
    language: str
    cards: Mapping[int, Sequence[ProductFact]]
    orders: Mapping[str, Order] = field(default_factory=dict)
    orders_before: Mapping[str, Order] = field(default_factory=dict)
    orders_now: Mapping[str, Order] = field(default_factory=dict)
    cart_before: Sequence[CartLineFact] = ()
    cart_now: Sequence[CartLineFact] = ()
    hidden: Sequence[str] = ()

    @property
    def number(self) -> int:
        """Number of this message."""
        return max(self.cards, default=0)

    def find_card(self, ref: str) -> ProductFact | None:
        """Find the card that a reference means; None where that message showed too few."""
        message, _, place = ref.partition(".")
        cards = self.cards.get(int(message), ())
        if not cards:
            return None
        if place.isdigit():
            return cards[int(place) - 1] if int(place) <= len(cards) else None
        if place == "last":
            return cards[-1]
        if place in ("cheapest", "dearest"):
            return (min if place == "cheapest" else max)(cards, key=lambda card: card.variant.price.amount_minor)
        extreme, name = place.split()
        stated = [card for card in cards if isinstance(_value(card.product, name), float)]
        choose = min if extreme == "least" else max
        return choose(stated, key=lambda card: float(str(_value(card.product, name))), default=None)


def _value(product: Product, name: str) -> AttributeValue | None:
    attribute = product.attributes.get(name)
    return None if attribute is None else attribute.value


# ---------------------------------------------------------------- cards


def misfits(wanted: Shown, product: Product, variant: Variant) -> list[str]:
    """Say in what a product is not what a card must be (`title`, `order`, `new` and `cheaper_than` aside)."""
    found = []
    if wanted.kind and product.category not in wanted.kind:
        found.append(f"is of the kind {product.category}")
    if wanted.brand and product.brand not in wanted.brand:
        found.append(f"is made by {product.brand}")
    if product.brand in wanted.not_brand:
        found.append(f"is made by {product.brand}")
    if wanted.price and not wanted.price.holds(variant.price.amount_minor / 100):
        found.append(f"costs {variant.price.format()}")
    found += [
        f"states {name} {value}"
        for name, right in wanted.states.items()
        if (value := _value(product, name)) is not None and not _agrees(value, right)
    ]
    if not _is_variant(variant, wanted.options):
        found.append(f"is shown in {dict(variant.options)}")
    if wanted.in_stock is not None and product.in_stock is not wanted.in_stock:
        found.append("is in stock" if product.in_stock else "is not in stock")
    return found


def is_named(product: Product, words: Sequence[str]) -> bool:
    """Whether a title has one of the words, in any case; True where none is asked for."""
    title = product.title.casefold()
    return not words or any(word.casefold() in title for word in words)


def _agrees(value: AttributeValue, right: bool | float | Range | list[str]) -> bool:
    if isinstance(right, Range):
        return isinstance(value, float) and right.holds(value)
    if isinstance(right, list):
        values = value if isinstance(value, tuple) else (str(value),)
        return not {text.casefold() for text in values}.isdisjoint(text.casefold() for text in right)
    return value == right


def _is_variant(variant: Variant, options: Mapping[str, list[str]]) -> bool:
    return all(
        variant.options.get(name, "").casefold() in {text.casefold() for text in texts}
        for name, texts in options.items()
    )


def states_all(wanted: Shown, product: Product) -> bool:
    """Whether a product states all that a card must state."""
    return all(_value(product, name) is not None for name in wanted.states)


def _shown(seen: Seen) -> Iterator[str]:
    cards = seen.cards[seen.number]
    if seen.turn.shown == "none":
        if cards:
            yield f"nothing should be shown, but {_titles(cards)}"
        return
    for card in cards:
        wrong: list[list[str]] = [misfits(wanted, card.product, card.variant) for wanted in seen.turn.wanted]
        if wrong and all(wrong):
            fewest: list[str] = min(wrong, key=len)
            yield f"{card.product.title} {' and '.join(fewest)}"
    words = [word for wanted in seen.turn.wanted for word in wanted.title]
    named = [card for card in cards if is_named(card.product, words)]
    if 2 * len(named) < len(cards):
        yield f"only {len(named)} of {len(cards)} cards name one of {words}: {_titles(cards)}"
    for wanted in seen.turn.wanted:
        group = [card for card in named if is_named(card.product, wanted.title)]
        yield from _group(seen, wanted, [card for card in group if not misfits(wanted, card.product, card.variant)])


def _group(seen: Seen, wanted: Shown, cards: Sequence[ProductFact]) -> Iterator[str]:
    named = wanted.model_dump(exclude_defaults=True)
    if len(cards) < wanted.cards:
        yield f"{len(cards)} cards, not {wanted.cards}, are {named}"
    if cards and wanted.states and not any(states_all(wanted, card.product) for card in cards):
        yield f"no card states {list(wanted.states)}"
    prices = [card.variant.price.amount_minor for card in cards]
    if wanted.order and prices != sorted(prices, reverse=wanted.order == "dearest first"):
        yield f"the cards do not stand {wanted.order}: {prices}"
    if wanted.new:
        before = {card.product.id for message, old in seen.cards.items() if message < seen.number for card in old}
        again = [card for card in cards if card.product.id in before]
        if again:
            yield f"shown before: {_titles(again)}"
    if wanted.cheaper_than is not None:
        old = [card.variant.price.amount_minor for card in seen.cards.get(wanted.cheaper_than, ())]
        if not old or any(price >= max(old) for price in prices):
            yield f"not cheaper than message {wanted.cheaper_than}: {prices} after {old}"


def _titles(cards: Sequence[ProductFact]) -> str:
    return ", ".join(card.product.title for card in cards)


# ---------------------------------------------------------------- what the answer is about


def products_of(fact: Evidence) -> list[str]:
    """Ids of the products that a fact is about; a slate is about none."""
    if isinstance(fact, ProductFact):
        return [fact.product.id]
    if isinstance(fact, WhyFact):
        return [fact.item.product.id]
    if isinstance(fact, ComparisonFact):
        return [item.product.id for item in fact.items]
    return []


def _about(seen: Seen, reply: Reply) -> Iterator[str]:
    wanted = [*seen.turn.about, *([seen.turn.answers.of] if seen.turn.answers else [])]
    spoken = {product_id for fact in reply.answer.evidence for product_id in products_of(fact)}
    for ref in wanted:
        card = seen.find_card(ref)
        if card is None:
            yield f"there is no card {ref}"
        elif card.product.id not in spoken:
            yield f"the answer is not about {card.product.title} ({ref})"


def _compares(seen: Seen, reply: Reply) -> Iterator[str]:
    if not seen.turn.compares:
        return
    cards = [seen.find_card(ref) for ref in seen.turn.compares]
    ids = {card.product.id for card in cards if card}
    if None in cards:
        yield f"there are no cards {seen.turn.compares}"
    sides = [set(products_of(fact)) for fact in reply.answer.evidence if isinstance(fact, ComparisonFact)]
    if ids not in sides:
        yield f"{sorted(ids)} are not set side by side, but {sides}"


def _why(seen: Seen, reply: Reply) -> Iterator[str]:
    if seen.turn.why:
        card = seen.find_card(seen.turn.why)
        told = [fact.item.product.id for fact in reply.answer.evidence if isinstance(fact, WhyFact)]
        if card is None or told != [card.product.id]:
            yield f"not told why {seen.turn.why} was shown, but why {told}"


def _answers(seen: Seen, reply: Reply) -> Iterator[str]:
    question = seen.turn.answers
    card = seen.find_card(question.of) if question else None
    if question is None or card is None:
        return
    right = right_answer(question, card.product)
    if right in ("yes", "no", "unknown"):
        said: Verdict = verdict(reply.text)
        if said != right:
            yield f"the right answer is {right}, not {said}"
    elif right and right not in reply.text.replace(",", ""):
        yield f"the right answer, {right}, is not in it"


def right_answer(question: Question, product: Product) -> str:
    """Read the answer from the catalogue: yes, no, unknown, or a number; "" where any text will do."""
    if question.unknown:
        return "unknown"
    if question.option:
        values = {variant.options.get(question.option, "").casefold() for variant in product.variants}
        return "yes" if str(question.value).casefold() in values else "no"
    value = _value(product, str(question.attribute))
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if question.equals is not None:
        return "yes" if _agrees(value, [question.equals]) else "no"
    if not isinstance(value, float):
        return ""
    if question.at_least is not None or question.at_most is not None:
        return "yes" if Range(at_least=question.at_least, at_most=question.at_most).holds(value) else "no"
    return f"{value:g}"


# ---------------------------------------------------------------- the kind of the answer


def _kinds(seen: Seen, reply: Reply) -> Iterator[str]:
    turn, answer = seen.turn, reply.answer
    if turn.asks is not None and (answer.question is not None or asks_back(reply.text)) is not turn.asks:
        yield "nothing is asked back" if turn.asks else "something is asked back"
    handed = answer.handed_over or any(isinstance(fact, HandOverFact) for fact in answer.evidence)
    if turn.hands_over is not None and handed is not turn.hands_over:
        yield "it is not handed to a person" if turn.hands_over else "it is handed to a person"
    sources = [source.id for source in answer.sources]
    if turn.policy and not any(source.startswith(tuple(turn.policy)) for source in sources):
        yield f"the sources are {sources}, none of {turn.policy}"
    if turn.declines:
        offered = [
            fact
            for fact in answer.evidence
            if (isinstance(fact, SlateFact) and fact.items)
            or (isinstance(fact, PolicyFact) and fact.sections)
            or isinstance(fact, ProductFact | ComparisonFact | Proposal)
            or (isinstance(fact, OrdersFact) and fact.orders)
        ]
        if offered:
            yield f"not declined: {[type(fact).__name__ for fact in offered]}"


def _orders(seen: Seen, reply: Reply) -> Iterator[str]:
    if seen.turn.orders is not None:
        told = {o.id for fact in reply.answer.evidence if isinstance(fact, OrdersFact) for o in fact.orders}
        wanted = {seen.orders[name].id for name in seen.turn.orders}
        if not wanted <= told or (told and not wanted):
            yield f"told of the orders {sorted(told)}, not of {sorted(wanted)}"


def _proposes(seen: Seen, reply: Reply) -> Iterator[str]:
    wanted = seen.turn.proposes
    made = [(proposal.kind, proposal.order_id) for proposal in reply.answer.proposals]
    if isinstance(wanted, Proposes):
        if made != [(wanted.kind, seen.orders[wanted.order].id)]:
            yield f"proposed is {made}, not {wanted.kind} of the {wanted.order} order"
    elif wanted == "none" and made:
        yield f"proposed is {made}"


def _hides(seen: Seen, reply: Reply) -> Iterator[str]:
    yield from (f"it says {text}" for text in seen.hidden if text.casefold() in reply.text.casefold())


# ---------------------------------------------------------------- cart and orders


def _cart(seen: Seen) -> Iterator[str]:
    now = [(line.variant_id, line.quantity) for line in seen.cart_now]
    if seen.turn.cart is None:
        if now != [(line.variant_id, line.quantity) for line in seen.cart_before]:
            yield f"the cart has changed to {now}"
        return
    left = list(seen.cart_now)
    for wanted in seen.turn.cart:
        line = next((line for line in left if _is_line(seen, wanted, line)), None)
        if line is None:
            yield f"the cart, {now}, does not hold {wanted.quantity} of {wanted.of} {wanted.options or ''}"
        else:
            left.remove(line)
    if left:
        yield f"the cart also holds {[line.title for line in left]}"


def _is_line(seen: Seen, wanted: CartLine, line: CartLineFact) -> bool:
    card = seen.find_card(wanted.of)
    if card is None or line.product is None or line.product.id != card.product.id or line.quantity != wanted.quantity:
        return False
    options = line.variant.options if line.variant else {}
    return all(options.get(name, "").casefold() == value.casefold() for name, value in wanted.options.items())


def _books(seen: Seen) -> Iterator[str]:
    """Orders change by a click and in no other way."""
    for name, state in seen.turn.state.items():
        now = seen.orders_now[seen.orders[name].id]
        if now.status is not OrderStatus(state):
            yield f"the {name} order is {now.status}, not {state}"
    if seen.turn.click != "confirm" and seen.orders_now != seen.orders_before:
        yield "an order has changed without a confirmation"


# ---------------------------------------------------------------- all of it


def _language(seen: Seen, reply: Reply) -> Iterator[str]:
    names = tuple(text for cards in seen.cards.values() for card in cards for text in _untranslated(card.product))
    enough = len(reply.text.split()) >= _ENOUGH_WORDS or seen.language == "zh"
    if enough and not is_in(reply.text, seen.language, names):
        yield f"the answer is not in {seen.language}"


def _untranslated(product: Product) -> Iterator[str]:
    yield product.title
    yield from (attribute.text for attribute in product.attributes.values())


OF_REPLIES: tuple[Callable[[Seen, Reply], Iterator[str]], ...] = (
    _about, _compares, _why, _answers, _kinds, _orders, _proposes, _hides, _language,
)  # fmt: skip
OF_ALL: tuple[Callable[[Seen], Iterator[str]], ...] = (_cart, _books)


def problems(seen: Seen) -> list[str]:
    """Say all that is wrong after a turn.

    Args:
        seen: what the turn left behind.

    Returns:
        One sentence each; empty where all is as it must be.
    """
    found = [sentence for check in OF_ALL for sentence in check(seen)]
    reply = seen.reply
    if reply is None:
        return found
    if reply.failed is not None or not reply.text:
        return [*found, f"no answer: {reply.failed or 'no words'}"]
    return [*found, *_shown(seen), *(sentence for check in OF_REPLIES for sentence in check(seen, reply))]
