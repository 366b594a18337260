"""Answer a question about one product from what the catalogue states, or say that it does not state it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.aspects import Aspects, in_description, in_title, named_by, parts_of
from assistant.llm.embedded.wording import Wording, plain
from assistant.turn import Extreme, ProductFact
from assistant.winners import is_number, winner_of
from retrieval.filters import fold, states_word
from retrieval.product import Attribute, Product

_PRICE = re.compile(
    r"\b(price|cost|costs|how much(?! (?:do|does|did|would|will|is|are)\b.{0,24}\bweigh)|expensive)\b", re.I
)
_STOCK = re.compile(r"\b(in stock|available|availability|sold out|left|have it)\b", re.I)
_RATING = re.compile(r"\b(rating|rated|reviews?|stars?|good)\b", re.I)
_GENERAL = re.compile(r"\b(tell me|details?|more about|info|information|specs?|describe|know)\b", re.I)
# "Does it come in red", "is it available in XL": a thing may also be "built in" or "fit in" something.
_IN_VALUE = re.compile(
    r"\b(?:comes?|available|sold|exists?|(?:have|got|get|has|sell|stock|do|make|is|are|buy|order)"
    r"(?: there)?(?: (?:it|any|this|that|them|these|those|one|the [a-z]+ ?(?:one)?))?)(?: also| too)?"
    r" in (?:a )?(?:(size) )?([\w-]+)[?!. ]*$"
)
MAX_FACTS = 6


class ProductAnswers:
    """Writes answers about one product.

    Args:
        wording: the templates.
        question_words: word in a question -> words of attribute names.
    """

    def __init__(self, wording: Wording, question_words: Mapping[str, Sequence[str]]) -> None:
        self._wording = wording
        self._aspects = Aspects(question_words)

    def answer(self, fact: ProductFact, question: str) -> str:
        """Answer `question` about the product; without a question, or a general one, summarise it."""
        if not question or _GENERAL.search(question):
            return self.summary(fact)
        told = [self._told(fact, part) for part in parts_of(question)]
        if not any(told):
            whole = self._told(fact, question)
            return whole or self._wording("fact_unknown", title=plain(fact.product.title))
        return " ".join(dict.fromkeys(text for text in told if text))

    def _told(self, fact: ProductFact, question: str) -> str:
        """What is stated about a single question; "" where nothing is."""
        for reader in (self._option, self._attribute, self._stock, self._price, self._rating, self._text):
            text = reader(fact, question)
            if text:
                return text
        return ""

    def answer_many(self, facts: Sequence[ProductFact], question: str) -> str:
        """Answer a question about several products, each part of it by groups that state the same."""
        best = self.most(facts, question)
        rows = [self._grouped(facts, part) for part in parts_of(question)]
        told = [text for text in dict.fromkeys(rows) if text]
        return " ".join([*([best] if best else []), *told]) or self._wording("many_unknown")

    def _grouped(self, facts: Sequence[ProductFact], question: str) -> str:
        stated: dict[tuple[str, str], list[str]] = {}
        said: list[str] = []
        silent: list[str] = []
        for fact in facts:
            product, title = fact.product, f"**{plain(fact.product.title)}**"
            attribute = self._aspects.find(product, question)
            if attribute is not None:
                stated.setdefault((self._label(attribute), plain(attribute.text)), []).append(title)
            elif in_title(product, question) or in_description(product, question):
                said.append(title)
            else:
                silent.append(title)
        if not stated and not said:
            return ""
        rows = [
            self._wording("many_state", label=label, value=value, titles=self._wording.listing(titles))
            for (label, value), titles in stated.items()
        ]
        if said:
            rows.append(self._wording("many_said", titles=self._wording.listing(said)))
        if silent:
            rows.append(self._wording("many_silent", titles=self._wording.listing(silent)))
        return " ".join(rows)

    def most(self, items: Sequence[ProductFact], question: str) -> str:
        """Answer "which has the longest battery?": the product that states the most, or least, of what is asked.

        Returns:
            "" where the question asks for no extreme, or fewer than two products state a number for it.
        """
        winner = winner_of(items, question, self._aspects)
        if winner is None:
            return ""
        title, label = plain(winner.item.product.title), self._label(winner.attribute)
        template = "compare_highest" if winner.highest else "compare_lowest"
        return self._wording(template, title=title, label=label, value=plain(winner.attribute.text))

    def extreme(self, fact: ProductFact, extreme: Extreme | None) -> str:
        """Say what the first of an order by a number states; "" without such an order, or where it states nothing."""
        attribute = fact.product.attributes.get(extreme.name) if extreme else None
        if extreme is None or attribute is None or not is_number(attribute):
            return ""
        template = "compare_highest" if extreme.highest else "compare_lowest"
        title, label = plain(fact.product.title), self._label(attribute)
        return self._wording(template, title=title, label=label, value=plain(attribute.text))

    def _label(self, attribute: Attribute) -> str:
        """The name of an attribute within a sentence."""
        return self._wording.label(attribute.label.lower())

    def summary(self, fact: ProductFact) -> str:
        """Price, rating and the first stated attributes."""
        product, title = fact.product, plain(fact.product.title)
        sentences = [self._price_text(fact)]
        if product.rating is not None:
            sentences.append(self._rating_text(product))
        facts = [f"{self._label(a)} {plain(a.text)}" for a in list(product.attributes.values())[:MAX_FACTS]]
        if facts:
            sentences.append(self._wording("product_facts", facts="; ".join(facts)))
        return " ".join(sentences) or title

    def _option(self, fact: ProductFact, question: str) -> str:
        product, said = fact.product, fold(question)
        for name in dict.fromkeys(name for variant in product.variants for name in variant.options):
            values = tuple(dict.fromkeys(v.options[name] for v in product.variants if name in v.options))
            wanted = _wanted_value(name, said)
            # A lone letter or digit ("8", "m") counts only where the words ask for a value.
            asked = [v for v in values if fold(v) == wanted or (len(v) > 1 and states_word(said, v))]
            if asked:
                stocked = [v for v in product.variants if v.options.get(name) == asked[0] and v.in_stock is not False]
                key = "fact_value" if stocked else "fact_sold_out"
                extra = {"value": plain(asked[0])} if stocked else {}
                return self._wording(key, title=plain(product.title), **extra)
            if wanted:
                listed = self._wording.listing([plain(value) for value in values])
                return self._wording("fact_value_not", title=plain(product.title), values=listed, value=plain(wanted))
            singular = name.rstrip("s").replace("_", " ")
            if re.search(rf"\b{re.escape(fold(singular))}s?\b", said) or (singular == "colour" and "color" in said):
                listed = ", ".join(plain(value) for value in values)
                option = self._wording.label(singular)
                return self._wording("fact_options", title=plain(product.title), option=option, values=listed)
        return ""

    def _attribute(self, fact: ProductFact, question: str) -> str:
        title = plain(fact.product.title)
        return " ".join(
            self._stated(title, attribute, named_by(attribute, question))
            for attribute in self._aspects.find_all(fact.product, question)
        )

    def _stated(self, title: str, attribute: Attribute, named: bool) -> str:
        """Yes or no only where the question names the whole of it: "charge my phone" is not "wireless charging"."""
        label = self._label(attribute)
        if isinstance(attribute.value, bool) and named:
            return self._wording("fact_yes" if attribute.value else "fact_no", title=title, label=label)
        return self._wording("fact", title=title, label=label, value=plain(attribute.text))

    def _text(self, fact: ProductFact, question: str) -> str:
        """What the title or the description says, in their own words."""
        product, title = fact.product, plain(fact.product.title)
        if in_title(product, question):
            return self._wording("fact_titled", title=title)
        sentence = in_description(product, question)
        return self._wording("fact_described", title=title, sentence=plain(sentence)) if sentence else ""

    def _stock(self, fact: ProductFact, question: str) -> str:
        if not _STOCK.search(question):
            return ""
        keys = {True: "fact_in_stock", False: "fact_sold_out", None: "fact_stock_unknown"}
        return self._wording(keys[fact.product.in_stock], title=plain(fact.product.title))

    def _price(self, fact: ProductFact, question: str) -> str:
        return self._price_text(fact) if _PRICE.search(question) else ""

    def _price_text(self, fact: ProductFact) -> str:
        title, variant = plain(fact.product.title), fact.variant
        price = self._wording.money(variant.price)
        if variant.list_price is not None and variant.list_price.amount_minor > variant.price.amount_minor:
            return self._wording(
                "fact_price_sale", title=title, price=price, list_price=self._wording.money(variant.list_price)
            )
        return self._wording("fact_price", title=title, price=price)

    def _rating(self, fact: ProductFact, question: str) -> str:
        return self._rating_text(fact.product) if _RATING.search(question) else ""

    def _rating_text(self, product: Product) -> str:
        title = plain(product.title)
        if product.rating is None:
            return self._wording("fact_no_rating", title=title)
        count = self._wording.count(product.rating_count, "shopper")
        return self._wording("fact_rating", title=title, rating=f"{product.rating:.1f}", count=count)


def _wanted_value(name: str, said: str) -> str:
    """The value of this option that the words ask for ("in green", "in xl"), whether the product has it or not."""
    match = _IN_VALUE.search(said)
    if not match or match.group(2) in {"stock", "general", "total", "it", "store", "shop"}:
        return ""
    sized = bool(match.group(1)) or re.fullmatch(r"\d{1,2}|x{0,3}[sl]|m", match.group(2)) is not None
    return match.group(2) if sized == (fold(name) == "size") and fold(name) in {"size", "colour", "color"} else ""
