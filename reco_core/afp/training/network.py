"""The convolutional autoencoder of the IFJ-AFP anomaly detector, in torch: its layers and training.

Published layers (channels last): convolution 4x3 to 16, pooling 4, to 32, pooling 4, to 64, 4x4 to
64; enlarged by 4, to 32; enlarged by 4, to 4 planes. ReLU between, a sigmoid at the end; of the
image's size throughout ("same"). 123,348 parameters, 123 million products an event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from reco_core.afp.detectors.network import LAYERS, Arrays
from reco_core.afp.hits import HitBatch, IntArray, images, joined

if TYPE_CHECKING:
    import torch

INNER: Final = (1, 2, 3, 4)  # layers whose kernels are held small, by L2 as published
L2: Final = 1e-4
LEARNING_RATE: Final = 1e-3  # of Adam, as Keras has it
ADAM_EPSILON: Final = 1e-7  # likewise
STEPS_PER_CHECKPOINT: Final = 250


@dataclass(frozen=True)
class Recipe:
    """How the network is trained.

    batch : events of a step.  epochs : at most.  hit_weight : of a pixel with a hit in the loss.
    goal : mean output at hits of the events not trained on at which training ends after an epoch,
    of `least` at least.
    """

    batch: int
    epochs: int
    least: int = 1
    hit_weight: float = 1.0
    goal: float = 1.1


@dataclass
class Course:
    """A training on its way.  state : of weights and optimiser, by name.  step : steps done."""

    state: Arrays
    step: int


def torch_network(weights: Arrays | None, seed: int = 0) -> torch.nn.Module:
    """The network, logits out: (E, 4, 336, 80) -> (E, 4, 336, 80).

    weights : by name as they are kept; None for new ones, drawn as Keras does.
    """
    import torch

    torch.manual_seed(seed)
    layers = torch.nn.ModuleList(
        torch.nn.Conv2d(layer.inputs, layer.outputs, layer.kernel) for layer in LAYERS
    )
    for k, layer in enumerate(layers):
        torch.nn.init.xavier_uniform_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
        if weights is not None:
            layer.weight.data = torch.from_numpy(weights[f"kernel_{k}"].copy())
            layer.bias.data = torch.from_numpy(weights[f"bias_{k}"].copy())
    return layers


def logits(layers: torch.nn.Module, image: torch.Tensor) -> torch.Tensor:
    """What the network gives before the sigmoid. image : (E, 4, 336, 80)."""
    from torch.nn import functional

    x = image
    for k, layer in enumerate(LAYERS):
        if layer.enlarge > 1:
            x = functional.interpolate(x, scale_factor=layer.enlarge)
        high, wide = layer.kernel
        # Of an even kernel Keras puts the odd row behind.
        x = functional.pad(x, ((wide - 1) // 2, wide // 2, (high - 1) // 2, high // 2))
        x = layers[k](x)
        if k < len(LAYERS) - 1:
            x = functional.relu(x)
        if layer.pool > 1:
            x = functional.max_pool2d(x, layer.pool)
    return x


def weights_of(layers: torch.nn.Module) -> Arrays:
    """By name, as they are kept: kernel_K (outputs, inputs, high, wide) and bias_K."""
    found: Arrays = {}
    for k in range(len(LAYERS)):
        found[f"kernel_{k}"] = layers[k].weight.detach().numpy().copy()
        found[f"bias_{k}"] = layers[k].bias.detach().numpy().copy()
    return found


class Training:
    """Steps of one epoch after the other; its state can be kept and gone on with."""

    def __init__(self, hits: HitBatch, recipe: Recipe, seed: int, kept: Arrays | None) -> None:
        """hits : all events to train on.  kept : of `state()` at an earlier time."""
        import torch

        self.hits, self.recipe, self.seed = hits, recipe, seed
        self.steps_per_epoch = -(-hits.n_events // recipe.batch)
        self.layers = torch_network(kept, seed)
        self.optimiser = torch.optim.Adam(
            self.layers.parameters(), lr=LEARNING_RATE, eps=ADAM_EPSILON
        )
        self.step = 0
        if kept is not None:
            self._go_on(kept)

    def _go_on(self, kept: Arrays) -> None:
        import torch

        self.step = int(kept["step"][0])
        for k, parameter in enumerate(self.layers.parameters()):
            self.optimiser.state[parameter] = {
                "step": torch.tensor(float(self.step)),
                "exp_avg": torch.from_numpy(kept[f"mean_{k}"].copy()),
                "exp_avg_sq": torch.from_numpy(kept[f"square_{k}"].copy()),
            }

    def state(self) -> Arrays:
        """All that `kept` needs."""
        found = {**weights_of(self.layers), "step": np.array([self.step])}
        for k, parameter in enumerate(self.layers.parameters()):
            moments = self.optimiser.state[parameter]
            found[f"mean_{k}"] = moments["exp_avg"].numpy().copy()
            found[f"square_{k}"] = moments["exp_avg_sq"].numpy().copy()
        return found

    def epoch(self) -> Iterator[int]:
        """The rest of the epoch: events of each step that is done."""
        number, done = divmod(self.step, self.steps_per_epoch)
        order = np.random.default_rng([self.seed, number]).permutation(self.hits.n_events)
        for k in range(done, self.steps_per_epoch):
            chosen = order[k * self.recipe.batch : (k + 1) * self.recipe.batch]
            self._do(chosen)
            self.step += 1
            yield len(chosen)

    def _do(self, chosen: IntArray) -> None:
        import torch
        from torch.nn import functional

        image = torch.from_numpy(binary_images(self.hits, chosen))
        weight = 1.0 + (self.recipe.hit_weight - 1.0) * image
        found = logits(self.layers, image)
        loss = functional.binary_cross_entropy_with_logits(found, image, weight=weight)
        for k in INNER:
            loss = loss + L2 * self.layers[k].weight.square().sum()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()


def binary_images(hits: HitBatch, chosen: IntArray) -> Any:
    """(E, 4, 336, 80) float32, 1 where there is a hit: what the network sees of those events."""
    events = joined([hits.part(k, k + 1) for k in chosen.tolist()])
    return np.sign(images(events))


def train_network(
    hits: HitBatch,
    recipe: Recipe,
    seed: int,
    kept: Arrays | None,
    reached: Callable[[Arrays], float],
    keep: Callable[[Arrays], None],
    tell: Callable[[int], None],
) -> tuple[Arrays, int]:
    """(weights, epochs). kept, keep : state to go on with, and where it goes now and then.

    reached : mean output at hits of events not trained on, of weights.  tell : events done.
    """
    training = Training(hits, recipe, seed, kept)
    tell(min(training.step * recipe.batch, recipe.epochs * hits.n_events))
    while training.step < recipe.epochs * training.steps_per_epoch:
        epochs, begun = divmod(training.step, training.steps_per_epoch)
        may_end = epochs >= recipe.least and not begun
        if may_end and reached(weights_of(training.layers)) >= recipe.goal:
            break
        for n in training.epoch():
            tell(n)
            if training.step % STEPS_PER_CHECKPOINT == 0:
                keep(training.state())
        keep(training.state())
    return weights_of(training.layers), training.step // training.steps_per_epoch
