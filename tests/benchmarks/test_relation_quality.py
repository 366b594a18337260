"""The mined relations of the demo shop are true ones, and most of them."""

from __future__ import annotations

from tests.benchmarks.relation_quality import demo_quality


def test_the_demo_shops_relations_are_found_in_what_its_products_state() -> None:
    quality = demo_quality(11)
    assert quality.precision >= 0.98
    assert quality.right >= 0.7 * quality.true
    assert quality.recall["accessory_of"] >= 0.95
    assert quality.recall["replaces"] >= 0.85
