"""What goes wrong in each class of anomalies, for compiled code."""

from __future__ import annotations

import math
from typing import Final

from reco_core.afp.sensor import COL_PITCH_MM, N_COLS, N_PLANES, N_ROWS, ROW_PITCH_MM
from reco_core.afp.simulation.response import (
    PLANE_PIXELS,
    Charges,
    cross_planes,
    deposit,
    deposit_at,
    landau_charge,
    noise_charge,
)
from reco_core.afp.simulation.tracks import Track, World, background_particle, crossing, through
from reco_core.compiled import compiled
from reco_core.random_stream import Stream, normal, uniform

NO_PLANE: Final = -1
NO_SEVERITY: Final = -1.0
MOST_TRIES: Final = 10_000


@compiled
def between(rng: Stream, least: float, most: float) -> int:
    """A whole number from least to most, all as likely."""
    return int(least) + int(uniform(rng) * (most - least + 1.0))


@compiled
def any_plane(rng: Stream) -> int:
    """One of the four."""
    return int(uniform(rng) * N_PLANES)


@compiled
def plane_before_last(rng: Stream) -> int:
    """One after which there is another."""
    return int(uniform(rng) * (N_PLANES - 1))


@compiled
def more_tracks(rng: Stream, world: World, station: int, charges: Charges) -> int:
    """Particles beside the proton; how many there are with it."""
    particles = between(rng, world.severity.tracks_least, world.severity.tracks_most)
    for _ in range(particles - 1):
        track = background_particle(rng, world, station)
        cross_planes(rng, world, station, 0, N_PLANES, track, charges)
    return particles


@compiled
def shower(rng: Stream, world: World, station: int, track: Track, charges: Charges) -> float:
    """Hits around a track, more on each further plane; how many on plane 0."""
    severity = world.severity
    hits = math.exp(severity.shower_log_mean + severity.shower_log_sigma * normal(rng))
    for plane in range(N_PLANES):
        row, col = crossing(track, world, station, plane)
        for _ in range(int(hits * (1.0 + severity.shower_growth * plane) + 0.5)):
            ahead = severity.shower_width_mm * math.tan(math.pi * (uniform(rng) - 0.5))
            aside = severity.shower_width_mm * math.tan(math.pi * (uniform(rng) - 0.5))
            at_row = math.floor(row + ahead / ROW_PITCH_MM)
            at_col = math.floor(col + aside / COL_PITCH_MM)
            charge_e = severity.shower_charge * landau_charge(rng, world.use)
            deposit(charges, plane, at_row, at_col, charge_e)
    return hits


@compiled
def products(
    rng: Stream, world: World, station: int, track: Track, vertex: int, charges: Charges
) -> int:
    """What comes out of an interaction in plane `vertex`, on the planes after it; how many."""
    severity = world.severity
    row, col = crossing(track, world, station, vertex)
    prongs = between(rng, severity.prongs_least, severity.prongs_most)
    for _ in range(prongs):
        slope_x = track.slope_x + severity.prong_slope_rad * normal(rng)
        slope_y = track.slope_y + severity.prong_slope_rad * normal(rng)
        prong = through(world, station, vertex, row, col, slope_x, slope_y)
        cross_planes(rng, world, station, vertex + 1, N_PLANES, prong, charges)
    return prongs


@compiled
def kinked(rng: Stream, world: World, station: int, track: Track, kink: int) -> tuple[Track, float]:
    """The track after a kink in plane `kink`, and the angle (rad)."""
    severity = world.severity
    span = severity.scatter_most_rad - severity.scatter_least_rad
    angle = severity.scatter_least_rad + span * uniform(rng)
    azimuth = 2 * math.pi * uniform(rng)
    row, col = crossing(track, world, station, kink)
    slope_x = track.slope_x + math.tan(angle) * math.cos(azimuth)
    slope_y = track.slope_y + math.tan(angle) * math.sin(azimuth)
    return through(world, station, kink, row, col, slope_x, slope_y), angle


@compiled
def noisy_plane(rng: Stream, world: World, station: int, plane: int, charges: Charges) -> int:
    """Hits on pixels of a plane that are alive and have none; how many."""
    hits = between(rng, world.severity.noisy_least, world.severity.noisy_most)
    left = hits
    while left > 0:
        pixel = plane * PLANE_PIXELS + int(uniform(rng) * PLANE_PIXELS)
        left -= fires(rng, world, station, pixel, charges)
    return hits


@compiled
def hot_column(rng: Stream, world: World, station: int, plane: int, charges: Charges) -> int:
    """Hits on such pixels of one column; how many."""
    wanted = between(rng, world.severity.hot_least, world.severity.hot_most)
    col, hits = int(uniform(rng) * N_COLS), 0
    for tries in range(MOST_TRIES):
        if hits == wanted:
            break
        if hits == 0 and tries > N_ROWS:  # the column is dead
            col = int(uniform(rng) * N_COLS)
        pixel = (plane * N_ROWS + int(uniform(rng) * N_ROWS)) * N_COLS + col
        hits += fires(rng, world, station, pixel, charges)
    return hits


@compiled
def fires(rng: Stream, world: World, station: int, pixel: int, charges: Charges) -> int:
    """1 and a charge, if the pixel is alive and has none yet; else 0."""
    if world.conditions.dead[station, pixel] or charges.charge[pixel] > 0.0:
        return 0
    deposit_at(charges, pixel, noise_charge(rng, world.use))
    return 1


@compiled
def silence_column(world: World, station: int, plane: int, track: Track, charges: Charges) -> None:
    """The column of a plane that the track crosses gives nothing."""
    _, col = crossing(track, world, station, plane)
    for row in range(N_ROWS):
        charges.charge[(plane * N_ROWS + row) * N_COLS + math.floor(col)] = 0.0


@compiled
def silence_plane(plane: int, charges: Charges) -> None:
    """A plane gives nothing."""
    for k in range(charges.filled[0]):
        if charges.touched[k] // PLANE_PIXELS == plane:
            charges.charge[charges.touched[k]] = 0.0
