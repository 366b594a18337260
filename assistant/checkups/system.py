"""What Aisle runs on: Python, its packages, the processor, the settings."""

from __future__ import annotations

import difflib
import os
import platform
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata, resources
from typing import Any

from assistant.checkups.check import Check, Patient
from assistant.config import unknown_variables

PYTHON_FLOOR = (3, 11)
_FAST = {"avx2": "AVX2", "avx512f": "AVX-512", "avx512_bf16": "AVX-512 BF16", "amx_bf16": "AMX BF16"}
"""Flags of Linux for what makes vectors quicker to compute."""


def python(_patient: Patient) -> Iterator[Check]:
    """The version of Python."""
    version = platform.python_version()
    if sys.version_info[:2] < PYTHON_FLOOR:
        yield Check("python", "problem", f"Python {version} is too old.", "Install Python 3.11 or newer.")
    else:
        yield Check("python", "ok", f"Python {version} on {platform.system()} {platform.machine()}.")


def floors() -> dict[str, dict[str, Any]]:
    """The oldest safe version of each package that matters, and why."""
    return tomllib.loads((resources.files("assistant") / "floors.toml").read_text("utf-8"))


def packages(_patient: Patient) -> Iterator[Check]:
    """Packages that are missing, or older than is safe."""
    rows = {name: row for name, row in floors().items() if row.get("installed", True)}
    found = {name: _version(name) for name in sorted({*rows, *_required()})}
    missing = [name for name, version in found.items() if version is None]
    old = [name for name, row in rows.items() if (has := found[name]) and _numbers(has) < _numbers(row["floor"])]
    for name in missing:
        yield Check("packages", "problem", f"The package {name} is not installed.", "Install Aisle again.")
    for name in old:
        row = rows[name]
        yield Check(
            "packages",
            "problem",
            f"{name} {found[name]} is older than {row['floor']}: {row['why']}.",
            f"Install a newer one: pip install --upgrade '{name}>={row['floor']}'.",
        )
    if not missing and not old:
        yield Check("packages", "ok", f"All {len(found)} packages are there, and none is older than is safe.")


def _required() -> list[str]:
    """Names of the packages that an installed Aisle needs; none where it runs from its source."""
    try:
        lines = metadata.requires("aisle") or []
    except metadata.PackageNotFoundError:
        return []
    names = (re.match(r"[\w.-]+", line) for line in lines if "extra ==" not in line)
    return [re.sub(r"[-_.]+", "-", name.group()).lower() for name in names if name]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """The release of a version, e.g. (1, 3) of "1.3.0rc1" and of "1.3"."""
    release = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(part) for part in release.group().split(".")] if release else [0]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def processor(_patient: Patient) -> Iterator[Check]:
    """Threads, and what makes vectors quicker to compute."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    flags = _flags()
    if flags is None:
        yield Check("processor", "ok", f"{usable} threads; what the processor can do is told on Linux only.")
        return
    able = [name for flag, name in _FAST.items() if flag in flags]
    number = "bfloat16" if {"avx512_bf16", "amx_bf16"} & flags else "float32"
    told = ", ".join(able) or "no AVX2"
    yield Check(
        "processor",
        "ok",
        f"{usable} threads; {told}; vectors are computed in {number} unless AISLE_ENCODER_DTYPE says otherwise.",
    )


def _flags() -> set[str] | None:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            line = next((line for line in file if line.startswith(("flags", "Features"))), "")
    except OSError:
        return None
    return set(line.partition(":")[2].split())


def settings(patient: Patient) -> Iterator[Check]:
    """Variables that no setting reads: most often a typing error."""
    known = [f"AISLE_{name.upper()}" for name in type(patient.settings).model_fields]
    unknown = unknown_variables()
    for name in unknown:
        near = difflib.get_close_matches(name, known, 1)
        advice = f"Did you mean {near[0]}?" if near else "Take it out, or see the README for the settings that exist."
        yield Check("settings", "warning", f"{name} is set, but there is no such setting.", advice)
    if not unknown:
        yield Check("settings", "ok", "Every AISLE_ variable that is set is a setting.")
