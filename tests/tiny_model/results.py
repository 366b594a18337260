"""What tools answer, in the shape in which `assistant.tools.summary` writes it, and the reply that follows from it."""

from __future__ import annotations

import json
import random
import re
from typing import Any

from tests.tiny_model import phrases as p
from tests.tiny_model.chat import Call
from tests.tiny_model.facts import Facts, Item
from tests.tiny_model.words import amount, code, made_up, spliced, text

NOTHING = "Nothing fits all of that."
UNCLEAR = "I did not get that. Please say it in other words."
SIDE_BY_SIDE = "Here they are side by side."
NOT_SAID = "The policies of the shop say nothing about this."
SIGN_IN = "Please sign in to see your orders."
NO_ORDER = "There is no such order."
EMPTY_CART = "Your cart is empty."
CHOOSE = "Please choose an option."
TO_CONFIRM = "It is prepared. Please confirm it."
_STATES = ("placed", "packed", "shipped", "delivered", "cancelled", "return_requested", "returned")
Answered = tuple[str, str]
"""What a tool answers, and the reply."""


class Results:
    """Writes answers of tools.

    Args:
        facts: what they are about.
        draw: source of chance.
        invents: share of names and sentences that are made up.
    """

    def __init__(self, facts: Facts, draw: random.Random, invents: float) -> None:
        self._facts, self._draw, self._invents = facts, draw, invents
        told = " ".join([*(section.text for section in facts.sections), *(item.row for item in facts.items)])
        self._words = sorted(set(re.findall(r"[^\W\d_]+", told)))

    def of(self, call: Call, kind: str) -> Answered:
        """What a tool answers to a call, and the reply that tells it."""
        draw = self._draw
        if kind not in {"search", "refine", "several", "sort"} and draw.random() < 0.06:
            return self._refused()
        if kind not in {"several", "person", "policy"} and draw.random() < 0.02:
            return f"{text(draw, self._words, 3, 9)}.", UNCLEAR
        match call.tool:
            case "search_products":
                return self._slate(str(call.arguments["query"]), "There are {n}. The first is the {title} for {price}.")
            case "recommend_products":
                return self._slate("", "One of them is the {title} for {price}.")
            case "track_order" | "find_orders":
                return self._orders(str(call.arguments.get("order_id", code(draw))))
            case "propose_cancel_order":
                number = call.arguments.get("order_id", code(draw))
                before, after, note = (f"{text(draw, self._words, 2, 9)}." for _ in range(3))
                row = {"proposal": f"Cancel order {number}", "before": before, "after": after, "note": note}
                return _json(row), TO_CONFIRM
            case "answer_policy":
                return self._policy()
            case "hand_over":
                place = draw.randint(1, 30)
                reply = f"You are in the queue for a person. You are number {place}."
                return _json({"handed_over": True, "position": place}), reply
            case "cart":
                return self._cart(str(call.arguments["action"]))
            case "product_details":
                return self._details()
            case _:
                rows = [self.row(item) for item in draw.sample(self._facts.items, 2)]
                compared = {"Price": [row["price"] for row in rows]}
                return _json({"untrusted_catalogue": rows, self._key("compared"): compared}), SIDE_BY_SIDE

    def both(self, results: list[str]) -> str:
        """The reply to two searches."""
        parts = []
        for place, result in zip(("one", "other"), results, strict=True):
            row = json.loads(result) if result.startswith("{") else {"total": 0}
            if row["total"]:
                item = row["untrusted_catalogue"][0]
                parts.append(f"The {place} is the {item['title']} for {item['price']}.")
            else:
                parts.append(f"The {place} is not there.")
        return " ".join(parts)

    def title(self, item: Item) -> str:
        """The title of a product, or one that nobody has read."""
        if self._draw.random() < self._invents:
            return " ".join(self._title_word() for _ in range(self._draw.randint(2, 6)))
        return str(json.loads(item.row)["title"])

    def _key(self, name: str) -> str:
        """A key of a result; text of others may be labelled as such or not, so that a later label changes nothing."""
        return self._draw.choice((name, f"untrusted_{name}"))

    def _title_word(self) -> str:
        kind = self._draw.random()
        if kind < 0.08:
            return str(self._draw.randint(2, 3000)) + self._draw.choice(("", ",", "-inch", " l", " cm", " × 2", "."))
        if kind < 0.4:
            return made_up(self._draw)
        return spliced(self._draw, self._words) if kind < 0.75 else self._draw.choice(self._words)

    def row(self, item: Item) -> dict[str, Any]:
        """A product as tools show it."""
        row: dict[str, Any] = json.loads(item.row)
        row["title"] = self.title(item)
        if self._draw.random() < 0.5:
            row["price"] = self._price()
        return row

    def _slate(self, query: str, reply: str) -> Answered:
        draw = self._draw
        total = draw.choice((0, 1, 2, 3, 4, 5, 6, draw.randint(7, 60), draw.randint(7, 60), draw.randint(7, 300)))
        wishes = [item.category for item in draw.sample(self._facts.items, draw.randint(0, 2))]
        items = draw.sample(self._facts.items, min(total, 3))
        rows = [self.row(item) for item in items]
        result = {"looked_for": query, "wishes": wishes, "total": total, "untrusted_catalogue": rows}
        if not total:
            if wishes:
                result["nothing_fits_unless_dropped"] = [{"drop": wishes[0], "then": draw.randint(1, 9)}]
            return _json(result), NOTHING
        if total == 1:
            reply = reply.replace("There are {n}. The first", "There is {n}. It")
        return _json(result), reply.format(n=total, title=rows[0]["title"], price=rows[0]["price"])

    def _orders(self, number: str) -> Answered:
        draw = self._draw
        if draw.random() < 0.2:
            signed_in = draw.random() < 0.5
            return _json({"orders": [], "signed_in": signed_in}), NO_ORDER if signed_in else SIGN_IN
        orders = [self._order(number if place == 0 else code(draw)) for place in range(draw.choice((1, 1, 1, 2, 3)))]
        reply = f"Order {orders[0]['id']} is {orders[0]['status']}."
        return _json({"orders": orders, "signed_in": True}), reply

    def _order(self, number: str) -> dict[str, Any]:
        draw, status = self._draw, self._draw.choice(_STATES)
        lines = [f"{draw.randint(1, 3)} × {self.title(i)}" for i in draw.sample(self._facts.items, draw.randint(1, 3))]
        days = [f"20{draw.randint(25, 29)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}" for _ in range(4)]
        sent, come = status not in {"placed", "packed", "cancelled"}, status in {"delivered", "returned"}
        return {
            "id": number,
            "status": status,
            self._key("items"): lines,
            "total": self._price(),
            "placed": days[0],
            "shipped": days[1] if sent else None,
            "expected": None if status == "cancelled" else days[2],
            "delivered": days[3] if come or status == "return_requested" else None,
            "carrier": made_up(draw).capitalize() if sent else None,
        }

    def _policy(self) -> Answered:
        draw = self._draw
        if draw.random() < 0.12:
            return _json({"policy": [], "note": "The shop's policies say nothing about this."}), NOT_SAID
        sections = []
        for section in draw.sample(self._facts.sections, draw.randint(1, 2)):
            told = self._invented_text() if draw.random() < self._invents else section.text
            title = text(draw, self._words, 2, 7) if draw.random() < self._invents else section.title
            sections.append({"id": section.id, "title": title, "text": told, "link": f"/policies/{section.id}"})
        return _json({"policy": sections, "note": None}), _first_sentence(sections[0]["text"])

    def _invented_text(self) -> str:
        draw = self._draw
        sentences = [text(draw, self._words, 4, 18).replace(". ", " ") for _ in range(draw.randint(1, 4))]
        return " ".join(f"{sentence[0].upper()}{sentence[1:].rstrip('.')}." for sentence in sentences)

    def _cart(self, action: str) -> Answered:
        draw = self._draw
        if action == "add" and draw.random() < 0.15:
            return '{"note":"The shopper was asked which option."}', CHOOSE
        changed = {"add": "added", "remove": "removed"}.get(action)
        items = draw.sample(self._facts.items, draw.randint(1 if action == "add" else 0, 4))
        row = {
            "cart": [
                {self._key("title"): self.title(item), "quantity": draw.randint(1, 9), "price": self._price()}
                for item in items
            ],
            "subtotal": self._price(),
            "shipping": draw.choice(("$0.00", "$4.90", self._price())),
            "total": self._price(),
            "changed": changed,
            self._key("notes"): [],
        }
        if not items:
            return _json(row), EMPTY_CART
        reply = {"added": "It is in your cart.", "removed": "It is out of your cart."}.get(changed or "", "")
        return _json(row), f"{reply} Your cart comes to {row['total']}.".strip()

    def _details(self) -> Answered:
        row = self.row(self._draw.choice(self._facts.items))
        result = _json({"untrusted_catalogue": [row]})
        return result, f"The {row['title']} costs {row['price']}."

    def _refused(self) -> Answered:
        draw = self._draw
        thing = " ".join(made_up(draw).lower() for _ in range(draw.randint(1, 3)))
        reason = draw.choice(p.REASONS).format(id=code(draw), thing=thing)
        if draw.random() < self._invents:
            reason = f"{text(draw, self._words, 3, 12)}."
        return _json({"refused": made_up(draw).lower(), "reason": reason}), reason

    def _price(self) -> str:
        whole, _, part = amount(self._draw).partition(".")
        return f"${int(whole):,}.{(part or '00').ljust(2, '0')}"


def _first_sentence(told: str) -> str:
    end = told.find(". ", len("Yes. "))
    return told if end < 0 else told[: end + 1]


def _json(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
