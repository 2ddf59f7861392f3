"""The events that open a set of the mix `showcase`: clear examples, placed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from reco_core.directions import source_direction
from reco_core.icecube.simulation import given
from reco_core.icecube.simulation.particles import FloatArray
from reco_core.units import SPEED_OF_LIGHT, energy_text

TAU_TO_HADRONS: Final = 0.9  # a channel above those of the muon and the electron

Place = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Showpiece:
    """name, sentence : for the page.  recipe : (N, given.COLUMNS), no rows for pure noise.

    event_class, topology : as which it comes out, whatever is drawn.
    """

    name: str
    sentence: str
    event_class: str
    topology: str | None
    recipe: FloatArray


@cache
def showpieces() -> tuple[Showpiece, ...]:
    """All of them. Their particles are fixed; losses, light and noise are drawn with each set."""
    return (
        _up_going(),
        _starting(),
        _cascade(),
        _double_bang(),
        _bundle(),
        _coincident(),
        _clipping(),
        _faint(),
        _noise(),
    )


def _up_going() -> Showpiece:
    energy, before = 1.5e5, 2_000.0
    return Showpiece(
        "Up-going track through the whole array",
        f"A muon neutrino of {energy_text(energy)} from below interacted {before / 1e3:.0f} km "
        "before the centre; its muon crosses the whole array, with some larger losses.",
        "track",
        "through_going",
        _recipe(_track(148, 35, energy, 0.2, (20, -15, 10), before)),
    )


def _starting() -> Showpiece:
    energy, inelasticity, place = 1.5e5, 0.1, (-200.0, -85.0, -320.0)
    return Showpiece(
        "Starting track",
        f"A muon neutrino of {energy_text(energy)} interacts inside the array: a cascade of "
        f"{energy_text(energy * inelasticity)}, no light before it, and a muon that leaves.",
        "track",
        "starting",
        _recipe(_neutrino(14, 104, 200, energy, inelasticity, place)),
    )


def _cascade() -> Showpiece:
    energy, place = 1.1e6, (-60.0, -240.0, 180.0)
    return Showpiece(
        "A cascade of a PeV",
        f"An electron neutrino of {energy_text(energy)} ends at z = {place[2]:.0f} m within a few "
        "metres: light spreads as a ball, slightly brighter ahead.",
        "cascade",
        "contained",
        _recipe(_neutrino(12, 64, 110, energy, 0.25, place)),
    )


def _double_bang() -> Showpiece:
    energy, inelasticity, way, place = 3e6, 0.25, 300.0, (60.0, 20.0, 95.0)
    return Showpiece(
        "Double bang",
        f"A tau neutrino of {energy_text(energy)} makes two cascades {way:.0f} m apart: where it "
        f"interacts, above the dust layer, and {way / SPEED_OF_LIGHT / 1e3:.0f} µs later, below "
        "it, where its tau decays.",
        "cascade",
        "double_bang",
        _recipe(_neutrino(16, 22, 20, energy, inelasticity, place, way, TAU_TO_HADRONS)),
    )


def _bundle() -> Showpiece:
    """Muons on a spiral around the first one, the farther the softer."""
    energies = (2e4, 1e4, 8e3, 6e3, 4e3, 3e3, 3e3, 2e3, 2e3, 2e3, 1e3, 1e3)
    width = 35.0
    away, turn = np.linspace(0, width, len(energies)), np.radians(137.5) * np.arange(len(energies))
    places = zip(30 + away * np.cos(turn), -40 + away * np.sin(turn), strict=True)
    return Showpiece(
        "Muon bundle from above",
        f"{len(energies)} muons of one air shower, up to {energy_text(max(energies))}, side by "
        f"side within {width:.0f} m.",
        "muon",
        "through_going",
        _recipe(
            *(
                _muon(28, 75, energy, (float(x), float(y), 0.0))
                for energy, (x, y) in zip(energies, places, strict=True)
            )
        ),
    )


def _coincident() -> Showpiece:
    energy, muon_gev, later = 4e4, 1.2e4, 1_500.0
    return Showpiece(
        "Coincident event: a neutrino and an atmospheric muon",
        f"The track of a muon neutrino of {energy_text(energy)} from below, and "
        f"{later / 1e3:.1f} µs later an unrelated atmospheric muon on the other side.",
        "track",
        "through_going",
        _recipe(
            _track(125, 310, energy, 0.2, (-190, 130, -120), 800),
            _muon(14, 200, muon_gev, (330.0, -130.0, 0.0), later),
        ),
    )


def _clipping() -> Showpiece:
    energy = 1e5
    return Showpiece(
        "Inclined track clipping a corner",
        f"The muon of a neutrino of {energy_text(energy)} only brushes the upper edge of the "
        "array: a short piece of a long track.",
        "track",
        "through_going",
        _recipe(_track(58, 330, energy, 0.2, (-400, -120, 400), 1_000)),
    )


def _faint() -> Showpiece:
    energy, place = 80.0, (-205.0, 185.0, -390.0)
    return Showpiece(
        "Faint neutrino hidden in noise",
        f"A muon neutrino of {energy_text(energy)} at z = {place[2]:.0f} m: a few neighbouring "
        "DOMs see it within a microsecond; all other pulses are noise.",
        "track",
        "contained",
        _recipe(_neutrino(14, 160, 90, energy, 0.1, place)),
    )


def _noise() -> Showpiece:
    return Showpiece(
        "Pure noise",
        "No particle at all: what the DOMs report in 10 µs when a clock starts the read-out.",
        "noise",
        None,
        _recipe(),
    )


def _recipe(*rows: FloatArray) -> FloatArray:
    return np.array(rows).reshape(-1, given.COLUMNS)


def _track(
    zenith_deg: float,
    azimuth_deg: float,
    energy_gev: float,
    inelasticity: float,
    near_m: Place,
    before_m: float,
) -> FloatArray:
    """A muon neutrino whose muon passes a point at time 0, from a vertex this far before it."""
    back = source_direction(np.radians(zenith_deg), np.radians(azimuth_deg)) * before_m
    x, y, z = np.array(near_m) + back
    row = _neutrino(14, zenith_deg, azimuth_deg, energy_gev, inelasticity, (x, y, z))
    row[given.TIME_NS] = -before_m / SPEED_OF_LIGHT
    return row


def _neutrino(
    pdg: int,
    zenith_deg: float,
    azimuth_deg: float,
    energy_gev: float,
    inelasticity: float,
    vertex_m: Place,
    decay_m: float = 0.0,
    channel: float = 0.0,
) -> FloatArray:
    """A neutrino that interacts at a place at time 0. decay_m, channel : of a tau."""
    row = _row(pdg, zenith_deg, azimuth_deg, energy_gev, vertex_m)
    row[given.INELASTICITY] = inelasticity
    row[given.DECAY_M], row[given.CHANNEL] = decay_m, channel
    return row


def _muon(
    zenith_deg: float, azimuth_deg: float, energy_gev: float, place_m: Place, time_ns: float = 0.0
) -> FloatArray:
    """An atmospheric muon that passes a place at a time, with its energy above the array."""
    row = _row(13, zenith_deg, azimuth_deg, energy_gev, place_m)
    row[given.TIME_NS] = time_ns
    return row


def _row(
    pdg: int, zenith_deg: float, azimuth_deg: float, energy_gev: float, place_m: Place
) -> FloatArray:
    row = np.zeros(given.COLUMNS)
    row[given.PDG], row[given.ENERGY_GEV] = pdg, energy_gev
    row[given.ZENITH], row[given.AZIMUTH] = np.radians(zenith_deg), np.radians(azimuth_deg)
    row[given.PLACE : given.PLACE + 3] = place_m
    return row
