"""Lines are drawn where their numbers say, on logarithmic axes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

from retrieval.bench.plot import Line, log_plot

LINES = [
    Line("scan <a>", [(1_000, 0.1), (10_000, 1.0), (100_000, 10.0)], 0),
    Line("rival", [(1_000, 1.0), (10_000, 1.0)], 1, dashed=True),
]


def _dots(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)]


def test_equal_factors_are_equal_distances() -> None:
    first, second, third, *rival = _dots(log_plot("T", "x", "y", LINES))
    assert second[0] - first[0] == third[0] - second[0] > 0
    assert first[1] - second[1] == second[1] - third[1] > 0
    assert rival[0][1] == rival[1][1] == second[1]


def test_the_picture_is_well_formed_and_names_everything() -> None:
    svg = log_plot("Time & items", "items", "ms", LINES)
    texts = {element.text for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
    assert {"Time & items", "items", "ms", "scan <a>", "rival", "1,000", "100,000", "0.1", "10"} <= texts
    assert svg.count("stroke-dasharray") == 2


def test_one_point_and_none_can_be_drawn() -> None:
    svg = log_plot("T", "x", "y", [Line("one", [(5, 3)], 0), Line("none", [], 1)])
    assert len(_dots(svg)) == 1
