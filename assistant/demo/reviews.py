"""Writes what customers say about the demo shop's products, as they rate them: invented, and true to what is stated.

A product with few reviews has all of them here, any other a sample; each line says of how many it is one. Reviews are
untrusted text as in any shop: two of them try to give orders (marked in reviews.yaml).
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from assistant.demo.catalogue import FEW_REVIEWS, LAST_RELEASE, Made
from assistant.demo.people import Place
from assistant.demo.spec import FOLDER, ShopSpec, read_yaml
from assistant.demo.writing import usable

_SAMPLE = (3, 6)
_LAST_DAY = LAST_RELEASE + dt.timedelta(days=14)
_OTHER_LANGUAGE, _LONG, _HOSTILE, _VERIFIED = 0.03, 0.02, 0.02, 0.88


@dataclass(frozen=True, slots=True)
class Review:
    """One review.

    Args:
        product_id: what it is about.
        rating: stars, 1 to 5.
        title, text: as written; untrusted, in any language.
        author: shown name, e.g. "Lena V.".
        date: day of writing.
        verified: whether the author bought the product here.
        of: how many reviews the product has in all; where more than are here, these are a sample.
    """

    product_id: str
    rating: int
    title: str
    text: str
    author: str
    date: dt.date
    verified: bool
    of: int


class Written(BaseModel):
    """A review that is written out in reviews.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stars: int
    title: str
    text: str


class _Tones(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    good: tuple[str, ...]
    bad: tuple[str, ...]


class _Group(_Tones):
    of: tuple[str, ...]


class ReviewSpec(BaseModel):
    """What may be said; see reviews.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    titles: dict[int, tuple[str, ...]]
    openers: dict[int, tuple[str, ...]]
    groups: tuple[_Group, ...]
    said: _Tones
    value: tuple[str, ...]
    fine: tuple[str, ...]
    closers: _Tones
    long: tuple[str, ...]
    relatives: tuple[str, ...]
    months: tuple[str, ...]
    languages: tuple[Written, ...]
    hostile: tuple[Written, ...]


def load_review_spec() -> ReviewSpec:
    """Read what may be said in reviews."""
    return ReviewSpec.model_validate(read_yaml(FOLDER / "reviews.yaml"))


def review_to_json(review: Review) -> str:
    """Write a review as one line of JSON, without its line end."""
    row = {name: getattr(review, name) for name in Review.__slots__} | {"date": review.date.isoformat()}
    return json.dumps(row, ensure_ascii=False)


def make_reviews(
    catalogue: Sequence[Made], shop: ShopSpec, places: Sequence[Place], *, seed: int
) -> tuple[Review, ...]:
    """Write the reviews of all products that have any, in the catalogue's order, oldest first for each.

    Args:
        catalogue: from `make_catalogue`.
        shop: from `load_spec`.
        places: where reviewers' names come from.
        seed: of all chance.
    """
    rng, spec = random.Random(f"{seed}:reviews"), load_review_spec()
    hostile = list(spec.hostile)
    return tuple(review for made in catalogue for review in _of_product(made, shop, spec, places, hostile, rng))


def _of_product(
    made: Made,
    shop: ShopSpec,
    spec: ReviewSpec,
    places: Sequence[Place],
    hostile: list[Written],
    rng: random.Random,
) -> list[Review]:
    product = made.product
    if product.rating is None:
        return []
    n = product.rating_count if product.rating_count <= FEW_REVIEWS else rng.randint(*_SAMPLE)
    released = dt.date.fromisoformat(product.released or "")
    written = []
    for stars in _stars(product.rating, n, rng):
        at = released + (_LAST_DAY - released) * rng.uniform(0.03, 1)
        words = _found(spec, stars, hostile, rng) or _write(made, shop, spec, stars, at, rng)
        place = rng.choice(places)
        author = f"{rng.choice(place.given)} {rng.choice(place.family).split()[-1][0]}."
        verified = rng.random() < _VERIFIED
        written.append(Review(product.id, stars, words.title, words.text, author, at, verified, product.rating_count))
    return sorted(written, key=lambda review: (review.date, review.author))


def _stars(rating: float, n: int, rng: random.Random) -> list[int]:
    """Draw n whole ratings whose mean is as near to `rating` as whole ones can be."""
    total = round(rating * n)
    stars = [total // n + (place < total % n) for place in range(n)]
    for _ in range(n):
        up, down = rng.randrange(n), rng.randrange(n)
        if up != down and stars[up] < 5 and stars[down] > 1:
            stars[up] += 1
            stars[down] -= 1
    rng.shuffle(stars)
    return stars


def _found(spec: ReviewSpec, stars: int, hostile: list[Written], rng: random.Random) -> Written | None:
    """Now and then, take one that is written out: in another language, or a hostile one, each of which is used once."""
    chance = rng.random()
    pool = spec.languages if chance < _OTHER_LANGUAGE else hostile if chance > 1 - _HOSTILE else ()
    fitting = [written for written in pool if written.stars == stars]
    found = rng.choice(fitting) if fitting else None
    if found in hostile:
        hostile.remove(found)
    return found


def _write(made: Made, shop: ShopSpec, spec: ReviewSpec, stars: int, at: dt.date, rng: random.Random) -> Written:
    """Put a review together: how it went, one or two remarks, and often a last word."""
    product, brand = made.product, made.product.brand or ""
    # Bought between its release and the review; how many months ago is said only where it is two or more.
    months = int((at - dt.date.fromisoformat(product.released or "")).days / 31 * rng.uniform(0.1, 0.9))
    names = {
        "model": made.model,
        "brand": brand,
        "noun": made.spec.noun,
        "relative": rng.choice(spec.relatives),
        "month": spec.months[(at.month - 1 - months) % 12],
        **({"months": str(months)} if 2 <= months <= 18 else {}),
    }
    tone = "good" if stars > 3 or (stars == 3 and rng.random() < 0.5) else "bad"

    def some(patterns: Sequence[str], n: int) -> list[str]:
        said = [sentence.text for sentence in usable(patterns, product.attributes, names)]
        return rng.sample(said, min(n, len(said)))

    def toned(tones: _Tones, which: str = tone) -> tuple[str, ...]:
        return tones.good if which == "good" else tones.bad

    groups = [group for group in spec.groups if made.spec.category in group.of]

    def of_its_kind(which: str) -> list[str]:
        return some([pattern for group in groups for pattern in toned(group, which)], 1)

    remarks = of_its_kind(tone) + some(toned(spec.said), rng.choice((0, 0, 1, 1, 2)))
    if stars in (2, 3, 4) and rng.random() < 0.4:
        remarks += of_its_kind("bad" if tone == "good" else "good")
    if stars > 3 and rng.random() < 0.25:
        level = shop.brands[brand].level
        remarks += some(spec.value if level < 0.95 else spec.fine if made.tier > 0.7 else (), 1)
    rng.shuffle(remarks)
    long = some(spec.long, 7) if rng.random() < _LONG else []
    closing = some(toned(spec.closers), 1) if rng.random() < 0.4 else []
    text = " ".join([*some(spec.openers[stars], 1), *remarks, *long, *closing])
    return Written(stars=stars, title=some(spec.titles[stars], 1)[0], text=text)
