"""Reply against evidence: the checks of one sentence, each for one kind of claim."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.evidence import CartFact, HandOverFact, OrdersFact, PolicyFact, Proposal, RefusalFact, SlateFact
from assistant.grounding.claims import DATE, LINK, MONEY, NUMBER, NUMBER_WORDS, digits, month_day, readings
from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from retrieval.filters import InStock, fold, states_word
from retrieval.product import Product, attribute_label

_STOCK_IN = re.compile(r"\b(in stock|available now|ready to ship)\b", re.I)
_STOCK_OUT = re.compile(r"\b(sold out|out of stock|unavailable)\b", re.I)
_NEGATION = re.compile(r"\b(?:no|not|never|without|neither|nor)\b|n['’]t\b", re.I)
_DONE = {
    "cart": re.compile(
        r"\b(i(?:'ve| have)? (?:added|removed)|(?:has|have) been added|added to your cart|in your cart now"
        r"|i(?:'ve| have)? put .{0,80}\b(?:cart|basket))\b",
        re.I,
    ),
    "order": re.compile(
        r"\b(i(?:'ve| have)? (?:cancelled|canceled|refunded|ordered|placed|changed|returned)"
        r"|(?:has|have) been (?:cancelled|canceled|refunded|placed|changed)"
        r"|is (?:now )?(?:cancelled|canceled|refunded))\b",
        re.I,
    ),
    "hand_over": re.compile(
        r"\b(i(?:'ve| have)? (?:transferred|connected) you|i(?:'ve| have)? put you (?:in|through))\b", re.I
    ),
}
_POLICY_WORD = re.compile(
    r"\b(warrant(?:y|ies)|guarantee[sd]?|money[- ]back|refunds?|return (?:window|period|policy)"
    r"|free (?:shipping|returns?|delivery)|within \d+ (?:\w+ )?days"
    r"|(?:return|send|exchange) (?:it|them|this|these|any\w*) ?(?:back )?(?:within|for|up to|until|in)"
    r"|price[- ]match|ships? within|delivered within|delivery (?:time|takes)|business days|working days)\b",
    re.I,
)


_LEAST_QUOTED = 4


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
    if _quoted(sentence, facts):
        return None
    return next((kind for kind, is_unsupported in _CHECKS if is_unsupported(sentence, facts, lexicon)), None)


def _quoted(sentence: str, facts: Facts) -> bool:
    """Whether a sentence stands word for word in a policy that was found: a quotation claims nothing of its own."""
    said = fold(sentence.strip())
    sections = (section for fact in facts.evidence if isinstance(fact, PolicyFact) for section in fact.sections)
    return len(said.split()) >= _LEAST_QUOTED and any(said in fold(section.text) for section in sections)


def _links(sentence: str, facts: Facts, lexicon: Lexicon) -> bool:
    allowed = {section.url for fact in facts.evidence if isinstance(fact, PolicyFact) for section in fact.sections}
    allowed |= {fact.checkout_url for fact in facts.evidence if isinstance(fact, CartFact) and fact.checkout_url}
    return any((match.group(1) or match.group()) not in allowed for match in LINK.finditer(sentence))


def _amounts(sentence: str, facts: Facts, lexicon: Lexicon) -> bool:
    return any(not facts.amounts & set(readings(digits(match))) for match in MONEY.finditer(sentence))


def _dates(sentence: str, facts: Facts, lexicon: Lexicon) -> bool:
    return any(month_day(match) not in facts.days for match in DATE.finditer(sentence))


def _brands(sentence: str, facts: Facts, lexicon: Lexicon) -> bool:
    known = f"{facts.text} {facts.said}"
    return any(fold(match.group()) not in known for match in lexicon.brand_pattern.finditer(sentence))


def _policies(sentence: str, facts: Facts, lexicon: Lexicon) -> bool:
    return bool(_POLICY_WORD.search(sentence)) and not facts.has(PolicyFact, OrdersFact, Proposal, RefusalFact)


def _numbers(sentence: str, facts: Facts, lexicon: Lexicon) -> bool:
    rest = DATE.sub(" ", MONEY.sub(" ", LINK.sub(" ", sentence)))
    for match in NUMBER.finditer(rest):
        if not any(value in facts.numbers for value in readings(match.group())):
            return True
    words = re.findall(r"[a-z]+", rest.casefold())
    return any(float(NUMBER_WORDS[word]) not in facts.numbers for word in words if word in NUMBER_WORDS)


def _values(sentence: str, facts: Facts, lexicon: Lexicon) -> bool:
    """A stated value of the catalogue that neither the products spoken of nor the shopper's words hold."""
    words = re.findall(r"[^\W_]+(?:[-'][^\W_]+)*", fold(sentence))
    about = _spoken_of(sentence, facts)
    texts = fold(" ".join(_product_text(product) for product in about)) if about else ""
    others = facts.text if not about else f"{texts} {_other_text(facts)}"
    denied = frozenset[str]() if _NEGATION.search(sentence) else _denied(about or facts.products)
    for size in range(lexicon.longest_value, 0, -1):
        for start in range(len(words) - size + 1):
            value = " ".join(words[start : start + size])
            if value not in lexicon.values or states_word(facts.said, value):
                continue
            if value in denied or not states_word(others, value):
                return True
    return False


def _denied(products: Sequence[Product]) -> frozenset[str]:
    """Flags that products state as "no", and none of them as "yes"."""
    flags = [(fold(attribute_label(n)), a.value) for p in products for n, a in p.attributes.items()]
    return frozenset(name for name, value in flags if value is False and (name, True) not in flags)


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


def _stock(sentence: str, facts: Facts, lexicon: Lexicon) -> bool:
    about = _spoken_of(sentence, facts) or facts.products
    if _STOCK_IN.search(sentence):
        negated = re.search(r"\bnot (?:be )?(?:in stock|available)", sentence, re.I)
        slates = [fact for fact in facts.evidence if isinstance(fact, SlateFact)]
        wishes = any(isinstance(wish, InStock) for slate in slates for wish in slate.need.constraints)
        return not negated and not wishes and (not about or any(product.in_stock is not True for product in about))
    if _STOCK_OUT.search(sentence) and not facts.has(RefusalFact, CartFact):
        return not any(variant.in_stock is False for product in about for variant in product.variants)
    return False


def _done(sentence: str, facts: Facts, lexicon: Lexicon) -> bool:
    if _DONE["cart"].search(sentence):
        return not any(isinstance(fact, CartFact) and fact.changed for fact in facts.evidence)
    if _DONE["order"].search(sentence):
        return not facts.has(OrdersFact)
    if _DONE["hand_over"].search(sentence):
        return not facts.has(HandOverFact)
    return False


_CHECKS: tuple[tuple[str, Callable[[str, Facts, Lexicon], bool]], ...] = (
    ("link", _links),
    ("amount", _amounts),
    ("date", _dates),
    ("number", _numbers),
    ("brand", _brands),
    ("value", _values),
    ("stock", _stock),
    ("policy", _policies),
    ("done", _done),
)
