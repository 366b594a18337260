"""Writes dialogues from facts of the shop: a message, the calls that it asks for, what the tools answer, a short reply.

All arguments are copied: from the words of the shopper, or from the state of the shop. Each answer follows from its
dialogue, so that there is one right text for each.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

from tests.tiny_model import phrases as p
from tests.tiny_model.chat import Call, Dialogue
from tests.tiny_model.facts import Facts
from tests.tiny_model.results import Results
from tests.tiny_model.words import amount, code, made_up, spliced, text

Turn = tuple[str, tuple[Call, ...], dict[str, Any]]
"""A message, its calls, and what of the state they rest on."""
_SHARES: tuple[tuple[str, int], ...] = (
    *(("search", 16), ("refine", 14), ("several", 6), ("sort", 3), ("track", 7), ("orders", 3), ("cancel", 3)),
    *(("policy", 8), ("person", 5), ("cart", 8), ("details", 5), ("compare", 4), ("like", 3), ("talk", 7)),
)


class Writer:
    """Writes dialogues.

    Args:
        facts: what they may be about.
        draw: source of chance.
        invents: share of names and kinds that are made up; 0 takes all of them from the facts.
    """

    def __init__(self, facts: Facts, draw: random.Random, invents: float = 0.5) -> None:
        self._facts, self._draw, self._invents = facts, draw, invents
        self._results = Results(facts, draw, invents)
        self._known = sorted({word for item in facts.items for word in re.findall(r"[^\W\d_]+", item.row)})
        self._kinds: dict[str, Callable[[], Turn]] = {
            "search": self._search,
            "refine": self._refine,
            "several": self._several,
            "sort": self._sort,
            "track": self._track,
            "orders": self._orders,
            "cancel": self._cancel,
            "policy": self._policy,
            "person": self._person,
            "cart": self._cart,
            "details": self._details,
            "compare": self._compare,
            "like": self._like,
        }

    def dialogue(self, kind: str = "") -> Dialogue:
        """Write one; of any kind where none is named."""
        draw = self._draw
        kind = kind or draw.choices([name for name, _ in _SHARES], [share for _, share in _SHARES])[0]
        if kind == "talk":
            words, reply = self._talk()
            return Dialogue(f"{self.state({})}\n\n{words}", (), (), reply)
        words, calls, needs = self._kinds[kind]()
        answered = [self._results.of(call, kind) for call in calls]
        reply = answered[0][1] if len(calls) == 1 else self._results.both([row for row, _ in answered])
        return Dialogue(f"{self.state(needs)}\n\n{words}", calls, tuple(row for row, _ in answered), reply)

    def copying(self) -> Dialogue:
        """Write an exercise in copying: words that have to be said again, or put into an argument."""
        draw = self._draw
        words = text(draw, self._known, 1, 14)
        before = f"{self.state({})}\n\n" if draw.random() < 0.3 else ""
        shape = draw.random()
        if shape < 0.3:
            return Dialogue(f"{before}repeat: {words}", (), (), words)
        if shape < 0.6:
            return Dialogue(f"{before}search for: {words}", (Call("search_products", {"query": words}),), (), "")
        if shape < 0.8:
            return Dialogue(f"{before}ask: {words}", (Call("answer_policy", {"question": words}),), (), "")
        other = text(draw, self._known, 1, 8)
        return Dialogue(f"{before}second of: {other} | {words}", (), (), words)

    def state(self, needs: dict[str, Any]) -> str:
        """The state of the shop, as the agent loop writes it before the words; with what `needs` holds."""
        draw = self._draw
        items = draw.sample(self._facts.items, draw.choice((0, 0, 1, 3, 6, 6, 8)))
        row: dict[str, Any] = {
            "looking_for": needs.get("looking_for", self._need() if draw.random() < 0.5 else ""),
            "wishes": needs.get("wishes", self._wishes()),
            "last_shown": [
                {"number": number, "title": self._results.title(item), "price": json.loads(item.row)["price"]}
                for number, item in enumerate(items, 1)
            ],
        }
        if draw.random() < 0.2:
            row["talking_about"] = self._results.title(draw.choice(self._facts.items))
        if draw.random() < 0.1:
            row["on_page"] = self._results.title(draw.choice(self._facts.items))
        if draw.random() < 0.15:
            row["order"] = code(draw)
        if draw.random() < 0.1:  # What later versions may tell besides.
            row[made_up(draw).lower()] = draw.choice((made_up(draw), draw.randint(0, 9), True, [made_up(draw)]))
        return f'<shop_state untrusted_titles="true">{json.dumps(row, ensure_ascii=False)}</shop_state>'

    def _search(self) -> Turn:
        draw = self._draw
        need = self._need()
        limit, limits = self._limit() if draw.random() < 0.5 else ("", {})
        words = draw.choice(p.SEARCH).format(a=self._article(need), need=need, limit=f" {limit}" if limit else "")
        return self._said(words), (Call("search_products", {"query": need, **limits}),), {}

    def _sort(self) -> Turn:
        need, order = self._need(), self._draw.choice(list(p.SORTED))
        words = self._draw.choice(p.SORTED[order]).format(need=need)
        return self._said(words), (Call("search_products", {"query": need, "sort": order}),), {}

    def _several(self) -> Turn:
        first, second = self._need(), self._need()
        words = self._draw.choice(p.SEVERAL).format(first=first, second=second)
        return self._said(words), tuple(Call("search_products", {"query": need}) for need in (first, second)), {}

    def _refine(self) -> Turn:
        draw = self._draw
        looking_for, wishes = self._need(), self._wishes()
        limits = _limits_of(wishes)
        needs = {"looking_for": looking_for, "wishes": wishes}
        kind = draw.random()
        if kind < 0.55:
            frame = draw.choice(list(p.REFINE))
            slots = self._slots()
            words, added = frame.format(**slots), p.REFINE[frame].format(**slots)
            call = Call("search_products", {"query": f"{looking_for} {added}", **limits})
        elif kind < 0.8:
            limit, limits = self._limit()
            words = draw.choice(p.REFINE_PRICE).format(limit=limit)
            call = Call("search_products", {"query": looking_for, **limits})
        elif kind < 0.88:
            words = draw.choice(p.CHEAPER)
            call = Call("search_products", {"query": looking_for, **limits, "sort": "price_low"})
        elif kind < 0.95:
            words = draw.choice(p.OTHERS)
            call = Call("search_products", {"query": looking_for, **limits, "different": True})
        else:
            words = draw.choice(p.STOCK)
            call = Call("search_products", {"query": looking_for, **limits, "in_stock": True})
        return self._said(words), (call,), needs

    def _track(self) -> Turn:
        if self._draw.random() < 0.3:
            return self._said(self._draw.choice(p.TRACK_ANY)), (Call("track_order", {}),), {}
        number = code(self._draw)
        words = self._draw.choice(p.TRACK).format(id=number)
        return self._said(words, keep=number), (Call("track_order", {"order_id": number}),), {}

    def _orders(self) -> Turn:
        if self._draw.random() < 0.4:
            return self._said(self._draw.choice(p.ORDERS)), (Call("find_orders", {}),), {}
        thing = self._noun()
        words = self._draw.choice(p.ORDERED).format(a=self._article(thing), thing=thing)
        return self._said(words), (Call("find_orders", {"about": thing}),), {}

    def _cancel(self) -> Turn:
        if self._draw.random() < 0.4:
            return self._said(self._draw.choice(p.CANCEL_ANY)), (Call("propose_cancel_order", {}),), {}
        number = code(self._draw)
        words = self._draw.choice(p.CANCEL).format(id=number)
        return self._said(words, keep=number), (Call("propose_cancel_order", {"order_id": number}),), {}

    def _policy(self) -> Turn:
        words = self._said(self._filled(self._draw.choice(p.POLICY)))
        return words, (Call("answer_policy", {"question": words}),), {}

    def _person(self) -> Turn:
        words = self._said(self._filled(self._draw.choice(p.PERSON)))
        return words, (Call("hand_over", {"reason": words}),), {}

    def _cart(self) -> Turn:
        draw, which = self._draw, self._which()
        kind = draw.random()
        if kind < 0.45:
            return self._pointed(p.CART_ADD, which, Call("cart", {"action": "add", "which": which}))
        if kind < 0.6:
            k = draw.randint(2, 9)
            words = draw.choice(p.CART_MORE).format(k=k, which=which)
            return self._said(words), (Call("cart", {"action": "add", "which": which, "quantity": k}),), {}
        if kind < 0.75:
            return self._pointed(p.CART_OUT, which, Call("cart", {"action": "remove", "which": which}))
        frames, action = (p.CART_SEE, "view") if kind < 0.9 else (p.CART_UNDO, "undo")
        return self._said(draw.choice(frames)), (Call("cart", {"action": action}),), {}

    def _details(self) -> Turn:
        which = self._which()
        words = self._draw.choice(p.DETAILS).format(which=which, trait=self._slots()["trait"])
        return self._said(words), (Call("product_details", {"which": which}),), {}

    def _compare(self) -> Turn:
        if self._draw.random() < 0.35:
            words = self._said(self._draw.choice(p.COMPARE_ALL))
            return words, (Call("compare_products", {"which": re.sub("(?i)^compare ", "", words).rstrip("?.!")}),), {}
        which, other = self._which(), self._which()
        words = self._draw.choice(p.COMPARE).format(which=which, other=other)
        return self._said(words), (Call("compare_products", {"which": f"{which} and {other}"}),), {}

    def _like(self) -> Turn:
        if self._draw.random() < 0.4:
            call = Call("recommend_products", {"kind": "for_you"})
            return self._said(self._draw.choice(p.FOR_ME)), (call,), {}
        which = self._which()
        return self._pointed(p.LIKE, which, Call("recommend_products", {"kind": "more_like", "which": which}))

    def _pointed(self, frames: tuple[str, ...], which: str, call: Call) -> Turn:
        return self._said(self._draw.choice(frames).format(which=which)), (call,), {}

    def _talk(self) -> tuple[str, str]:
        kind = self._draw.random()
        if kind < 0.2:
            return self._said(self._draw.choice(p.GREETING)), "Hello! Tell me what you are looking for."
        if kind < 0.4:
            return self._said(self._draw.choice(p.THANKS)), "You are welcome."
        return self._said(self._filled(self._draw.choice(p.OUTSIDE))), "I can only help with this shop."

    def _filled(self, frame: str) -> str:
        thing = self._noun()
        place = made_up(self._draw).capitalize() if self._invented() else self._draw.choice(p.PLACES)
        return frame.format(a=self._article(thing), thing=thing, place=place, k=self._draw.randint(2, 40))

    def _said(self, words: str, keep: str = "") -> str:
        """The message as somebody types it: it may begin in capitals and end with a stop."""
        draw = self._draw
        if words[0].islower() and not words.startswith(keep or "\0") and draw.random() < 0.5:
            words = words[0].upper() + words[1:]
        if words[-1].isalnum() and draw.random() < 0.2:
            words += draw.choice((".", "!", " ."))
        elif words.endswith("?") and draw.random() < 0.2:
            words = words[:-1]
        return words

    def _need(self) -> str:
        """What is looked for, without an article."""
        draw, item = self._draw, self._draw.choice(self._facts.items)
        noun = self._noun(item.noun if draw.random() < 0.6 else item.category[0].lower() + item.category[1:])
        slots = self._slots()
        if item.traits and not self._invented():
            slots["trait"] = draw.choice(item.traits)
        shape = draw.choice(
            (
                *("{noun}", "{noun}", "{noun}", "{trait} {noun}", "{trait} {noun}", "{colour} {noun}"),
                *("{noun} in {colour}", "{noun} for {k} people", "{noun} with {trait}", "{brand} {noun}"),
                *("{noun} from {brand}", "{colour} {trait} {noun}", "{noun} for {place}", "{k} l {noun}"),
            )
        )
        return shape.format(noun=noun, place=made_up(draw).lower(), **slots)

    def _noun(self, noun: str = "") -> str:
        if self._invented():
            return " ".join(self._word().lower() for _ in range(self._draw.choice((1, 1, 1, 2))))
        return noun or self._draw.choice(self._facts.items).noun

    def _slots(self) -> dict[str, Any]:
        draw, item = self._draw, self._draw.choice(self._facts.items)
        trait = draw.choice(item.traits) if item.traits and not self._invented() else self._word().lower()
        brand = self._word().capitalize() if self._invented() else item.brand
        colour = self._word().lower() if draw.random() < self._invents / 2 else draw.choice(self._facts.colours)
        return {"trait": trait, "brand": brand, "colour": colour, "k": draw.randint(2, 12)}

    def _wishes(self) -> list[str]:
        """Labels of wishes as the shop writes them."""
        draw, slots = self._draw, self._slots()
        rows = []
        if draw.random() < 0.35:
            low, high = sorted((draw.randint(5, 400), draw.randint(401, 950)))
            rows.append(draw.choice((f"under ${high}", f"under ${low}", f"under ${low}.95", f"from ${low}")))
            if draw.random() < 0.15:
                rows[-1] = f"${low} to ${high}"
        if draw.random() < 0.5:
            rows.append(draw.choice(self._facts.items).category)
        if draw.random() < 0.3:
            rows.append(draw.choice((slots["brand"], slots["trait"], slots["colour"].capitalize())))
        if draw.random() < 0.25:
            rows.append(
                draw.choice(
                    (
                        f"sleeps {slots['k']} person",
                        f"capacity from {slots['k']} l",
                        f"weight up to {slots['k']}00 g",
                        f"size {slots['k']}",
                    )
                )
            )
        return rows

    def _limit(self) -> tuple[str, dict[str, Any]]:
        """A limit to the price in words, and the arguments that say the same."""
        draw = self._draw
        if draw.random() < 0.75:
            n = amount(draw)
            return draw.choice(p.MOST).format(n=self._money(n)), {"price_max": _number(n)}
        if draw.random() < 0.5:
            n = amount(draw)
            return draw.choice(p.LEAST).format(n=self._money(n)), {"price_min": _number(n)}
        low, high = draw.randint(5, 300), draw.randint(301, 999)
        words = draw.choice(p.BETWEEN).format(n=self._money(str(low)), m=self._money(str(high)))
        return words, {"price_min": low, "price_max": high}

    def _money(self, n: str) -> str:
        return self._draw.choice(("{}", "{}", "${}", "${}", "{} dollars", "{} USD")).format(n)

    def _which(self) -> str:
        """Words that point at a product."""
        draw, slots = self._draw, self._slots()
        shape = draw.choice(
            (
                *("the {ord} one", "the {ord} one", "it", "that one", "this one", "number {k}", "the {brand} one"),
                *("the {brand} {model}", "the {ord} {noun}", "the {noun}", "the {colour} one", "the {ord}"),
                *("the {ord} one in {colour}", "the {ord} one in size {k}", "the {model}"),
            )
        )
        return shape.format(ord=draw.choice(p.ORDINALS), noun=self._noun(), model=made_up(draw).capitalize(), **slots)

    def _article(self, need: str) -> str:
        if self._draw.random() < 0.15:
            return ""
        return self._draw.choice(("some ", "")) if need.endswith("s") else "an " if need[0] in "aeiou" else "a "

    def _word(self) -> str:
        """A word that is no name in the shop: made up, put together from two, or any word of it."""
        kind = self._draw.random()
        if kind < 0.4:
            return made_up(self._draw)
        return spliced(self._draw, self._known) if kind < 0.75 else self._draw.choice(self._known)

    def _invented(self) -> bool:
        return self._draw.random() < self._invents


def _number(written: str) -> int | float:
    value = float(written)
    return int(value) if value.is_integer() else value


def _limits_of(wishes: list[str]) -> dict[str, Any]:
    """The limits to the price among the labels of wishes, as arguments."""
    for wish in wishes:
        numbers = [_number(found) for found in re.findall(r"\$([\d.]+)", wish)]
        if len(numbers) == 2:
            return {"price_min": numbers[0], "price_max": numbers[1]}
        if numbers:
            return {"price_max" if wish.startswith("under") else "price_min": numbers[0]}
    return {}
