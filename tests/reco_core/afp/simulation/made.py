"""Simulated events for tests, and compiled functions made callable."""

from __future__ import annotations

from functools import cache

import numpy as np

from reco_core.afp.hits import HitBatch, joined
from reco_core.afp.simulation import chunk, kernel, response, tracks
from reco_core.afp.simulation.chunk import Chunk, Job, simulate_chunk
from reco_core.afp.simulation.classes import CLASSES
from reco_core.afp.simulation.parameters import parameters
from reco_core.afp.simulation.severities import severities
from reco_core.compiled import compiled_entry

SEED = 11
TEST = Job("test", SEED, 14_500, 0.0)


@cache
def test_mix() -> tuple[Chunk, ...]:
    """The issue's test mix: 500 of every class, 10,000 single protons, in five runs."""
    return tuple(simulate_chunk(TEST, k) for k in range(TEST.events // chunk.EVENTS_PER_CHUNK))


@cache
def of_class(name: str) -> tuple[HitBatch, np.ndarray]:
    """Hits and rows of truth of one class in the test mix."""
    number = [row.name for row in CLASSES].index(name)
    parts, truths = [], []
    for one in test_mix():
        chosen = np.flatnonzero(one.kind == number)
        parts += [one.hits.part(k, k + 1) for k in chosen]
        truths.append(one.truth[chosen])
    return joined(parts), np.concatenate(truths)


def per_plane(hits: HitBatch) -> np.ndarray:
    """(E, 4) number of hits."""
    counts = np.zeros((hits.n_events, 4), int)
    np.add.at(counts, (hits.event, hits.plane), 1)
    return counts


def clusters(hits: HitBatch) -> list[list[tuple[int, int, int]]]:
    """Pixels (plane, row, col) of each cluster of the first event, neighbours in 8 directions."""
    left = set(zip(hits.plane.tolist(), hits.row.tolist(), hits.col.tolist(), strict=True))
    found = []
    while left:
        found.append([left.pop()])
        for plane, row, col in found[-1]:
            around = {(plane, row + a, col + b) for a in (-1, 0, 1) for b in (-1, 0, 1)} & left
            left -= around
            found[-1].extend(around)
    return found


def aligned() -> tracks.World:
    """A run with every plane exactly where it should be, nothing dead and nothing hot."""
    here = chunk.run_conditions("beam", 1, 0).copy()
    for name, value in (("tilt_rad", tracks.TILT_RAD), ("shift_row_mm", 0), ("shift_col_mm", 0)):
        here[name] = value
    here["pot_shift_rows"], here["dead"], here["hot_rate"] = 0, 0, 0
    return tracks.World(parameters(), severities(), here)


@compiled_entry
def place(x, y, z, slope_x, slope_y, world, station, plane):
    """Where the track crosses the plane, and x, y on plane 0."""
    track = tracks.Track(x, y, z, slope_x, slope_y)
    return *tracks.crossing(track, world, station, plane), *tracks.on_first_plane(track)


@compiled_entry
def place_through(world, station, plane, row, col, slope_x, slope_y):
    """The same for the track that is made to cross there."""
    track = tracks.through(world, station, plane, row, col, slope_x, slope_y)
    return tracks.crossing(track, world, station, plane)


@compiled_entry
def landaus(rng, values):
    """Fill with draws of the standard law."""
    for k in range(len(values)):
        values[k] = response.landau(rng)


@compiled_entry
def shared(use, charges, low, high, col, charge_e):
    """One crossing's charge on plane 2, by pixel; the charges are emptied."""
    response.share_among_rows(use, charges, 2, low, high, col, charge_e)
    n = charges.filled[0]
    pixels = charges.touched[:n].copy()
    found = charges.charge[pixels]
    charges.charge[:] = 0.0
    charges.filled[0] = 0
    return pixels, found


@compiled_entry
def stored(use, charge_e):
    """Time over threshold, and the charge that stands for it."""
    tot = response.time_over_threshold(use, charge_e)
    return tot, response.charge_of(use, tot)


def truth_column(truth: np.ndarray, name: str) -> np.ndarray:
    """A column of rows of truth, by the name of its place."""
    return truth[:, getattr(kernel, name)]
