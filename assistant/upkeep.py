"""Whether what a command needs is whole, and the way out where it is not.

The demo shop is made by `aisle demo`: its catalogue, and in the database its customers, orders and behaviour. Each half
can be damaged or lost alone. An imported catalogue stands by itself: no database yet is normal for it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from assistant.config import Settings
from assistant.errors import DataFolderBusy, StoreBroken, StoreError
from assistant.places import DEMO_CATALOGUE, catalogues_folder, shop_folder
from assistant.releases import releases_trouble
from assistant.store import SqlEventLog, Store, open_store
from assistant.store.engine import FILE
from retrieval.errors import IMPORT_AGAIN, CatalogueMissing, IndexBroken
from retrieval.model_folders import encoder_name
from retrieval.storage import Manifest, check_files, current_version

_LAST_LOADED = "demo-decision-00001"
"""Behaviour is loaded into the database last and as a whole, so this decision vouches for everything before it."""
_LOCK = "aisle.lock"


def way_out(settings: Settings, error: Exception) -> str:
    """Say what is broken and what to do, for the operator: the demo shop has no file that could be imported again."""
    return str(error).replace(IMPORT_AGAIN, "run `aisle demo`") if is_demo(settings) else str(error)


def is_demo(settings: Settings) -> bool:
    """Whether the served catalogue is the demo shop, and not one that was imported under its name."""
    return settings.catalogue == DEMO_CATALOGUE and (
        (shop_folder(settings) / "orders.jsonl").is_file() or not _stands(settings)
    )


def catalogue_trouble(settings: Settings, *, whole: bool = False) -> str | None:
    """Say why the served catalogue cannot be opened; None where it can.

    Args:
        settings: frozen.
        whole: look also at what only search by meaning needs.

    Raises:
        CatalogueMissing: nothing is imported under that name.
    """
    root = catalogues_folder(settings)
    try:
        path, manifest = current_version(root, settings.catalogue)
        if is_demo(settings):
            for prefix in ("",) if whole else ("products.jsonl", "bm25/"):
                check_files(path, manifest, prefix)
            if whole and manifest.encoder is not None:
                _check_chroma(path, manifest)
            if whole and settings.shop_encoder != "off" and encoder_name(settings.shop_encoder) != manifest.encoder:
                return f"The demo shop has no vectors of the encoder {settings.shop_encoder!r}."
        else:
            _check_sizes(path, manifest)
    except IndexBroken as error:
        return str(error)
    return None


def check_database(settings: Settings, tell: Callable[[str], None]) -> None:
    """Look whether the database is the one that this data folder had.

    Args:
        settings: frozen.
        tell: called with a sentence where an empty database is begun in place of one that was there.

    Raises:
        StoreError: it is missing or empty and the demo shop's half of it with it, or it cannot be opened.
    """
    path = settings.data / FILE
    had_one = (settings.data / _LOCK).exists()
    if is_demo(settings) and _stands(settings):
        if not path.exists():
            raise StoreError(_lost(path, "is missing"))
        with closing(open_store(settings.data)) as store:
            if not _is_furnished(store):
                raise StoreError(_lost(path, "does not hold"))
    elif had_one and not path.exists():
        tell(
            f"The database {path} is gone, so an empty one is begun; "
            "if it was not meant to go, stop and put a backup in its place."
        )


def demo_trouble(settings: Settings) -> str | None:
    """Say what of the demo shop is missing or damaged, anywhere; None where it is whole.

    Raises:
        StoreError: the data folder cannot be used.
    """
    try:
        trouble = catalogue_trouble(settings, whole=True)
    except CatalogueMissing as missing:
        return str(missing)
    if trouble is None and not (settings.data / FILE).exists():
        trouble = f"The database {settings.data / FILE} is missing."
    if trouble is None:
        try:
            with closing(open_store(settings.data)) as store:
                if not _is_furnished(store):
                    trouble = "The database does not hold the demo shop's customers and orders."
        except DataFolderBusy:
            pass  # Whoever holds it has opened it.
        except StoreBroken as error:
            trouble = str(error).split(" Nothing was changed")[0]
    return trouble or releases_trouble(settings)


def set_broken_database_aside(settings: Settings) -> Path | None:
    """Rename a database that cannot be read, so that a new one can be begun; nothing is deleted.

    Returns:
        Where it lies now; None where it can be read or there is none.

    Raises:
        StoreError: the data folder is in use, or cannot be used.
    """
    try:
        open_store(settings.data).close()
    except StoreBroken:
        path = settings.data / FILE
        number = 1
        while (aside := path.with_name(f"{FILE}.damaged-{number}")).exists():
            number += 1
        path.rename(aside)
        journal = path.with_name(f"{FILE}-journal")
        if journal.exists():
            journal.rename(aside.with_name(f"{aside.name}-journal"))
        return aside
    return None


def _stands(settings: Settings) -> bool:
    return (catalogues_folder(settings) / settings.catalogue / "CURRENT").is_file()


def _lost(path: Path, what: str) -> str:
    missing = "and with it" if what == "is missing" else ""
    told = " ".join(part for part in (what, missing) if part)
    return (
        f"The database {path} {told} the demo shop's customers, orders and behaviour: "
        "put a backup in its place, or make them again with `aisle demo`."
    )


def _is_furnished(store: Store) -> bool:
    return SqlEventLog(store).find_decision(_LAST_LOADED) is not None


def _check_sizes(path: Path, manifest: Manifest) -> None:
    """Compare sizes alone: a large catalogue is read whole, and its checksums with it, when it is opened."""
    for name, (size, _) in manifest.files.items():
        if name.startswith(("products.jsonl", "bm25/")):
            file = path / name
            if not file.is_file() or file.stat().st_size != size:
                raise IndexBroken(f"{name} of catalogue {manifest.name!r} is missing or damaged: {IMPORT_AGAIN}.")


def _check_chroma(path: Path, manifest: Manifest) -> None:
    from retrieval.chroma_index import ChromaIndex

    ChromaIndex.open(path / "chroma", manifest.products).close()
