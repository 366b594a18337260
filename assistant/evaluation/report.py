"""The report for people: one HTML file that needs nothing else, models side by side, every transcript in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from assistant.evaluation.trials import Result


def html_report(
    models: Sequence[str], found: Mapping[str, Mapping[str, Any]], results: Sequence[Result], about: Mapping[str, Any]
) -> str:
    """Write the report.

    Args:
        models: columns, in order.
        found: model -> `figures.figures`.
        results: of all of them.
        about: seed, trials, versions and the like, told at the foot.
    """
    pages = Environment(
        loader=PackageLoader("assistant.evaluation", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    tasks: dict[str, dict[str, list[Result]]] = {}
    for result in results:
        tasks.setdefault(result.task, {}).setdefault(result.model, []).append(result)
    parts: dict[str, list[str]] = {}
    for task, columns in tasks.items():
        part = next(iter(columns.values()))[0].part
        parts.setdefault(part, []).append(task)
    return pages.get_template("report.html.j2").render(
        models=models, found=found, tasks=tasks, parts=parts, about=about, failed=_failed
    )


def _failed(listed: Sequence[Result]) -> int:
    return sum(not result.passed for result in listed)
