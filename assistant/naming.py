"""Whether what was found goes by the name that was asked for, or only mentions it.

Words against what the catalogue states; knows nothing of scores.
"""

from __future__ import annotations

from collections.abc import Collection

from assistant.evidence import ProductFact, SlateFact
from retrieval.concepts import other_ways
from retrieval.filters import CategoryIn
from retrieval.product import Product
from retrieval.words import Token, tokens


def unnamed_thing(slate: SlateFact) -> tuple[str, ProductFact | None]:
    """The thing that was asked for, where nothing found goes by its name and something only mentions it: a
    "dishwasher" where cups are safe for one.

    Names are titles, kinds, brands, and stated values; a word in a description or in an attribute's name is none.

    Returns:
        The word, and the first product that mentions it; None where something has the name or a kind is known.
    """
    unknown = {token.key for phrase in slate.set_aside for token in tokens(phrase)}
    said = [token for token in tokens(slate.need.text) if token.key not in unknown]
    kinds = any(isinstance(wish, CategoryIn) for wish in slate.need.constraints)
    if slate.surface != "search" or kinds or not said or _is_compound(slate.need.text, said[-1]):
        return "", None
    # A laptop by the name of notebook is one.
    names = {said[-1].key, *(tokens(way)[-1].key for way in other_ways(said[-1].key))}
    if any(names & _names(item) for item in slate.items):
        return "", None
    return said[-1].text, next((item for item in slate.items if said[-1].key in _mentions(item)), None)


def is_called(product: Product, text: str) -> bool:
    """Whether a product goes by the last word of a text, or another way to say it: by its title, its kind, or what it
    states as its type. What it only has, or is made for, is no name of it."""
    *_, last = tokens(text) or [None]
    if last is None:
        return True
    types = [value.text for name, value in product.attributes.items() if name.split("_")[-1] in ("type", "kind")]
    texts = [product.title, product.category, product.department, *types]
    held = {token.key for text in texts if text for token in tokens(text)}
    return not held.isdisjoint({last.key, *(tokens(way)[-1].key for way in other_ways(last.key))})


def named_by(product: Product, said: Collection[str]) -> bool:
    """Whether words name one product: the first words of its title that tell it apart, brand and name ("Acme Kestrel").

    Args:
        product: with a brand; without one, its whole title must be said.
        said: keys of the words.
    """
    title = [token.key for token in tokens(product.title)]
    brand = [token.key for token in tokens(product.brand or "")]
    if not brand or title[: len(brand)] != brand or len(title) == len(brand):
        return len(title) > 1 and set(title) <= set(said)
    kind = {token.key for token in tokens(product.category or "")}
    name = title[len(brand)]
    return set(brand) <= set(said) and name in said and name not in kind and name.isalpha()


def _is_compound(text: str, word: Token) -> bool:
    """Whether a word is the end of a longer one ("usb-c"): its last part alone names nothing."""
    return text[word.start - 1 : word.start] in ("-", "/")


def _mentions(item: ProductFact) -> set[str]:
    texts = [item.product.description, *(attribute.label for attribute in item.product.attributes.values())]
    return {token.key for text in texts for token in tokens(text)}


def _names(item: ProductFact) -> set[str]:
    product = item.product
    stated = [value.text for value in product.attributes.values() if not isinstance(value.value, bool)]
    flags = [attribute.label for attribute in product.attributes.values() if attribute.value is True]
    # A yes/no attribute is named as a whole ("waterproof"); one word of a longer name is another thing.
    texts = [product.title, product.category, product.department, product.brand, *stated]
    texts += [flag for flag in flags if len(flag.split()) == 1]
    texts += [value for variant in product.variants for value in variant.options.values()]
    return {token.key for text in texts if text for token in tokens(text)}
