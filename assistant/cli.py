"""The `aisle` command: reads arguments, calls the composition root, writes answers.

It decides nothing about shopping. Nothing heavy is imported before a command runs, so `aisle --help` is quick.
Exit codes: 0 done, 1 an error in one plain sentence on stderr, 2 wrong use, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.bench_cli import bench as bench_group
from assistant.catalogue_cli import catalogue as catalogue_group
from assistant.experiments_cli import experiments as experiments_group
from assistant.given import CatalogueName, JsonFlag
from assistant.given import read_settings as _settings
from assistant.models_cli import models as models_group
from assistant.rules_cli import rules as rules_group
from assistant.sponsored_cli import sponsored as sponsored_group
from assistant.train_cli import train as train_group

app = typer.Typer(
    help="A self-hosted shopping assistant: finds, ranks, answers and takes shoppers to the checkout.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Customer = Annotated[
    str | None, typer.Option("--as", metavar="CUSTOMER", help="Speak as this customer of the demo shop.")
]


users = typer.Typer(help="Accounts of the staff, for the desk. They work while the server runs.", add_completion=False)
app.add_typer(users, name="users")
app.add_typer(train_group, name="train")
app.add_typer(models_group, name="models")
app.add_typer(catalogue_group, name="catalogue")
app.add_typer(bench_group, name="bench")
app.add_typer(experiments_group, name="experiments")
app.add_typer(rules_group, name="rules")
app.add_typer(sponsored_group, name="sponsored")

UserName = Annotated[str, typer.Argument(metavar="NAME", help="To sign in with; shoppers see it as well.")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password, and show it once.")]


def main() -> None:
    """Run the command line; the entry point of the `aisle` script."""
    try:
        _run()
    except ModuleNotFoundError as error:
        # `warn` may be what cannot be imported.
        sys.stderr.write(f"aisle: The package {error.name} is not installed: install Aisle again.\n")
        sys.exit(1)


def _run() -> None:
    from assistant.errors import AisleError
    from assistant.terminal import warn
    from recommender.errors import RecommenderError
    from retrieval.errors import RetrievalError

    try:
        app(prog_name="aisle")
    except (AisleError, RetrievalError, RecommenderError) as error:
        warn(str(error))
        sys.exit(1)


@app.callback(invoke_without_command=True)
def top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Write the version.")] = False,
) -> None:
    """A self-hosted shopping assistant: finds, ranks, answers and takes shoppers to the checkout."""
    if version:
        from assistant.answer_json import aisle_version
        from assistant.terminal import say

        say(aisle_version())
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())
    else:
        from assistant.logs import configure_logging

        configure_logging()


@app.command()
def demo(
    json: JsonFlag = False,
) -> None:
    """Make the demo shop.

    Products, customers, orders, policies and behaviour, all invented. Where it stands already, nothing is changed.

    Example: aisle demo
    """
    from assistant.commands import make_demo

    make_demo(_settings(catalogue="demo"), as_json=json)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65535)] = None,
    llm: Annotated[
        str | None, typer.Option(metavar="URL", help="OpenAI-compatible server, e.g. http://127.0.0.1:8000/v1.")
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Model name on that server.")] = None,
    catalogue: CatalogueName = None,
) -> None:
    """Serve the shopper page.

    Where nothing is imported, the demo shop is made first.

    Example: aisle serve --port 7870
    """
    from assistant.commands import serve_pages

    serve_pages(_settings(host=host, port=port, llm_url=llm, llm_model=model, catalogue=catalogue))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An export of the shop, also as .gz.")],
    map_: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="MAP",
            help="Column map of a CSV or JSON lines file: a YAML file, or one that comes with Aisle (icecat).",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the catalogue; the file's name without one.")
    ] = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="auto goes by name and content; google: Merchant feed, TSV or XML; shopify: products, CSV or JSON; "
            "woocommerce: products, CSV; csv and jsonl: Aisle's own column names, or any with --map.",
        ),
    ] = "auto",
    currency: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Currency of the catalogue, e.g. EUR; AISLE_CURRENCY without one."),
    ] = None,
    embed: Annotated[bool, typer.Option(help="Make the vectors for search by meaning now.")] = True,
    update: Annotated[
        bool, typer.Option("--update", help="Replace or add the products of the file, and keep all others.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Load the file also where most of the catalogue would go by it.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Load a catalogue, or with --update a part of it.

    Rows that cannot be used are listed by line and reason. The old catalogue is served until the new one is complete.

    Example: aisle import products_export.csv --currency EUR --name myshop
    """
    from assistant.loading import Given, import_catalogue

    given = Given(file, map_=map_, name=name, format_=format_, embed=embed, update=update, force=force)
    import_catalogue(_settings(currency=currency and currency.upper()), given, as_json=json)


@app.command()
def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is looked for, in a shopper's words.")],
    catalogue: CatalogueName = None,
    limit: Annotated[int, typer.Option(help="Products to show.", min=1, max=200)] = 10,
    json: JsonFlag = False,
) -> None:
    """Search the catalogue, and show how the words were understood.

    Example: aisle search 'waterproof hiking boots under $150'
    """
    from assistant.commands import search_catalogue

    search_catalogue(_settings(catalogue=catalogue), text, limit=limit, as_json=json)


@app.command()
def ask(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The message, in a shopper's words.")],
    catalogue: CatalogueName = None,
    customer: Customer = None,
    json: JsonFlag = False,
) -> None:
    """Ask one question and write the answer.

    Example: aisle ask 'waterproof hiking boots under $150' --json
    """
    from assistant.conversing import ask_once

    ask_once(_settings(catalogue=catalogue), text, customer=customer, as_json=json)


@app.command()
def chat(
    catalogue: CatalogueName = None,
    customer: Customer = None,
    json: JsonFlag = False,
) -> None:
    """Talk with the assistant.

    With --json: lines {"say": TEXT} in, one JSON object a line out.

    Example: aisle chat --as C-1001
    """
    from assistant.conversing import converse

    converse(_settings(catalogue=catalogue), customer=customer, as_json=json)


@app.command()
def replay(
    decisions: Annotated[int, typer.Option(metavar="N", help="Latest logged decisions to compute again.", min=1)],
    catalogue: CatalogueName = None,
    json: JsonFlag = False,
) -> None:
    """Compute logged slates again from their rows: scores, rules, probabilities, chosen products; bit for bit.

    Ends with exit code 1 where one differs.

    Example: aisle replay --decisions 1000
    """
    from assistant.replay_commands import replay_decisions

    if not replay_decisions(_settings(catalogue=catalogue), decisions, as_json=json):
        raise typer.Exit(1)


@users.command("add")
def users_add(
    name: UserName,
    role: Annotated[str, typer.Option(metavar="ROLE", help="agent, or admin: may relieve a colleague.")] = "agent",
    generate: Generate = False,
    json: JsonFlag = False,
) -> None:
    """Open an account. The password is asked for on the terminal, or read from stdin.

    Example: aisle users add Nora --role agent --generate
    """
    from assistant.errors import ConfigError
    from assistant.user_commands import add_user

    if role not in ("agent", "admin"):
        raise ConfigError("The role is agent or admin.")
    add_user(_settings(), name, role="admin" if role == "admin" else "agent", generate=generate, as_json=json)


@users.command("disable")
def users_disable(name: UserName, json: JsonFlag = False) -> None:
    """Shut an account out; its sessions end at once.

    Example: aisle users disable Nora
    """
    from assistant.user_commands import disable_user

    disable_user(_settings(), name, as_json=json)


@users.command("reset")
def users_reset(name: UserName, generate: Generate = False, json: JsonFlag = False) -> None:
    """Set a new password, and let a disabled account in again; its sessions end at once.

    Example: aisle users reset Nora --generate
    """
    from assistant.user_commands import reset_user

    reset_user(_settings(), name, generate=generate, as_json=json)


@users.command("list")
def users_list(json: JsonFlag = False) -> None:
    """List the accounts.

    Example: aisle users list
    """
    from assistant.user_commands import list_users

    list_users(_settings(), as_json=json)


@app.command()
def erase(
    shopper: Annotated[
        str, typer.Option("--shopper", metavar="CUSTOMER", help="The customer's id, as the shop knows them.")
    ],
    json: JsonFlag = False,
) -> None:
    """Erase a customer's behaviour and profile: what they did stays counted, and belongs to nobody.

    Run it while the server is stopped; the shopper's own page does the same while it runs. Orders and what was said
    are kept: see docs/profiles.md.

    Example: aisle erase --shopper C-1001
    """
    from assistant.erase_commands import erase_shopper

    erase_shopper(_settings(), shopper, as_json=json)


@app.command("eval")
def evaluate(
    llm: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="OpenAI-compatible endpoint to evaluate; may be given several times."),
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Model name at the endpoint: one for each --llm.")
    ] = None,
    embedded: Annotated[bool, typer.Option(help="Put the embedded model beside.")] = True,
    trials: Annotated[int, typer.Option(help="Times that each task is played.", min=1, max=50)] = 3,
    goals: Annotated[int, typer.Option(help="Hidden goals of simulated shoppers.", min=0, max=200)] = 24,
    seed: Annotated[int, typer.Option(help="Of the shop, the goals and the words.")] = 7,
    shopper: Annotated[
        str | None, typer.Option("--shopper", metavar="URL", help="An endpoint that plays the shoppers; code without.")
    ] = None,
    shopper_model: Annotated[str | None, typer.Option(metavar="NAME", help="Its model.")] = None,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the reports go.")] = Path("evaluation"),
    json: JsonFlag = False,
) -> None:
    """Evaluate chat models side by side on the demo shop: hidden goals, scripted visits, attacks, times, costs.

    A stopped evaluation goes on from the results in FOLDER. The endpoint's key is AISLE_LLM_API_KEY.

    Example: aisle eval --llm http://127.0.0.1:8000/v1 --model qwen3-8b
    """
    from assistant.evaluation.run import columns_of
    from assistant.evaluation.run import evaluate as run

    columns = columns_of(llm or [], model or [], embedded=embedded)
    asking = columns_of([shopper], [shopper_model or ""], embedded=False)[0] if shopper else None
    run(_settings(), columns, trials=trials, goals=goals, seed=seed, out=out, shopper=asking, as_json=json)


@app.command()
def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="Look also at what takes long: the encoder, and large files.")
    ] = False,
    catalogue: CatalogueName = None,
    json: JsonFlag = False,
) -> None:
    """Look at the installation, the data and the models, and say what to do.

    Nothing is changed, and a running server is not disturbed. Exit code 1 where there is a problem.

    Example: aisle doctor --deep
    """
    from assistant.doctor import examine, is_ok, refused, write_report
    from assistant.errors import ConfigError

    try:
        checks = examine(_settings(catalogue=catalogue), deep=deep)
    except ConfigError as error:
        checks = refused(str(error))
    write_report(checks, as_json=json)
    if not is_ok(checks):
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
