"""From evidence to words: every sentence is a template filled from facts, so the reply can say nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from assistant.llm.embedded.product_answers import ProductAnswers
from assistant.llm.embedded.profile_words import ProfileWords
from assistant.llm.embedded.relation_words import RelationWords
from assistant.llm.embedded.selling_words import tell_better
from assistant.llm.embedded.wording import Wording, plain
from assistant.naming import unnamed_thing
from assistant.turn import (
    CartFact,
    ComparisonFact,
    Evidence,
    HandOverFact,
    Need,
    Order,
    OrdersFact,
    OrderStatus,
    PolicyFact,
    ProductFact,
    ProfileFact,
    Proposal,
    RefusalFact,
    SlateFact,
    WhyFact,
)
from assistant.winners import cheapest_of
from assistant.wishes import words_to_rank_by
from retrieval.filters import AttributeRange, CategoryIn, Constraint, Verdict, fold
from retrieval.price_words import find_prices
from retrieval.words import tokens

MAX_POLICY_CHARS = 700
MAX_DIFFERENCES = 4
# Templates of what is counted: of several, and of one.
_MENTIONED = ("mentioned", "mentioned_single")
_RELAX_ONE = ("relax_one", "relax_one_single")
_RELAX_TO = ("relax_to", "relax_to_single")


class Composer:
    """Writes replies.

    Args:
        wording: the templates.
        answers: answers about one product.
        as_said: what the shopper said for words that the planner read: those are said back.
    """

    def __init__(
        self, wording: Wording, answers: ProductAnswers, as_said: Callable[[str], str] = lambda words: words
    ) -> None:
        self._say = wording
        self._answers = answers
        self._as_said = as_said
        self._relations = RelationWords(wording)
        self._profiles = ProfileWords(wording)

    def talk(self, names: Sequence[str]) -> str:
        """Say templates without variables, e.g. ("greeting",)."""
        return " ".join(self._say(name) for name in names)

    def set_aside(self, words: Sequence[str]) -> str:
        """Say which words found nothing."""
        return self._say("set_aside", words=self._say.quoted([self._as_said(word) for word in words]))

    def unknown(self, phrases: Sequence[str]) -> str:
        """Say that nothing was found for words, where nothing else was said."""
        return self._say("nothing_found", what=plain(" ".join(self._as_said(phrase) for phrase in phrases)))

    def unused(self, phrases: Sequence[str], evidence: Sequence[Evidence]) -> str:
        """Say which limits could not be used; of a price in another currency, which one the shop's prices are in."""
        items = (item for fact in evidence if isinstance(fact, SlateFact) for item in fact.items)
        currency = next((item.product.price.currency for item in items), "")
        foreign = [phrase for phrase in phrases if currency and _is_foreign(phrase, currency)]
        rest = [phrase for phrase in phrases if phrase not in foreign]
        rows = [self._say("unused", words=self._quoted(rest))] if rest else []
        rows += [self._say("other_currency", words=self._quoted(foreign), currency=currency)] if foreign else []
        return " ".join(rows)

    def _quoted(self, phrases: Sequence[str]) -> str:
        return self._say.quoted([self._as_said(phrase) for phrase in phrases])

    def corrections(self, corrected: Mapping[str, str], evidence: Sequence[Evidence]) -> str:
        """Say how misspelt words were read, where the evidence does not say it already."""
        said = {word for fact in evidence if isinstance(fact, SlateFact) for word in fact.corrected}
        rows = [(wrong, right) for wrong, right in corrected.items() if wrong not in said]
        return " ".join(self._say("corrected", wrong=plain(wrong), right=plain(right)) for wrong, right in rows)

    def compose(self, evidence: Sequence[Evidence], question: str = "", now: datetime | None = None) -> str:
        """Write the reply for the evidence of a turn.

        Args:
            evidence: facts in the order found.
            question: the shopper's question about a product; "" without one.
            now: aware; decides what is late.
        """
        changed = any(isinstance(fact, CartFact) and fact.changed for fact in evidence)
        people = any(isinstance(fact, HandOverFact) for fact in evidence)
        told = [fact for fact in _last_of_each_need(evidence) if not (changed and _only_views_cart(fact))]
        # Where a person takes over, it helps nobody to read that no policy says anything.
        told = [fact for fact in told if not (people and isinstance(fact, PolicyFact) and not fact.sections)]
        asked = list({fact.product.id: fact for fact in told if isinstance(fact, ProductFact)}.values())
        if question and asked:
            told = [fact for fact in told if not isinstance(fact, ProductFact) or fact is asked[0]]
        parts = [
            self._answers.answer_many(asked, question)
            if isinstance(fact, ProductFact) and question and len(asked) > 1
            else self._fact(fact, question, now)
            for fact in told
        ]
        if sum(isinstance(fact, SlateFact) for fact in told) > 1:
            return "\n\n".join(part for part in parts if part)
        return " ".join(part for part in parts if part)

    def _fact(self, fact: Evidence, question: str, now: datetime | None) -> str:
        match fact:
            case SlateFact():
                return self._slate(fact)
            case ProductFact():
                return self._answers.answer(fact, question)
            case ComparisonFact():
                return self._comparison(fact, question)
            case CartFact():
                return self._cart(fact)
            case OrdersFact():
                return self._orders(fact, now)
            case PolicyFact():
                return self._policy(fact, question)
            case Proposal():
                return self._say("proposal", title=self._say.sentence(fact.title), after=self._say.sentence(fact.after))
            case RefusalFact():
                return self._say("refused", reason=self._say.sentence(fact.message))
            case HandOverFact():
                return self._say("handed_over", position=str(fact.position))
            case ProfileFact():
                return self._profiles.profile(fact)
            case WhyFact():
                return self._profiles.why(fact)

    # ------------------------------------------------------------ slates

    def _slate(self, slate: SlateFact) -> str:
        sentences = [self._found(slate) if slate.items else self._nothing(slate)]
        sentences += [self._answers.extreme(slate.items[0], slate.need.extreme)] if slate.items else []
        sentences += [self._say("corrected", wrong=plain(w), right=plain(r)) for w, r in slate.corrected.items()]
        if slate.set_aside and (slate.items or slate.need.constraints):
            sentences.append(self.set_aside(slate.set_aside))
        if slate.total and slate.items and slate.surface == "search":
            sentences += self._mentions(slate)
        open_wishes = [
            label
            for label in dict.fromkeys(label for item in slate.items for label in item.verdicts)
            if any(item.verdicts.get(label) is Verdict.NOT_STATED for item in slate.items)
        ]
        if open_wishes:
            wishes = self._say.quoted([self._say.label(wish) for wish in open_wishes])
            sentences.append(self._say("not_stated", what=wishes))
        return " ".join(sentence for sentence in sentences if sentence)

    def _mentions(self, slate: SlateFact) -> list[str]:
        """Say how many of those found have the words that are no wish: such words rank, and hide nothing."""
        some = {word: n for word, n in slate.mentions.items() if 0 < n < slate.total}
        none = [self._as_said(word) for word, n in slate.mentions.items() if not n]
        rows = [
            self._say(_MENTIONED[n == 1], count=f"{n:,}", word=plain(self._as_said(word))) for word, n in some.items()
        ]
        return [*rows, *([self._say("unmentioned", words=self._say.quoted(none))] if none else [])]

    def _found(self, slate: SlateFact) -> str:
        first = slate.items[0]
        common = {
            "title": plain(first.product.title),
            "price": self._say.money(first.variant.price),
            "because": self._because(first),
        }
        if slate.surface == "recommend":
            return self._say("for_you", **common)
        if slate.surface == "more_like_this":
            return self._say("more_like", **common)
        if slate.surface == "resume":
            return self._say("resumed", **common)
        if slate.relations:
            return self._relations.tell(slate)
        if slate.surface == "goes_with":
            return self._say("goes_with" if len(slate.items) > 1 else "goes_with_one", **common)
        if slate.surface == "beside":
            return self._say("beside", **common)
        if slate.surface == "better" and (better := tell_better(self._say, slate)):
            return better
        word, mentioning = unnamed_thing(slate)
        if mentioning:
            title, price = plain(mentioning.product.title), self._say.money(mentioning.variant.price)
            return self._say("found_mentioned", word=plain(self._as_said(word)), title=title, price=price)
        if not slate.total and slate.relaxations:
            return f"{self._nothing(slate)} {self._say('nearest', **common)}"
        if slate.total == 1:
            return self._say("found_one", **common)
        what = self.what(slate, slate.total)
        return self._say("found_many", count=f"{slate.total:,}", what=what, limits=self._limits(slate), **common)

    def what(self, slate: SlateFact, count: int) -> str:
        """What was looked for, as a noun: the wished category, the words that several share, else "products"."""
        for constraint in slate.need.constraints:
            if isinstance(constraint, CategoryIn) and not constraint.exclude and not _departments(constraint, slate):
                shared = _shared_ending([fold(value).split() for value in constraint.values])
                if shared:
                    return plain(shared)
        return self._say("product" if count == 1 else "products")

    def _limits(self, slate: SlateFact) -> str:
        wishes = slate.need.constraints
        labels = [self._say.label(c.label()) for c in wishes if not _kinds(c) or _departments(c, slate)]
        return f" ({', '.join(labels)})" if labels else ""

    def _because(self, fact: ProductFact) -> str:
        """Why the first pick is first, from its own facts: a saving, or its rating."""
        variant, product = fact.variant, fact.product
        notes: list[str] = []
        if variant.list_price is not None and variant.list_price.amount_minor > variant.price.amount_minor:
            notes.append(self._say("because_sale", list_price=self._say.money(variant.list_price)))
        if product.rating is not None and product.rating >= 4.0 and product.rating_count:
            by = self._say.count(product.rating_count, "shopper")
            notes.append(self._say("because_rated", rating=f"{product.rating:.1f}", count=by))
        if variant.in_stock is False:
            notes.append(self._say("because_sold_out"))
        return f" ({', '.join(notes)})" if notes else ""

    def _nothing(self, slate: SlateFact) -> str:
        if slate.asks_first:
            what = self.what(slate, slate.total)
            return self._say("ask_first", count=f"{slate.total:,}", what=what, limits=self._limits(slate))
        if slate.surface in {"goes_with", "beside"}:
            return self._say("no_relations")
        if slate.surface == "better" and slate.about is not None:
            return self._say("better_none", than=plain(slate.about.product.title), limits=self._limits(slate))
        if slate.surface == "resume":
            return self._say("resumed_nothing")
        if slate.surface in {"recommend", "more_like_this"}:
            return self._say("no_ideas")
        if slate.total:
            return self._say("nothing_more", limits=self._limits(slate))
        if not slate.need.constraints:
            return self._say("nothing_found", what=plain(self._as_said(slate.need.text or " ".join(slate.set_aside))))
        labels = [self._say.label(constraint.label()) for constraint in slate.need.constraints]
        unsaid = _unsaid(slate.need)
        wanted = [plain(self._as_said(unsaid))] if unsaid else []
        text = self._say("nothing_fits", limits=self._say.listing(wanted + labels))
        options = [
            self._say(_RELAX_ONE[r.count == 1], label=self._say.label(r.label), count=f"{r.count:,}")
            for r in slate.relaxations[:3]
        ]
        nearest = [
            self._say(_RELAX_TO[way.count == 1], label=self._say.label(way.label), count=f"{way.count:,}")
            for way in slate.loosenings[:2]
        ]
        return " ".join([text, *nearest, *options])

    # ------------------------------------------------------------ comparison

    def _comparison(self, fact: ComparisonFact, question: str) -> str:
        sentences = [self._say("compare_intro"), self._answers.most(fact.items, question) or self._cheapest(fact.items)]
        rated = [item for item in fact.items if item.product.rating is not None]
        if len(rated) > 1:
            best = max(rated, key=lambda item: (item.product.rating or 0.0, item.product.rating_count))
            if sum(item.product.rating == best.product.rating for item in rated) == 1:
                by = self._say.count(best.product.rating_count, "shopper")
                rating = f"{best.product.rating:.1f}"
                sentences.append(self._say("compare_rating", title=plain(best.product.title), rating=rating, count=by))
        rows = {k: v for k, v in fact.rows.items() if k not in {"Price", "Rating", "Stock", "Brand"}}
        apart = [label.lower() for label, texts in rows.items() if None not in texts and len(set(texts)) > 1]
        if apart:
            labels = [self._say.label(label) for label in apart[:MAX_DIFFERENCES]]
            sentences.append(self._say("compare_differs", labels=self._say.listing(labels)))
        return " ".join(sentences)

    def _cheapest(self, items: tuple[ProductFact, ...]) -> str:
        ordered = sorted(items, key=lambda item: item.variant.price.amount_minor)
        low, high = cheapest_of(items), ordered[-1]
        price = self._say.money(ordered[0].variant.price)
        if low is None:
            return self._say("compare_same_price", price=price) if len(items) == 2 else ""
        title = plain(low.product.title)
        if len(items) == 2:
            return self._say("compare_price", title=title, price=price, other=self._say.money(high.variant.price))
        return self._say("compare_price_many", title=title, price=price)

    # ------------------------------------------------------------ cart, orders, policies

    def _cart(self, fact: CartFact) -> str:
        if not fact.lines:
            return self._say("cart_empty")
        count = self._say.count(sum(line.quantity for line in fact.lines), "item")
        total = self._say.money(fact.total)
        changes = [self._say.sentence(change) for line in fact.lines for change in line.changes]
        if fact.changed == "added":
            undo = fact.undo[0] if fact.undo else fact.lines[-1].variant_id
            line = next((line for line in fact.lines if line.variant_id == undo), fact.lines[-1])
            titles = self._say.listing([f"**{plain(title)}**" for title in fact.changed_titles or (line.title,)])
            text = self._say("cart_added", titles=titles, count=count, total=total)
        elif fact.changed == "removed":
            text = self._say("cart_removed", count=count, total=total)
        elif fact.changed:
            text = self._say("cart_changed", count=count, total=total)
        else:
            text = self._say("cart_view", count=count, total=total)
        return " ".join([text, *changes])

    def _orders(self, fact: OrdersFact, now: datetime | None) -> str:
        if not fact.orders:
            return self._say("no_orders" if fact.signed_in else "no_orders_guest")
        newest = fact.orders[0]
        status = self._status(newest, now)
        if len(fact.orders) == 1:
            one = self._say("orders_one", id=newest.id, placed=self._say.date(newest.placed_at), status=status)
            return one if fact.tracked else f"{one} {self._held(newest)}"
        if fact.tracked:
            rows = [(order, self._status(order, now)) for order in fact.orders]
            dated = [(order.id, self._say.date(order.placed_at), status) for order, status in rows]
            return " ".join(self._say("orders_one", id=i, placed=placed, status=status) for i, placed, status in dated)
        return self._say("orders_many", count=str(len(fact.orders)), id=newest.id, status=status)

    def _held(self, order: Order) -> str:
        items = self._say.listing([f"{line.quantity} × {plain(line.title)}" for line in order.lines])
        return self._say("orders_items", items=items, total=self._say.money(order.total))

    def _status(self, order: Order, now: datetime | None) -> str:
        expected = ""
        if order.expected_at is not None:
            late = now is not None and order.expected_at < now and order.status is not OrderStatus.DELIVERED
            expected = self._say("late" if late else "expected", expected=self._say.date(order.expected_at))
        match order.status:
            case OrderStatus.SHIPPED:
                carrier = order.carrier or self._say("the_carrier")
                shipped = self._say.date(order.shipped_at or order.placed_at)
                return self._say("status_shipped", shipped=shipped, carrier=carrier, expected=expected)
            case OrderStatus.DELIVERED:
                return self._say("status_delivered", delivered=self._say.date(order.delivered_at or order.placed_at))
            case OrderStatus.CANCELLED:
                on = self._say("on_day", day=self._say.date(order.cancelled_at)) if order.cancelled_at else ""
                return self._say("status_cancelled", cancelled=on)
            case OrderStatus.PLACED | OrderStatus.PACKED:
                return self._say(f"status_{order.status.value}") + expected
            case _:
                return self._say(f"status_{order.status.value}")

    def _policy(self, fact: PolicyFact, question: str) -> str:
        if not fact.sections:
            return self._say("policy_none")
        first, *rest = (section.told(self._say.language) for section in fact.sections)
        text = (
            first.text
            if len(first.text) <= MAX_POLICY_CHARS
            else first.text[:MAX_POLICY_CHARS].rsplit(". ", 1)[0] + "."
        )
        silent = unmentioned(question or fact.question, fact)
        sentences = [self._say("policy_silent", what=plain(self._as_said(silent)))] if silent else []
        sentences.append(self._say("policy", title=first.title, text=text))
        sentences += [self._say("policy_also", title=section.title) for section in rest[:1]]
        return "\n\n".join(sentences)


def _last_of_each_need(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence without searches that were made again later in the turn: what they found is told once."""
    rows: list[Evidence] = []
    told: set[Need] = set()
    for fact in reversed(evidence):
        if isinstance(fact, SlateFact) and fact.surface == "search":
            if fact.need in told:
                continue
            told.add(fact.need)
        rows.append(fact)
    return rows[::-1]


def _only_views_cart(fact: Evidence) -> bool:
    return isinstance(fact, CartFact) and not fact.changed


def _kinds_wished(slate: SlateFact) -> bool:
    return any(map(_kinds, slate.need.constraints))


def _kinds(wish: Constraint) -> bool:
    return isinstance(wish, CategoryIn) and not wish.exclude


def _departments(wish: Constraint, slate: SlateFact) -> bool:
    """Whether a wish for kinds names departments ("Kitchen"), which is no word for what was found."""
    held = {fold(item.product.department or "") for item in slate.items}
    kinds = {fold(item.product.category or "") for item in slate.items}
    return isinstance(wish, CategoryIn) and {fold(value) for value in wish.values} <= held - kinds


_ASKED_FOR = re.compile(
    r"\b(?:pay(?:ing)? (?:with|by|via|using|through)|(?:do|can) you (?:accept|take)|accept|"
    r"(?:ship|deliver|send|post|shipping|delivery|deliveries)(?: (?:it|this|them|orders))? to)\s+"
    r"(?P<what>(?:[\w'’.-]+\s*){1,3})",
    re.I,
)
_NO_NAMES = frozenset(
    ["a", "an", "the", "my", "your", "me", "us", "it", "this", "that", "any", "other", "of", "in", "or"]
)


def unmentioned(question: str, fact: PolicyFact) -> str:
    """What a question names as a way to pay or a place to send to and the sections found do not, e.g. "PayPal"."""
    match = _ASKED_FOR.search(question)
    named = [token for token in tokens(match["what"]) if token.text.casefold() not in _NO_NAMES] if match else []
    held = {token.key for section in fact.sections for token in tokens(f"{section.title} {section.text}")}
    return "" if any(token.key in held for token in named) else " ".join(token.text for token in named)


def _shared_ending(names: Sequence[Sequence[str]]) -> str:
    """Words that all names end with, e.g. "backpacks" of "hiking backpacks" and "backpacks"."""
    shared: list[str] = []
    for words in zip(*(reversed(name) for name in names), strict=False):
        if len(set(words)) > 1:
            break
        shared.insert(0, words[0])
    return " ".join(shared)


def _unsaid(need: Need) -> str:
    """The words of a need that none of its wishes says: neither a kind, nor a number that a wish has read."""
    said = {token.key for wish in need.constraints for token in tokens(wish.label())}
    numbers = any(isinstance(wish, AttributeRange) for wish in need.constraints)
    left = [token for token in tokens(words_to_rank_by(need)) if token.key not in said]
    return " ".join(token.text for token in left if not (numbers and token.text[0].isdigit()))


def _is_foreign(phrase: str, currency: str) -> bool:
    """Whether a phrase is a price, in another currency than this."""
    prices = find_prices(phrase, currency)
    return bool(prices) and all(price.foreign for price in prices)
