"""Versions are kept, listed, checked before one is served again, and that is written down."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.engine import Retrieval
from retrieval.errors import CatalogueMissing, ImportFailed, IndexBroken
from retrieval.history import read_history
from retrieval.holds import Hold, retire
from retrieval.loader import import_products
from retrieval.storage import complete_versions, find_current
from retrieval.updating import delete_products
from retrieval.versions import list_versions, roll_back, served_report
from tests.retrieval.fakes import WordEncoder, product


def _import(root: Path, n: int) -> None:
    items = [product("a", f"Edition {n}"), product("b", "Lamp"), product(f"c{n}", "Mug")]
    import_products(items, root=root, name="shop", encoder=WordEncoder())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for n in (1, 2):
        _import(tmp_path, n)
    return tmp_path


def test_three_versions_are_kept(root: Path) -> None:
    for n in (3, 4, 5):
        _import(root, n)
    assert complete_versions(root / "shop") == [3, 4, 5]
    assert sorted(path.name for path in (root / "shop" / "versions").iterdir()) == ["3", "4", "5"]


def test_each_version_says_what_it_holds_and_what_changed(root: Path) -> None:
    delete_products(["b"], root=root, name="shop")
    newest, middle, oldest = list_versions(root, "shop")
    assert [(version.number, version.served, version.products) for version in (newest, middle, oldest)] == [
        (3, True, 2), (2, False, 3), (1, False, 3)
    ]  # fmt: skip
    assert newest.encoder == "words"
    assert newest.size_bytes > 1_000
    assert newest.report is not None
    assert newest.report.kind == "delete"
    assert middle.report is not None
    changes = middle.report.changes
    assert changes is not None
    assert (changes.added, changes.changed, changes.removed, changes.unchanged) == (1, 1, 1, 1)
    assert (changes.added_ids, changes.removed_ids) == (("c2",), ("c1",))


def test_an_older_version_is_served_again_and_running_readers_follow(root: Path) -> None:
    reader = Retrieval.open(root, "shop")
    served = roll_back(root, "shop", now=lambda: datetime(2026, 1, 2, tzinfo=UTC))
    assert (served.version, served.before, served.when) == (1, 2, "2026-01-02T00:00:00+00:00")
    assert reader.reload_if_changed()
    assert reader.catalogue.get("a").title == "Edition 1"
    assert [(one.kind, one.version, one.before) for one in read_history(root / "shop")] == [
        ("import", 1, None), ("import", 2, 1), ("rollback", 1, 2)
    ]  # fmt: skip


def test_going_back_twice_ends_where_it_began_and_a_number_leads_anywhere(root: Path) -> None:
    _import(root, 3)
    assert roll_back(root, "shop").version == 2
    assert roll_back(root, "shop").version == 3
    assert roll_back(root, "shop", to=1).version == 1
    _import(root, 4)
    assert find_current(root / "shop") == 4
    # The version that was served before is the one to go back to, so it is kept before the newer ones.
    assert complete_versions(root / "shop") == [1, 3, 4]
    assert roll_back(root, "shop").version == 1


def test_where_there_is_nothing_to_go_back_to_it_is_said(root: Path, tmp_path: Path) -> None:
    with pytest.raises(CatalogueMissing):
        roll_back(tmp_path, "none")
    with pytest.raises(ImportFailed, match="no version 7: the versions kept are 1, 2"):
        roll_back(root, "shop", to=7)
    with pytest.raises(ImportFailed, match="served already"):
        roll_back(root, "shop", to=2)
    import_products([product("a", "A")], root=root, name="single")
    with pytest.raises(ImportFailed, match="no older version"):
        roll_back(root, "single")


@pytest.mark.parametrize("file", ["products.jsonl", "vectors.npy", "vocabulary.json.gz", "chroma/chroma.sqlite3"])
def test_a_damaged_version_is_not_served_again(root: Path, file: str) -> None:
    path = root / "shop" / "versions" / "1" / file
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(IndexBroken):
        roll_back(root, "shop")
    assert find_current(root / "shop") == 2
    assert len(read_history(root / "shop")) == 2


def test_a_version_of_before_there_were_reports_is_listed(root: Path) -> None:
    (root / "shop" / "versions" / "1" / "report.json").unlink()
    (root / "shop" / "history.jsonl").write_text("cut off {")
    oldest = list_versions(root, "shop")[-1]
    assert (oldest.number, oldest.report) == (1, None)
    with pytest.raises(IndexBroken, match="has no report"):
        served_report(root, "shop", 1)
    with pytest.raises(CatalogueMissing, match="has no version 9"):
        served_report(root, "shop", 9)


def test_a_hold_in_another_process_counts_until_the_process_ends(root: Path) -> None:
    path = root / "shop" / "versions" / "1"
    program = (
        f"from pathlib import Path; from retrieval.holds import Hold; h = Hold(Path({str(path)!r})); print(); input()"
    )
    other = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None
    other.stdout.readline()
    assert not retire(path)
    other.kill()
    other.communicate()
    assert retire(path)
    with pytest.raises(FileNotFoundError):
        Hold(path)
