"""The commands of `aisle rules`: what the owner decides over the ranking, also while the server runs.

Like `assistant.cli` it reads arguments and loads nothing heavy before a command runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.given import CatalogueName, JsonFlag, Who, read_settings

rules = typer.Typer(
    help="The owner's rules over the ranking: pin, bury, exclude, stock, margin, age. They act from the next slate on.",
    add_completion=False,
)
RuleText = Annotated[str, typer.Argument(metavar="RULE", help='As JSON, e.g. {"kind": "bury", "brands": ["Alp"]}.')]


@rules.command("list")
def list_rules(
    every: Annotated[bool, typer.Option("--all", help="Also those that were removed.")] = False,
    catalogue: CatalogueName = None,
    json: JsonFlag = False,
) -> None:
    """List the rules that stand, who added them and when, and how the switch stands.

    Example: aisle rules list
    """
    from assistant.rules_commands import list_rules as run

    run(read_settings(catalogue=catalogue), every=every, as_json=json)


@rules.command("add")
def add_rule(rule: RuleText, by: Who = "command line", catalogue: CatalogueName = None, json: JsonFlag = False) -> None:
    """Add a rule.

    Kinds: pin (item_id, slot from 0), bury, exclude, min_stock (units), margin_floor (share), age_limit (years). Each
    may name item_ids, categories, brands, surfaces, words of the request, starts, ends and a note.

    Example: aisle rules add '{"kind": "pin", "item_id": "tent-1", "slot": 0, "surfaces": ["recommend"]}'
    """
    from assistant.rules_commands import add_rule as run

    run(read_settings(catalogue=catalogue), rule, who=by, as_json=json)


@rules.command("remove")
def remove_rule(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Of the rule, as aisle rules list shows it.")],
    by: Who = "command line",
    catalogue: CatalogueName = None,
    json: JsonFlag = False,
) -> None:
    """Remove a rule; the record of it stays.

    Example: aisle rules remove 3
    """
    from assistant.rules_commands import remove_rule as run

    run(read_settings(catalogue=catalogue), number, who=by, as_json=json)


@rules.command("switch")
def switch_ranking(
    ranking: Annotated[str, typer.Argument(metavar="RANKING", help="default, or learned.")],
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the record.")] = "",
    by: Who = "command line",
    catalogue: CatalogueName = None,
    json: JsonFlag = False,
) -> None:
    """Throw the kill switch: "default" ranks by fixed weights and tries nothing out; "learned" goes back.

    Example: aisle rules switch default --because "odd slates since noon"
    """
    from assistant.rules_commands import switch_ranking as run

    run(read_settings(catalogue=catalogue), ranking, because=because, who=by, as_json=json)
