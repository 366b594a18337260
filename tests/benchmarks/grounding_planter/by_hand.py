"""Wrong claims that were written one by one (`by_hand.yaml`), each with what it is about. Nothing is tuned on them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from assistant.evidence import Evidence
from tests.benchmarks.grounding_planter.claim import Claim
from tests.benchmarks.grounding_planter.scenes import World, fact, make_order, slate, tracked

FILE = Path(__file__).with_name("by_hand.yaml")


def written_by_hand(world: World) -> Iterator[Claim]:
    """Read them; those about Icecat are left out where it is not beside the repository."""
    for scene in yaml.safe_load(FILE.read_text("utf-8")):
        if scene["shop"] == "icecat" and not world.icecat:
            continue
        evidence = tuple(_evidence(scene, world))
        for language, rows in scene["wrong"].items():
            for kind, sentence in rows:
                yield Claim(kind, language, scene["shop"], -1, sentence, "", evidence, wrong=True)


def _evidence(scene: dict[str, Any], world: World) -> Iterator[Evidence]:
    if "shown" in scene:
        yield slate([world.product(product_id) for product_id in scene["shown"]])
    if "beside" in scene:
        yield fact(world.product(scene["beside"]))
    for section in scene.get("sections", ()):
        yield world.policy(section, random.Random(section))
    if "order" in scene:
        made = make_order(random.Random(scene["order"]["id"]), world.demo[0])
        days = {name: datetime.fromisoformat(value) for name, value in scene["order"].items() if name.endswith("_at")}
        yield tracked(
            replace(
                made,
                id=scene["order"]["id"],
                carrier=scene["order"]["carrier"],
                placed_at=days["placed_at"],
                shipped_at=days["shipped_at"],
                expected_at=days["expected_at"],
            )
        )
