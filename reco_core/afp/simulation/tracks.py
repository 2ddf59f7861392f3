"""Straight lines through the planes of a station, for compiled code.

x runs away from the beam, y along the columns, z with the particle; mm. A plane is tilted in xz
about its edge next to the beam, where x is 0.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from reco_core.afp.sensor import (
    COL_PITCH_MM,
    N_COLS,
    N_PLANES,
    N_ROWS,
    PLANE_PITCH_MM,
    ROW_PITCH_MM,
    TILT_RAD,
)
from reco_core.afp.simulation.conditions import Conditions
from reco_core.afp.simulation.parameters import Parameters
from reco_core.afp.simulation.severities import Severities
from reco_core.compiled import compiled
from reco_core.random_stream import Stream, exponential, normal, uniform

SIN_TILT: Final = math.sin(TILT_RAD)
COS_TILT: Final = math.cos(TILT_RAD)
EDGES: Final = 4  # first and last row, first and last column


class World(NamedTuple):
    """What all events of a run share."""

    use: Parameters
    severity: Severities
    conditions: Conditions


class Track(NamedTuple):
    """A line through x, y, z (mm) with slopes dx/dz and dy/dz."""

    x: float
    y: float
    z: float
    slope_x: float
    slope_y: float


@compiled
def crossing(track: Track, world: World, station: int, plane: int) -> tuple[float, float]:
    """Where a track crosses a plane: row and col, whole numbers at the borders of pixels."""
    here = world.conditions
    tilt = here.tilt_rad[station, plane]
    ahead = plane * PLANE_PITCH_MM - track.z
    along = (track.x + track.slope_x * ahead) / (math.cos(tilt) - track.slope_x * math.sin(tilt))
    across = track.y + track.slope_y * (ahead + along * math.sin(tilt))
    return (
        (along - here.shift_row_mm[station, plane]) / ROW_PITCH_MM,
        (across - here.shift_col_mm[station, plane]) / COL_PITCH_MM,
    )


@compiled
def on_first_plane(track: Track) -> tuple[float, float]:
    """x, y (mm) along a plane 0 that is exactly where it should be."""
    along = (track.x - track.slope_x * track.z) / (COS_TILT - track.slope_x * SIN_TILT)
    return along, track.y + track.slope_y * (along * SIN_TILT - track.z)


@compiled
def through(
    world: World, station: int, plane: int, row: float, col: float, slope_x: float, slope_y: float
) -> Track:
    """The track with these slopes that crosses a plane there."""
    here = world.conditions
    tilt = here.tilt_rad[station, plane]
    along = row * ROW_PITCH_MM + here.shift_row_mm[station, plane]
    across = col * COL_PITCH_MM + here.shift_col_mm[station, plane]
    z = plane * PLANE_PITCH_MM + along * math.sin(tilt)
    return Track(along * math.cos(tilt), across, z, slope_x, slope_y)


@compiled
def inside(row: float, col: float) -> bool:
    """Is there a pixel?"""
    return 0.0 <= row < N_ROWS and 0.0 <= col < N_COLS


@compiled
def crosses_all(track: Track, world: World, station: int) -> bool:
    """Does it meet a pixel on every plane?"""
    for plane in range(N_PLANES):
        row, col = crossing(track, world, station, plane)
        if not inside(row, col):
            return False
    return True


@compiled
def beam_place(rng: Stream, world: World, station: int) -> tuple[float, float]:
    """Row and col of a proton on a plane that is where it should be, perhaps outside."""
    use = world.use
    least = use.beam_row_least + world.conditions.pot_shift_rows[station]
    row = least + use.beam_row_mean * exponential(rng)
    return row, use.beam_col_mean + use.beam_col_sigma * normal(rng)


@compiled
def proton(rng: Stream, world: World, station: int) -> Track:
    """A proton from the beam, through all planes."""
    sigma = world.use.slope_sigma_rad
    while True:
        row, col = beam_place(rng, world, station)
        along = row * ROW_PITCH_MM
        track = Track(
            along * COS_TILT, col * COL_PITCH_MM, along * SIN_TILT,
            sigma * normal(rng), sigma * normal(rng),
        )  # fmt: skip
        if crosses_all(track, world, station):
            return track


@compiled
def background_particle(rng: Stream, world: World, station: int) -> Track:
    """A particle from elsewhere, anywhere on plane 0, perhaps not through all planes."""
    sigma = world.severity.background_slope_rad
    row, col = uniform(rng) * N_ROWS, uniform(rng) * N_COLS
    return through(world, station, 0, row, col, sigma * normal(rng), sigma * normal(rng))


@compiled
def edge_proton(rng: Stream, world: World, station: int, plane: int) -> Track:
    """A proton from the beam that crosses a plane at one of its four edges."""
    severity, sigma = world.severity, world.use.slope_sigma_rad
    edge = int(uniform(rng) * EDGES)
    row, col = beam_place(rng, world, station)
    while not inside(row, col):
        row, col = beam_place(rng, world, station)
    depth = uniform(rng)
    if edge == 0:
        row = depth * severity.edge_rows
    elif edge == 1:
        row = N_ROWS - (1.0 - depth) * severity.edge_rows
    elif edge == 2:
        col = depth * severity.edge_cols
    else:
        col = N_COLS - (1.0 - depth) * severity.edge_cols
    return through(world, station, plane, row, col, sigma * normal(rng), sigma * normal(rng))
