"""What the owner's page sends, typed; and the experiment or rule that a form stands for. Knows no Gradio."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from recommender.experiments.definitions import Experiment, read_experiment

Section = Literal["funnel", "experiments", "models", "rules", "sponsored", "slates", "health"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
_NOTHING = BeforeValidator(lambda value: None if value == "" else value)
Number = Annotated[int | None, _NOTHING]
Share = Annotated[float | None, _NOTHING]
Day = Annotated[date | None, _NOTHING]
ONE_LESS = 1
"""People count slots from 1, the ranking from 0."""


class Payload(BaseModel):
    """What an action gets; anything else is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class View(Payload):
    """Which section is looked at, which thing in it, and how: e.g. "experiments", "three-cards"."""

    section: Section
    about: str = Field(default="", max_length=100)
    options: dict[str, Annotated[str, StringConstraints(max_length=100)]] = Field(default={}, max_length=8)


class FunnelOptions(Payload):
    """How the funnel is looked at."""

    days: Literal["7", "30", "90"] = "30"
    surface: str = ""
    who: Literal["all", "new", "known"] = "all"
    part: Literal["shoppers", "uniform", "sponsored"] = "shoppers"


class Named(Payload):
    """An experiment, and why something is done to it."""

    name: str = Field(max_length=40)
    reason: Reason


class Numbered(Payload):
    """A release."""

    number: int = Field(ge=1)


class Moved(Numbered):
    """A release, and why it is moved."""

    reason: Reason


class Promoted(Numbered):
    """A release where the page showed it; a reason overrules the gate and the canary's wait."""

    stage: str = Field(max_length=20)
    share: float = Field(ge=0, le=1)
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""


class Thrown(Payload):
    """The kill switch, and why it is thrown."""

    ranking: Literal["learned", "default"]
    reason: Reason


class PlanForm(Payload):
    """The smallest change worth finding, in percent of what is so now."""

    metric: Literal["click", "cart", "order", "revenue"] = "order"
    lift: float = Field(default=10.0, gt=0, le=500)
    traffic: float = Field(default=50.0, gt=0, le=100)


class ExperimentForm(Payload):
    """Two arms: the shop as it is, and the shop with one thing changed."""

    name: Text
    hypothesis: Text
    changes: Literal["slate_size", "first", "policy", "release", "prompt"] = "slate_size"
    value: Text = ""
    metric: Literal["click", "cart", "order", "revenue"] = "order"
    traffic: float = Field(default=50.0, gt=0, le=100)
    planned_units: int = Field(default=20_000, ge=100)

    def experiment(self) -> Experiment:
        """Return the experiment.

        Raises:
            ExperimentWrong: it cannot be run; says what to change.
        """
        number = int(self.value) if self.value.isdigit() else self.value
        known: dict[str, dict[str, Any]] = {
            "slate_size": {"slate_size": number},
            "first": {"first": self.value},
            "policy": {"ranker": {"policy": self.value}},
            "release": {"ranker": {"release": number}},
            "prompt": {"prompt": self.value},
        }
        definition = {
            "name": self.name,
            "hypothesis": self.hypothesis,
            "metric": self.metric,
            "traffic": self.traffic / 100,
            "planned_units": self.planned_units,
            "arms": [
                {"name": "as-it-is", "share": 0.5},
                {"name": "changed", "share": 0.5, "sets": known[self.changes]},
            ],
        }
        return read_experiment(json.dumps(definition))


class RuleForm(Payload):
    """A rule as typed; `items`, `categories`, `brands` and `words` are lists with commas; dates are whole days."""

    kind: Literal["pin", "bury", "exclude", "min_stock", "margin_floor", "age_limit"]
    items: Text = ""
    categories: Text = ""
    brands: Text = ""
    words: Text = ""
    surface: Text = ""
    slot: Number = None
    units: Number = None
    share: Share = None
    years: Number = None
    starts: Day = None
    ends: Day = None
    note: Text = ""
    query: Text = ""

    def given(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return the rule as `recommender.owner_rules.read_rule` takes it; what is wrong with it is told there.

        Args:
            zone: of the shop; a day begins and ends at its midnight.
        """
        items = _listed(self.items)
        lists = {"categories": self.categories, "brands": self.brands, "words": self.words, "surfaces": self.surface}
        rule: dict[str, Any] = {"kind": self.kind, "note": self.note, **{k: _listed(v) for k, v in lists.items()}}
        if self.kind == "pin":
            rule |= {"item_id": items[0] if items else "", "slot": (self.slot or 0) - ONE_LESS}
        else:
            rule["item_ids"] = items
        own = {"min_stock": ("units", self.units), "age_limit": ("years", self.years)}
        if self.kind in own:
            rule[own[self.kind][0]] = own[self.kind][1]
        if self.kind == "margin_floor":
            rule["share"] = None if self.share is None else self.share / 100
        return rule | _whole_days(self.starts, self.ends, zone)


class CampaignForm(Payload):
    """A campaign as typed: lists with commas, whole days."""

    sponsor: Text
    items: Text
    words: Text = ""
    starts: Day = None
    ends: date
    per_shopper_per_day: int = Field(default=3, ge=1, le=20)

    def given(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return the campaign as `recommender.selling.sponsored.read_campaign` takes it; see RuleForm."""
        return {
            "sponsor": self.sponsor,
            "item_ids": _listed(self.items),
            "words": _listed(self.words),
            "per_shopper_per_day": self.per_shopper_per_day,
            **_whole_days(self.starts, self.ends, zone),
        }


class WithoutRule(Payload):
    """A rule that stands, and the request to look at without it."""

    rule_id: str = Field(max_length=20)
    query: Text = ""


class Typed(Payload):
    """What was typed into the field of products so far: ids with commas, and words of a title after the last one."""

    text: Text = ""


class RuleRef(Payload):
    """A rule that stands."""

    rule_id: str = Field(max_length=20)


class CampaignRef(Payload):
    """A campaign that runs."""

    number: str = Field(max_length=20)


def _whole_days(starts: date | None, ends: date | None, zone: ZoneInfo) -> dict[str, str]:
    """Return from when until when: from the first midnight until the one after the last day."""
    days = {"starts": starts, "ends": ends and ends + timedelta(days=1)}
    return {name: datetime.combine(day, time(), zone).isoformat() for name, day in days.items() if day}


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
