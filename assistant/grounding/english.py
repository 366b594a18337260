"""The English that sentences are read by: `english.yaml` as sets, maps and patterns. Knows no evidence."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import yaml

from assistant.grounding.ordinary import stem


@dataclass(frozen=True)
class English:
    """What `english.yaml` holds, ready for use.

    Args:
        rewrites: what is said, and how a shop states it.
        fields: stem of a word of a field's name -> stems of words by which people speak of it.
        policies: finds what has a synonym in talk of rules; `heads` has the word that stands for it.
        heads: folded words -> the one that stands for them.
        policy_talk: words that add nothing to a rule.
        restrictors: finds what narrows a rule; `narrowing` has the word that stands for it.
        narrowing: folded words -> the first of their line.
        orders: stems of words of the way of an order.
    """

    rewrites: tuple[tuple[re.Pattern[str], str], ...]
    fields: Mapping[str, frozenset[str]]
    policies: re.Pattern[str]
    heads: Mapping[str, str]
    policy_talk: frozenset[str]
    restrictors: re.Pattern[str]
    narrowing: Mapping[str, str]
    orders: frozenset[str]

    def rewritten(self, text: str) -> str:
        """Say a sentence as a shop would state it."""
        for pattern, replacement in self.rewrites:
            text = pattern.sub(replacement, text)
        return text


@functools.cache
def english() -> English:
    """Read the file, once."""
    rows = yaml.safe_load(resources.files(__package__).joinpath("english.yaml").read_text("utf-8"))
    heads = {said: group[0] for group in rows["policies"] for said in group}
    narrowing = {said: group[0] for group in rows["restrictors"] for said in group}
    return English(
        rewrites=tuple((re.compile(rf"(?<!\w)(?:{said})", re.I), stated) for said, stated in rows["rewrites"]),
        fields={
            stem(name): frozenset(stem(part) for word in words for part in word.split())
            for name, words in rows["fields"].items()
        },
        policies=_any_of(heads),
        heads=heads,
        policy_talk=frozenset(rows["policy_talk"].split()),
        restrictors=_any_of(narrowing),
        narrowing=narrowing,
        orders=frozenset(map(stem, rows["orders"].split())),
    )


def _any_of(said: Mapping[str, str]) -> re.Pattern[str]:
    """Match any of these, the longest first, in any of a word's usual endings."""
    words = "|".join(re.escape(word) for word in sorted(said, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?P<said>{words})(?:s|es|d|ed|ing)?(?!\w)", re.I)
