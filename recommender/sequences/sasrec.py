"""SASRec (Kang & McAuley 2018) trained with a softmax over all items (Klenitskiy & Vasilev 2023).

A small causal transformer over the latest items; the item table is both input and output. Needs torch; the only file
of this package that does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final, Self

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from recommender.errors import ModelNotFitted
from recommender.sequences.data import Floats, Ints, Sequences
from recommender.sequences.measures import ndcg, ranks

_JUDGED: Final = 5000


@dataclass(frozen=True, slots=True)
class SasRecSettings:
    """Shape and training.

    Args:
        width: of the item vectors and layers.
        n_layers, n_heads: of the transformer.
        length: latest items that are read.
        dropout: on vectors and layers, 0 to 1.
        learning_rate, weight_decay: of AdamW.
        batch: users per step.
        epochs: most passes over the data.
        patience: passes without a better validation after which training ends.
        negatives: random items per step that stand for all in the softmax, with the correction log(items / negatives);
            None takes all items.
        refresh_epochs: passes of `refresh`.
    """

    width: int = 128
    n_layers: int = 2
    n_heads: int = 2
    length: int = 50
    dropout: float = 0.4
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    batch: int = 128
    epochs: int = 40
    patience: int = 2
    negatives: int | None = 1024
    refresh_epochs: int = 2


class _Block(nn.Module):
    """Attention and feed-forward, each normalised before (pre-norm)."""

    def __init__(self, settings: SasRecSettings) -> None:
        super().__init__()
        width = settings.width
        self.heads, self.dropout = settings.n_heads, settings.dropout
        self.norm_attention, self.norm_feed = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(width, width)
        self.drop = nn.Dropout(settings.dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Map (b, l, width) to the same shape; mask (b, 1, l, l) is True where one place may look at another."""
        b, length, width = x.shape
        q, k, v = self.qkv(self.norm_attention(x)).view(b, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v, mask, self.dropout if self.training else 0.0)
        x = x + self.drop(self.out(seen.transpose(1, 2).reshape(b, length, width)))
        value, gate = self.up(self.norm_feed(x)).chunk(2, dim=-1)
        out: Tensor = x + self.drop(self.down(value * F.silu(gate)))
        return out


class Net(nn.Module):
    """Item rows in order ► what is expected next, as a vector in the space of the items."""

    def __init__(self, n_items: int, settings: SasRecSettings) -> None:
        super().__init__()
        self.items = nn.Embedding(n_items + 1, settings.width, padding_idx=0)
        self.places = nn.Embedding(settings.length, settings.width)
        nn.init.normal_(self.items.weight, std=0.02)
        nn.init.normal_(self.places.weight, std=0.02)
        self.drop = nn.Dropout(settings.dropout)
        self.blocks = nn.ModuleList(_Block(settings) for _ in range(settings.n_layers))
        self.norm = nn.LayerNorm(settings.width)

    def forward(self, rows: Tensor) -> Tensor:
        """Read (b, l) rows plus one, 0 for "nothing", the latest last; return (b, l, width)."""
        length = rows.shape[1]
        # Places count from the latest item, so that a shorter batch means the same.
        places = torch.arange(length - 1, -1, -1)
        x = self.drop(self.items(rows) * self.items.embedding_dim**0.5 + self.places(places))
        causal = torch.ones(length, length, dtype=torch.bool).tril()
        mask = (causal & (rows > 0)[:, None, :]) | torch.eye(length, dtype=torch.bool)
        for block in self.blocks:
            x = block(x, mask[:, None])
        return torch.as_tensor(self.norm(x))


class SasRec:
    """The trained network as a sequence model.

    Args:
        settings: shape and training.
        seed: same data and seed give the same network on the same machine and number of threads.
        checkpoint: file that training goes on from after it was stopped, written after each pass; None keeps nothing.
        told: called with (passes done, validation NDCG@10; None while it learns the tuning item as well).
    """

    logits = True

    def __init__(
        self,
        settings: SasRecSettings | None = None,
        *,
        seed: int,
        checkpoint: Path | None = None,
        told: Callable[[int, float | None], None] = lambda _epoch, _figure: None,
    ) -> None:
        self.settings = settings or SasRecSettings()
        self._seed, self._checkpoint, self._told = seed, checkpoint, told
        self._net: Net | None = None
        self.best_epoch = 0

    def fit(self, data: Sequences, users: Ints, targets: Ints) -> Self:
        """Train until the validation gets no better, and keep the best pass.

        Args:
            data: what is learned from.
            users: rows of `data` to stop by, (n,).
            targets: the item each of these took next, (n,); nothing is learned from them.
        """
        run = Training(data, self.settings, self._seed, self._checkpoint)
        while run.epoch < self.settings.epochs and run.epoch - run.best_epoch <= self.settings.patience:
            run.one_pass()
            run.judge(_validation(run.net, data.part(users), targets, self.settings))
            self._told(run.epoch, run.figure)
        self._net, self.best_epoch = run.best(), run.best_epoch
        return self

    def refresh(self, data: Sequences) -> Self:
        """Go on from what was learned with newer sequences, for a fixed number of passes.

        Args:
            data: with the latest items; the same rows stand for the same items.
        """
        run = Training(data, self.settings, self._seed + 1, None)
        run.net.load_state_dict(self.net.state_dict())
        for epoch in range(self.settings.refresh_epochs):
            run.one_pass()
            self._told(epoch + 1, None)
        self._net = run.net.eval()
        return self

    def score(self, data: Sequences) -> Floats:
        """Score every item for each user, (users, items): unnormalised logarithms of probabilities."""
        return _scores(self.net, data, self.settings)

    @property
    def net(self) -> Net:
        """The network as it is now.

        Raises:
            ModelNotFitted: nothing was learned yet.
        """
        if self._net is None:
            raise ModelNotFitted("SASRec was asked before it was fitted: call fit first.")
        return self._net


class Training:
    """One run: network, optimiser, best pass so far. Written to and read from the checkpoint as a whole."""

    def __init__(self, data: Sequences, settings: SasRecSettings, seed: int, checkpoint: Path | None) -> None:
        self._settings, self._data, self._seed, self._checkpoint = settings, data, seed, checkpoint
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.net = Net(data.n_items, settings)
        self._optimiser = torch.optim.AdamW(
            self.net.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.epoch = self.best_epoch = 0
        self.figure, self._best_figure = 0.0, -1.0
        self._best_state = self.net.state_dict()
        if checkpoint is not None and checkpoint.is_file():
            self._load(checkpoint)

    def one_pass(self) -> None:
        """Learn from every user once; the order depends on the seed and the number of the pass only."""
        self.epoch += 1
        generator = np.random.default_rng((self._seed, self.epoch))
        self.net.train()
        with torch.random.fork_rng():
            torch.manual_seed(int(generator.integers(2**31)))
            for users in _batches(self._data, self._settings.batch, generator):
                self._step(users)

    def judge(self, figure: float) -> None:
        """Remember the network where it is the best so far, and write the checkpoint."""
        self.figure = figure
        if figure > self._best_figure:
            self._best_figure, self.best_epoch = figure, self.epoch
            self._best_state = {name: one.clone() for name, one in self.net.state_dict().items()}
        if self._checkpoint is not None:
            self._save(self._checkpoint)

    def best(self) -> Net:
        """Return the network of the best pass."""
        self.net.load_state_dict(self._best_state)
        return self.net.eval()

    def _step(self, users: Ints) -> None:
        rows = _rows(self._data.part(users), self._settings.length + 1)
        given, wanted = rows[:, :-1], rows[:, 1:]
        real = given > 0
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.net(given)[real].to(torch.bfloat16)
        loss = _loss(hidden, self.net.items.weight, wanted[real], self._settings.negatives)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()

    def _save(self, path: Path) -> None:
        moments = self._optimiser.state_dict()["state"]
        held = {f"net.{name}": one for name, one in self.net.state_dict().items()}
        held |= {f"best.{name}": one for name, one in self._best_state.items()}
        held |= {f"optimiser.{i}.{name}": one for i, state in moments.items() for name, one in state.items()}
        numbers = (self.epoch, self.best_epoch, self.figure, self._best_figure)
        partial = path.with_suffix(".partial")
        save_file(
            {name: one.contiguous().clone() for name, one in held.items()},  # cloned: safetensors refuses shared memory
            partial,
            metadata={"of": self._of(), "numbers": json.dumps(numbers)},
        )
        partial.replace(path)

    def _load(self, path: Path) -> None:
        try:
            with safe_open(path, framework="pt") as file:
                metadata = file.metadata() or {}
                if metadata.get("of") != self._of():
                    return  # of other data, settings or seed: a new run begins, and writes over it
                held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
        except SafetensorError:
            return  # cannot be read: the same
        self.net.load_state_dict(_under(held, "net."))
        self._best_state = _under(held, "best.")
        moments: dict[int, dict[str, Tensor]] = {}
        for name, one in _under(held, "optimiser.").items():
            place, moment = name.split(".")
            moments.setdefault(int(place), {})[moment] = one
        groups = self._optimiser.state_dict()["param_groups"]
        self._optimiser.load_state_dict({"state": moments, "param_groups": groups})
        self.epoch, self.best_epoch, self.figure, self._best_figure = json.loads(metadata["numbers"])

    def _of(self) -> str:
        digest = blake2b(self._data.items.tobytes() + self._data.starts.tobytes(), digest_size=16).hexdigest()
        return f"{digest} {self._settings} {self._seed}"


def _under(held: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): one for name, one in held.items() if name.startswith(prefix)}


def _batches(data: Sequences, batch: int, generator: np.random.Generator) -> list[Ints]:
    """Cut users into batches of like length, so that little is computed on padding, in random order."""
    users = generator.permutation(np.flatnonzero(data.lengths > 1))
    batches: list[Ints] = []
    for group in np.array_split(users, max(1, len(users) // (16 * batch))):
        by_length = group[np.argsort(data.lengths[group], kind="stable")]
        batches += np.array_split(by_length, max(1, len(group) // batch))
    return [batches[i] for i in generator.permutation(len(batches))]


def _rows(data: Sequences, length: int) -> Tensor:
    """Return the latest items as rows plus one, 0 in front where there are fewer, the latest last, (users, l)."""
    return torch.from_numpy(data.latest(min(length, int(data.lengths.max())))[:, ::-1] + 1)


def _loss(hidden: Tensor, table: Tensor, wanted: Tensor, negatives: int | None) -> Tensor:
    """Return the mean loss over places.

    Args:
        hidden: (places, width) bfloat16.
        table: (items + 1, width), the first row is "nothing".
        wanted: (places,) rows plus one.
        negatives: see SasRecSettings.
    """
    n_items = table.shape[0] - 1
    if negatives is None or negatives >= n_items:
        return F.cross_entropy((hidden @ table[1:].to(torch.bfloat16).T).float(), wanted - 1)
    own = (hidden.float() * table[wanted]).sum(dim=1)
    drawn = torch.randperm(n_items)[:negatives] + 1
    rest = (hidden @ table[drawn].to(torch.bfloat16).T).float() + np.log(n_items / negatives)
    rest = rest.masked_fill(drawn[None] == wanted[:, None], -torch.inf)
    return (torch.logsumexp(torch.cat([own[:, None], rest], dim=1), dim=1) - own).mean()


def _scores(net: Net, data: Sequences, settings: SasRecSettings) -> Floats:
    with torch.inference_mode():
        last = net(_rows(data, settings.length))[:, -1]
        scores: Floats = (last @ net.items.weight[1:].T).numpy()
    return scores


def _validation(net: Net, data: Sequences, targets: Ints, settings: SasRecSettings) -> float:
    """Return NDCG@10 over all items on at most _JUDGED users."""
    net.eval()
    users = np.random.default_rng(0).permutation(data.n_users)[:_JUDGED]
    by_length = users[np.argsort(data.lengths[users], kind="stable")]
    total = 0.0
    for some in np.array_split(by_length, max(1, len(users) // 500)):
        part = data.part(some)
        scores = _scores(net, part, settings)
        scores[part.users, part.items] = -np.inf
        total += float(ndcg(ranks(scores, targets[some])).sum())
    return total / len(users)
