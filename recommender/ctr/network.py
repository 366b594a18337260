"""The click model as a torch module: DCN-V2 over features, DIN over the shopper's history, a chain of three heads.

- The first unit of the last layer is a factorisation machine over the same embeddings (as in DeepFM, Guo et al. 2017),
  which training begins with; the others learn what it cannot say.
- Low-rank cross layers, x' = x0 * (U V' x + b) + x (DCN V2, Wang et al. 2021, equations 1 and 2).
- Attention over the history without softmax, so that much alike history weighs more (DIN, Zhou et al. 2018,
  section 4.3). Its first layer is linear in history, candidate and their product, so for one turn the history's share
  becomes one matrix that every candidate is multiplied with: exactly the same numbers, computed once (`user_half`).
- click, cart = click * P(cart | click), buy = cart * P(buy | cart), each trained on all impressions (ESMM, Ma et al.
  2018): no head sees clicked items only, which serving never would, and no probability exceeds the one that holds it.
- P(click at place k) = P(click) * P(looked at | k), the place on top with 1 (PAL, Guo et al. 2019). Serving leaves the
  second factor out.

Knows tensors, not shops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import torch
from torch import Tensor, nn

from recommender.baselines import MAX_POSITIONS
from recommender.examples import HEADS
from recommender.features import FEATURES
from recommender.item_table import HASH_BUCKETS, HASH_FIELDS
from recommender.state import KINDS

_SMALL: Final = 0.01
_TINY: Final = 1e-6
_HISTORY_COLUMNS: Final = (0, 1, 3)  # of HASH_FIELDS: what a candidate is compared with the history by
_AGES_S: Final = (600.0, 86_400.0, 14 * 86_400.0)
_USUALLY_LOOKED_AT: Final = 2.0  # log-odds


@dataclass(frozen=True, slots=True)
class Size:
    """Widths of a network.

    Args:
        embedding: of each hashed value; one more number per value is its weight.
        attention: hidden units of the attention.
        rank, n_cross: of the cross layers.
        deep: hidden units beside them.
        hidden: of the last layer, which the bandit's head reads; 2 to 32.
        dropout: share of the deep layers' units left out in training.
    """

    embedding: int = 8
    attention: int = 16
    rank: int = 16
    n_cross: int = 2
    deep: int = 64
    hidden: int = 16
    dropout: float = 0.1


class UserHalf(NamedTuple):
    """What is computed once per turn, for b shoppers with histories of length l.

    Args:
        keys: (b, query, l * attention), what a candidate is multiplied with.
        offsets: (b, 1, l * attention).
        values: (b, l, value), what the attention adds up; zero where padded.
        user: (b, 1, embedding + 1).
    """

    keys: Tensor
    offsets: Tensor
    values: Tensor
    user: Tensor


class CtrNet(nn.Module):
    """See the module. `phi`, the last layer, is standardised after training and the heads are linear in it.

    Args:
        size: widths.
        mean, scale: (len(FEATURES),) of the training data.
    """

    mean: Tensor
    scale: Tensor
    phi_mean: Tensor
    phi_scale: Tensor

    def __init__(self, size: Size, mean: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.size = size
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.register_buffer("phi_mean", torch.zeros(size.hidden))
        self.register_buffer("phi_scale", torch.ones(size.hidden))
        e, query = size.embedding, size.embedding * len(_HISTORY_COLUMNS)
        value = query + e + len(_AGES_S)
        self.embedding = nn.Embedding(HASH_BUCKETS, e + 1)
        self.kind = nn.Embedding(len(KINDS) + 1, e)
        self.key = nn.Linear(value, size.attention)
        self.query = nn.Linear(query, size.attention, bias=False)
        self.product = nn.Parameter(torch.empty(query, size.attention))
        self.weigh = nn.Linear(size.attention, 1, bias=False)
        width = len(FEATURES) + e * len(HASH_FIELDS) + value + e
        self.down = nn.ModuleList(nn.Linear(width, size.rank, bias=False) for _ in range(size.n_cross))
        self.up = nn.ModuleList(nn.Linear(size.rank, width) for _ in range(size.n_cross))
        self.deep = nn.Sequential(nn.Linear(width, size.deep), nn.ReLU(), nn.Dropout(size.dropout))
        self.wide = nn.Linear(len(FEATURES), 1)
        self.factors = nn.Parameter(torch.empty(len(FEATURES), e))
        self.strength = nn.Parameter(torch.ones(1))
        self.last = nn.Linear(width + size.deep, size.hidden - 1)
        self.heads = nn.Linear(size.hidden, len(HEADS))
        self.place = nn.Parameter(torch.full((MAX_POSITIONS - 1,), _USUALLY_LOOKED_AT))
        self._start()

    def _start(self) -> None:
        for table in (self.embedding.weight, self.factors, self.kind.weight, self.product, self.heads.weight):
            nn.init.normal_(table, std=_SMALL)
        for layer in self.up:
            assert isinstance(layer, nn.Linear)
            nn.init.normal_(layer.weight, std=_SMALL)
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            self.heads.weight[0, 0] = 1.0
            self.heads.bias.copy_(torch.tensor([0.0, *[-1.0] * (len(HEADS) - 1)]))

    def user_half(self, past: Tensor, kinds: Tensor, ages_s: Tensor, shoppers: Tensor) -> UserHalf:
        """Compute what all candidates of a turn share.

        Args:
            past: (b, l, 3) buckets; kinds: (b, l), 0 is padding; ages_s: (b, l); shoppers: (b,) buckets.
        """
        b, length = kinds.shape
        items = self.embedding(past)[..., : self.size.embedding].flatten(2)
        fading = torch.exp(-ages_s[..., None] / ages_s.new_tensor(_AGES_S))
        values = torch.cat([items, self.kind(kinds), fading], dim=2) * (kinds > 0)[..., None]
        offsets = self.key(values).reshape(b, 1, length * self.size.attention)
        keys = items[..., None] * self.product + self.query.weight.T
        keys = keys.permute(0, 2, 1, 3).reshape(b, items.shape[2], length * self.size.attention)
        return UserHalf(keys, offsets, values, self.embedding(shoppers)[:, None])

    def phi(self, dense: Tensor, hashed: Tensor, half: UserHalf) -> Tensor:
        """Return the last layer, (b, s, hidden), of s candidates for each of b shoppers.

        Args:
            dense: (b, s, len(FEATURES)); hashed: (b, s, len(HASH_FIELDS)); half: of the b shoppers.
        """
        b, s, _ = dense.shape
        standard = (dense - self.mean) / self.scale
        looked_up = self.embedding(hashed)
        embedded = looked_up[..., : self.size.embedding]
        asked = embedded[:, :, _HISTORY_COLUMNS].flatten(2)
        activation = torch.relu(torch.baddbmm(half.offsets, asked, half.keys))
        weights = self.weigh(activation.reshape(b, s, -1, self.size.attention))[..., 0]
        interest = torch.bmm(weights, half.values)
        user = half.user[..., : self.size.embedding].expand(b, s, self.size.embedding)
        x0 = torch.cat([standard, embedded.flatten(2), interest, user], dim=2)
        x = x0
        for down, up in zip(self.down, self.up, strict=True):
            x = x0 * up(down(x)) + x
        deep = self.last(torch.cat([x, self.deep(x0)], dim=2))
        machine = self._machine(standard, torch.cat([looked_up, half.user[:, :, None].expand(b, s, 1, -1)], dim=2))
        raw = torch.cat([machine, torch.nn.functional.elu(deep)], dim=2)
        return (raw - self.phi_mean) / self.phi_scale

    def _machine(self, standard: Tensor, looked_up: Tensor) -> Tensor:
        """Return the factorisation machine's log-odds, (b, s, 1); see factors.py."""
        factors, weights = looked_up[..., :-1], looked_up[..., -1]
        total = standard @ self.factors + factors.sum(dim=2)
        squares = standard.square() @ self.factors.square() + factors.square().sum(dim=2)
        pairs = 0.5 * (total.square() - squares).sum(dim=2, keepdim=True)
        linear: Tensor = self.wide(standard) + weights.sum(dim=2, keepdim=True)
        return linear + pairs * self.strength

    def forward(
        self, past: Tensor, kinds: Tensor, ages_s: Tensor, shoppers: Tensor, dense: Tensor, hashed: Tensor
    ) -> Tensor:
        """Return the heads' own log-odds, (b, s, 3): click, cart given click, buy given cart."""
        logits: Tensor = self.heads(self.phi(dense, hashed, self.user_half(past, kinds, ages_s, shoppers)))
        return logits

    def log_looked_at(self, positions: Tensor) -> Tensor:
        """Return the log of the chance that a place is looked at, relative to the first one."""
        logs = torch.cat([self.place.new_zeros(1), torch.nn.functional.logsigmoid(self.place)])
        return logs[positions.clamp(max=MAX_POSITIONS - 1)]

    def standardise(self, mean: Tensor, scale: Tensor) -> None:
        """Give the last layer mean 0 and deviation 1 without changing a prediction.

        Args:
            mean, scale: (hidden,) of `phi` over the training data.
        """
        with torch.no_grad():
            self.phi_mean.add_(mean * self.phi_scale)
            self.phi_scale.mul_(scale)
            self.heads.bias.add_(self.heads.weight @ mean)
            self.heads.weight.mul_(scale)


def log_probabilities(logits: Tensor, log_looked_at: Tensor | None = None) -> Tensor:
    """Chain the heads: log P of click, cart and buy, (..., 3).

    Args:
        logits: (..., 3) as from CtrNet.
        log_looked_at: (...) of the places; None puts every item on top.
    """
    steps = torch.nn.functional.logsigmoid(logits.float())
    logs = torch.cumsum(steps, dim=-1)
    return logs if log_looked_at is None else logs + log_looked_at[..., None]


def chained_loss(logs: Tensor, labels: Tensor, weights: Tensor, head_weights: Sequence[float]) -> Tensor:
    """Return the weighted log loss over heads, each over all its impressions.

    Args:
        logs: (..., 3) from log_probabilities.
        labels, weights: (..., 3); weight 0 where the outcome is unknown or padded.
        head_weights: of the three.
    """
    log_not = torch.log1p(-torch.exp(logs).clamp(max=1.0 - _TINY))
    losses = -(labels * logs + (1.0 - labels) * log_not) * weights
    means = losses.flatten(0, -2).sum(dim=0) / weights.flatten(0, -2).sum(dim=0).clamp(min=1.0)
    total: Tensor = (means * means.new_tensor(head_weights)).sum()
    return total
