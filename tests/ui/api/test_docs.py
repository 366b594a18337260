"""docs/api.md: every example has the shape that it is said to have."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel

from tests.architecture.project import ROOT
from ui.api import facts, models

PAGE = (ROOT / "docs" / "api.md").read_text()
SHAPES = re.findall(r"<!-- shape: (\w+) -->\n```json\n(.*?)```", PAGE, re.DOTALL)


def shape(name: str) -> type[BaseModel]:
    found = getattr(models, name, None) or getattr(facts, name)
    assert issubclass(found, BaseModel)
    return found


@pytest.mark.parametrize(("name", "example"), SHAPES, ids=[name for name, _ in SHAPES])
def test_an_example_has_its_shape_and_every_key_of_it(name: str, example: str) -> None:
    read = shape(name).model_validate_json(example)
    if issubclass(shape(name), facts.Shape):
        assert read.model_fields_set | {"fields"} >= set(shape(name).model_fields)


def test_every_block_of_json_is_checked() -> None:
    assert PAGE.count("```json") == len(SHAPES)
