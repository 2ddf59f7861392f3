"""The events that open a set of the mix `showcase`: clear examples, placed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from reco_core.directions import source_direction
from reco_core.icecube.simulation import given
from reco_core.icecube.simulation.particles import FloatArray


@dataclass(frozen=True, eq=False)
class Showpiece:
    """name, sentence : for the page.  recipe : (N, given.COLUMNS), no rows for pure noise."""

    name: str
    sentence: str
    recipe: FloatArray


@cache
def showpieces() -> tuple[Showpiece, ...]:
    """All of them. Their particles are fixed; losses, light and noise are drawn with each set."""
    return (*_neutrinos(), *_with_atmospheric_muons(), *_hard_ones())


def _neutrinos() -> tuple[Showpiece, ...]:
    return (
        Showpiece(
            "Up-going track through the whole array",
            "A muon neutrino from below met a nucleus 2 km away; the muon it made, 60 TeV at "
            "first, crosses the whole array.",
            _components(_track(148, 35, 7e4, 0.15, near=(20, -15, 10), before_m=2000)),
        ),
        Showpiece(
            "Starting track",
            "A muon neutrino of 120 TeV interacts inside the array: a hadronic cascade where the "
            "track begins, then the muon that leaves.",
            _components(_neutrino(14, 72, 200, 1.2e5, 0.3, (-260, -130, -170))),
        ),
        Showpiece(
            "A cascade of a PeV",
            "An electron neutrino of 1 PeV ends here in a few metres: light spreads as a sphere, "
            "slightly brighter ahead.",
            _components(_neutrino(12, 64, 110, 1e6, 0.25, (-60, -240, 180))),
        ),
        Showpiece(
            "Double bang",
            "A tau neutrino of 3 PeV: one cascade where it interacts, above the dust layer, and a "
            "second one 300 m further on, below it, where the tau decays.",
            _components(_neutrino(16, 22, 20, 3e6, 0.25, (60, 20, 95), decay_m=300.0, channel=0.9)),
        ),
    )


def _with_atmospheric_muons() -> tuple[Showpiece, ...]:
    return (
        Showpiece(
            "Muon bundle from above",
            "Twelve muons of one air shower, side by side within some 40 m.",
            _bundle(),
        ),
        Showpiece(
            "Coincident event: a neutrino and an atmospheric muon",
            "A muon neutrino's track from below, and 1.5 µs later an unrelated atmospheric muon "
            "through another part of the array.",
            _components(
                _track(118, 300, 2e4, 0.2, near=(-230, 140, -240), before_m=900),
                _muon(33, 140, 8e3, (250, -120, 150), time_ns=4500.0),
                _muon(33, 140, 2e3, (262, -112, 150), time_ns=4500.0),
            ),
        ),
    )


def _hard_ones() -> tuple[Showpiece, ...]:
    return (
        Showpiece(
            "Inclined track clipping a corner",
            "A muon of some 30 TeV passes through the upper edge of the array only.",
            _components(_track(58, 330, 4e4, 0.2, near=(-455, -90, 250), before_m=1200)),
        ),
        Showpiece(
            "Faint neutrino hidden in noise",
            "A muon neutrino of 500 GeV: a dozen DOMs see it, about as many pulses as noise gives.",
            _components(_neutrino(14, 125, 250, 5e2, 0.3, (60, 130, -390))),
        ),
        Showpiece(
            "Pure noise",
            "No particle at all: what the DOMs report in 10 µs when a clock starts the read-out.",
            np.zeros((0, given.COLUMNS)),
        ),
    )


def _components(*rows: FloatArray) -> FloatArray:
    return np.stack(rows)


def _neutrino(
    pdg: int,
    zenith_deg: float,
    azimuth_deg: float,
    energy_gev: float,
    inelasticity: float,
    vertex_m: tuple[float, float, float],
    decay_m: float = 0.0,
    channel: float = 0.0,
) -> FloatArray:
    """A neutrino that interacts at a place at time 0 (its muon is 0.3 m further each ns)."""
    row = _row(pdg, zenith_deg, azimuth_deg, energy_gev, vertex_m)
    row[given.INELASTICITY] = inelasticity
    row[given.DECAY_M], row[given.CHANNEL] = decay_m, channel
    return row


def _track(
    zenith_deg: float,
    azimuth_deg: float,
    energy_gev: float,
    inelasticity: float,
    near: tuple[float, float, float],
    before_m: float,
) -> FloatArray:
    """A muon neutrino whose muon passes a point, from a vertex this far before it."""
    back = source_direction(np.radians(zenith_deg), np.radians(azimuth_deg)) * before_m
    x, y, z = np.array(near) + back
    return _neutrino(14, zenith_deg, azimuth_deg, energy_gev, inelasticity, (x, y, z))


def _muon(
    zenith_deg: float,
    azimuth_deg: float,
    energy_gev: float,
    place_m: tuple[float, float, float],
    time_ns: float = 0.0,
) -> FloatArray:
    """An atmospheric muon that passes a place at a time, with its energy above the array."""
    row = _row(13, zenith_deg, azimuth_deg, energy_gev, place_m)
    row[given.TIME_NS] = time_ns
    return row


def _row(
    pdg: int,
    zenith_deg: float,
    azimuth_deg: float,
    energy_gev: float,
    place_m: tuple[float, float, float],
) -> FloatArray:
    row = np.zeros(given.COLUMNS)
    row[given.PDG], row[given.ENERGY_GEV] = pdg, energy_gev
    row[given.ZENITH], row[given.AZIMUTH] = np.radians(zenith_deg), np.radians(azimuth_deg)
    row[given.PLACE : given.PLACE + 3] = place_m
    return row


def _bundle() -> FloatArray:
    """Muons on a spiral around the first one, the farther the softer."""
    energy = np.array([9e3, 6e3, 5e3, 3e3, 2e3, 2e3, 1.5e3, 1e3, 8e2, 7e2, 6e2, 5e2])
    away, turn = np.linspace(0, 40, 12), np.radians(137.5 * np.arange(12))
    places = zip(30 + away * np.cos(turn), -40 + away * np.sin(turn), strict=True)
    return np.stack(
        [
            _muon(28, 75, e, (float(x), float(y), 0.0))
            for e, (x, y) in zip(energy, places, strict=True)
        ]
    )
