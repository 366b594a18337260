"""Where the project's files are, for the tests that read them."""

from __future__ import annotations

import ast
import functools
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("assistant", "retrieval", "recommender", "ui")


def pyproject() -> dict[str, Any]:
    """Read pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins() -> dict[str, str]:
    """Read constraints.txt: normal name -> version."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {normal_name(name): version for name, version in pairs}


def normal_name(name: str) -> str:
    """Write a distribution's name as package indexes compare it, e.g. "pystemmer"."""
    return "-".join(name.lower().replace("_", "-").replace(".", "-").split("-"))


def tracked_files() -> list[Path]:
    """List the files under version control; skips where there is no checkout."""
    if not (ROOT / ".git").exists():
        pytest.skip("no checkout: only files under version control are looked at")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = listed.stdout.decode().split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


@functools.cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    """Read every module of the product as (path below the root, syntax tree)."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return tuple((path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())) for path in paths)


def module_names() -> list[str]:
    """List the dotted names of every module of the product."""
    names = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names
