"""The owner's page in words: rates with intervals, parts of scores, rules and what acted. Pure: no HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from assistant.text import clean
from recommender.experiments.definitions import RATES
from recommender.owner_rules import AgeLimit, Bury, Exclude, MarginFloor, MinStock, Pin, Rule
from recommender.rates import Rate

PARTS: Final[Mapping[str, str]] = {
    "matches": "meets a wish",
    "relevant": "fits the words",
    "popular": "popular",
    "bought_with": "bought with it",
    "seen_with": "seen with it",
    "similar_to": "similar",
    "for_you": "own interest",
    "well_rated": "well rated",
    "on_sale": "reduced",
    "trying_new": "tried out",
    "predicted": "click model",
    "variety": "variety",
    "different": "like what was shown before",
    "learned_lately": "learned lately",
    "sold_out": "sold out",
    "dismissed": "dismissed before",
    "avoided": "avoided by this shopper",
    "sponsored": "sponsored",
    "buried": "buried by a rule",
    "beyond_quota": "no place for a new one",
    "pinned": "pinned by a rule",
}
HAPPENED: Final[Mapping[str, str]] = {
    "click": "clicked",
    "add_to_cart": "in the cart",
    "remove_from_cart": "out of the cart",
    "purchase": "bought",
    "dismiss": "dismissed",
    "return": "returned",
}
SURFACES: Final[Mapping[str, str]] = {
    "search": "search",
    "recommend": "suggestions",
    "more_like_this": "more like this",
    "goes_with": "goes with it",
    "fits": "what fits",
    "better": "a better one",
    "beside": "beside it",
    "complement": "offered beside it",
    "resume": "where they stopped",
    "starters": "starter questions",
    "banners": "invitations",
}
_ACTED: Final[Mapping[str, str]] = {
    "pin": "A rule put “{}” into slot {}",
    "pin_skipped": "A rule wanted “{}” in slot {}, but it is sold out or the slot was taken",
    "bury": "A rule put products last",
    "exclude": "A rule took products away",
    "min_stock": "A rule took products with too little stock away",
    "margin_floor": "A rule took products with too small a margin away",
    "age_limit": "A rule kept products from shoppers who may be too young",
    "sponsored": "A campaign paid for “{}” in slot {}",
    "no_explore": "Nothing was tried out: {}",
}
_REMOVED: Final[Mapping[str, str]] = {
    "excluded": "left out by the request",
    "dismissed": "dismissed in this visit",
    "seen": "seen in this visit, and something different was asked for",
}
_NOT_TRIED: Final[Mapping[str, str]] = {
    "order_asked_for": "the order of the cards was given",
    "asked_not_to": "the request forbade it",
    "switched_off": "the kill switch is thrown",
    "setting": "the settings forbid it",
    "restricted": "a product with an age limit is among the candidates",
    "cap": "this shopper has had the day’s share of trials",
}


def percent(value: float | None, digits: int = 1) -> str:
    """Write a share, e.g. "16.7 %"."""
    return "–" if value is None else f"{value * 100:.{digits}f} %"


def spread(low: float, high: float, digits: int = 1) -> str:
    """Write an interval of shares, e.g. "15.8 to 17.6 %"."""
    return f"{low * 100:.{digits}f} to {high * 100:.{digits}f} %"


def rate_words(rate: Rate, digits: int = 1) -> str:
    """Write a rate with its interval."""
    return (
        "nothing to count" if rate.value is None else f"{percent(rate.value, digits)} ({spread(rate.low, rate.high)})"
    )


def surface_words(surface: str) -> str:
    """Name where a slate was shown."""
    return SURFACES.get(surface, clean(surface).replace("_", " "))


def without_words(surface: str) -> str:
    """Name a slate that was asked for without words."""
    return "Without words" if surface == "search" else surface_words(surface).capitalize()


def part_words(code: str) -> str:
    """Name a part of a score."""
    return PARTS.get(code, clean(code).replace("_", " "))


def metric_words(metric: str, value: float, say_amount: str) -> str:
    """Write a mean of a metric; `say_amount` is the same as money."""
    if metric in RATES:
        return percent(value, 2)
    if metric == "latency":
        return f"{value:,.0f} ms".replace("-", "−")
    return say_amount if metric in ("revenue", "margin") else f"{value:.3g}"


def removed_words(what: str) -> str:
    """Say what took candidates away, e.g. "exclude:3"."""
    kind, _, rule = what.partition(":")
    return f"by rule {clean(rule)}" if rule else _REMOVED.get(kind, clean(kind))


def acted_words(guard: str, titles: Mapping[str, str]) -> str:
    """Say what acted on a slate, e.g. "pin:7:tent-1@0"."""
    kind, _, rest = guard.partition(":")
    if kind in ("pin", "pin_skipped", "sponsored"):
        item_id, _, slot = rest.partition(":")[2].rpartition("@")
        return _ACTED[kind].format(clean(titles.get(item_id, item_id)), int(slot) + 1 if slot.isdigit() else "?")
    if kind == "no_explore":
        subject, _, of = rest.partition("_")
        told = _NOT_TRIED.get(rest) or (f"the {subject} is {of.replace('_', ' ')}" if of else rest)
        return _ACTED[kind].format(clean(told))
    return _ACTED.get(kind, clean(guard))


def rule_words(rule: Rule, titles: Mapping[str, str]) -> str:
    """Write what a rule does as a sentence without a full stop."""
    meant = _meant(rule, titles)
    match rule:
        case Pin():
            return f"Put {_title(rule.item_id, titles)} into slot {rule.slot + 1}"
        case Bury():
            return f"Show {meant} last"
        case Exclude():
            return f"Never show {meant}"
        case MinStock():
            return f"Do not show {meant} with fewer than {rule.units} in stock"
        case MarginFloor():
            return f"Do not show {meant} that keep less than {rule.share:.0%} of the price"
        case AgeLimit():
            return f"Show {meant} only to shoppers of {rule.years} and older"


def scope_words(rule: Rule) -> str:
    """Write where a rule acts: "everywhere", or in which requests."""
    where = [surface_words(surface) for surface in rule.surfaces]
    words = [f"“{clean(word)}”" for word in rule.words]
    parts = [f"in {_and(where)}" if where else "", f"where {_or(words)} is asked for" if words else ""]
    return " ".join(part for part in parts if part) or "everywhere"


def _meant(rule: Rule, titles: Mapping[str, str]) -> str:
    """Name the products meant: among each list that is not empty."""
    things = _or([_title(item_id, titles) for item_id in rule.item_ids]) or "products"
    of = f" of {_or([clean(name) for name in rule.brands])}" if rule.brands else ""
    inside = f" in {_or([clean(name) for name in rule.categories])}" if rule.categories else ""
    return things + of + inside


def _title(item_id: str, titles: Mapping[str, str]) -> str:
    return f"“{clean(titles.get(item_id, item_id))}”"


def _and(names: Sequence[str]) -> str:
    return " and ".join(names)


def _or(names: Sequence[str]) -> str:
    return " or ".join(names)
