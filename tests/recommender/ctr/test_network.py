from __future__ import annotations

import numpy as np
import pytest
import torch

from recommender.ctr.batches import as_slates
from recommender.ctr.network import CtrNet, chained_loss, log_probabilities
from tests.recommender.ctr.small import SMALL, make_network, small_examples


def _attention(
    net: CtrNet, past: torch.Tensor, kinds: torch.Tensor, ages_s: torch.Tensor, item: torch.Tensor
) -> object:
    """DIN's interest of one candidate in one history, written out act by act."""
    e = net.size.embedding
    total = torch.zeros(net.key.in_features)
    query = net.embedding(item[[0, 1, 3]])[:, :e].flatten()
    for act in range(len(kinds)):
        if kinds[act] == 0:
            continue
        items = net.embedding(past[act])[:, :e].flatten()
        fading = torch.exp(-ages_s[act] / torch.tensor([600.0, 86_400.0, 14 * 86_400.0]))
        value = torch.cat([items, net.kind(kinds[act]), fading])
        unit = torch.relu(net.key(value) + net.query(query) + (items * query) @ net.product)
        total = total + net.weigh(unit) * value
    return total


def test_the_halves_compute_the_attention_written_out_act_by_act() -> None:
    net, examples = make_network(), small_examples()
    slates = as_slates(examples)
    busiest = int(slates.lengths.argmax())
    batch = slates.batch(torch.tensor([busiest]))
    half = net.user_half(*batch.inputs[:4])
    with torch.no_grad():
        asked = net.embedding(batch.hashed)[..., : SMALL.embedding][:, :, (0, 1, 3)].flatten(2)
        units = torch.relu(torch.baddbmm(half.offsets, asked, half.keys)).reshape(1, asked.shape[1], -1, 4)
        interest = torch.bmm(net.weigh(units)[..., 0], half.values)[0]
        for place in range(asked.shape[1]):
            expected = _attention(net, batch.past[0], batch.kinds[0], batch.ages_s[0], batch.hashed[0, place])
            assert interest[place].numpy() == pytest.approx(expected.numpy(), abs=1e-4)


def test_padding_changes_nothing() -> None:
    net, slates = make_network(), as_slates(small_examples())
    shortest = torch.tensor([int(slates.lengths.argmin())])
    together = torch.tensor([int(shortest), int(slates.lengths.argmax())])
    with torch.no_grad():
        alone, beside = net(*slates.batch(shortest).inputs), net(*slates.batch(together).inputs)
    assert beside[0].numpy() == pytest.approx(alone[0].numpy(), abs=1e-5)


def test_each_probability_holds_the_next_and_lower_places_are_looked_at_less() -> None:
    logits = torch.tensor([[[2.0, -1.0, 0.5]]])
    click, cart, buy = log_probabilities(logits)[0, 0].exp().tolist()
    assert click == pytest.approx(1 / (1 + np.exp(-2)))
    assert cart == pytest.approx(click / (1 + np.exp(1)))
    assert buy == pytest.approx(cart / (1 + np.exp(-0.5)))
    lower = log_probabilities(logits, torch.tensor([[np.log(0.5)]], dtype=torch.float32))[0, 0].exp()
    assert lower.tolist() == pytest.approx([click / 2, cart / 2, buy / 2])


def test_the_place_on_top_is_the_measure_of_the_others() -> None:
    net = make_network()
    logs = net.log_looked_at(torch.arange(20))
    assert logs[0] == 0.0
    assert (logs <= 0).all()
    assert (logs[11:] == logs[11]).all()


def test_the_loss_is_the_mean_log_loss_of_what_is_known() -> None:
    p = torch.tensor([[[0.8, 0.4, 0.1], [0.5, 0.2, 0.1]]])
    labels = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]])
    weights = torch.tensor([[[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]]])
    click = -(np.log(0.8) + np.log(0.5)) / 2
    assert chained_loss(p.log(), labels, weights, (1.0, 0.5, 1.0)).item() == pytest.approx(
        click - 0.5 * np.log(0.6), abs=1e-5
    )


def test_standardising_the_last_layer_changes_no_prediction() -> None:
    net, batch = make_network(), as_slates(small_examples()).batch(torch.arange(40))
    with torch.no_grad():
        before = net(*batch.inputs)
        phi = net.phi(batch.dense, batch.hashed, net.user_half(*batch.inputs[:4])).reshape(-1, SMALL.hidden)
        net.standardise(phi.mean(dim=0), phi.std(dim=0))
        after = net(*batch.inputs)
        phi = net.phi(batch.dense, batch.hashed, net.user_half(*batch.inputs[:4])).reshape(-1, SMALL.hidden)
    assert after.numpy() == pytest.approx(before.numpy(), abs=1e-4)
    assert phi.mean(dim=0).numpy() == pytest.approx(0.0, abs=1e-4)
    assert phi.std(dim=0).numpy() == pytest.approx(1.0, abs=1e-3)
