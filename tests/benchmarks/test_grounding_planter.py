"""The planter of claims: enough frames, nothing of the checker, and what it calls wrong is never also called true."""

from __future__ import annotations

import ast
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from assistant.grounding import Lexicon
from tests.benchmarks.grounding_claims import count, shares
from tests.benchmarks.grounding_planter import KINDS, LANGUAGES, Claim, Planter, World, frames, written_by_hand
from tests.benchmarks.grounding_planter.by_hand import FILE
from tests.benchmarks.grounding_planter.words import figure, in_words, written_day

FOLDER = Path(__file__).with_name("grounding_planter")
N = 360


@pytest.fixture(scope="module")
def world() -> World:
    return World.open()


@pytest.fixture(scope="module")
def wrong(world: World) -> list[Claim]:
    return list(Planter(world, seed=1).plant(N, wrong=True))


@pytest.fixture(scope="module")
def true(world: World) -> list[Claim]:
    return list(Planter(world, seed=1).plant(N, wrong=False))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_forty_frames_and_ten_in_each_language(kind: str) -> None:
    languages = Counter(frame.language for frame in frames(kind))
    assert sum(languages.values()) >= 40
    assert all(languages[language] >= 10 for language in LANGUAGES)
    assert len({(frame.language, frame.text) for frame in frames(kind)}) == len(frames(kind))


def test_nothing_of_the_checker_is_imported() -> None:
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not any(name.startswith(("assistant.grounding", "tests.assistant")) for name in names), file


def test_claims_are_spread_over_kinds_and_languages(wrong: list[Claim], true: list[Claim], world: World) -> None:
    for claims in (wrong, true):
        assert len(claims) == N
        assert set(Counter(claim.kind for claim in claims).values()) == {N // len(KINDS)}
        languages = Counter(claim.language for claim in claims)
        assert min(languages.values()) >= N / len(LANGUAGES) * 0.9
        assert {claim.shop for claim in claims} == ({"demo", "icecat"} if world.icecat else {"demo"})
        assert all("{" not in claim.sentence and "[[" not in claim.sentence for claim in claims)


def test_what_is_wrong_is_not_true_as_well(wrong: list[Claim], true: list[Claim]) -> None:
    def keys(claims: list[Claim]) -> set[tuple[str, str, str]]:
        return {(claim.sentence, claim.before, repr(claim.evidence)) for claim in claims}

    assert keys(wrong).isdisjoint(keys(true))
    assert len(keys(wrong)) == len(keys(true)) == N


def test_the_same_seed_makes_the_same(world: World, wrong: list[Claim]) -> None:
    again = Planter(world, seed=1).plant(N, wrong=True)
    assert [claim.sentence for claim in again] == [claim.sentence for claim in wrong]


def test_a_true_price_is_the_products_own_and_a_wrong_one_is_not(wrong: list[Claim], true: list[Claim]) -> None:
    for claim in (*wrong, *true):
        if claim.kind == "other_product" and claim.language == "en" and claim.sentence.startswith("It is yours for"):
            (shown,) = claim.evidence
            (product,) = [i.product for i in shown.items if f"{i.product.title}." in claim.before]  # type: ignore[union-attr]
            assert (product.price.format() in claim.sentence) is not claim.wrong


def test_three_hundred_are_written_by_hand(world: World) -> None:
    rows = [
        (language, kind, sentence)
        for scene in yaml.safe_load(FILE.read_text("utf-8"))
        for language, written in scene["wrong"].items()
        for kind, sentence in written
    ]
    assert Counter(language for language, _, _ in rows) == dict.fromkeys(LANGUAGES, 75)
    assert len({sentence for _, _, sentence in rows}) == len(rows) == 300
    assert {kind for _, kind, _ in rows} == set(KINDS)
    claims = list(written_by_hand(world))
    assert all(claim.evidence and claim.wrong for claim in claims)
    assert len(claims) == (300 if world.icecat else len([claim for claim in claims if claim.shop == "demo"]))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (3, ("three", "drei", "tres", "三")),
        (16, ("sixteen", "sechzehn", "dieciséis", "十六")),
        (22, ("twenty-two", "zweiundzwanzig", "veintidós", "二十二")),
        (45, ("forty-five", "fünfundvierzig", "cuarenta y cinco", "四十五")),
        (60, ("sixty", "sechzig", "sesenta", "六十")),
    ],
)
def test_numbers_in_words(number: int, words: tuple[str, ...]) -> None:
    assert tuple(in_words(number, language) for language in LANGUAGES) == words


def test_figures_and_days_are_written_as_the_language_does() -> None:
    assert [figure(1.2345, language) for language in LANGUAGES] == ["1.23", "1,23", "1,23", "1.23"]
    day = date(2026, 11, 30)
    assert [written_day(day, language) for language in LANGUAGES] == [
        "Monday, 30 November",
        "Montag, 30. November",
        "lunes 30 de noviembre",
        "11月30日（周一）",
    ]


def test_the_runner_counts_every_claim_once(world: World, wrong: list[Claim]) -> None:
    lexicons = {"demo": Lexicon.of(world.demo), "icecat": Lexicon.of(world.icecat[:500])}
    counts, mistaken = count(wrong[::6], lexicons)
    assert shares(counts)["all"] == (len(mistaken), len(wrong[::6]))
    assert sum(n for _, n in shares(counts, 0).values()) == len(wrong[::6])
