"""`aisle doctor`: looks at everything that Aisle needs, says what is so and what to do, and changes nothing.

The checks are in `assistant/checkups/`; here they are run and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from assistant.answer_json import aisle_version
from assistant.checkups import CHECKUPS
from assistant.checkups.check import Check, Checkup, Patient, State, guarded
from assistant.config import Settings
from assistant.terminal import say_json
from assistant.text import clean

_SIGNS: dict[State, tuple[str, str]] = {
    "ok": ("✓", "green"),
    "warning": ("!", "yellow"),
    "problem": ("✗", "red"),
    "skipped": ("–", "dim"),
}


def examine(settings: Settings, *, deep: bool, checkups: Sequence[Checkup] = CHECKUPS) -> tuple[Check, ...]:
    """Run all checks.

    Args:
        settings: frozen.
        deep: look also at what takes long: the encoder, and large files.
        checkups: what to look at, in this order.

    Returns:
        Findings; the last one says what shoppers have less of.
    """
    patient = Patient(settings, deep)
    found = [check for checkup in checkups for check in guarded(checkup, patient)]
    less = list(dict.fromkeys(check.degrades for check in found if check.degrades))
    if less:
        return (*found, Check("degraded", "warning", f"Shoppers do without: {'; '.join(less)}."))
    return (*found, Check("degraded", "ok", "Nothing: shoppers have everything that is set up."))


def refused(reason: str) -> tuple[Check, ...]:
    """The finding where the settings themselves cannot be used, so that nothing else can be looked at."""
    return (Check("settings", "problem", reason, "Correct it; the rest is looked at then.", "the whole shop"),)


def is_ok(checks: Sequence[Check]) -> bool:
    """Whether there is no problem; warnings are none."""
    return all(check.state != "problem" for check in checks)


def write_report(checks: Sequence[Check], *, as_json: bool) -> None:
    """Write the findings, for people or as JSON."""
    if as_json:
        say_json({"checks": [asdict(check) for check in checks], "ok": is_ok(checks)})
    else:
        _write_list(checks)


def _write_list(checks: Sequence[Check]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        sign, style = _SIGNS[check.state]
        told = Text(clean(check.found))
        if check.advice:
            told.append(f"\n→ {clean(check.advice)}", style="bold" if check.state == "problem" else "")
        table.add_row(Text(sign, style=style), Text(check.name), told)
    console = Console(highlight=False)
    console.print(Text(f"Aisle {aisle_version()}"))
    console.print(table)
    console.print(Text(_summary(checks)))


def _summary(checks: Sequence[Check]) -> str:
    def n_of(state: State) -> int:
        return sum(check.state == state and check.name != "degraded" for check in checks)

    problems, warnings, skipped = n_of("problem"), n_of("warning"), n_of("skipped")
    told = [_counted(problems, "problem"), _counted(warnings, "warning")]
    first = "All is well." if not problems and not warnings else f"{' and '.join(one for one in told if one)}."
    return first + (f" Not looked at: {skipped}." if skipped else "")


def _counted(number: int, what: str) -> str:
    return "" if not number else f"1 {what}" if number == 1 else f"{number} {what}s"
