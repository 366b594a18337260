"""What is damaged or lost of a shop, and whether the way out that is named is one."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from assistant import commands
from assistant.bootstrap import ensure_catalogue
from assistant.config import Settings
from assistant.errors import StoreError
from assistant.releases import registry_of, set_broken_releases_aside
from assistant.store import SqlEventLog, open_store
from assistant.upkeep import check_database, demo_trouble, way_out
from recommender.events import Event, EventType
from retrieval.engine import Retrieval
from retrieval.errors import IMPORT_AGAIN, IndexBroken
from retrieval.loader import import_products
from tests.assistant.small_shop import PRODUCTS
from tests.recommender.promotion.drafts import add_release

MINE = Event("mine-1", EventType.CLICK, "hiking-boots-01", "me", "visit", 1.0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo shop of words, with few shoppers; somebody has been in it."""
    folder = tmp_path_factory.mktemp("made") / "data"
    ensure_catalogue(Settings(data=folder, encoder="off"), n_shoppers=2)
    with closing(open_store(folder)) as store:
        SqlEventLog(store).append_event(MINE)
    return folder


@pytest.fixture
def settings(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("assistant.demo.shoppers.N_SHOPPERS", 2)
    shutil.copytree(made, tmp_path / "data")
    return Settings(data=tmp_path / "data", encoder="off")


def _version(settings: Settings) -> Path:
    return max((settings.data / "catalogues" / "demo" / "versions").iterdir())


def _opens(settings: Settings) -> bool:
    return len(Retrieval.open(settings.data / "catalogues", "demo").catalogue.rows) > 100


def _log(settings: Settings) -> list[str]:
    with closing(open_store(settings.data)) as store:
        return [event.event_id for _, event in SqlEventLog(store).events()]


def _ignore(_what: str, _done: int, _total: int | None) -> None:
    pass


def test_a_whole_demo_shop_is_left_as_it_is(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo_trouble(settings) is None
    before = _version(settings)
    commands.make_demo(settings, as_json=False)
    assert _version(settings) == before
    assert "again" not in capsys.readouterr().err


@pytest.mark.parametrize("lost", ["products.jsonl", "manifest.json", "bm25"])
@pytest.mark.parametrize("command", ["demo", "others"])
def test_a_damaged_demo_catalogue_is_made_again_and_the_database_stays(
    settings: Settings, lost: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _version(settings) / lost
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.write_text(path.read_text()[:-20] + "{")
    before = _log(settings)
    if command == "demo":
        commands.make_demo(settings, as_json=False)
    else:
        commands.prepare_shop(settings, _ignore)
    said = capsys.readouterr().err
    assert "made again" in said
    assert "aisle import" not in said
    assert _opens(settings)
    assert _log(settings) == before
    assert "mine-1" in before


def test_a_missing_database_of_the_demo_is_said_and_not_begun_anew(settings: Settings) -> None:
    (settings.data / "aisle.db").unlink()
    with pytest.raises(StoreError, match=r"is missing.*backup.*`aisle demo`"):
        commands.prepare_shop(settings, _ignore)
    assert not (settings.data / "aisle.db").exists()


def test_an_empty_database_of_the_demo_is_said(settings: Settings) -> None:
    (settings.data / "aisle.db").unlink()
    open_store(settings.data).close()
    with pytest.raises(StoreError, match=r"does not hold.*`aisle demo`"):
        commands.prepare_shop(settings, _ignore)


@pytest.mark.parametrize("damage", ["missing", "empty", "broken"])
def test_the_database_of_the_demo_is_made_again_by_aisle_demo(settings: Settings, damage: str) -> None:
    path = settings.data / "aisle.db"
    if damage == "broken":
        path.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    else:
        path.unlink()
        if damage == "empty":
            open_store(settings.data).close()
    commands.make_demo(settings, as_json=False)
    commands.prepare_shop(settings, _ignore)
    assert demo_trouble(settings) is None
    # What could not be read is not thrown away.
    assert (settings.data / "aisle.db.damaged-1").exists() == (damage == "broken")


def test_a_broken_click_model_is_made_again_by_aisle_demo(settings: Settings) -> None:
    registry = registry_of(settings)
    release = add_release(registry)
    if registry.live() is None:
        registry.promote(release.number, who="test")
    (registry.root / "releases" / str(registry.live()) / "ctr.safetensors").write_bytes(b"junk")
    assert "missing or damaged" in str(demo_trouble(settings))
    aside = set_broken_releases_aside(settings)
    assert aside is not None
    assert aside.name == "demo.damaged-1"
    assert demo_trouble(settings) is None
    assert set_broken_releases_aside(settings) is None


def test_an_imported_catalogue_without_a_database_is_normal(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, catalogue="mine", encoder="off")
    import_products(PRODUCTS, root=tmp_path / "catalogues", name="mine")
    told: list[str] = []
    commands.prepare_catalogue(settings, _ignore)
    check_database(settings, told.append)
    assert told == []


def test_a_database_that_an_imported_shop_had_is_missed_aloud(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, catalogue="mine", encoder="off")
    import_products(PRODUCTS, root=tmp_path / "catalogues", name="mine")
    open_store(tmp_path).close()
    (tmp_path / "aisle.db").unlink()
    told: list[str] = []
    check_database(settings, told.append)
    assert "backup" in told[0]


def test_a_damaged_import_ends_the_command_with_the_way_out_that_it_has(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, catalogue="mine", encoder="off")
    import_products(PRODUCTS, root=tmp_path / "catalogues", name="mine")
    with (tmp_path / "catalogues/mine/versions/1/products.jsonl").open("a") as file:
        file.write("{")
    with pytest.raises(IndexBroken, match="aisle import"):
        commands.prepare_catalogue(settings, _ignore)


def test_what_is_imported_under_the_demos_name_has_the_way_out_of_an_import(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, encoder="off")
    import_products(PRODUCTS, root=tmp_path / "catalogues", name="demo")
    problem = IndexBroken(f"It is damaged: {IMPORT_AGAIN}.")
    assert "aisle import" in way_out(settings, problem)
    check_database(settings, pytest.fail)


def test_the_demos_way_out_is_aisle_demo(settings: Settings) -> None:
    assert way_out(settings, IndexBroken(f"It is damaged: {IMPORT_AGAIN}.")) == "It is damaged: run `aisle demo`."
