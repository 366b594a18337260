"""The commands of `aisle train`: models of the shop's own.

Like `assistant.cli` it reads arguments and loads nothing heavy before a command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from assistant.given import CatalogueName, JsonFlag, read_settings

train = typer.Typer(
    help="Train models on the shop's own data; each is kept only if it is better.", add_completion=False
)


@train.command("encoder")
def train_encoder(
    catalogue: CatalogueName = None,
    epochs: Annotated[int | None, typer.Option(help="Most times that each pair of texts is seen.", min=1)] = None,
    steps: Annotated[int | None, typer.Option(help="Most batches; what ends it on a large catalogue.", min=1)] = None,
    json: JsonFlag = False,
) -> None:
    """Fine-tune the encoder on a catalogue's own words, and on what shoppers took after which words.

    Kept only if it finds better on questions that were held out; nothing is changed until it is put to use. A training
    that was stopped goes on where it was.

    Example: aisle train encoder --catalogue myshop
    """
    from assistant.train_commands import train_encoder as run

    run(read_settings(catalogue=catalogue), epochs=epochs, steps=steps, as_json=json)


@train.command("ranker")
def train_ranker(
    catalogue: CatalogueName = None,
    schedule: Annotated[
        bool, typer.Option("--schedule", help="Only where AISLE_RETRAIN_HOURS says that it is time.")
    ] = False,
    search: Annotated[
        int | None, typer.Option(help="Settings to try of every model; without it the usual ones are taken.", min=1)
    ] = None,
    search_minutes: Annotated[
        float | None, typer.Option(help="Begin no further try of a model after so long.", min=0.0)
    ] = None,
    device: Annotated[
        Literal["auto", "cpu", "cuda"],
        typer.Option(help="Where the network is trained; auto takes a GPU if there is one."),
    ] = "auto",
    tensorboard: Annotated[Path | None, typer.Option(help="Folder for TensorBoard.")] = None,
    json: JsonFlag = False,
) -> None:
    """Train a ranker on what shoppers did, and make a candidate release of it; a server may go on running.

    Nothing is changed for shoppers: `aisle models` takes it further. A training that was stopped goes on where it was,
    a search with the tries that it has made.

    Example: aisle train ranker --catalogue myshop --search 30
    """
    from assistant.models_commands import Effort
    from assistant.models_commands import train_ranker as run

    effort = Effort(trials=search, minutes=search_minutes, device=device, logs=tensorboard)
    run(read_settings(catalogue=catalogue), only_if_due=schedule, effort=effort, as_json=json)


@train.command("data")
def train_data(catalogue: CatalogueName = None, json: JsonFlag = False) -> None:
    """Describe what a training would learn from: what counts, what is left out and why, outcomes, what has moved.

    Writes the card beside the shop's models; trains nothing, and changes nothing in the log.

    Example: aisle train data --json
    """
    from assistant.train_data import train_data as run

    run(read_settings(catalogue=catalogue), as_json=json)


@train.command("stack")
def train_stack(catalogue: CatalogueName = None, json: JsonFlag = False) -> None:
    """Fit how much each part of the ranking weighs, from what shoppers took; kept only if later slates agree.

    Relevance keeps its lead in a search whatever the log says. Running servers take new weights up.

    Example: aisle train stack --catalogue myshop
    """
    from assistant.stack_commands import train_stack as run

    run(read_settings(catalogue=catalogue), as_json=json)


@train.command("neighbours")
def train_neighbours(catalogue: CatalogueName = None, json: JsonFlag = False) -> None:
    """Learn which items are taken by the same shoppers, from whole histories, for candidates.

    The better of EASE and item-kNN on each shopper's last item is kept. Running servers take it up.

    Example: aisle train neighbours --catalogue myshop
    """
    from assistant.train_neighbours import train_neighbours as run

    run(read_settings(catalogue=catalogue), as_json=json)


@train.command("sequence")
def train_sequence(catalogue: CatalogueName = None, json: JsonFlag = False) -> None:
    """Train a model of what a shopper takes next, from the order in which others took things, for candidates.

    SASRec is kept only if it beats counting, item-kNN and EASE on each shopper's last item. A training that was stopped
    goes on where it was; a server takes the file within seconds.

    Example: aisle train sequence --catalogue myshop
    """
    from assistant.train_neighbours import train_sequence as run

    run(read_settings(catalogue=catalogue), as_json=json)


@train.command("text")
def train_text(
    trunk: Annotated[
        Literal["frozen", "lora", "full"],
        typer.Option(help="Train the head alone, low-rank additions (LoRA) as well, or the whole encoder."),
    ] = "frozen",
    epochs: Annotated[int, typer.Option(help="Most times that each impression is seen.", min=1)] = 3,
    catalogue: CatalogueName = None,
    json: JsonFlag = False,
) -> None:
    """Train a click model that reads the request and the product, from the encoder; a server may go on running.

    Kept only where it is surely better than popularity and the live release on later slates. Nothing serves it yet.

    Example: aisle train text --trunk lora
    """
    from assistant.train_text import train_text as run

    run(read_settings(catalogue=catalogue), trunk=trunk, epochs=epochs, as_json=json)
