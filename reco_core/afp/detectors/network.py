"""The convolutional autoencoder of the IFJ-AFP anomaly detector, evaluated where hits change it.

Of 26,880 positions of an image some 8 have a hit; elsewhere every layer gives what it gives of an
empty image. That is computed once. For an event, each layer is told what differs from it, and the
products of a kernel are taken for these positions alone: the same numbers as of the dense network
(to rounding), with a twentieth of its products, and no torch. The layers are trained in
reco_core/afp/training/network.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.hits import HitBatch
from reco_core.afp.sensor import N_COLS, N_PLANES, N_ROWS

Arrays = dict[str, NDArray[Any]]
Image = NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """A convolution.  kernel : rows, columns.  enlarge : of its input.  pool : of its output."""

    inputs: int
    outputs: int
    kernel: tuple[int, int]
    enlarge: int = 1
    pool: int = 1


LAYERS: Final = (
    Layer(4, 16, (4, 3), pool=4),
    Layer(16, 32, (4, 3), pool=4),
    Layer(32, 64, (4, 3)),
    Layer(64, 64, (4, 4)),
    Layer(64, 32, (4, 3), enlarge=4),
    Layer(32, 4, (4, 3), enlarge=4),
)
LEAST_WEIGHT: Final = 1e-20
N_PARAMETERS: Final = sum(
    layer.outputs * (layer.inputs * layer.kernel[0] * layer.kernel[1] + 1) for layer in LAYERS
)


class Spread(NamedTuple):
    """A layer as it is applied to single positions of its input.

    Its output comes in blocks, one for each position of its input: `enlarge` x `enlarge` positions
    of it, with all their channels in a row (B). way : (W, 5) what a position (r, c) adds to: block
    (r + way[0], c + way[1]), from place way[2] there, the way[4] numbers from way[3] of position @
    kernel.  kernel : (inputs, all of these).  empty : (rows, cols, B) before the ReLU, of an empty
    image, in blocks.  after : (rows, cols, outputs) after it and the pooling, not in blocks.
    """

    way: NDArray[np.int64]
    kernel: Image
    empty: Image
    after: Image


Network = tuple[Spread, Spread, Spread, Spread, Spread, Spread]


class Measured(NamedTuple):
    """Of E events, sums over their 107,520 pixels; p is what the network puts there.

    n_hits : pixels with a hit.  square : of (p - image)**2.  at_hits : of p at hits.  log_hits : of
    -ln p there.  log_others : of -ln(1 - p) at the others.
    """

    n_hits: NDArray[np.float64]
    square: NDArray[np.float64]
    at_hits: NDArray[np.float64]
    log_hits: NDArray[np.float64]
    log_others: NDArray[np.float64]


def network_of(weights: Arrays) -> Network:
    """The network of weights: kernel_K (outputs, inputs, rows, columns) and bias_K (outputs,)."""
    spreads = []
    image: Image = np.zeros((N_ROWS, N_COLS, N_PLANES), np.float32)
    for k, layer in enumerate(LAYERS):
        kernel = np.asarray(weights[f"kernel_{k}"], np.float32)
        # The training shrinks weights that do nothing for ever; products of such small numbers take
        # a processor a hundred times as long.
        kernel = np.where(np.abs(kernel) < LEAST_WEIGHT, np.float32(0), kernel)
        bias = np.asarray(weights[f"bias_{k}"], np.float32)
        way, flat = _ways(layer, kernel)
        empty = dense_layer(image, layer, kernel, bias)
        image = empty if k == len(LAYERS) - 1 else pooled(np.maximum(empty, 0), layer.pool)
        spreads.append(Spread(way, flat, in_blocks(empty, layer.enlarge), image))
    a, b, c, d, e, f = spreads
    return a, b, c, d, e, f


def dense_layer(x: Image, layer: Layer, kernel: Image, bias: Image) -> Image:
    """The layer before its ReLU, by the book. x : (rows, cols, inputs)."""
    x = x.repeat(layer.enlarge, 0).repeat(layer.enlarge, 1)
    (rows, cols, _), (high, wide) = x.shape, layer.kernel
    # Of an even kernel Keras puts the odd row behind.
    x = np.pad(x, (((high - 1) // 2, high // 2), ((wide - 1) // 2, wide // 2), (0, 0)))
    found = np.tile(bias, (rows, cols, 1))
    for i in range(high):
        for j in range(wide):
            found += x[i : i + rows, j : j + cols] @ kernel[:, :, i, j].T
    return found


def pooled(x: Image, size: int) -> Image:
    """(rows / size, cols / size, ...) largest of each square."""
    rows, cols, n = x.shape
    return np.asarray(x.reshape(rows // size, size, cols // size, size, n).max((1, 3)))


def in_blocks(x: Image, size: int) -> Image:
    """(rows / size, cols / size, size * size * n): the positions of each square in a row."""
    rows, cols, n = x.shape
    squares = x.reshape(rows // size, size, cols // size, size, n).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(squares.reshape(rows // size, cols // size, size * size * n))


def _ways(layer: Layer, kernel: Image) -> tuple[NDArray[np.int64], Image]:
    """(way, kernel) of a Spread.

    Taps that reach the same position of an enlarged input act as one, with the sum of their
    weights: 42 instead of 192. Those that follow one another in a block make one way.
    """
    e, n = layer.enlarge, layer.outputs
    sums = _summed_taps(layer, kernel)
    pieces: list[list[int]] = []
    for k, (a, b, p, q) in enumerate(sorted(sums)):
        place = (p * e + q) * n
        if pieces and pieces[-1][:2] == [a, b] and pieces[-1][2] + pieces[-1][4] == place:
            pieces[-1][4] += n
        else:
            pieces.append([a, b, place, k * n, n])
    flat = np.concatenate([sums[key] for key in sorted(sums)], axis=1, dtype=np.float32)
    return np.array(pieces), np.ascontiguousarray(flat)


def _summed_taps(layer: Layer, kernel: Image) -> dict[tuple[int, int, int, int], Image]:
    """(inputs, outputs) by what it leads to: block a, b away, and position p, q in it."""
    e, (high, wide) = layer.enlarge, layer.kernel
    sums: dict[tuple[int, int, int, int], Image] = {}
    for p, q, i, j in np.ndindex(e, e, high, wide):
        a, b = -((p + i - (high - 1) // 2) // e), -((q + j - (wide - 1) // 2) // e)
        sums[a, b, p, q] = sums.get((a, b, p, q), np.float32(0)) + kernel[:, :, i, j].T
    return sums


def measured(network: Network, hits: HitBatch) -> Measured:
    """What the network makes of events: sums over their pixels, in constant memory."""
    from reco_core.afp.detectors.network_kernel import measure_events, scratch

    return Measured(*measure_events(*hits[:4], network, scratch()).T)


def reconstruction(network: Network, hits: HitBatch) -> NDArray[np.float32]:
    """(E, 4, 336, 80) what the network puts in each pixel, 0 to 1: 430 kB an event."""
    from reco_core.afp.detectors.network_kernel import paint_events, scratch

    e = LAYERS[-1].enlarge
    rows, cols = N_ROWS // e, N_COLS // e
    painted = np.empty((hits.n_events, rows, cols, e * e * N_PLANES), np.float32)
    paint_events(*hits[:4], network, scratch(), painted)
    blocks = painted.reshape(-1, rows, cols, e, e, N_PLANES).transpose(0, 5, 1, 3, 2, 4)
    return np.ascontiguousarray(blocks.reshape(-1, N_PLANES, N_ROWS, N_COLS))
