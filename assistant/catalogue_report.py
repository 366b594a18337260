"""The data report of a load in words for people. Pure: it gets a report and returns sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from retrieval.product import Money

if TYPE_CHECKING:
    from retrieval.data_report import Changes, DataReport

_SHOWN = 5
_IGNORED_SHOWN = 12


def highlights(report: DataReport, locale: str) -> Iterator[str]:
    """What an operator should know right after a load."""
    if report.changes is not None:
        yield _changed(report.changes)
        yield from _drift(report.changes, report.currency, locale)
    yield from _ignored(report)
    if report.duplicates_found:
        yield (
            f"{_count(report.duplicates_found, 'group')} of products may be one and the same;"
            " `aisle catalogue report` lists them."
        )


def lines(report: DataReport, locale: str) -> Iterator[str]:
    """The whole report."""
    source = "" if report.file is None else f" of {report.file}"
    yield f"Version {report.version}, {report.kind}{source}, {report.made}."
    yield f"{_count(report.products, 'product')}, {_count(report.variants, 'variant')}, in {report.currency}."
    yield from _not_loaded(report, "could not be loaded", withdraws=False)
    yield from _not_loaded(report, "are not for sale", withdraws=True)
    yield from _ignored(report)
    if report.changes is not None:
        yield _changed(report.changes)
        yield from _drift(report.changes, report.currency, locale)
    yield "Stated by so many of the products:"
    yield from (f"  {name}: {share:.1%}" for name, share in _best(report))
    for level in report.prices[:1]:
        yield f"Median price: {Money(level.median_minor, report.currency).format(locale)}"
    if report.duplicates_found:
        yield f"{_count(report.duplicates_found, 'group')} of products may be one and the same:"
        for one in report.duplicates[:_SHOWN]:
            yield f"  same {'barcode' if one.reason == 'gtin' else 'title'} {one.key!r}: {', '.join(one.ids[:_SHOWN])}"
        if report.duplicates_found > _SHOWN:
            yield f"  and {report.duplicates_found - _SHOWN} more; --json lists them"


def _not_loaded(report: DataReport, what: str, *, withdraws: bool) -> Iterator[str]:
    reasons = [one for one in report.reasons if one.withdraws is withdraws]
    if reasons:
        yield f"{sum(one.rows for one in reasons):,} of {report.rows:,} rows {what}:"
        yield from (f"  {one.rows:,} × {one.reason} (first: line {one.first_line})" for one in reasons)


def _ignored(report: DataReport) -> Iterator[str]:
    names = report.ignored_columns
    if names:
        told = ", ".join(names[:_IGNORED_SHOWN])
        more = f" and {len(names) - _IGNORED_SHOWN} more" if len(names) > _IGNORED_SHOWN else ""
        yield (
            f"{_count(len(names), 'column')} not read: {told}{more}. The column of an attribute begins with attr_, as"
            " attr_color does, or a column map names it."
        )


def _best(report: DataReport) -> list[tuple[str, float]]:
    fields = [entry for entry in report.coverage.items() if not entry[0].startswith("attributes.")]
    attributes = [entry for entry in report.coverage.items() if entry[0].startswith("attributes.")]
    return fields + [(name.removeprefix("attributes."), share) for name, share in attributes[: 2 * _SHOWN]]


def _changed(changes: Changes) -> str:
    return (
        f"Against version {changes.since}: {changes.added:,} added, {changes.changed:,} changed,"
        f" {changes.removed:,} removed, {changes.unchanged:,} as before."
    )


def _drift(changes: Changes, currency: str, locale: str) -> Iterator[str]:
    def money(amount: float) -> str:
        return Money(round(amount), currency).format(locale)

    if changes.currency_before is not None:
        yield f"The currency was {changes.currency_before} before."
    if changes.prices_changed:
        yield f"{_count(changes.prices_changed, 'price')} changed by a fifth or more:"
        for one in changes.largest[:_SHOWN]:
            yield f"  {one.id}: {money(one.before_minor)}, now {money(one.after_minor)}"
    for fall in changes.coverage_fell[:_SHOWN]:
        name = fall.name.removeprefix("attributes.")
        yield f"{name} is stated by {fall.after:.0%} of the products, before by {fall.before:.0%}."
    for shift in changes.medians[:_SHOWN]:
        where = f" in {shift.name}" if shift.name else ""
        yield f"The median price{where} is {money(shift.after)}, before {money(shift.before)}."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
