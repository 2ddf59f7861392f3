"""Events as compiled code, each from a stream of random numbers of its own."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.sensor import N_COLS, N_PLANES, N_ROWS
from reco_core.afp.simulation.anomalies import (
    NO_PLANE,
    NO_SEVERITY,
    any_plane,
    hot_column,
    kinked,
    more_tracks,
    noisy_plane,
    plane_before_last,
    products,
    shower,
    silence_column,
    silence_plane,
)
from reco_core.afp.simulation.classes import (
    DEAD_HOT_COLUMN,
    EDGE,
    MISSING_PLANE,
    MULTI_TRACK,
    NOISY_PLANE,
    SCATTERING,
    SECONDARY,
    SHOWER,
    TWO_PROTONS,
)
from reco_core.afp.simulation.conditions import N_STATIONS
from reco_core.afp.simulation.response import (
    MOST_TOUCHED,
    Charges,
    apply_threshold,
    charge_of,
    cross_planes,
    noise_hits,
    time_over_threshold,
)
from reco_core.afp.simulation.tracks import Track, World, edge_proton, on_first_plane, proton
from reco_core.compiled import compiled, compiled_entry, flat
from reco_core.random_stream import Stream, begin, uniform

# Columns of the rows of truth.
STATION: Final = 0
X_MM: Final = 1
Y_MM: Final = 2
SLOPE_X: Final = 3
SLOPE_Y: Final = 4
N_TRACKS: Final = 5
PLANE: Final = 6
SEVERITY: Final = 7
COLUMNS: Final = 8


class Output(NamedTuple):
    """Hits one after the other, in order of plane, row, col within an event.

    end : (E,) row after an event's last.  made : (2,) events and hits so far.
    """

    end: NDArray[np.int64]
    plane: NDArray[np.uint8]
    row: NDArray[np.uint16]
    col: NDArray[np.uint8]
    charge: NDArray[np.float32]
    truth: NDArray[np.float64]
    made: NDArray[np.int64]


def no_output(events: int, hits: int) -> Output:
    """Room for so many; hits : more than MOST_TOUCHED."""
    return flat(
        Output(
            end=np.zeros(events, np.int64),
            plane=np.zeros(hits, np.uint8),
            row=np.zeros(hits, np.uint16),
            col=np.zeros(hits, np.uint8),
            charge=np.zeros(hits, np.float32),
            truth=np.zeros((events, COLUMNS)),
            made=np.zeros(2, np.int64),
        )
    )


@compiled_entry
def simulate(
    rng: Stream,
    key: np.uint64,
    first: int,
    kinds: NDArray[np.int64],
    world: World,
    charges: Charges,
    output: Output,
) -> None:
    """Events number first, first + 1, ... of these kinds, until all are made or output is full."""
    output.made[:] = 0
    for k in range(len(kinds)):
        if output.made[1] + MOST_TOUCHED > len(output.plane):
            return
        begin(rng, key, first + k)
        station = int(uniform(rng) * N_STATIONS)
        one_event(rng, world, station, kinds[k], charges, output.truth[k])
        read_out(world, station, charges, output)


@compiled
def one_event(
    rng: Stream,
    world: World,
    station: int,
    kind: int,
    charges: Charges,
    truth: NDArray[np.float64],
) -> None:
    """All charges of an event, and its row of truth."""
    plane = NO_PLANE
    if kind in (SECONDARY, SCATTERING):
        plane = plane_before_last(rng)
    elif kind in (MISSING_PLANE, NOISY_PLANE, DEAD_HOT_COLUMN, EDGE):
        plane = any_plane(rng)
    track = edge_proton(rng, world, station, plane) if kind == EDGE else proton(rng, world, station)
    truth[STATION], truth[PLANE] = station, plane
    truth[X_MM], truth[Y_MM] = on_first_plane(track)
    truth[SLOPE_X], truth[SLOPE_Y], truth[N_TRACKS] = track.slope_x, track.slope_y, 1.0
    truth[SEVERITY] = NO_SEVERITY
    particles(rng, world, station, kind, plane, track, charges, truth)
    apply_threshold(rng, world.use, charges)
    for k in range(N_PLANES):
        noise_hits(rng, world, station, k, world.use.noise_hits, charges)
    disturb(rng, world, station, kind, plane, track, charges, truth)


@compiled
def disturb(
    rng: Stream,
    world: World,
    station: int,
    kind: int,
    plane: int,
    track: Track,
    charges: Charges,
    truth: NDArray[np.float64],
) -> None:
    """What the read-out of a plane adds or takes away in some classes."""
    if kind == NOISY_PLANE:
        truth[SEVERITY] = noisy_plane(rng, world, station, plane, charges)
    elif kind == DEAD_HOT_COLUMN and uniform(rng) < world.severity.hot_share:
        truth[SEVERITY] = hot_column(rng, world, station, plane, charges)
    elif kind == DEAD_HOT_COLUMN:
        silence_column(world, station, plane, track, charges)
        truth[SEVERITY] = 0.0
    elif kind == MISSING_PLANE:
        silence_plane(plane, charges)


@compiled
def particles(
    rng: Stream,
    world: World,
    station: int,
    kind: int,
    at_plane: int,
    track: Track,
    charges: Charges,
    truth: NDArray[np.float64],
) -> None:
    """The proton, up to where it ends or is bent, and what comes with it or of it."""
    last = at_plane if kind in (SECONDARY, SCATTERING) else N_PLANES - 1
    cross_planes(rng, world, station, 0, last + 1, track, charges)
    if kind == SECONDARY:
        truth[SEVERITY] = products(rng, world, station, track, last, charges)
    elif kind == SCATTERING:
        after, truth[SEVERITY] = kinked(rng, world, station, track, last)
        cross_planes(rng, world, station, last + 1, N_PLANES, after, charges)
    elif kind == TWO_PROTONS:
        truth[N_TRACKS] = 2.0
        other = proton(rng, world, station)
        cross_planes(rng, world, station, 0, N_PLANES, other, charges)
    elif kind == MULTI_TRACK:
        truth[SEVERITY] = more_tracks(rng, world, station, charges)
        truth[N_TRACKS] = truth[SEVERITY]
    elif kind == SHOWER:
        truth[SEVERITY] = shower(rng, world, station, track, charges)


@compiled
def read_out(world: World, station: int, charges: Charges, output: Output) -> None:
    """Move the charges of the event to the output, as stored; dead pixels give none."""
    event, hit = output.made[0], output.made[1]
    touched = charges.touched[: charges.filled[0]]
    touched.sort()
    for pixel in touched:
        charge_e = charges.charge[pixel]
        charges.charge[pixel] = 0.0
        if charge_e == 0.0 or world.conditions.dead[station, pixel]:
            continue
        output.plane[hit] = pixel // (N_ROWS * N_COLS)
        output.row[hit] = pixel // N_COLS % N_ROWS
        output.col[hit] = pixel % N_COLS
        output.charge[hit] = charge_of(world.use, time_over_threshold(world.use, charge_e))
        hit += 1
    charges.filled[0] = 0
    output.end[event] = hit
    output.made[0], output.made[1] = event + 1, hit
