"""Generated broken files: every planted error is reported at its line, nothing else is, all good rows are loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.engine import Retrieval
from retrieval.loader import import_file
from retrieval.product import Product
from tests.benchmarks.long_file import measure_apart
from tests.retrieval.importers.broken_files import FORMATS, BrokenFile, Good, broken_file, broken_files

_FEW, _MANY = 100, 1_000
_FLAT_MB = 10


def _load(broken: BrokenFile, folder: Path) -> tuple[list[int], list[Good], int]:
    """Import a file; return the lines reported, the products loaded, and the rows counted."""
    path = folder / broken.name
    path.write_bytes(broken.content)
    report = import_file(path, root=folder / "data", name="shop")
    catalogue = Retrieval.open(folder / "data", "shop").catalogue
    return [row.line for row in report.rejected], [_told(product) for product in catalogue.rows], report.rows


def _told(product: Product) -> Good:
    return Good(product.id, product.title, product.brand or "", product.price.amount_minor, product.description)


def _check(broken: BrokenFile, folder: Path) -> None:
    lines, loaded, rows = _load(broken, folder)
    assert lines == sorted(broken.planted), (broken.name, broken.planted)
    assert loaded == broken.good, broken.name
    assert rows == broken.rows, broken.name


@pytest.mark.parametrize("seed", range(_FEW))
def test_every_planted_error_is_reported_at_its_line_and_nothing_else(seed: int, tmp_path: Path) -> None:
    _check(broken_file(seed), tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_a_thousand_broken_files(tmp_path: Path) -> None:
    for number, broken in enumerate(broken_files(_MANY)):
        folder = tmp_path / str(number)
        folder.mkdir()
        _check(broken, folder)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("n_rows", [100_000, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_reading_a_file_takes_no_more_memory_the_longer_it_is(n_rows: int) -> None:
    assert measure_apart(n_rows)["peak_mb"] - measure_apart(10_000)["peak_mb"] < _FLAT_MB


def test_the_files_hold_every_kind_of_damage() -> None:
    files = list(broken_files(_FEW))
    assert {kind for broken in files for kind in broken.planted.values()} >= {
        "no title", "no id", "no price", "bad price", "not UTF-8", "twice", "cut off", "no object", "wrong nesting",
        "unknown entity", "not closed", "too few fields", "too many fields", "quote not closed",
    }  # fmt: skip
    content = [broken.content for broken in files if not broken.name.endswith(".gz")]
    assert any(text.startswith(b"\xef\xbb\xbf") for text in content)
    assert any(b"\0" in text for text in content)
    assert any(b"\r\n" in text and b"\n" in text.replace(b"\r\n", b"") for text in content)


def test_a_seed_makes_the_same_file_each_time() -> None:
    assert broken_file(5).content == broken_file(5).content != broken_file(5 + len(FORMATS)).content
