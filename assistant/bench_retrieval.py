"""What `aisle bench retrieval` does: a catalogue is imported, then all systems answer the same judged queries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.loading import find_map
from assistant.terminal import Progress, say, say_json, showing_progress, warn
from retrieval.bench.judgments import Figures, Ratio, read_judgments
from retrieval.bench.ranking import Comparison, compare
from retrieval.encoder import Encoder, load_encoder
from retrieval.engine import Retrieval
from retrieval.importers.map_choice import choose_map
from retrieval.loader import Terms, import_file
from retrieval.query import QueryReader

_NAMES = {"ndcg": "ndcg@10", "ndcg_judged": "ndcg@10_judged", "recall": "recall@100", "judged": "judged@10"}
_WIDTH, _WIDE = 21, 28


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
    if judged.repeated:
        warn(f"{judged.repeated:,} rows of {judgments.name} judge a document of a query again; the last one counts.")
    with showing_progress() as progress:
        encoder = load_encoder(settings.shop_encoder, settings.encoder_dtype)
        retrieval = _imported(settings, catalogue, column_map, encoder, progress)
        unknown = judged.unknown(retrieval.catalogue.products)
        _tell_unknown(unknown, judgments)
        reader = QueryReader(retrieval.vocabulary(), settings.currency)
        compared = compare(retrieval, reader, encoder, judged.ratings, progress)
    if as_json:
        say_json(_json(compared) | {"unknown_documents": len(unknown), "repeated_judgments": judged.repeated})
    else:
        _tell(compared)


def _tell_unknown(unknown: Sequence[str], judgments: Path) -> None:
    if unknown:
        told = ", ".join(unknown[:3]) + (", …" if len(unknown) > 3 else "")
        warn(f"{len(unknown):,} documents of {judgments.name} are not in the catalogue, so nobody finds them: {told}")


def _imported(
    settings: Settings, path: Path, column_map: str | None, encoder: Encoder, progress: Progress
) -> Retrieval:
    """Import the file and open it. What is measured is made by this very code; only vectors are taken from before."""
    if not path.is_file():
        raise ConfigError(f"There is no file {path}.")
    key = f"{path.resolve()}\n{column_map}\n{encoder.name}"
    root, name = settings.data / "bench", f"judged-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    rules = choose_map(path) if column_map is None else find_map(column_map)
    terms = Terms(progress, force=True, kept=1)
    import_file(path, root=root, name=name, column_map=rules, encoder=encoder, terms=terms)
    retrieval = Retrieval.open(root, name)
    retrieval.warm(encoder)
    return retrieval


def _json(compared: Comparison) -> dict[str, Any]:
    return {
        "systems": {name: _figures(one) for name, one in compared.systems.items()},
        "intervals": {
            name: {_NAMES[measure]: list(ends) for measure, ends in one.items()}
            for name, one in compared.intervals.items()
        },
        "queries": compared.queries,
        "times_bm25": _ratios(compared.ratios),
        "one_typo": {name: _figures(one) for name, one in compared.misspelt.items()},
        "one_typo_times_without": _ratios(compared.misspelt_ratios),
    }


def _figures(one: Figures) -> dict[str, float]:
    return {_NAMES[name]: value for name, value in asdict(one).items()}


def _ratios(of: Mapping[str, Mapping[str, Ratio]]) -> dict[str, dict[str, dict[str, float]]]:
    return {name: {_NAMES[measure]: asdict(one) for measure, one in ratios.items()} for name, ratios in of.items()}


def _tell(compared: Comparison) -> None:
    say(f"{compared.queries} queries with a relevant document; 95 % intervals of a bootstrap over them")
    say(_line("", [*_NAMES.values(), "times bm25's nDCG@10", "judged only"]))
    for name, one in compared.systems.items():
        told = [_with(value, compared.intervals[name].get(measure)) for measure, value in asdict(one).items()]
        ratios = compared.ratios.get(name, {})
        say(_line(name, [*told, *(_times(ratios.get(measure)) for measure in ("ndcg", "ndcg_judged"))]))
    say()
    say("With one typo in each query, and how many times its own figure without")
    say(_line("", _NAMES.values(), _WIDE))
    for name, one in compared.misspelt.items():
        ratios = compared.misspelt_ratios[name]
        told = [f"{value:.3f}  {_times(ratios.get(measure))}" for measure, value in asdict(one).items()]
        say(_line(name, told, _WIDE))


def _line(name: str, cells: Iterable[str], width: int = _WIDTH) -> str:
    return (f"{name:14}" + "".join(f"{cell:{width}}" for cell in cells)).rstrip()


def _with(value: float, ends: tuple[float, float] | None) -> str:
    return f"{value:.3f}" + ("" if ends is None else f" ({ends[0]:.3f}–{ends[1]:.3f})")


def _times(ratio: Ratio | None) -> str:
    return "" if ratio is None else _with(ratio.ratio, (ratio.low, ratio.high))
