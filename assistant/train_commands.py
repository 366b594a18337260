"""What `aisle train` does: models of the shop's own, kept only where they are better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.taken import behaviour_so_far
from assistant.terminal import say, say_json, showing_progress

if TYPE_CHECKING:
    from retrieval.encoder_training.card import Card

_VIEWS = {
    "query": "queries made of the catalogue's words",
    "title": "titles, by what else is told of the product",
    "taken": "words of shoppers, by what they took",
    "all": "all",
}


def train_encoder(settings: Settings, *, epochs: int | None, steps: int | None, as_json: bool) -> None:
    """Train an encoder on a catalogue and on what shoppers took, and tell whether it is better and kept.

    Args:
        settings: frozen; their encoder is the one to begin from.
        epochs, steps: see `loop.Recipe`; None takes the usual number.

    Raises:
        ConfigError: search by meaning is switched off.
        NotEnoughPairs, CatalogueMissing, IndexBroken: there is nothing to train on or to begin from.
    """
    from assistant.places import catalogues_folder, encoders_folder
    from retrieval.encoder_training.loop import Recipe
    from retrieval.encoder_training.train import train_encoder as train
    from retrieval.engine import Retrieval

    if settings.shop_encoder == "off":
        raise ConfigError("AISLE_ENCODER is off: set it to the encoder to begin from, or leave it out.")
    given = {"epochs": epochs, "max_steps": steps}
    with showing_progress() as progress:
        card = train(
            Retrieval.open(catalogues_folder(settings), settings.catalogue).catalogue,
            settings.shop_encoder,
            encoders_folder(settings),
            taken=behaviour_so_far(settings).taken,
            recipe=Recipe(seed=settings.seed, **{name: value for name, value in given.items() if value is not None}),
            progress=progress,
        )
    if as_json:
        say_json({**card.json(), "use": _use(card)})
    else:
        _write(card)


def _write(card: Card) -> None:
    pairs = sum(card.train_pairs.values())
    say(f"{card.steps} steps on {pairs} pairs of {card.products} products, from {card.base}, in {card.seconds:.0f} s.")
    say("Search by meaning alone, on questions that were held out (nDCG@10, with the 95 % interval of the gain):")
    for name, row in card.rows.items():
        gain = row.gain
        say(
            f"  {_VIEWS[name]}, {row.questions}: {row.before:.3f} before, {row.after:.3f} after "
            f"({gain.mean:+.3f}, {gain.low:+.3f} to {gain.high:+.3f})"
        )
    say(_use(card))


def _use(card: Card) -> str:
    if not card.kept:
        return "It is not clearly better, so it was not kept; nothing has changed."
    use = f"It is better and was kept. To use it, set AISLE_ENCODER={card.folder} and import the catalogue again."
    if "taken" in card.rows:
        return use
    # Measured: better on the catalogue's own words, worse on people's queries (docs/experiments.md).
    return f"{use} It was judged by the catalogue's own words alone: try searches of people before you serve it."
