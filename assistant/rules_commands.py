"""What `aisle rules` does: the owner's rules and the kill switch, also while the server runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from assistant.config import Settings
from assistant.entry_commands import entry_json, read_json, say_entries
from assistant.errors import ConfigError
from assistant.store import SqlEventLog, open_beside
from assistant.store.clock import system_clock
from assistant.store.ranking import open_ranking_store
from assistant.support.ledger import Entry
from assistant.support.ranking import RankingDesk, Switch
from assistant.terminal import say, say_json, showing_progress
from recommender.errors import RuleBroken
from recommender.events import Decision
from recommender.owner_rules import Rule, check_costs, read_rule

if TYPE_CHECKING:
    from retrieval.catalogue import Catalogue

_PAGE = 500


def list_rules(settings: Settings, *, every: bool, as_json: bool) -> None:
    """List rules, and how the switch stands."""
    with _desk(settings) as desk:
        kept = desk.history() if every else desk.rules()
        switches = desk.switches()
    switch = switches[-1] if switches else None
    ranking = "default" if settings.ranking == "default" or (switch and switch.ranking == "default") else "learned"
    if as_json:
        rows = [_json(one) for one in kept]
        say_json({"rules": rows, "ranking": ranking, "switches": [_switch_json(one) for one in switches]})
        return
    say_entries(kept, _words, "removed", "There are no rules.")
    say(f"Slates are ranked by the {ranking} ranking." + _why(switch))


def add_rule(settings: Settings, text: str, *, who: str, as_json: bool) -> None:
    """Add a rule.

    Raises:
        RuleBroken: it cannot be used.
        CatalogueMissing, IndexBroken: it asks for a margin, and the catalogue cannot be read.
    """
    given = _read(text)
    if (asked := read_rule(given)).kind == "margin_floor":
        from assistant.opening import items_of

        check_costs(asked, items_of(_catalogue(settings).products.values()).values())
    with _desk(settings) as desk:
        rule = desk.add(given, who)
    _tell(rule, f"Rule {rule.id} acts from the next slate on: {_words(rule)}.", as_json)


def remove_rule(settings: Settings, number: str, *, who: str, as_json: bool) -> None:
    """Remove a rule.

    Raises:
        RuleBroken: there is no such rule.
    """
    with _desk(settings) as desk:
        rule = desk.remove(number, who)
    _tell(rule, f"Rule {rule.id} acts no more: {_words(rule)}.", as_json)


def switch_ranking(settings: Settings, ranking: str, *, because: str, who: str, as_json: bool) -> None:
    """Throw the kill switch.

    Raises:
        ConfigError: there is no such ranking.
    """
    known: dict[str, Literal["learned", "default"]] = {"learned": "learned", "default": "default"}
    if ranking not in known:
        raise ConfigError(f"There is no ranking {ranking!r}: write default or learned.")
    with _desk(settings) as desk:
        switch = desk.throw(known[ranking], who, because)
    if as_json:
        say_json(_switch_json(switch))
    else:
        say(f"Slates are ranked by the {ranking} ranking from the next one on.")


def _catalogue(settings: Settings) -> Catalogue:
    from assistant.places import catalogues_folder
    from retrieval.engine import Retrieval

    return Retrieval.open(catalogues_folder(settings), settings.catalogue).catalogue


def latest_decisions(settings: Settings, n: int, *, traces: bool = False) -> list[Decision]:
    """Read the latest decisions of the log, oldest first, also while a server runs.

    Args:
        settings: frozen.
        n: most decisions, 1 or more.
        traces: read also what each was served with.

    Raises:
        StoreError: there is no log yet.
    """
    with closing(open_beside(settings.data)) as store, showing_progress() as progress:
        log = SqlEventLog(store)
        after = max(0, log.last_decision() - n)
        found: list[Decision] = []
        while batch := log.decisions(after=after, limit=_PAGE, traces=traces):
            found += [decision for _, decision in batch]
            after = batch[-1][0]
            progress("reading decisions", len(found), n)
    return found[-n:]


@contextmanager
def _desk(settings: Settings) -> Iterator[RankingDesk]:
    with closing(RankingDesk(open_ranking_store(settings.data), settings.catalogue, system_clock)) as desk:
        yield desk


def _read(text: str) -> object:
    try:
        return read_json(text)
    except ValueError as error:
        raise RuleBroken(f"The rule is no JSON: {error}.") from error


def _tell(rule: Rule, words: str, as_json: bool) -> None:
    if as_json:
        say_json({"rule": _rule_json(rule)})
    else:
        say(words)


def _rule_json(rule: Rule) -> dict[str, Any]:
    return rule.model_dump(mode="json", exclude_defaults=True) | {"kind": rule.kind, "id": rule.id}


def _json(entry: Entry[Rule]) -> dict[str, Any]:
    record = entry_json(entry, "removed")
    return _rule_json(entry.body) | {name: value for name, value in record.items() if value is not None}


def _switch_json(switch: Switch) -> dict[str, Any]:
    return asdict(switch) | {"thrown_at": switch.thrown_at.isoformat()}


def _words(rule: Rule) -> str:
    return json.dumps({name: value for name, value in _rule_json(rule).items() if name != "id"})


def _why(switch: Switch | None) -> str:
    if switch is None:
        return ""
    because = f", because {switch.because}" if switch.because else ""
    return f" The switch was last thrown {switch.thrown_at:%Y-%m-%d %H:%M} by {switch.thrown_by}{because}."
