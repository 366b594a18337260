"""The registry of a catalogue's ranker releases: at which stage each is, and every move that brought it there.

    candidate ──► shadow ──► (gate) ──► canary 1 % ──► 5 % ──► 25 % ──► live ──► retired
                                            └─────── harm ──────────────────────►┘

All of it is one file, moves.json, replaced as a whole: a move that retires one release and makes another live cannot
happen by halves, and whoever reads sees the state before or after it. Releases are complete before they have a number
(releases.py). Knows files; loads no model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from filelock import FileLock, Timeout
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from recommender.errors import GateRefused, MoveRefused, RegistryBusy, ReleaseBroken
from recommender.promotion.evidence import CanaryReport, GateReport
from recommender.promotion.releases import (
    Stage,
    check_release,
    complete_releases,
    find_evidence,
    read_card,
    read_manifest,
    write_durably,
    write_release,
)

MOVES: Final = "moves.json"
CANARY_SHARES: Final = (0.01, 0.05, 0.25)
"""Parts of the shoppers that meet a release before all of them do."""
_WAIT_S = 10.0


class Move(BaseModel):
    """One step of one release.

    Args:
        release: its number.
        before, after: stages.
        share: of the shoppers that meet it from now on, 0 to 1.
        at: UTC.
        who: e.g. "anna", "schedule", "watch".
        why: one sentence.
        overruled: whether the gate, or the canary's wait, was overruled.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    release: int
    before: Stage
    after: Stage
    share: float
    at: AwareDatetime
    who: str
    why: str
    overruled: bool = False


class Moves(BaseModel):
    """All moves, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["aisle-moves/1"] = "aisle-moves/1"
    moves: tuple[Move, ...] = ()


class Release(BaseModel):
    """One release as lists show it.

    Args:
        number: from 1.
        stage: where it stands.
        share: of the shoppers that meet it.
        made_at, made_by: of its training.
        served: whether its click model beat popularity.
        verdict: the training's own sentence.
        since: of its stage; None for a candidate.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int
    stage: Stage
    share: float
    made_at: AwareDatetime
    made_by: str
    served: bool
    verdict: str
    since: AwareDatetime | None


def _now() -> datetime:
    return datetime.now(UTC)


class Registry:
    """Releases of one catalogue. Several processes may use it at once.

    Args:
        root: folder of the catalogue's models; made by the first release.
        now: aware clock.
    """

    def __init__(self, root: Path, *, now: Callable[[], datetime] = _now) -> None:
        self.root = root
        self._now = now

    # ------------------------------------------------------------ reading

    def history(self) -> tuple[Move, ...]:
        """All moves, oldest first.

        Raises:
            ReleaseBroken: moves.json cannot be read; releases are whole nevertheless.
        """
        path = self.root / MOVES
        try:
            return Moves.model_validate_json(path.read_bytes()).moves
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError) as error:
            raise ReleaseBroken(
                f"{path} cannot be read: put a backup in its place, or move it away and promote again."
            ) from error

    def stage(self, number: int) -> Stage:
        """Where a release stands.

        Raises:
            ReleaseMissing: there is no such release.
        """
        read_manifest(self.root, number)
        return _stage(self.history(), number)

    def live(self) -> int | None:
        """The release that serves; None where there is none."""
        return _at(self.history(), Stage.LIVE)

    def canary(self) -> tuple[int, float] | None:
        """The release on trial and its share of the shoppers; None where there is none."""
        history = self.history()
        number = _at(history, Stage.CANARY)
        return None if number is None else (number, _last(history, number).share)

    def list_releases(self) -> tuple[Release, ...]:
        """All releases, the newest first; a damaged one is passed over."""
        found = []
        history = self.history()
        for number in reversed(complete_releases(self.root)):
            try:
                found.append(self._release(history, number))
            except ReleaseBroken:
                continue
        return tuple(found)

    def get_release(self, number: int) -> Release:
        """One release.

        Raises:
            ReleaseMissing: there is no such release.
            ReleaseBroken: its manifest or card cannot be read.
        """
        return self._release(self.history(), number)

    def stamp(self) -> object:
        """A value that changes with every move; what a running server watches."""
        try:
            found = (self.root / MOVES).stat()
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_ino, found.st_size)

    # ------------------------------------------------------------ moving

    def add(self, draft: Path, *, who: str, seed: int) -> Release:
        """Make a candidate of what a training wrote.

        Args:
            draft: a folder inside `root`; it becomes the release.
            who, seed: see ReleaseManifest.
        """
        with self._moving():
            number = write_release(self.root, draft, made_by=who, seed=seed, now=self._now())
        return self.get_release(number)

    def start_shadow(self, number: int, *, who: str, why: str = "to be scored beside the live one") -> Release:
        """Let a candidate score live requests without being shown.

        Raises:
            ReleaseMissing, ReleaseBroken: see check_release.
            MoveRefused: it is no candidate.
        """
        with self._moving():
            history = self.history()
            self._expect(history, number, Stage.CANDIDATE)
            check_release(self.root, number)
            self._write(history, self._move(history, number, Stage.SHADOW, 0.0, who, why))
        return self.get_release(number)

    def promote(self, number: int, *, who: str, because: str | None = None) -> Release:
        """Take a release one step further: shadow to canary, canary to a larger share, at last live.

        The first release of a catalogue goes live at once, as there is nothing that it could be worse than.

        Args:
            number: of the release.
            who: for the history.
            because: overrules the gate or the canary's wait; kept in the history.

        Raises:
            ReleaseMissing, ReleaseBroken: see check_release.
            GateRefused: the gate said no, was not asked, or was asked before something changed.
            MoveRefused: it is at no stage that can be promoted, or the canary has not seen enough.
        """
        with self._moving():
            history = self.history()
            check_release(self.root, number)
            stage, live = _stage(history, number), _at(history, Stage.LIVE)
            if not read_card(self.root, number).served:
                raise MoveRefused(f"The click model of release {number} did not beat popularity, so it cannot serve.")
            if live is None and stage in {Stage.CANDIDATE, Stage.SHADOW}:
                first = because or "the first release: nothing is live that it could be compared with"
                self._write(history, self._move(history, number, Stage.LIVE, 1.0, who, first))
            elif stage is Stage.SHADOW:
                self._to_canary(history, number, live, who, because)
            elif stage is Stage.CANARY:
                self._further(history, number, who, because)
            else:
                raise MoveRefused(_NEXT[stage].format(number=number))
        return self.get_release(number)

    def roll_back(self, *, who: str, why: str, to: int | None = None) -> int | None:
        """Take the canary back where there is one; else serve the release again that was live before.

        Args:
            who, why: for the history.
            to: number of a release that was live once; None for the last one.

        Returns:
            The release that serves now; None where none does: ranking goes on by counting.

        Raises:
            MoveRefused: nothing is live or on trial, or `to` was never live.
            ReleaseBroken: the release to go back to is damaged; nothing was changed.
        """
        with self._moving():
            history = self.history()
            canary, live = _at(history, Stage.CANARY), _at(history, Stage.LIVE)
            if canary is not None and to is None:
                self._write(history, self._move(history, canary, Stage.RETIRED, 0.0, who, why))
                return live
            if live is None and to is None:
                raise MoveRefused("Nothing is live or on trial, so there is nothing to take back.")
            target = _live_before(history, live) if to is None else to
            if target is not None:
                self._check_was_live(history, target, live)
                check_release(self.root, target)
            moves = [] if live is None else [self._move(history, live, Stage.RETIRED, 0.0, who, why)]
            if target is not None:
                moves.append(self._move(history, target, Stage.LIVE, 1.0, who, why))
            if canary is not None:
                moves.append(self._move(history, canary, Stage.RETIRED, 0.0, who, why))
            self._write(history, *moves)
        return target

    def stop(self, number: int, *, who: str, why: str) -> Release:
        """Take a release out of the way before it is live.

        Raises:
            ReleaseMissing: there is no such release.
            MoveRefused: it is live (roll it back) or retired.
        """
        with self._moving():
            history = self.history()
            self._expect(history, number, Stage.CANDIDATE, Stage.SHADOW, Stage.CANARY)
            self._write(history, self._move(history, number, Stage.RETIRED, 0.0, who, why))
        return self.get_release(number)

    @contextmanager
    def training(self) -> Iterator[None]:
        """Be the only one who trains: two would write into one draft.

        Raises:
            RegistryBusy: another training is under way.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.root / "training.lock", timeout=0):
                yield
        except Timeout as error:
            raise RegistryBusy("Another training of this shop is under way: wait until it has ended.") from error

    # ------------------------------------------------------------ inside

    def _to_canary(
        self, history: tuple[Move, ...], number: int, live: int | None, who: str, because: str | None
    ) -> None:
        other = _at(history, Stage.CANARY)
        if other is not None:
            raise MoveRefused(f"Release {other} is on trial: promote it or stop it first.")
        report = find_evidence(self.root, number, "gate", GateReport)
        accepted = report is not None and report.accepted and report.live == live
        if not accepted and because is None:
            raise GateRefused(_gate_words(number, report, live))
        why = because or "the gate accepted it"
        move = self._move(history, number, Stage.CANARY, CANARY_SHARES[0], who, why, overruled=not accepted)
        self._write(history, move)

    def _further(self, history: tuple[Move, ...], number: int, who: str, because: str | None) -> None:
        share = _last(history, number).share
        report = find_evidence(self.root, number, "canary", CanaryReport)
        ready = report is not None and report.share == share and report.may_go_on
        if not ready and because is None:
            seen = "nothing has been counted yet" if report is None or report.share != share else report.told
            raise MoveRefused(f"Release {number} stays at {share:.0%} of the shoppers: {seen}.")
        why = because or "the canary did no harm"
        larger = [step for step in CANARY_SHARES if step > share]
        if larger:
            move = self._move(history, number, Stage.CANARY, larger[0], who, why, overruled=not ready)
            self._write(history, move)
            return
        live = _at(history, Stage.LIVE)
        moves = [self._move(history, number, Stage.LIVE, 1.0, who, why, overruled=not ready)]
        if live is not None:
            moves.insert(0, self._move(history, live, Stage.RETIRED, 0.0, who, f"release {number} took its place"))
        self._write(history, *moves)

    def _expect(self, history: tuple[Move, ...], number: int, *stages: Stage) -> None:
        read_manifest(self.root, number)
        stage = _stage(history, number)
        if stage not in stages:
            raise MoveRefused(_NEXT[stage].format(number=number))

    def _check_was_live(self, history: tuple[Move, ...], target: int, live: int | None) -> None:
        if target == live:
            raise MoveRefused(f"Release {target} is live already.")
        if not any(move.release == target and move.after is Stage.LIVE for move in history):
            raise MoveRefused(f"Release {target} was never live: promote it, so that the gate looks at it.")

    def _move(
        self,
        history: tuple[Move, ...],
        number: int,
        after: Stage,
        share: float,
        who: str,
        why: str,
        *,
        overruled: bool = False,
    ) -> Move:
        before = _stage(history, number)
        return Move(
            release=number,
            before=before,
            after=after,
            share=share,
            at=self._now(),
            who=who,
            why=why,
            overruled=overruled,
        )

    def _write(self, history: tuple[Move, ...], *new: Move) -> None:
        write_durably(self.root / MOVES, Moves(moves=(*history, *new)).model_dump_json(indent=1))

    def _release(self, history: tuple[Move, ...], number: int) -> Release:
        manifest, card = read_manifest(self.root, number), read_card(self.root, number)
        mine = [move for move in history if move.release == number]
        return Release(
            number=number,
            stage=_stage(history, number),
            share=mine[-1].share if mine else 0.0,
            made_at=manifest.made_at,
            made_by=manifest.made_by,
            served=card.served,
            verdict=card.verdict,
            since=mine[-1].at if mine else None,
        )

    @contextmanager
    def _moving(self) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.root / "moves.lock", timeout=_WAIT_S):
                yield
        except Timeout as error:
            raise RegistryBusy("Somebody else is moving a release: try again in a moment.") from error


_NEXT: Final = {
    Stage.CANDIDATE: "Release {number} is a candidate: `aisle models shadow {number}` comes first.",
    Stage.SHADOW: "Release {number} is in shadow already: `aisle models promote {number}` asks the gate.",
    Stage.CANARY: "Release {number} is on trial: promote it further, or stop it.",
    Stage.LIVE: "Release {number} is live already; `aisle models rollback` takes it back.",
    Stage.RETIRED: "Release {number} is retired: train a new one with `aisle train ranker`.",
}


def _last(history: tuple[Move, ...], number: int) -> Move:
    return next(move for move in reversed(history) if move.release == number)


def _stage(history: tuple[Move, ...], number: int) -> Stage:
    return next((move.after for move in reversed(history) if move.release == number), Stage.CANDIDATE)


def _at(history: tuple[Move, ...], stage: Stage) -> int | None:
    """The release at a stage that only one can have."""
    latest = {move.release: move.after for move in history}
    return next((number for number, after in latest.items() if after is stage), None)


def _live_before(history: tuple[Move, ...], live: int | None) -> int | None:
    """The release that was live before the present one came; None where it was the first."""
    stack: list[int] = []
    for move in history:
        if move.after is Stage.LIVE:
            if move.release in stack:
                del stack[stack.index(move.release) :]
            stack.append(move.release)
    return stack[-2] if live is not None and len(stack) > 1 else None


def _gate_words(number: int, report: GateReport | None, live: int | None) -> str:
    ask = f"`aisle models gate {number}` asks it"
    if report is None:
        return f"The gate was not asked about release {number}: {ask}."
    if report.live != live:
        return f"The gate compared release {number} with another one than is live now: {ask} again."
    reasons = "; ".join(report.reasons) or "see `aisle models show`"
    return f"The gate refuses release {number}. {reasons}."
