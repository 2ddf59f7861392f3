"""The autoencoder evaluated where hits change it, beside torch on whole images."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.afp.detectors.autoencoder import SEED_KEY, score_of
from reco_core.afp.detectors.network import (
    N_PARAMETERS,
    measured,
    network_of,
    reconstruction,
)
from reco_core.afp.hits import EMPTY, HitBatch, images, joined

torch = pytest.importorskip("torch", reason="torch trains the networks: pip install torch==2.13.0")
from reco_core.afp.training.network import (  # noqa: E402
    Recipe,
    binary_images,
    logits,
    torch_network,
    train_network,
    weights_of,
)


def event(pixels: list[tuple[int, int, int]]) -> HitBatch:
    plane, row, col = np.array(sorted(pixels)).T
    return HitBatch(
        np.array([0, len(pixels)]), plane.astype(np.uint8), row.astype(np.uint16),
        col.astype(np.uint8), np.full(len(pixels), 9e3, np.float32),
    )  # fmt: skip


def crowd(n: int) -> HitBatch:
    rng = np.random.default_rng(2)
    chosen = rng.choice(4 * 336 * 80, n, replace=False)
    return event(list(zip(*np.unravel_index(chosen, (4, 336, 80)), strict=True)))


EVENTS = joined([
    event([(p, 100 + k, 40) for p in range(4) for k in range(2)]),
    event([(0, 0, 0), (1, 335, 79), (2, 335, 0), (3, 0, 79)]),  # the corners
    event([(0, r, c) for r in (3, 4, 335) for c in (3, 4, 78)]),
    EMPTY._replace(start=np.zeros(2, np.int64)),
    crowd(3_000),
])  # fmt: skip


@pytest.fixture(scope="module")
def dense():
    """A network whose every layer tells, biases too; and what torch makes of the events."""
    layers = torch_network(None, 3)
    for layer in layers:
        torch.nn.init.normal_(layer.bias, 0.0, 0.05)
    with torch.inference_mode():
        found = logits(layers, torch.from_numpy(binary_images(EVENTS, np.arange(5)))).numpy()
    return weights_of(layers), found.astype(np.float64)


def test_it_has_the_published_number_of_parameters():
    assert N_PARAMETERS == 123_348
    assert sum(p.numel() for p in torch_network(None).parameters()) == N_PARAMETERS


def test_it_puts_what_the_dense_network_puts(dense):
    weights, found = dense
    p = 1 / (1 + np.exp(-found))
    assert np.abs(reconstruction(network_of(weights), EVENTS) - p).max() < 1e-6


def test_its_sums_are_those_over_all_pixels(dense):
    weights, found = dense
    p, hit = 1 / (1 + np.exp(-found)), images(EVENTS) > 0
    total = measured(network_of(weights), EVENTS)
    axes = (1, 2, 3)
    expected = {
        "n_hits": hit.sum(axes),
        "square": ((p - hit) ** 2).sum(axes),
        "at_hits": (p * hit).sum(axes),
        "log_hits": (-np.log(p) * hit).sum(axes),
        "log_others": (-np.log1p(-p) * ~hit).sum(axes),
    }
    for name, value in expected.items():
        assert getattr(total, name) == pytest.approx(value, rel=1e-5, abs=1e-5), name
    assert score_of(SEED_KEY, total, np.ones(2)) == pytest.approx(
        ((p - hit) ** 2).mean(axes), rel=1e-5
    )


def test_an_event_is_the_same_alone_and_after_others(dense):
    network = network_of(dense[0])
    together = measured(network, EVENTS)
    for k in range(EVENTS.n_events):
        alone = measured(network, EVENTS.part(k, k + 1))
        assert [column[k] for column in together] == [column[0] for column in alone]


def test_no_events_give_no_sums(dense):
    assert all(len(column) == 0 for column in measured(network_of(dense[0]), EMPTY))


def train(kept=None, keep=lambda state: None, hits=None):
    hits = hits or EVENTS.part(0, 3)
    recipe = Recipe(batch=2, epochs=2, hit_weight=50.0)
    return train_network(hits, recipe, 7, kept, lambda weights: 0.0, keep, lambda n: None)


def test_training_is_the_same_for_the_same_seed_and_goes_on_after_a_stop():
    states = []
    whole, epochs = train(keep=states.append)
    assert epochs == 2
    assert len(states) == 2
    again, _ = train(kept=states[0])  # stopped after the first epoch
    for name, values in whole.items():
        assert again[name] == pytest.approx(values, abs=1e-7), name


def test_training_ends_when_hits_are_reconstructed():
    recipe = Recipe(batch=4, epochs=5, goal=0.5)
    reached = iter([0.2, 0.6, 0.9])
    _, epochs = train_network(
        EVENTS.part(0, 3), recipe, 1, None, lambda weights: next(reached), lambda state: None,
        lambda n: None,
    )  # fmt: skip
    assert epochs == 2
