"""Reply against evidence: a sentence that says what the evidence does not hold is not sent.

Checked are: amounts of money, numbers, dates, links, names of products and brands, stated values (a colour, a
material), stock, policies, and things said to be done. A sentence that fails is left out; where nothing is left, the
composed reply from the same evidence takes its place. Checks look at words, not at meaning: a false claim in words
that the catalogue does not use passes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from assistant.turn import (
    CartFact,
    ComparisonFact,
    Evidence,
    HandOverFact,
    Order,
    OrdersFact,
    PolicyFact,
    ProductFact,
    Proposal,
    RefusalFact,
    SlateFact,
)
from retrieval.filters import CONSTRAINTS, PriceRange, fold
from retrieval.product import Money, Product

_MONEY = re.compile(
    r"(?:US)?[$€£¥₩₹]\s?\d[\d,. ]*\d|(?:US)?[$€£¥₩₹]\s?\d|\b\d[\d,.]*\s?(?:dollars?|euros?|pounds?|bucks|usd|eur|gbp|kwd|yen|€)\b"
    r"|\b(?:USD|EUR|GBP|KWD|JPY|CHF)\s?\d[\d,.]*",
    re.I,
)
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:[.,]\d+)*(?![\w-]*\d)")
_NUMBER_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90, "hundred": 100,
}  # fmt: skip
_LINK = re.compile(r"https?://\S+|\]\(([^)\s]+)")
_STOCK_IN = re.compile(r"\b(in stock|available now|ready to ship)\b", re.I)
_STOCK_OUT = re.compile(r"\b(sold out|out of stock|unavailable)\b", re.I)
_DONE = {
    "cart": re.compile(
        r"\b(i(?:'ve| have)? (?:added|removed)|(?:has|have) been added|added to your cart|in your cart now"
        r"|i(?:'ve| have)? put .{0,80}\b(?:cart|basket))\b",
        re.I,
    ),
    "order": re.compile(
        r"\b(i(?:'ve| have)? (?:cancelled|canceled|refunded|ordered|placed|changed|returned)"
        r"|(?:has|have) been (?:cancelled|canceled|refunded|placed|changed)|is (?:now )?(?:cancelled|canceled|refunded))\b",
        re.I,
    ),
    "hand_over": re.compile(r"\b(i(?:'ve| have)? (?:transferred|connected) you|i(?:'ve| have)? put you (?:in|through))\b", re.I),
}
_POLICY_WORD = re.compile(
    r"\b(warrant(?:y|ies)|guarantee[sd]?|money[- ]back|refunds?|return (?:window|period|policy)|free (?:shipping|returns?|delivery)"
    r"|(?:return|send|exchange) (?:it|them|this|these|any\w*) ?(?:back )?(?:within|for|up to|until|in)|within \d+ (?:\w+ )?days"
    r"|price[- ]match|ships? within|delivered within|delivery (?:time|takes)|business days|working days)\b",
    re.I,
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DATE = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*\.?\s+(\d{{1,2}})\b|\b(\d{{1,2}})\.?\s+({'|'.join(_MONTHS)})[a-z]*\b", re.I)
# Values that are also everyday words ("down from $80", "5 left"): they are not read as claims.
_ORDINARY = frozenset({"down", "left", "right", "light", "plain", "open", "full", "standard", "normal", "regular", "both"})
_SENTENCE = re.compile(r"(?<=[.!?。！？])(?:[\"”’)]*)\s+|\n+")


@dataclass(frozen=True)
class Lexicon:
    """Names and values that the catalogue uses: what a reply may only say with evidence.

    Args:
        brands: as written.
        values: folded texts that attributes and options state, e.g. "merino wool"; numbers are left out.
        titles: folded titles.
    """

    brands: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()

    @classmethod
    def of(cls, products: Iterable[Product]) -> Lexicon:
        """Read the names and values of a catalogue."""
        brands: set[str] = set()
        values: set[str] = set()
        titles: set[str] = set()
        for product in products:
            titles.add(fold(product.title))
            if product.brand:
                brands.add(product.brand)
            values |= _stated_texts(product)
        return cls(frozenset(brands), frozenset(values), frozenset(titles))

    @cached_property
    def brand_pattern(self) -> re.Pattern[str]:
        """Matches any brand, as written (case counts: "Hama", not "hama")."""
        names = sorted((b for b in self.brands if len(b) > 2), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names)) or '(?!)'})(?!\w)")

    @cached_property
    def longest_value(self) -> int:
        """Most words of a value, at most 4."""
        return min(4, max((len(value.split()) for value in self.values), default=1))


def _stated_texts(product: Product) -> set[str]:
    texts: set[str] = set()
    for name, attribute in product.attributes.items():
        if isinstance(attribute.value, str):
            texts.add(fold(attribute.value))
        elif isinstance(attribute.value, tuple):
            texts.update(map(fold, attribute.value))
        elif attribute.value is True:
            texts.add(fold(name.replace("_", " ")))
    for variant in product.variants:
        texts.update(map(fold, variant.options.values()))
    texts -= _ORDINARY
    return {t for t in texts if 3 < len(t) <= 40 and not any(c.isdigit() for c in t) and len(t.split()) <= 4}


@dataclass
class Facts:
    """What a reply may say, read once from the evidence of a turn.

    Args:
        evidence: the facts.
        words: the shopper's own words: repeating them claims nothing.
    """

    evidence: Sequence[Evidence]
    words: str = ""
    amounts: set[float] = field(default_factory=set)
    numbers: set[float] = field(default_factory=set)
    days: set[tuple[int, int]] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)

    def __post_init__(self) -> None:
        for fact in self.evidence:
            self._read(fact)
        self._text(self.words)
        self.texts.pop()
        self.text = fold(" ".join(self.texts))
        self.said = fold(self.words)

    def has(self, *kinds: type) -> bool:
        """Whether there is evidence of one of these kinds."""
        return any(isinstance(fact, kinds) for fact in self.evidence)

    def _read(self, fact: Evidence) -> None:
        match fact:
            case SlateFact():
                self._slate(fact)
            case ProductFact():
                self._product(fact.product)
            case ComparisonFact():
                for item in fact.items:
                    self._product(item.product)
                self.numbers.add(float(len(fact.items)))
            case CartFact():
                self._cart(fact)
            case OrdersFact():
                for order in fact.orders:
                    self._order(order)
                self.numbers.add(float(len(fact.orders)))
            case PolicyFact():
                for section in fact.sections:
                    self._text(f"{section.title} {section.text} {section.url}")
            case Proposal():
                self._text(f"{fact.title} {fact.before} {fact.after}")
                self._money(fact.amount)
            case RefusalFact():
                self._text(fact.message)
            case HandOverFact():
                self.numbers.add(float(fact.position))

    def _slate(self, slate: SlateFact) -> None:
        self.numbers |= {float(slate.total), float(len(slate.items))}
        for index, item in enumerate(slate.items):
            self._product(item.product)
            self.numbers.add(float(index + 1))
        for relaxation in slate.relaxations:
            self.numbers.add(float(relaxation.count))
            self._text(relaxation.label)
        for constraint in slate.need.constraints:
            self._text(constraint.label())
            if isinstance(constraint, PriceRange):
                for minor in (constraint.min_minor, constraint.max_minor):
                    self._money(None if minor is None else Money(minor, constraint.currency))
        self._text(" ".join([slate.need.text, *slate.set_aside, *slate.corrected.values()]))
        for name, values in slate.facets.items():
            self._text(f"{name.replace('_', ' ')} {' '.join(values)}")

    def _product(self, product: Product) -> None:
        self.products.append(product)
        self._text(f"{product.title} {product.brand or ''} {product.category or ''} {product.description}")
        for name, attribute in product.attributes.items():
            stated = attribute.value is not False
            self._text(f"{attribute.label} {attribute.text} {name.replace('_', ' ') if stated else ''}")
        if product.rating is not None:
            self.numbers |= {product.rating, round(product.rating, 1)}
        self.numbers.add(float(product.rating_count))
        for variant in product.variants:
            self._text(" ".join([*variant.options, *variant.options.values()]))
            self._money(variant.price)
            self._money(variant.list_price)
            if variant.list_price is not None:
                saved = variant.list_price.amount_minor - variant.price.amount_minor
                self._money(Money(saved, variant.price.currency))
                self.numbers.add(float(round(100 * saved / max(1, variant.list_price.amount_minor))))
            if variant.stock is not None:
                self.numbers.add(float(variant.stock))

    def _cart(self, cart: CartFact) -> None:
        for amount in (cart.subtotal, cart.discount, cart.shipping, cart.total):
            self._money(amount)
        self.numbers |= {float(len(cart.lines)), float(sum(line.quantity for line in cart.lines))}
        for line in cart.lines:
            self._text(f"{line.title} {' '.join(line.changes)}")
            for amount in (line.unit_price, line.added_price, line.total):
                self._money(amount)
            self.numbers.add(float(line.quantity))
            if line.product:
                self._product(line.product)
        self._text(cart.tax_note)

    def _order(self, order: Order) -> None:
        self._text(f"{order.id} {order.carrier or ''} {order.tracking_code or ''} {order.status.value.replace('_', ' ')}")
        for amount in (order.subtotal, order.shipping, order.total, order.refunded):
            self._money(amount)
        for line in order.lines:
            self._text(line.title)
            self._money(line.unit_price)
            self.numbers.add(float(line.quantity))
        moments = (order.placed_at, order.shipped_at, order.delivered_at, order.expected_at, order.cancelled_at)
        for moment in moments:
            self._day(moment)

    def _day(self, moment: datetime | None) -> None:
        if moment is not None:
            self.days.add((moment.month, moment.day))
            self.numbers |= {float(moment.day), float(moment.year)}

    def _money(self, amount: Money | None) -> None:
        if amount is not None:
            self.amounts.add(float(amount.amount))

    def _text(self, text: str) -> None:
        self.texts.append(text)
        self._numbers_in(_MONEY.sub(" ", text))
        for match in _MONEY.finditer(text):
            self.amounts |= set(_readings(_digits(match)))

    def _numbers_in(self, text: str) -> None:
        for match in re.finditer(r"\d+(?:[.,]\d+)*", text):
            self.numbers |= set(_readings(match.group()))
        lowered = text.casefold()
        self.numbers |= {float(n) for word, n in _NUMBER_WORDS.items() if re.search(rf"\b{word}\b", lowered)}
        for match in _DATE.finditer(text):
            self.days.add(_month_day(match))


def _readings(digits: str) -> list[float]:
    """A number as people may have meant it: "1,299" is 1299, "2,5" is 2.5, "1.299" is 1.299 or 1299."""
    rows: list[float] = []
    for text in (digits.replace(",", ""), digits.replace(".", "").replace(",", "."), digits.replace(".", "")):
        try:
            rows.append(float(text.replace(",", "")))
        except ValueError:
            continue
    return rows


def _month_day(match: re.Match[str]) -> tuple[int, int]:
    month = (match.group(1) or match.group(4)).lower()[:3]
    return _MONTHS.index(month) + 1, int(match.group(2) or match.group(3))


def unsupported(sentence: str, facts: Facts, lexicon: Lexicon) -> str | None:
    """Say what in a sentence the evidence does not hold.

    Args:
        sentence: one sentence of a reply.
        facts: what may be said.
        lexicon: the catalogue's names and values.

    Returns:
        The kind of claim ("amount", "number", "date", "link", "brand", "value", "stock", "policy", "done"), or None
        where all of it is supported.
    """
    checks = (
        ("link", lambda: _links(sentence, facts)),
        ("amount", lambda: _amounts(sentence, facts)),
        ("date", lambda: any(_month_day(m) not in facts.days for m in _DATE.finditer(sentence))),
        ("number", lambda: _numbers(sentence, facts)),
        ("brand", lambda: any(fold(m.group()) not in f"{facts.text} {facts.said}" for m in lexicon.brand_pattern.finditer(sentence))),
        ("value", lambda: _values(sentence, facts, lexicon)),
        ("stock", lambda: _stock(sentence, facts)),
        ("policy", lambda: bool(_POLICY_WORD.search(sentence)) and not facts.has(PolicyFact, OrdersFact, Proposal, RefusalFact)),
        ("done", lambda: _done(sentence, facts)),
    )  # fmt: skip
    return next((kind for kind, check in checks if check()), None)


def _links(sentence: str, facts: Facts) -> bool:
    allowed = {section.url for fact in facts.evidence if isinstance(fact, PolicyFact) for section in fact.sections}
    allowed |= {fact.checkout_url for fact in facts.evidence if isinstance(fact, CartFact) and fact.checkout_url}
    return any((match.group(1) or match.group()) not in allowed for match in _LINK.finditer(sentence))


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"[^\d.,]", "", match.group()).strip(".,")


def _amounts(sentence: str, facts: Facts) -> bool:
    return any(not facts.amounts & set(_readings(_digits(match))) for match in _MONEY.finditer(sentence))


def _numbers(sentence: str, facts: Facts) -> bool:
    rest = _DATE.sub(" ", _MONEY.sub(" ", _LINK.sub(" ", sentence)))
    for match in _NUMBER.finditer(rest):
        if not any(value in facts.numbers for value in _readings(match.group())):
            return True
    words = re.findall(r"[a-z]+", rest.casefold())
    return any(float(_NUMBER_WORDS[word]) not in facts.numbers for word in words if word in _NUMBER_WORDS)


def _values(sentence: str, facts: Facts, lexicon: Lexicon) -> bool:
    """A stated value of the catalogue that neither the products spoken of nor the shopper's words hold."""
    words = re.findall(r"[^\W_]+(?:[-'][^\W_]+)*", fold(sentence))
    about = _spoken_of(sentence, facts)
    texts = fold(" ".join(_product_text(product) for product in about)) if about else ""
    others = facts.text if not about else f"{texts} {_other_text(facts)}"
    for size in range(lexicon.longest_value, 0, -1):
        for start in range(len(words) - size + 1):
            value = " ".join(words[start : start + size])
            if value in lexicon.values and value not in others and value not in facts.said:
                return True
    return False


def _spoken_of(sentence: str, facts: Facts) -> list[Product]:
    said = fold(re.sub(r"[*_`]", "", sentence))
    return [product for product in facts.products if fold(product.title) in said]


def _product_text(product: Product) -> str:
    parts = [product.title, product.brand or "", product.category or "", product.department or "", product.description]
    for name, attribute in product.attributes.items():
        parts += [attribute.label, attribute.text, name.replace("_", " ") if attribute.value is not False else ""]
    parts += [text for variant in product.variants for pair in variant.options.items() for text in pair]
    return " ".join(parts)


def _other_text(facts: Facts) -> str:
    """Texts that belong to no single product: wishes, policies, orders."""
    rows: list[str] = []
    for fact in facts.evidence:
        if isinstance(fact, SlateFact):
            rows += [constraint.label() for constraint in fact.need.constraints] + [fact.need.text]
        elif isinstance(fact, PolicyFact):
            rows += [section.text for section in fact.sections]
        elif isinstance(fact, RefusalFact):
            rows.append(fact.message)
    return fold(" ".join(rows))


def _stock(sentence: str, facts: Facts) -> bool:
    about = _spoken_of(sentence, facts) or facts.products
    if _STOCK_IN.search(sentence):
        negated = re.search(r"\bnot (?:be )?(?:in stock|available)", sentence, re.I)
        wishes = any(c["kind"] == "in_stock" for f in facts.evidence if isinstance(f, SlateFact) for c in CONSTRAINTS.dump_python(f.need.constraints))
        return not negated and not wishes and (not about or any(product.in_stock is not True for product in about))
    if _STOCK_OUT.search(sentence) and not facts.has(RefusalFact, CartFact):
        return not any(variant.in_stock is False for product in about for variant in product.variants)
    return False


def _done(sentence: str, facts: Facts) -> bool:
    if _DONE["cart"].search(sentence):
        return not any(isinstance(fact, CartFact) and fact.changed for fact in facts.evidence)
    if _DONE["order"].search(sentence):
        return not facts.has(OrdersFact)
    if _DONE["hand_over"].search(sentence):
        return not facts.has(HandOverFact)
    return False


def split_sentences(text: str) -> list[str]:
    """Cut a text behind its sentences; the parts, joined, are the text."""
    cuts = [0, *(match.end() for match in _SENTENCE.finditer(text)), len(text)]
    return [text[a:b] for a, b in zip(cuts, cuts[1:], strict=False) if a < b]
