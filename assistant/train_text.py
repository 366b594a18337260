"""What `aisle train text` does: a model that reads requests and products, judged beside what ranks now."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.terminal import say, say_json, showing_progress

if TYPE_CHECKING:
    from recommender.ctr.text import Reader, Trunk


def train_text(settings: Settings, *, trunk: Trunk, epochs: int, as_json: bool) -> None:
    """Train, judge, keep it where it is better, and tell.

    Args:
        settings: the catalogue, the encoder to begin from, the seed.
        trunk: what of the encoder is trained; see TextSettings.
        epochs: most times that each impression is seen.
        as_json: for programs.

    Raises:
        ConfigError: search by meaning is switched off.
        NotEnoughEvents: too few requests in words.
        CatalogueMissing, IndexBroken, StoreError, ArtifactBroken: there is nothing to train on or to begin from.
    """
    from assistant.opening import items_of
    from assistant.places import catalogues_folder, models_folder
    from assistant.releases import registry_of
    from assistant.store import SqlEventLog, open_beside
    from assistant.train_data import known_traffic
    from recommender.ctr.artifact import load_artifact
    from recommender.ctr.text import TextSettings
    from recommender.ctr.text_training import learn_text
    from recommender.models.predicted import Predicted
    from recommender.promotion.releases import release_folder
    from retrieval.embeddings import product_text
    from retrieval.engine import Retrieval

    if settings.shop_encoder == "off":
        raise ConfigError("AISLE_ENCODER is off: set it to the encoder to begin from, or leave it out.")
    products = Retrieval.open(catalogues_folder(settings), settings.catalogue).catalogue.products
    registry = registry_of(settings)
    number = registry.live()
    artifact = None if number is None else load_artifact(release_folder(registry.root, number))
    with closing(open_beside(settings.data)) as store, showing_progress() as progress:
        card = learn_text(
            SqlEventLog(store),
            items_of(products.values()),
            {product_id: product_text(product) for product_id, product in products.items()},
            Path(settings.shop_encoder),
            _reader,
            models_folder(settings) / settings.catalogue,
            lambda share: progress("training", round(share * epochs), epochs),
            live=Predicted(artifact),
            settings=TextSettings(trunk=trunk, max_epochs=epochs),
            seed=settings.seed,
            now=time.time(),
            known=known_traffic(settings, store),
        )
    if as_json:
        say_json(card.model_dump(mode="json"))
        return
    say(f"{card.n_train:,} impressions for requests in words, {card.n_test:,} later ones to judge on (clicks):")
    for name, row in card.rows.items():
        say(f"  {name:12}log loss {row.log_loss:.4f}, AUC {row.auc:.4f}")
    gain = card.gain
    fate = "It is kept; nothing serves it yet." if card.kept else "It is not clearly better: not kept."
    say(f"Gain over {card.rival}: {gain.mean:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}] of log loss. {fate}")


def _reader(encoder: Path) -> Reader:
    """Open the transformer of an encoder."""
    from recommender.ctr.text import Reader
    from retrieval.encoder import open_model

    model = open_model(str(encoder), "float32")
    transformer, tokeniser = model[0].auto_model, model.tokenizer

    def tokenise(requests: Sequence[str], texts: Sequence[str]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = tokeniser(
            list(requests),
            list(texts),
            padding=True,
            truncation="longest_first",
            max_length=model.max_seq_length,
            return_tensors="pt",
        )
        return found

    return Reader(transformer, tokenise, int(transformer.config.hidden_size))
