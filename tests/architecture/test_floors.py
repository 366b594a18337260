"""No package below the version that is safe to use: as installed, as pinned, and as the project allows."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from assistant.checkups.system import floors
from tests.architecture.project import normal_name, pins, pyproject

FLOORS = floors()
INSTALLED = sorted(name for name, row in FLOORS.items() if row.get("installed", True))


def _requirements() -> dict[str, Requirement]:
    whole = pyproject()
    lines = [*whole["project"]["dependencies"], *whole["project"]["optional-dependencies"]["dev"]]
    lines += [line for group in whole["dependency-groups"].values() for line in group]
    read = (Requirement(line) for line in lines)
    return {normal_name(requirement.name): requirement for requirement in read}


def _lowest(requirement: Requirement) -> Version:
    """The lowest version that a requirement allows; 0 where it names none."""
    bounds = [Version(part.version) for part in requirement.specifier if part.operator in {">=", "==", "~="}]
    return max(bounds, default=Version("0"))


@pytest.mark.parametrize("name", INSTALLED)
def test_what_is_installed_is_safe(name: str) -> None:
    assert Version(version(name)) >= Version(FLOORS[name]["floor"]), FLOORS[name]["why"]


@pytest.mark.parametrize("name", INSTALLED)
def test_what_is_pinned_is_safe(name: str) -> None:
    assert Version(pins()[normal_name(name)]) >= Version(FLOORS[name]["floor"]), FLOORS[name]["why"]


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_what_the_project_allows_is_safe(name: str) -> None:
    assert _lowest(_requirements()[normal_name(name)]) >= Version(FLOORS[name]["floor"]), FLOORS[name]["why"]


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_each_floor_has_a_reason(name: str) -> None:
    assert len(FLOORS[name]["why"]) > 20


def test_every_requirement_of_the_project_is_pinned_to_a_version_it_allows() -> None:
    pinned = pins()
    wrong = [
        str(requirement)
        for name, requirement in _requirements().items()
        if name != "vllm" and not requirement.specifier.contains(pinned[name])
    ]
    assert wrong == []


def test_pins_carry_no_hosts_paths_or_local_versions() -> None:
    assert [pin for pin in pins().values() if not pin.replace(".", "").replace("post", "").isalnum()] == []
    assert {"aisle", "pip", "vllm"}.isdisjoint(pins())
    assert "setuptools" in pins()
