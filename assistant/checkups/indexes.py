"""The catalogue that is served, and its indexes, compared with the checksums of their import."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from assistant.checkups.check import Check, Patient
from assistant.checkups.data import LARGE_BYTES, look_through
from assistant.config import Settings
from assistant.places import catalogues_folder
from retrieval.errors import CatalogueMissing, IndexBroken
from retrieval.model_folders import encoder_name
from retrieval.storage import VOCABULARY, Manifest, check_files, current_version, find_current

_SHOP = "the whole shop"
_MEANING = "search by meaning"
_AGAIN = "Import the catalogue again; what shoppers did is kept elsewhere and stays."


def catalogue(patient: Patient) -> Iterator[Check]:
    """The catalogue, and each of its indexes."""
    settings = patient.settings
    root = catalogues_folder(settings)
    try:
        path, manifest = current_version(root, settings.catalogue)
    except CatalogueMissing as missing:
        yield _missing(patient, root, missing)
        return
    except IndexBroken as broken:
        yield Check("catalogue", "problem", _first_part(broken), _AGAIN, _SHOP)
        return
    told = (
        f"{settings.catalogue}: {manifest.products} products in {manifest.currency}, import number {manifest.version}."
    )
    yield Check("catalogue", "ok", told)
    if sum(size for size, _ in manifest.files.values()) > LARGE_BYTES and not patient.deep:
        yield Check("indexes", "skipped", "The indexes are large, so their files were not read.", "Use --deep.")
        return
    yield from _words(path, manifest)
    yield from _meaning(path, manifest, settings)


def _missing(patient: Patient, root: Path, missing: CatalogueMissing) -> Check:
    if patient.settings.catalogue == "demo":
        return Check("catalogue", "ok", "Nothing is imported yet; `aisle serve` makes the demo shop first.")
    there = sorted(folder.name for folder in root.glob("*") if find_current(folder) is not None)
    advice = f"Serve another with AISLE_CATALOGUE ({', '.join(there)}), or load" if there else "Load"
    name = patient.settings.catalogue
    return Check("catalogue", "problem", _first_part(missing), f"{advice} it: aisle import FILE --name {name}.", _SHOP)


def _words(path: Path, manifest: Manifest) -> Iterator[Check]:
    try:
        check_files(path, manifest, "products.jsonl")
        check_files(path, manifest, "bm25/")
    except IndexBroken as broken:
        yield Check("index of words", "problem", _first_part(broken), _AGAIN, _SHOP)
        return
    try:
        check_files(path, manifest, VOCABULARY)
    except IndexBroken as broken:
        yield Check(
            "index of words",
            "warning",
            f"{_first_part(broken)} It is learned again at each start, which takes longer.",
            _AGAIN,
        )
    else:
        yield Check("index of words", "ok", "Every file is as it was imported.")


def _meaning(path: Path, manifest: Manifest, settings: Settings) -> Iterator[Check]:
    encoder = settings.shop_encoder
    if encoder == "off":
        yield Check("index of meaning", "skipped", "Search by meaning is switched off (AISLE_ENCODER=off).")
    elif manifest.encoder is None:
        yield Check(
            "index of meaning", "warning", "The catalogue was imported without vectors.", "Import it again.", _MEANING
        )
    elif manifest.encoder != (name := encoder_name(encoder)):
        # A folder's name holds a digest of its weights, and is no setting.
        other = "" if "@" in manifest.encoder else f", or set {_setting(settings)}={manifest.encoder}"
        yield Check(
            "index of meaning",
            "warning",
            f"The vectors are of {manifest.encoder!r}, and {_setting(settings)} is {name!r}.",
            f"Import the catalogue again{other}.",
            _MEANING,
        )
    else:
        yield _files_of_meaning(path, manifest)


def _setting(settings: Settings) -> str:
    """The setting that the shop's encoder stands in."""
    return "AISLE_ENCODER" if settings.shop_encoder == settings.encoder else f"AISLE_ENCODERS for {settings.locale}"


def _files_of_meaning(path: Path, manifest: Manifest) -> Check:
    try:
        check_files(path, manifest, "vectors.npy")
        check_files(path, manifest, "chroma/")
        # Chroma writes to its database whenever it opens it, so that has no checksum.
        database = path / "chroma" / "chroma.sqlite3"
        if not database.is_file():
            raise IndexBroken("The database of the Chroma index is missing.")
        if look_through(database) != "ok":
            raise IndexBroken("The database of the Chroma index is damaged.")
    except IndexBroken as broken:
        return Check("index of meaning", "problem", _first_part(broken), _AGAIN, _MEANING)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return Check("index of meaning", "skipped", "Chroma's database is in use just now.", "Try again.")
        return Check("index of meaning", "problem", f"Chroma's database cannot be read ({error}).", _AGAIN, _MEANING)
    except sqlite3.DatabaseError:
        return Check("index of meaning", "problem", "The database of the Chroma index is damaged.", _AGAIN, _MEANING)
    return Check("index of meaning", "ok", f"Vectors of {manifest.encoder} and the Chroma index are as imported.")


def _first_part(error: Exception) -> str:
    """What is so, without what to do, which stands in the advice."""
    return f"{str(error).split(': ')[0].rstrip('.')}."
