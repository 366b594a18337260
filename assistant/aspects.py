"""Which stated facts of a product a question is about: attributes by name, by hint or by value, else words of its text.

Knows one product and one question; writes no sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from assistant.text import clean
from retrieval.filters import fold
from retrieval.product import Attribute, Product
from retrieval.words import word_key, word_set

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_PARTS = re.compile(r"\?+|,|/|&|\b(?:and|or|plus|also)\b", re.I)
IGNORED = word_set(
    """is it its the a an does do did have has had with in of to for this that these those they them their one ones what
    which how can could i you me my we us come comes get got there are and or be been was were available stock first
    second third fourth fifth sixth last cheapest any all each some will would should ok okay so but also good really
    too very much many thing about on at from by if not no yes please tell know say says just both every made make built
    use used using need needs work works like want number"""
)
_LEAST_SCORE = 0.5
_MAX_SENTENCE_CHARS = 240


def parts_of(question: str) -> tuple[str, ...]:
    """The single questions in one ("is it waterproof and how heavy is it"); the whole where nothing joins them."""
    parts = tuple(part.strip() for part in _PARTS.split(question) if content_of(part))
    return parts or (question,)


def content_of(text: str, ignored: Collection[str] = ()) -> set[str]:
    """The telling words of a question, as keys."""
    words = (fold(word) for word in _WORD.findall(text))
    return {word_key(word) for word in words if word not in IGNORED} - set(ignored)


class Aspects:
    """Finds what a question is about.

    Args:
        hints: word in a question -> words of attribute names, tried in this order.
    """

    def __init__(self, hints: Mapping[str, Sequence[str]]) -> None:
        self._hints = {word_key(word): tuple(names) for word, names in hints.items()}

    def find(self, product: Product, question: str) -> Attribute | None:
        """The attribute that a single question is about; None where the product states none of that name or value."""
        return next(iter(self.find_all(product, question)), None)

    def find_all(self, product: Product, question: str) -> tuple[Attribute, ...]:
        """The same, with all that one word of the question hints at ("players": the fewest and the most)."""
        asked = content_of(question, kind_words(product))
        whole = [
            a for a in product.attributes.values() if (name := _label(a)) and all(_in(word, asked) for word in name)
        ]
        if whole:
            return (max(whole, key=lambda attribute: len(_label(attribute))),)
        kind = kind_words(product)
        said = [key for word in _WORD.findall(question) if (key := word_key(fold(word))) not in kind]
        for hint in (hint for word in said for hint in self._hints.get(word, ())):
            pattern = re.compile(rf"\b{re.escape(fold(hint))}")
            hinted = tuple(a for a in product.attributes.values() if pattern.search(fold(a.label)))
            if hinted:
                return hinted
        rows = [(self._score(attribute, asked), attribute) for attribute in product.attributes.values()]
        best = max(rows, key=lambda row: row[0], default=None)
        return (best[1],) if best is not None and best[0] >= _LEAST_SCORE else ()

    def _score(self, attribute: Attribute, asked: set[str]) -> float:
        label, value = _label(attribute), content_of(attribute.text)
        named = 2.0 * sum(_in(word, asked) for word in label) / max(1, len(label))
        return named + sum(_in(word, asked) for word in value) / max(1, len(value))


def named_by(attribute: Attribute, question: str) -> bool:
    """Whether a question holds every telling word of an attribute's name."""
    asked = content_of(question)
    return all(_in(word, asked) for word in _label(attribute))


def kind_words(product: Product) -> set[str]:
    """What the product is called as a kind, which no question asks about ("are the boots waterproof")."""
    return content_of(f"{product.category or ''} {product.brand or ''}")


def in_title(product: Product, question: str) -> bool:
    """Whether the title says all that a question asks for."""
    asked = content_of(question, kind_words(product))
    said = content_of(product.title)
    return bool(asked) and all(_in(word, said) for word in asked)


def in_description(product: Product, question: str) -> str:
    """The sentence of the description that holds most of what is asked, at least half of it; "" without one."""
    asked = content_of(question, kind_words(product))
    best, most = "", 0
    for sentence in _SENTENCE.split(product.description):
        held = content_of(sentence)
        count = sum(_in(word, held) for word in asked)
        if count > most:
            best, most = sentence, count
    return clean(best.strip(), _MAX_SENTENCE_CHARS).rstrip(".") if asked and 2 * most >= len(asked) else ""


def _label(attribute: Attribute) -> set[str]:
    return content_of(attribute.label)


def _in(word: str, others: Collection[str]) -> bool:
    return any(_alike(word, other) for other in others)


def _alike(one: str, other: str) -> bool:
    """Whether two words are one in different forms ("fold" and "foldable", "resoled" and "resoleable")."""
    if one == other:
        return True
    short, long_ = sorted((one, other), key=len)
    stem = short.removesuffix("ing").removesuffix("ed").removesuffix("e")
    return len(stem) >= 4 and long_.startswith(stem) and len(long_) - len(stem) <= 5
