"""What a measurement should be read beside: how busy the machine is, its parts, and how much memory is in use."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("numpy", "simsimd", "chromadb")


def load_average() -> float | None:
    """Return the number of processes that wanted a processor during the last minute; None where it is not told."""
    try:
        return round(os.getloadavg()[0], 2)
    except (OSError, AttributeError):
        return None


def package_versions() -> dict[str, str]:
    """Return the versions of the packages that do the work."""
    return {name: version(name) for name in _PACKAGES}


def resident_mb() -> float | None:
    """Return the megabytes of this process that are in memory, mapped files included; None where it is not told."""
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return None
    return _kilobytes(line for line in lines if line.startswith("VmRSS:")) / 1e3


def mapped_mb(paths: Sequence[Path]) -> float | None:
    """Return the megabytes in memory of files that this process has mapped: these, and those below these folders."""
    try:
        lines = Path("/proc/self/smaps").read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    found, inside = [], False
    for line in lines:
        if line.startswith("Rss:"):
            found += [line] if inside else []
        elif "-" in line.split(" ", 1)[0]:
            inside = any(str(path) in line for path in paths)
    return _kilobytes(found) / 1e3


def _kilobytes(lines: Iterable[str]) -> float:
    return sum(float(line.split()[1]) for line in lines) * 1.024
