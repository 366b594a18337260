"""The repository: links resolve, examples run, files stay small, and no host or machine is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.examples import Example, examples, run_example
from tests.architecture.project import PACKAGES, ROOT, pyproject, tracked_files

_MAX_LINES = 500
_HOSTS = [
    "".join(parts)
    for parts in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("npmjs", ".org"),
        ("npmjs", ".com"),
        ("download.py", "torch.org"),
        ("deb.", "debian.org"),
        ("anaconda", ".org"),
        ("crates", ".io"),
    )
]
_MACHINE_PATH = re.compile(r"(?<![\w.$}~<-])/(?:" + "|".join(("work", "root", "tmp", "opt")) + r")(?:/|\b(?![\w-]))")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def _texts() -> Iterator[tuple[str, str]]:
    for file in tracked_files():
        try:
            yield file.relative_to(ROOT).as_posix(), file.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_no_package_index_is_named() -> None:
    assert [(name, host) for name, text in _texts() for host in _HOSTS if host in text] == []


def test_no_path_of_a_machine_is_named() -> None:
    found = [(name, match.group()) for name, text in _texts() if (match := _MACHINE_PATH.search(text))]
    assert found == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cd /{}/x", True),
        ("'/{}/.cache'", True),
        ("=/{}", True),
        ("docs/{}/x", False),
        ("a/{}", False),
        ("/{}ed", False),
    ],
)
def test_a_path_of_a_machine_is_seen(text: str, found: bool) -> None:
    assert bool(_MACHINE_PATH.search(text.format("work"))) is found


def _pages() -> list[Path]:
    return [file for file in tracked_files() if file.suffix == ".md" and _is_documentation(file.relative_to(ROOT))]


def _is_documentation(file: Path) -> bool:
    return file.name == "README.md" or len(file.parts) == 1 or file.parts[0] == "docs"


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    dead = []
    for page in _pages():
        for link in _LINK.findall(page.read_text()):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, heading = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            slugs = (
                {_slug(found) for found in _HEADING.findall(target.read_text())}
                if target.suffix == ".md" and target.is_file()
                else set()
            )
            if not target.exists() or (heading and heading not in slugs):
                dead.append(f"{page.relative_to(ROOT)}: {link}")
    assert dead == []


def test_every_page_is_listed_in_the_index_of_the_documentation() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = [file.name for file in (ROOT / "docs").glob("*.md") if file.name != "README.md"]
    assert [name for name in pages if f"({name})" not in index] == []


@pytest.mark.parametrize("package", [*PACKAGES, "prompts"])
def test_every_package_tells_what_it_is(package: str) -> None:
    text = (ROOT / package / "README.md").read_text()
    assert text.startswith("# ")
    assert len(text.split()) > 50


def test_the_changelog_has_a_place_for_what_comes() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert set(headings[1:]) <= {
        f"{major}.{minor}.{patch}" for major in range(3) for minor in range(30) for patch in range(30)
    }


def test_no_source_file_is_long() -> None:
    lengths = {name: text.count("\n") for name, text in _texts() if name.endswith((".py", ".js", ".css"))}
    assert {name: n for name, n in lengths.items() if n > _MAX_LINES} == {}


def test_nothing_left_to_do_is_left_in_the_code() -> None:
    mark = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME")) + r")\b")
    assert [name for name, text in _texts() if name.endswith((".py", ".js")) and mark.search(text)] == []


def test_every_test_package_can_be_imported() -> None:
    folders = {file.parent for file in (ROOT / "tests").rglob("test_*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_settings_named_in_the_readme_exist() -> None:
    from assistant.config import Settings

    named = set(re.findall(r"AISLE_([A-Z_]+)", (ROOT / "README.md").read_text()))
    assert {name.lower() for name in named} - set(Settings.model_fields) == set()


def test_the_dependency_group_of_the_model_server_stays_apart() -> None:
    project = pyproject()["project"]
    everything = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert [line for line in everything if line.startswith("vllm")] == []


EXAMPLES = [example for page in sorted((ROOT / "docs").rglob("*.md")) for example in examples(page)]
EXAMPLES += [example for page in sorted(ROOT.glob("*.md")) for example in examples(page)]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_examples_of_the_documentation_run(example: Example, tmp_path: Path) -> None:
    run_example(example, tmp_path)


def test_there_are_examples() -> None:
    assert EXAMPLES


def test_an_example_that_fails_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("text\n\n<!-- run -->\n```python\nraise SystemExit('no milk')\n```\n\n```python\nnever run\n```\n")
    (example,) = examples(page)
    with pytest.raises(AssertionError, match="no milk"):
        run_example(example, tmp_path)


def test_an_example_that_prints_something_else_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- run -->\n```console\n$ echo one two\none ...\n$ echo two\nthree\n```\n")
    (example,) = examples(page)
    with pytest.raises(AssertionError, match="three"):
        run_example(example, tmp_path)
