"""docs/api.md: every example has the shape that it is said to have, and its programs run against a server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from assistant.config import Settings
from tests.architecture.project import ROOT
from tests.fakes.assistant import FakeAssistant
from tests.ui.api.caller import SECRET, make_door
from tests.ui.api.serving import serving
from ui.api import facts, models

PAGE = (ROOT / "docs" / "api.md").read_text()
SHAPES = re.findall(r"<!-- shape: (\w+) -->\n```json\n(.*?)```", PAGE, re.DOTALL)
PROGRAMS = dict(re.findall(r"<!-- api: (\w+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL))
HERE = "http://127.0.0.1:7860"


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


# ---------------------------------------------------------------- programs


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
def url(assistant: FakeAssistant, tmp_path: Path) -> Iterator[str]:
    settings = Settings(data=tmp_path, purchase_secrets=(SecretStr(SECRET),))
    with serving(make_door(assistant, settings)) as url:
        yield url


def run(*command: str) -> str:
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*"}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def needs(*tools: str) -> None:
    absent = [tool for tool in tools if shutil.which(tool) is None]
    if absent:
        pytest.skip(f"not installed: {', '.join(absent)}")


def test_the_client_in_python_talks_shows_and_buys(url: str, assistant: FakeAssistant) -> None:
    assert HERE in PROGRAMS["python"]
    printed = run(sys.executable, "-c", PROGRAMS["python"].replace(HERE, url))
    assert "is the best fit" in printed
    assert "/checkout?cart=" in printed
    assert assistant.recorded == [("click", "trail-jacket", "d1", 0)]


def test_openssl_signs_what_the_page_says() -> None:
    needs("openssl")
    command, _, printed = PROGRAMS["console"].removeprefix("$ ").partition("\n")
    assert run("sh", "-c", command).split()[-1] == printed.split()[-1]


def test_a_purchase_is_told_from_a_shell(url: str, assistant: FakeAssistant) -> None:
    needs("openssl", "curl")
    assert SECRET in PROGRAMS["shell"]
    printed = run("sh", "-c", PROGRAMS["shell"].replace(HERE, url))
    assert models.PurchaseOut.model_validate_json(printed).order_id == "W-5001"
    assert [purchase.order_id for purchase in assistant.purchases] == ["W-5001"]
