"""Neither figure falls below its goal on what may be looked at, and no example of ours is a sentence of a data set."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from assistant.llm.embedded.plan import Plan, Step
from assistant.prompts import load_prompts
from retrieval.encoder import load_encoder
from tests.benchmarks import out_of_scope as bench

pytestmark = [
    pytest.mark.datasets,
    pytest.mark.slow,
    pytest.mark.skipif(not bench.DATASETS.is_dir(), reason="../shared/datasets is absent"),
]
_EACH = 40
"""Every fortieth sentence: some 300 of clinc150, and 50 wishes."""


@pytest.mark.timeout(600)
def test_foreign_sentences_are_refused_and_wishes_are_taken(tmp_path_factory: pytest.TempPathFactory) -> None:
    encoder = bench.Remembering(load_encoder())
    planner = bench.demo_planner(tmp_path_factory.mktemp("shop"), encoder)

    refused, taken = bench.measure(planner, encoder, "development", each=_EACH)

    assert refused.share >= refused.goal, refused.misses
    assert taken.share >= taken.goal, taken.misses


def test_sentences_that_a_shop_may_answer_are_not_counted() -> None:
    counted = set(bench.foreign_sentences("report"))
    rows = json.loads(gzip.decompress((bench.CLINC / "train_val.json.gz").read_bytes()))

    assert {intent for text, intent in rows["val"] if text in counted}.isdisjoint({"order_status", "greeting", "yes"})
    assert {text for text, _ in rows["oos_val"]} <= counted


def test_what_counts_as_refused_and_as_taken() -> None:
    refusal, search = Plan(talk=("out_of_scope",)), Plan(steps=(Step("search_products", {"query": "mug"}),))

    assert (bench.is_refused(refusal), bench.is_shopping(refusal)) == (True, False)
    assert (bench.is_refused(search), bench.is_shopping(search)) == (False, True)
    assert not bench.is_refused(Plan(talk=("greeting",)))


def test_no_example_is_taken_from_a_data_set() -> None:
    rows = json.loads(gzip.decompress((bench.CLINC / "train_val.json.gz").read_bytes()))
    theirs = {_plain(text) for part in rows.values() for text, _ in part} | set(map(_plain, bench.wishes("report")))

    intents = load_prompts().intents()
    ours = [text for name in ("out_of_scope", "search") for text in intents[name]["examples"]]

    assert [text for text in ours if _plain(text) in theirs] == []


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
