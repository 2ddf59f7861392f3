"""Compiled: the autoencoder of an event, as what differs from an empty image (network.py)."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.detectors.network import LAYERS, Network, Spread
from reco_core.afp.sensor import N_COLS, N_PLANES, N_ROWS
from reco_core.compiled import compiled, compiled_entry

N_SUMS: Final = 5  # fields of network.Measured
ENLARGE: Final = np.array([layer.enlarge for layer in LAYERS])
POOL: Final = np.array([layer.pool for layer in LAYERS])
MOST_TERMS: Final = max(layer.inputs for layer in LAYERS)
MOST_WAYS: Final = 42  # positions of an enlarged layer that one of its input adds to
LN_2: Final = math.log(2.0)
HALVES: Final = 0.5 ** np.arange(1_000)
FEW: Final = 1e-3  # below it a logarithm is its series, to 1e-13

Floats = NDArray[np.float32]
Places = NDArray[np.int64]


class Scratch(NamedTuple):
    """Memory of one layer.

    before : (rows, cols, B) as Spread.empty.  touched : (rows, cols) blocks, all False between
    events.  place : (n, 2) blocks touched.  part : one position @ kernel.  order : (inputs,) terms
    that are not 0.  cell, cell_place : touched and place of the pooled layer.  at, change : (n, 2),
    (n, outputs) positions of the next layer's input that differ from an empty image, by how much.
    """

    before: Floats
    touched: NDArray[np.bool_]
    place: Places
    part: Floats
    order: Places
    cell: NDArray[np.bool_]
    cell_place: Places
    at: Places
    change: Floats


Scratches = tuple[Scratch, Scratch, Scratch, Scratch, Scratch, Scratch]


def scratch() -> Scratches:
    """Memory for one thread: 7 MB."""
    rows, cols = N_ROWS, N_COLS
    found = []
    for layer in LAYERS:
        square = layer.enlarge**2
        ways = {1: layer.kernel[0] * layer.kernel[1], 4: MOST_WAYS}[layer.enlarge]
        pooled = (rows * layer.enlarge // layer.pool, cols * layer.enlarge // layer.pool)
        n = pooled[0] * pooled[1]
        found.append(Scratch(
            np.zeros((rows, cols, square * layer.outputs), np.float32),
            np.zeros((rows, cols), np.bool_), np.zeros((rows * cols, 2), np.int64),
            np.zeros(ways * layer.outputs, np.float32), np.zeros(MOST_TERMS, np.int64),
            np.zeros(pooled, np.bool_), np.zeros((n, 2), np.int64), np.zeros((n, 2), np.int64),
            np.zeros((n, layer.outputs), np.float32),
        ))  # fmt: skip
        rows, cols = pooled
    a, b, c, d, e, f = found
    return a, b, c, d, e, f


@compiled
def add_four(
    d: tuple[float, float, float, float], a: Floats, b: Floats, c: Floats, e: Floats, part: Floats
) -> None:
    """part += d0 a + d1 b + d2 c + d3 e: plain rows, that become vector instructions."""
    for j in range(len(part)):
        part[j] += (d[0] * a[j] + d[1] * b[j]) + (d[2] * c[j] + d[3] * e[j])


@compiled
def add_one(d: float | np.float32, a: Floats, part: Floats) -> None:
    """part += d a"""
    for j in range(len(part)):
        part[j] += d * a[j]


@compiled
def times(change: Floats, kernel: Floats, part: Floats, order: Places) -> None:
    """part = change @ kernel; many terms are 0 and left out."""
    n = 0
    for k in range(len(change)):
        if change[k] != 0.0:
            order[n] = k
            n += 1
    part[:] = 0.0
    k = 0
    while k + 4 <= n:
        a, b, c, e = order[k], order[k + 1], order[k + 2], order[k + 3]
        d = (change[a], change[b], change[c], change[e])
        add_four(d, kernel[a], kernel[b], kernel[c], kernel[e], part)
        k += 4
    while k < n:
        add_one(change[order[k]], kernel[order[k]], part)
        k += 1


@compiled
def spread(n: int, at: Places, change: Floats, layer: Spread, own: Scratch) -> int:
    """Add to the layer what n changed positions of its input do; the number of blocks touched."""
    rows, cols, _ = layer.empty.shape
    touched = 0
    for k in range(n):
        times(change[k], layer.kernel, own.part, own.order)
        for w in range(len(layer.way)):
            r, c = at[k, 0] + layer.way[w, 0], at[k, 1] + layer.way[w, 1]
            if r < 0 or r >= rows or c < 0 or c >= cols:
                continue
            if not own.touched[r, c]:
                own.touched[r, c] = True
                own.place[touched] = r, c
                touched += 1
                own.before[r, c] = layer.empty[r, c]
            to, of, length = layer.way[w, 2], layer.way[w, 3], layer.way[w, 4]
            add_one(np.float32(1.0), own.part[of : of + length], own.before[r, c, to : to + length])
    return touched


@compiled
def keep(n: int, r: int, c: int, value: Floats, after: Floats, own: Scratch) -> int:
    """Note a changed position of the output, if it is one; the number of those so far."""
    differs = False
    for j in range(len(value)):
        own.change[n, j] = value[j] - after[r, c, j]
        differs |= own.change[n, j] != 0.0
    own.at[n] = r, c
    return n + 1 if differs else n


@compiled
def activate_blocks(touched: int, layer: Spread, enlarge: int, own: Scratch) -> int:
    """ReLU: the number of positions that change."""
    n, outputs = 0, own.change.shape[1]
    for k in range(touched):
        r, c = own.place[k, 0], own.place[k, 1]
        own.touched[r, c] = False
        for p in range(enlarge):
            for q in range(enlarge):
                begin = (p * enlarge + q) * outputs
                for m in range(outputs):
                    own.part[m] = max(own.before[r, c, begin + m], np.float32(0.0))
                row, col = r * enlarge + p, c * enlarge + q
                n = keep(n, row, col, own.part[:outputs], layer.after, own)
    return n


@compiled
def activate_pooled(touched: int, layer: Spread, pool: int, own: Scratch) -> int:
    """ReLU and the largest of each square of pool x pool: the number of squares that change."""
    cells = n = 0
    for k in range(touched):
        r, c = own.place[k, 0] // pool, own.place[k, 1] // pool
        if not own.cell[r, c]:
            own.cell[r, c] = True
            own.cell_place[cells] = r, c
            cells += 1
    outputs = own.change.shape[1]
    for k in range(cells):
        r, c = own.cell_place[k, 0], own.cell_place[k, 1]
        own.cell[r, c] = False
        own.part[:outputs] = 0.0
        for i in range(r * pool, (r + 1) * pool):
            for j in range(c * pool, (c + 1) * pool):
                of = own.before if own.touched[i, j] else layer.empty
                own.touched[i, j] = False
                for m in range(outputs):
                    own.part[m] = max(own.part[m], of[i, j, m])
        n = keep(n, r, c, own.part[:outputs], layer.after, own)
    return n


@compiled
def run_event(
    plane: NDArray[np.uint8], row: NDArray[np.uint16], col: NDArray[np.uint8],
    network: Network, own: Scratches, at: Places, change: Floats,
) -> int:  # fmt: skip
    """The layers for one event; the number of blocks of the last one that are touched.

    at, change : memory for the image: (n, 2), (n, 4).
    """
    for k in range(len(plane)):
        at[k, 0], at[k, 1] = row[k], col[k]
        change[k] = 0.0
        change[k, plane[k]] = 1.0
    n = len(plane)
    for k in range(len(network)):
        n = spread(n, at, change, network[k], own[k])
        if k + 1 == len(network):
            break
        if POOL[k] > 1:
            n = activate_pooled(n, network[k], POOL[k], own[k])
        else:
            n = activate_blocks(n, network[k], ENLARGE[k], own[k])
        at, change = own[k].at, own[k].change
    return n


@compiled
def falling_exponential(x: float) -> float:
    """exp(-x) for x >= 0, to 1e-9 of it: half the time of the library's."""
    halvings = round(x * (1.0 / LN_2))
    if halvings >= len(HALVES):
        return 0.0
    y = halvings * LN_2 - x  # within 0.35 of 0
    series = 1.0 + y * (1 / 5 + y * (1 / 30 + y * (1 / 210 + y / 1680)))
    return float(HALVES[halvings] * (1.0 + y * (1.0 + y * (1 / 2 + y * (1 / 6 + y / 24 * series)))))


@compiled
def sums_of(logit: float) -> tuple[float, float]:
    """(p**2, -ln(1 - p)) of p = 1 / (1 + exp(-logit))."""
    e = falling_exponential(abs(logit))
    p = (1.0 if logit > 0.0 else e) / (1.0 + e)
    log = e * (1.0 - e * (0.5 - e * (1.0 / 3.0 - 0.25 * e))) if e < FEW else math.log1p(e)
    return p * p, max(logit, 0.0) + log


@compiled
def empty_sums(last: Spread) -> NDArray[np.float64]:
    """(rows, cols, 2) sums_of over each block of an empty image."""
    rows, cols, size = last.empty.shape
    found = np.zeros((rows, cols, 2))
    for r in range(rows):
        for c in range(cols):
            for k in range(size):
                square, log = sums_of(last.empty[r, c, k])
                found[r, c, 0] += square
                found[r, c, 1] += log
    return found


@compiled
def logit_at(plane: int, row: int, col: int, before: Floats) -> float:
    """Of one pixel, in a block that is touched."""
    e = ENLARGE[-1]
    place = ((row % e) * e + col % e) * N_PLANES + plane
    return float(before[row // e, col // e, place])


@compiled
def measure_event(
    n: int, plane: NDArray[np.uint8], row: NDArray[np.uint16], col: NDArray[np.uint8],
    own: Scratch, empty: NDArray[np.float64], totals: tuple[float, float],
    sums: NDArray[np.float64],
) -> None:  # fmt: skip
    """Fill the row of Measured of an event.  totals : of an empty image."""
    sums[0], sums[1], sums[2], sums[3], sums[4] = len(plane), totals[0], 0.0, 0.0, totals[1]
    for k in range(n):
        r, c = own.place[k, 0], own.place[k, 1]
        own.touched[r, c] = False
        sums[1] -= empty[r, c, 0]
        sums[4] -= empty[r, c, 1]
        for m in range(own.before.shape[2]):
            square, log = sums_of(own.before[r, c, m])
            sums[1] += square
            sums[4] += log
    for k in range(len(plane)):  # every hit touches its own pixel
        logit = logit_at(plane[k], row[k], col[k], own.before)
        at_hit = 1.0 / (1.0 + math.exp(-logit))
        _, log = sums_of(logit)
        sums[1] += 1.0 - 2.0 * at_hit
        sums[2] += at_hit
        sums[3] += log - logit  # -ln p = -ln(1 - p) - logit
        sums[4] -= log


@compiled_entry
def measure_events(
    start: NDArray[np.int64], plane: NDArray[np.uint8], row: NDArray[np.uint16],
    col: NDArray[np.uint8], network: Network, own: Scratches,
) -> NDArray[np.float64]:  # fmt: skip
    """(E, N_SUMS) columns of Measured."""
    sums = np.zeros((len(start) - 1, N_SUMS))
    most = np.max(np.diff(start)) if len(start) > 1 else 0
    at, change = np.zeros((most, 2), np.int64), np.zeros((most, N_PLANES), np.float32)
    empty = empty_sums(network[5])
    totals = empty[:, :, 0].sum(), empty[:, :, 1].sum()
    for k in range(len(start) - 1):
        a, b = start[k], start[k + 1]
        n = run_event(plane[a:b], row[a:b], col[a:b], network, own, at, change)
        measure_event(n, plane[a:b], row[a:b], col[a:b], own[5], empty, totals, sums[k])
    return sums


@compiled_entry
def paint_events(
    start: NDArray[np.int64], plane: NDArray[np.uint8], row: NDArray[np.uint16],
    col: NDArray[np.uint8], network: Network, own: Scratches, painted: Floats,
) -> None:  # fmt: skip
    """Fill (E, rows, cols, B) with what the network gives, in blocks."""
    most = np.max(np.diff(start)) if len(start) > 1 else 0
    at, change = np.zeros((most, 2), np.int64), np.zeros((most, N_PLANES), np.float32)
    last = own[5]
    for k in range(len(start) - 1):
        a, b = start[k], start[k + 1]
        n = run_event(plane[a:b], row[a:b], col[a:b], network, own, at, change)
        painted[k] = network[5].empty
        for i in range(n):
            r, c = last.place[i, 0], last.place[i, 1]
            last.touched[r, c] = False
            painted[k, r, c] = last.before[r, c]
        painted[k] = 1.0 / (1.0 + np.exp(-painted[k]))
