"""What the product imports is declared: what comes only with another package may be gone with its next version."""

from __future__ import annotations

import ast
import functools
import re
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import packages_distributions

import pytest

from tests.architecture.project import PACKAGES, normal_name, pins, pyproject, sources

_OWN = {*PACKAGES, "prompts"}


def _imported(tree: ast.Module) -> set[str]:
    """Name the top modules that a file imports from other projects."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - _OWN


def _declared() -> set[str]:
    project = pyproject()["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["bench"]]
    return {normal_name(re.split(r"[<>=!~\[ ;]", line)[0]) for line in lines}


@functools.cache
def _homes() -> Mapping[str, Sequence[str]]:
    return packages_distributions()


def _undeclared(tree: ast.Module, declared: set[str]) -> set[str]:
    homes = {name: _homes().get(name, [name]) for name in _imported(tree)}
    return {name for name, found in homes.items() if not set(map(normal_name, found)) & declared}


def test_every_imported_package_is_a_declared_dependency() -> None:
    declared = _declared()
    found = {path: sorted(missing) for path, tree in sources() if (missing := _undeclared(tree, declared))}
    assert found == {}


def test_every_declared_dependency_is_pinned() -> None:
    assert sorted(_declared() - set(pins())) == []


@pytest.mark.parametrize(
    "line", ["import pluggy", "def later():\n    from pluggy import PluginManager", "import pluggy.hooks as h, os"]
)
def test_an_undeclared_import_is_found(line: str) -> None:
    assert _undeclared(ast.parse(line), _declared()) == {"pluggy"}


def test_modules_of_the_house_and_of_python_need_no_declaration() -> None:
    assert _undeclared(ast.parse("import os, assistant.turn\nfrom prompts import x\nfrom . import y"), set()) == set()
