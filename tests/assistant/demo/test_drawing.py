"""The drawings: safe, small, varied, and the same for the same seed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from assistant.demo.catalogue import Made
from assistant.demo.drawing import SHAPES, draw
from assistant.demo.drawing.ink import make_ink, mix
from assistant.demo.spec import load_spec

_ALLOWED = {"svg", "g", "rect", "circle", "ellipse", "path"}
_ATTRIBUTES = {
    *("viewBox", "x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "fill", "d", "stroke", "stroke-width"),
    *("stroke-linecap", "stroke-linejoin", "stroke-dasharray", "transform", "opacity"),
}


def test_there_are_many_drawings_and_every_type_names_known_ones() -> None:
    assert len(SHAPES) >= 90
    for spec in load_spec().types:
        assert {spec.shape, *spec.shapes.values()} <= SHAPES.keys(), spec.category


@pytest.mark.parametrize("name", SHAPES)
def test_a_drawing_holds_plain_shapes_only_and_is_small(name: str) -> None:
    for seed in ("a", "b", "c", "d", "e", "f"):
        svg = draw(name, colour="Teal", department="Sports & outdoors", seed=seed)
        assert len(svg.encode()) < 6 * 1024
        root = ET.fromstring(svg)
        assert root.attrib["viewBox"] == "0 0 480 360"
        for element in root.iter():
            assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") in _ALLOWED
            assert set(element.attrib) <= _ATTRIBUTES
            assert not (element.text or "").strip()
        assert set(re.findall(r"http[^\"]*", svg)) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("name", SHAPES)
def test_a_drawing_varies_by_colour_and_model_but_not_by_run(name: str) -> None:
    first = draw(name, colour="Red", department="Bags", seed="x")
    assert draw(name, colour="Red", department="Bags", seed="x") == first
    assert draw(name, colour="Navy", department="Bags", seed="x") != first
    assert len({draw(name, colour="Red", department="Bags", seed=str(k)) for k in range(12)}) >= 3


def test_the_drawings_of_two_types_differ() -> None:
    drawings = {draw(name, colour="Blue", department="Sports & outdoors", seed="same") for name in SHAPES}
    assert len(drawings) == len(SHAPES)


def test_every_colour_of_the_catalogue_is_known_to_the_drawings(catalogue: tuple[Made, ...]) -> None:
    names = {
        variant.options["colour"]
        for made in catalogue
        for variant in made.product.variants
        if "colour" in variant.options
    }
    for name in names:
        assert make_ink(name, "Bags", 1).base == make_ink(name, "Bags", 2).base, name


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    assert mix("#000000", "#ffffff", 0) == "#000000"
    assert mix("#000000", "#ffffff", 1) == "#ffffff"
    assert mix("#000000", "#ff8000", 0.5) == "#804000"
