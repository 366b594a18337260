"""The wheel is whole: installed from the pins into an empty environment, it answers from another folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.project import PACKAGES, ROOT, normal_name, pins, tracked_files

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500), pytest.mark.xdist_group("install")]

_NEEDED_BYTES = 6 * 2**30
_DATA_SUFFIXES = {".md", ".yaml", ".yml", ".css", ".js", ".html", ".svg", ".png", ".woff2", ".json", ".txt", ".toml"}


def _run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run([str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{command}\n{ran.stdout[-4000:]}\n{ran.stderr[-4000:]}"
    return ran


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source"
    for file in tracked_files():
        target = source / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source, cwd=folder)
    return folder


def _one(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


@pytest.fixture(scope="module")
def shipped(built: Path) -> set[str]:
    with zipfile.ZipFile(_one(built, "*.whl")) as wheel:
        return set(wheel.namelist())


def test_every_module_is_shipped(shipped: set[str]) -> None:
    modules = {
        file.relative_to(ROOT).as_posix()
        for file in tracked_files()
        if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in {*PACKAGES, "prompts"}
    }
    assert modules - shipped == set()


def test_every_data_file_is_shipped(shipped: set[str]) -> None:
    data = {
        file.relative_to(ROOT).as_posix()
        for file in tracked_files()
        if file.suffix in _DATA_SUFFIXES
        and file.name != "README.md"
        and file.relative_to(ROOT).parts[0] in {*PACKAGES, "prompts"}
    }
    assert data, "no data file is under version control"
    assert data - shipped == set()


def test_nothing_else_is_shipped(shipped: set[str]) -> None:
    tops = {name.split("/")[0] for name in shipped}
    assert {top for top in tops if not top.endswith(".dist-info")} == {*PACKAGES, "prompts"}


def test_licence_and_notice_are_shipped(shipped: set[str]) -> None:
    names = {Path(name).name for name in shipped if ".dist-info/" in name}
    assert {"LICENSE", "NOTICE"} <= names


def test_the_source_archive_can_be_built_from(built: Path) -> None:
    with tarfile.open(_one(built, "*.tar.gz")) as archive:
        names = {"/".join(name.split("/")[1:]) for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "NOTICE", "README.md", "assistant/cli.py"} <= names


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The python of an empty environment into which the wheel was installed, from the pins."""
    folder = tmp_path_factory.mktemp("installed")
    free = shutil.disk_usage(folder).free
    if free < _NEEDED_BYTES:
        pytest.skip(f"needs {_NEEDED_BYTES / 2**30:.0f} GB of free disk, there are {free / 2**30:.1f}")
    _run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    wheel = _one(built, "*.whl")
    _run(python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel, cwd=folder)
    yield python
    # Pytest keeps the folders of the last runs; this one holds more than 2 GB.
    shutil.rmtree(folder)


def _environment(**more: str) -> dict[str, str]:
    """The environment without what would lead Python back to the checkout."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AISLE_", "VIRTUAL_ENV"))
    }
    return {**kept, **more}


def test_what_was_installed_is_what_is_pinned(installed: Path, tmp_path: Path) -> None:
    listed = _run(installed, "-m", "pip", "list", "--format=json", cwd=tmp_path, env=_environment())
    versions = {normal_name(row["name"]): row["version"].split("+")[0] for row in json.loads(listed.stdout)}
    unpinned = set(versions) - set(pins()) - {"aisle", "pip"}
    assert unpinned == set()
    assert {name: version for name, version in versions.items() if pins().get(name, version) != version} == {}


def test_what_was_installed_fits_together(installed: Path, tmp_path: Path) -> None:
    _run(installed, "-m", "pip", "check", cwd=tmp_path, env=_environment())


def test_no_tool_of_the_tests_is_installed(installed: Path, tmp_path: Path) -> None:
    listed = _run(installed, "-m", "pip", "list", "--format=json", cwd=tmp_path, env=_environment())
    names = {normal_name(row["name"]) for row in json.loads(listed.stdout)}
    assert names.isdisjoint({"pytest", "mypy", "ruff", "playwright", "hypothesis", "vllm"})


def test_the_installed_command_answers_from_another_folder(installed: Path, tmp_path: Path) -> None:
    env = _environment(AISLE_DATA=str(tmp_path / "data"))
    aisle = installed.with_name("aisle")
    asked = _run(aisle, "ask", "waterproof hiking boots", "--json", cwd=tmp_path, env=env)
    answer = json.loads(asked.stdout)
    assert {"text", "products", "handed_over", "proposals", "sources", "decision_id", "version"} <= set(answer)
    assert answer["products"]
    assert all(
        {"id", "title", "brand", "price_minor", "currency", "wishes", "why"} <= set(row) for row in answer["products"]
    )
    assert "demo shop" in asked.stderr
    again = _run(aisle, "ask", "waterproof hiking boots", "--json", cwd=tmp_path, env=env)
    assert "demo shop" not in again.stderr
