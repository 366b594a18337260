"""What `aisle bench retrieval` does: a catalogue is imported once, then all systems answer the same judged queries."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.loading import find_map
from assistant.terminal import Progress, say, say_json, showing_progress
from retrieval.bench.judgments import Figures, read_judgments
from retrieval.bench.ranking import Comparison, compare
from retrieval.encoder import Encoder, load_encoder
from retrieval.engine import Retrieval
from retrieval.errors import CatalogueMissing, IndexBroken
from retrieval.importers.map_choice import choose_map
from retrieval.loader import import_file
from retrieval.query import QueryReader

_NAMES = {"ndcg": "ndcg@10", "ndcg_judged": "ndcg@10_judged", "recall": "recall@100", "judged": "judged@10"}


def bench_retrieval(
    settings: Settings, catalogue: Path, judgments: Path, *, column_map: str | None, as_json: bool
) -> None:
    """Measure, and write what was measured.

    Args:
        settings: the encoder, and the data folder: what is imported for the benchmark stays in its "bench" folder.
        catalogue: file of products.
        judgments: CSV file `query,docid,rating`.
        column_map: name of a map that comes with Aisle, or a file; None takes the one that fits the file's columns.

    Raises:
        ConfigError: the encoder is switched off, or there is no such map.
        RetrievalError: a file cannot be read.
    """
    if settings.shop_encoder == "off":
        raise ConfigError("Ranking by meaning is compared as well: leave AISLE_ENCODER=off out.")
    judged = read_judgments(judgments)
    with showing_progress() as progress:
        encoder = load_encoder(settings.shop_encoder, settings.encoder_dtype)
        retrieval = _imported(settings, catalogue, column_map, encoder, progress)
        reader = QueryReader(retrieval.vocabulary(), settings.currency)
        compared = compare(retrieval, reader, encoder, judged, progress)
    if as_json:
        say_json(_json(compared))
    else:
        _tell(compared)


def _imported(
    settings: Settings, path: Path, column_map: str | None, encoder: Encoder, progress: Progress
) -> Retrieval:
    """Open the file's catalogue; it is imported where this has not been done with this encoder."""
    if not path.is_file():
        raise ConfigError(f"There is no file {path}.")
    stat = path.stat()
    key = f"{path.resolve()}\n{stat.st_size}\n{stat.st_mtime_ns}\n{column_map}\n{encoder.name}"
    root, name = settings.data / "bench", f"judged-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    for again in (False, True):
        try:
            retrieval = Retrieval.open(root, name)
            retrieval.warm(encoder)
            return retrieval
        except (CatalogueMissing, IndexBroken):
            if again:
                raise
            rules = choose_map(path) if column_map is None else find_map(column_map)
            import_file(path, root=root, name=name, column_map=rules, encoder=encoder, progress=progress)
    raise AssertionError


def _json(compared: Comparison) -> dict[str, Any]:
    return {
        "systems": {name: _figures(one) for name, one in compared.systems.items()},
        "queries": compared.queries,
        "times_bm25": {
            name: {measure: asdict(one) for measure, one in ratios.items()} for name, ratios in compared.ratios.items()
        },
        "one_typo": {name: _figures(one) for name, one in compared.misspelt.items()},
    }


def _figures(one: Figures) -> dict[str, float]:
    return {_NAMES[name]: value for name, value in asdict(one).items()}


def _tell(compared: Comparison) -> None:
    say(f"{compared.queries} queries with a relevant document; times bm25 with 95 % intervals")
    heads = "".join(f"{name:>16}" for name in _NAMES.values())
    say(f"{'':14}{heads}   {'times nDCG@10':24}times nDCG@10, judged only")
    for name, one in compared.systems.items():
        told = (f"{r.ratio:.3f} ({r.low:.3f} to {r.high:.3f})" for r in compared.ratios.get(name, {}).values())
        say(f"{_row(name, one)}   {''.join(f'{text:24}' for text in told)}".rstrip())
    say("With one typo in each query:")
    for name, one in compared.misspelt.items():
        say(_row(name, one))


def _row(name: str, one: Figures) -> str:
    return f"{name:14}" + "".join(f"{value:16.3f}" for value in asdict(one).values())
