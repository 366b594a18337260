"""A toy catalogue whose right answers are known: each title word has one word of another tongue in the description."""

from __future__ import annotations

import random

from retrieval.catalogue import Catalogue
from retrieval.product import Product
from tests.retrieval.fakes import product

TITLE_WORDS = tuple(f"{a}{b}" for a in ("ba", "do", "fu", "ki", "lo") for b in ("mak", "nog", "pil", "rud"))
OTHER_WORDS = tuple(f"{a}{b}" for a in ("sa", "te", "vi", "wo", "zu") for b in ("lek", "mov", "nid", "pug"))
WORDS = (*TITLE_WORDS, *OTHER_WORDS, ".")


def toy_products(count: int = 300, seed: int = 3) -> list[Product]:
    """Products of three words each; what is to be learned is which words mean the same."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        picked = rng.sample(range(len(TITLE_WORDS)), 3)
        title, rest = (" ".join(words[place] for place in picked) for words in (TITLE_WORDS, OTHER_WORDS))
        made.append(product(f"p{number}", title, description=rest))
    return made


def toy_catalogue(count: int = 300) -> Catalogue:
    return Catalogue("toy", 1, "USD", {one.id: one for one in toy_products(count)})
