"""The shop's experiments: started, widened and stopped with an audit; who is in which arm; what came of it.

A stop holds from the next turn on, whoever wrote it: every turn reads what runs. Who is in which arm is computed, never
looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
import structlog

from assistant.arms import Arms, arms_of
from assistant.errors import StoreError
from assistant.store import Clock, Store
from assistant.store.experiments import audit, exposures
from assistant.store.experiments import experiments as table
from assistant.store.tables import events as behaviour
from recommender.errors import ExperimentWrong
from recommender.events import Decision, Event, EventLog, EventType
from recommender.experiments.analysis import Report, analyse
from recommender.experiments.assignment import assigned
from recommender.experiments.definitions import Experiment, check_beside, read_experiment
from recommender.experiments.outcomes import Exposure, outcomes
from recommender.experiments.telling import Amount, in_minor_units

log = structlog.get_logger()
_read = lru_cache(maxsize=64)(read_experiment)
# SQLAlchemy Core has no portable word for what happens on conflict; this text is the same on SQLite and Postgres.
_EXPOSE = sa.text(
    "INSERT INTO exposures"
    " (experiment, unit_key, arm, first_at, turns, latency_ms, searches, empty_searches, hand_overs)"
    " VALUES (:experiment, :unit_key, :arm, :first_at, :turns, :latency_ms, :searches, :empty_searches, :hand_overs)"
    " ON CONFLICT (experiment, unit_key) DO UPDATE SET turns = exposures.turns + excluded.turns,"
    " latency_ms = exposures.latency_ms + excluded.latency_ms, searches = exposures.searches + excluded.searches,"
    " empty_searches = exposures.empty_searches + excluded.empty_searches,"
    " hand_overs = exposures.hand_overs + excluded.hand_overs"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """An experiment as it is kept.

    Args:
        experiment: its definition.
        started_at: aware datetime.
        stopped_at: None while it runs.
        stopped_because: who stopped it and why; "" while it runs.
    """

    experiment: Experiment
    started_at: datetime
    stopped_at: datetime | None = None
    stopped_because: str = ""


@dataclass(frozen=True, slots=True)
class Audited:
    """Something that somebody did to an experiment: `action` is "start", "widen" or "stop"."""

    experiment: str
    action: str
    who: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TurnSeen:
    """What one turn was like.

    Args:
        at: epoch seconds of its beginning.
        latency_ms: from the message to the end of the answer.
        searches, empty_searches: of them, those that found nothing.
        handed_over: whether the shopper asked for a person in it.
    """

    at: float
    latency_ms: float
    searches: int
    empty_searches: int
    handed_over: bool


@dataclass(frozen=True, slots=True)
class Log:
    """Where outcomes come from.

    Args:
        events: all events at or after a time (epoch seconds).
        find_decision: a decision by id.
        margins: item id -> share of its price that the shop keeps, of the items whose cost is stated now.
        outsiders: keys of shoppers and visits that are no customer's: staff and robots.
    """

    events: Callable[[float], Sequence[Event]]
    find_decision: Callable[[str], Decision | None]
    margins: Callable[[], Mapping[str, float]] = dict
    outsiders: Callable[[], Collection[str]] = frozenset


def log_of(
    store: Store, log: EventLog, outsiders: Callable[[], Collection[str]], margins: Callable[[], Mapping[str, float]]
) -> Log:
    """Return the shop's own log as reports read it.

    Args:
        store: the shop's database.
        log: in it.
        outsiders, margins: as in Log.
    """
    query = sa.select(behaviour).where(behaviour.c.type != EventType.IMPRESSION.value)

    def since(at: float) -> Sequence[Event]:
        with store.read() as connection:
            rows = connection.execute(query.where(behaviour.c.at >= at)).all()
        return [Event(row[1], EventType(row[2]), *row[3:]) for row in rows]

    return Log(since, log.find_decision, margins, outsiders)


def guards_margin(experiment: Experiment) -> bool:
    """Tell whether an experiment must know what products cost the shop."""
    return any(guard.metric == "margin" for guard in experiment.guards)


class Experiments:
    """Keeps experiments. Safe for several threads, and for several processes on one folder."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Args:
        store: the experiments' file.
        clock: the time.
        """
        self._store = store
        self._clock = clock
        self._releases: frozenset[int] = frozenset()

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    # ------------------------------------------------------------ the owner's side

    def all(self) -> tuple[Kept, ...]:
        """Every experiment, the latest first."""
        with self._store.read() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.started_at.desc(), table.c.name)).all()
        return tuple(_kept(row) for row in rows)

    def get(self, name: str) -> Kept:
        """Return an experiment.

        Raises:
            ExperimentWrong: there is none of this name.
        """
        with self._store.read() as connection:
            return _get(connection, name)

    def audited(self, name: str) -> tuple[Audited, ...]:
        """What was done to an experiment, the first thing first."""
        query = sa.select(audit).where(audit.c.experiment == name).order_by(audit.c.seq)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return tuple(Audited(row.experiment, row.action, row.who, row.words, row.at) for row in rows)

    def start(self, experiment: Experiment, *, who: str) -> Kept:
        """Start an experiment; one that runs can be started again with more traffic, and nothing else changed.

        Raises:
            ExperimentWrong: it ran before, something else was changed, or another one sets the same thing.
        """
        now = self._clock()
        with self._store.write() as connection:
            rows = connection.execute(sa.select(table)).all()
            known = next((_kept(row) for row in rows if row.name == experiment.name), None)
            running = [_kept(row).experiment for row in rows if row.stopped_at is None and row.name != experiment.name]
            check_beside(experiment, running)
            if known is not None:
                return _widen(connection, known, experiment, who, now)
            values = {"name": experiment.name, "definition": experiment.model_dump_json(), "started_at": now}
            connection.execute(sa.insert(table).values(values))
            _note(connection, experiment.name, "start", who, experiment.hypothesis, now)
        return Kept(experiment, now)

    def stop(self, name: str, *, who: str, because: str) -> Kept:
        """Stop an experiment for good; every turn that begins from now on is without it. A second time changes nothing.

        Raises:
            ExperimentWrong: there is none of this name.
        """
        now = self._clock()
        with self._store.write() as connection:
            kept = _get(connection, name)
            if kept.stopped_at is None:
                values = {"stopped_at": now, "stopped_because": f"{who}: {because}"}
                connection.execute(sa.update(table).where(table.c.name == name).values(values))
                _note(connection, name, "stop", who, because, now)
            return _get(connection, name)

    def report(self, name: str, log: Log, *, say_amount: Amount = in_minor_units) -> Report:
        """Judge an experiment by what is known now.

        Raises:
            ExperimentWrong: there is none of this name.
        """
        with self._store.read() as connection:
            experiment = _get(connection, name).experiment
            query = sa.select(exposures).where(exposures.c.experiment == name)
            met = [Exposure(*row[1:]) for row in connection.execute(query).all()]
        out = log.outsiders()
        units = [unit for unit in met if unit.unit_key not in out]
        since = log.events(min((unit.first_at for unit in units), default=self._clock().timestamp()))
        events = [event for event in since if event.session_key not in out and event.shopper_key not in out]
        found = outcomes(
            experiment,
            units,
            events,
            now=self._clock().timestamp(),
            find_decision=log.find_decision,
            margin_share=(log.margins() if guards_margin(experiment) else {}).get,
        )
        return analyse(experiment, found, say_amount=say_amount)

    def watch(self, log: Log) -> tuple[Report, ...]:
        """Judge all that run, and stop what has to be stopped; return the reports of those that were."""
        stopped = []
        for experiment in self.running():
            report = self.report(experiment.name, log)
            if report.must_stop:
                self.stop(experiment.name, who="guard", because=report.verdict)
                stopped.append(report)
        return tuple(stopped)

    # ------------------------------------------------------------ the turn's side

    def running(self) -> tuple[Experiment, ...]:
        """What runs now."""
        now = self._clock()
        with self._store.read() as connection:
            rows = connection.execute(sa.select(table.c.definition).where(table.c.stopped_at.is_(None))).all()
        return tuple(experiment for row in rows if (experiment := _read(row.definition)).is_on(now))

    def releases(self) -> frozenset[int]:
        """Releases of the click model that running arms rank with; as known last where the file cannot be read."""
        try:
            self._releases = frozenset().union(*(experiment.releases for experiment in self.running()))
        except StoreError as problem:
            log.error("experiments.unread", reason=str(problem))
        return self._releases

    def arms(self, shopper_key: str, session_key: str) -> Arms:
        """What a turn of this shopper is treated with now."""
        return arms_of(assigned(self.running(), shopper_key, session_key), shopper_key, session_key)

    def expose(self, arms: Arms, seen: TurnSeen) -> None:
        """Keep that a turn was treated, and what it was like."""
        rows = [
            {
                "experiment": experiment,
                "unit_key": unit_key,
                "arm": arm,
                "first_at": seen.at,
                "turns": 1,
                "latency_ms": seen.latency_ms,
                "searches": seen.searches,
                "empty_searches": seen.empty_searches,
                "hand_overs": int(seen.handed_over),
            }
            for experiment, unit_key, arm in arms.units
        ]
        if rows:
            with self._store.write() as connection:
                connection.execute(_EXPOSE, rows)


def _get(connection: sa.Connection, name: str) -> Kept:
    row = connection.execute(sa.select(table).where(table.c.name == name)).one_or_none()
    if row is None:
        raise ExperimentWrong(f"There is no experiment {name!r}: aisle experiments list shows all.")
    return _kept(row)


def _kept(row: Any) -> Kept:
    return Kept(_read(row.definition), row.started_at, row.stopped_at, row.stopped_because or "")


def _widen(connection: sa.Connection, known: Kept, experiment: Experiment, who: str, now: datetime) -> Kept:
    if known.stopped_at is not None:
        raise ExperimentWrong(
            f"{experiment.name} was stopped, and its shoppers are known by that name: choose another."
        )
    before = known.experiment
    if before.model_copy(update={"traffic": experiment.traffic}) != experiment or experiment.traffic < before.traffic:
        raise ExperimentWrong(f"{experiment.name} runs: only its traffic can be changed, and only raised.")
    values = {"definition": experiment.model_dump_json()}
    connection.execute(sa.update(table).where(table.c.name == experiment.name).values(values))
    _note(connection, experiment.name, "widen", who, f"traffic {before.traffic:g} to {experiment.traffic:g}", now)
    return Kept(experiment, known.started_at)


def _note(connection: sa.Connection, name: str, action: str, who: str, words: str, now: datetime) -> None:
    last = connection.execute(sa.select(sa.func.max(audit.c.seq))).scalar() or 0
    values = {"seq": last + 1, "experiment": name, "action": action, "who": who, "words": words, "at": now}
    connection.execute(sa.insert(audit).values(values))
