"""What happens in an event: the builders of each kind of particle, and draws of random ones.

Directions are given as zenith and azimuth, rad, of where the particle came from. Places are (3,) m.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.directions import source_direction
from reco_core.icecube.simulation.particles import Muon, Shower, power_law

FloatArray = NDArray[np.float64]
Generator = np.random.Generator

START_M: Final = 900.0  # particles that enter begin this far before their point nearest the centre
INSIDE_RADIUS_M: Final = 500.0
INSIDE_HEIGHT_M: Final = 500.0  # and depth: z from -500 to 500 m

# Energies: two power laws, which together give the published numbers of pulses.
ENERGY_GEV: Final = (1e2, 1e7)
SOFT_INDEX: Final = 1.91
HARD_INDEX: Final = 1.37
SOFT_SHARE: Final = 0.79

MUON_INDEX: Final = 2.6  # of single muons of the atmosphere, at the depth of the detector
MUON_ENERGY_GEV: Final = (2e2, 1e5)
ONE_MORE_MUON: Final = 0.7  # probability that a bundle has another one
MOST_MUONS: Final = 12
BUNDLE_WIDTH_M: Final = 15.0  # spread of its muons across, in each direction

AIM_RADIUS_M: Final = 700.0  # tracks pass the centre within this
SHOWER_RADIUS_M: Final = 600.0
SHOWER_HEIGHT_M: Final = 600.0


@dataclass(frozen=True, eq=False)
class Primary:
    """One event's particles. Numbers are None where there is no particle.

    vertex_m : where it starts: the interaction, or for particles that enter, the place outside
    where the simulation picks them up.  energy_gev : of the neutrino, of the muon that enters, or
    of all muons of a bundle.
    """

    event_class: str
    topology: str
    sentence: str
    zenith: float | None = None
    azimuth: float | None = None
    energy_gev: float | None = None
    vertex_m: FloatArray | None = None
    muons: tuple[Muon, ...] = ()
    showers: tuple[Shower, ...] = ()


def entering(zenith: float, azimuth: float, energy_gev: float, point_m: FloatArray) -> Primary:
    """A muon from a neutrino far away, on the line through point_m."""
    travel = -source_direction(zenith, azimuth)
    nearest = point_m - (point_m @ travel) * travel
    muon = Muon(nearest - START_M * travel, travel, energy_gev)
    topology, fate = _fate(muon)
    sentence = (
        f"A muon of {energy_text(energy_gev)} from {side(zenith)} (zenith {_degrees(zenith)}) "
        f"{fate}; its line lies {np.linalg.norm(nearest):.0f} m from the centre."
    )
    return Primary(
        "track", topology, sentence, zenith, azimuth, energy_gev, muon.start_m, muons=(muon,)
    )


def starting(
    zenith: float, azimuth: float, energy_gev: float, inelasticity: float, vertex_m: FloatArray
) -> Primary:
    """A muon neutrino that interacts at vertex_m; a shower takes `inelasticity` of its energy."""
    travel = -source_direction(zenith, azimuth)
    shower = Shower(vertex_m, travel, inelasticity * energy_gev)
    muon = Muon(vertex_m, travel, (1 - inelasticity) * energy_gev)
    sentence = (
        f"A muon neutrino of {energy_text(energy_gev)} from {side(zenith)} (zenith "
        f"{_degrees(zenith)}) interacts {_place(vertex_m)}, in a shower of "
        f"{energy_text(shower.energy_gev)} and a muon of {energy_text(muon.energy_gev)}."
    )
    return Primary(
        "track", "starting", sentence, zenith, azimuth, energy_gev, vertex_m, (muon,), (shower,)
    )


def cascade(zenith: float, azimuth: float, energy_gev: float, vertex_m: FloatArray) -> Primary:
    """An electron neutrino whose whole energy goes into one shower at vertex_m."""
    shower = Shower(vertex_m, -source_direction(zenith, azimuth), energy_gev)
    sentence = (
        f"An electron neutrino of {energy_text(energy_gev)} from {side(zenith)} (zenith "
        f"{_degrees(zenith)}) ends in a shower {_place(vertex_m)}."
    )
    topology = "contained" if _inside(vertex_m) else "uncontained"
    return Primary(
        "cascade", topology, sentence, zenith, azimuth, energy_gev, vertex_m, showers=(shower,)
    )


def bundle(
    zenith: float, azimuth: float, energies_gev: FloatArray, offset_m: FloatArray
) -> Primary:
    """Parallel muons of an air shower. energies_gev : (M,).  offset_m : (M, 3) of their lines."""
    travel = -source_direction(zenith, azimuth)
    starts = offset_m - START_M * travel
    muons = tuple(Muon(s, travel, float(e)) for s, e in zip(starts, energies_gev, strict=True))
    energy = float(energies_gev.sum())
    many = f"{len(muons)} muons" if len(muons) > 1 else "One muon"
    sentence = (
        f"{many} of an air shower, {energy_text(energy)} in all, from {side(zenith)} "
        f"(zenith {_degrees(zenith)})."
    )
    topology = "bundle" if len(muons) > 1 else "single"
    return Primary("muon", topology, sentence, zenith, azimuth, energy, starts.mean(0), muons)


def noise() -> Primary:
    """Nothing but the noise of the DOMs."""
    return Primary(
        "noise", "noise", "No particle: the noise of the DOMs, read for 10 microseconds."
    )


def random_kind(rng: Generator) -> Callable[[Generator], Primary]:
    """The kind of one random event: the function that draws its particles."""
    shares = np.array([share for share, _ in MIX])
    return MIX[int(rng.choice(len(MIX), p=shares / shares.sum()))][1]


def _draw_entering(rng: Generator) -> Primary:
    zenith, azimuth = _isotropic(rng)
    return entering(zenith, azimuth, _energy(rng), _aim(rng, zenith, azimuth))


def _draw_starting(rng: Generator) -> Primary:
    vertex = _in_cylinder(rng, INSIDE_RADIUS_M, INSIDE_HEIGHT_M)
    return starting(*_isotropic(rng), _energy(rng), float(rng.beta(1.0, 1.8)), vertex)


def _draw_cascade(rng: Generator) -> Primary:
    vertex = _in_cylinder(rng, SHOWER_RADIUS_M, SHOWER_HEIGHT_M)
    return cascade(*_isotropic(rng), _energy(rng), vertex)


def _draw_bundle(rng: Generator) -> Primary:
    """Zenith angles of muons under ice: cos**3 above the horizon."""
    zenith = float(np.arccos(rng.uniform() ** 0.25))
    azimuth = float(rng.uniform(0, 2 * np.pi))
    count = min(int(rng.geometric(1 - ONE_MORE_MUON)), MOST_MUONS)
    energies = power_law(rng, MUON_INDEX, *MUON_ENERGY_GEV, count)
    across = rng.normal(0, BUNDLE_WIDTH_M, (count, 2)) @ _across(zenith, azimuth)
    return bundle(zenith, azimuth, energies, _aim(rng, zenith, azimuth) + across)


# Random events by kind. Shares of triggered events: a choice for a varied demonstration.
MIX: Final = (
    (0.30, _draw_entering),
    (0.12, _draw_starting),
    (0.27, _draw_cascade),
    (0.28, _draw_bundle),
    (0.03, lambda rng: noise()),
)


def _isotropic(rng: Generator) -> tuple[float, float]:
    return float(np.arccos(rng.uniform(-1, 1))), float(rng.uniform(0, 2 * np.pi))


def _energy(rng: Generator) -> float:
    index = SOFT_INDEX if rng.uniform() < SOFT_SHARE else HARD_INDEX
    return float(power_law(rng, index, *ENERGY_GEV, 1)[0])


def _aim(rng: Generator, zenith: float, azimuth: float) -> FloatArray:
    """A point on the disc around the centre, across the direction: the track's nearest point."""
    return np.asarray(_on_disc(rng, AIM_RADIUS_M) @ _across(zenith, azimuth))


def _across(zenith: float, azimuth: float) -> FloatArray:
    """Two unit vectors, (2, 3), across a direction and each other."""
    level = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    return np.stack((level, np.cross(source_direction(zenith, azimuth), level)))


def _in_cylinder(rng: Generator, radius_m: float, height_m: float) -> FloatArray:
    return np.append(_on_disc(rng, radius_m), rng.uniform(-height_m, height_m))


def _on_disc(rng: Generator, radius_m: float) -> FloatArray:
    radius, angle = radius_m * np.sqrt(rng.uniform()), rng.uniform(0, 2 * np.pi)
    return np.array([radius * np.cos(angle), radius * np.sin(angle)])


def _fate(muon: Muon) -> tuple[str, str]:
    """Topology of a muon that enters, and the words for it."""
    along = np.linspace(0, muon.length_m, 500)[:, None]
    inside = _inside(muon.start_m + along * muon.travel)  # (500,)
    if inside[-1]:
        return "stopping", "stops inside the array"
    if inside.any():
        return "through-going", "crosses the array"
    return "passing by", "passes outside the array"


def _inside(point_m: FloatArray) -> NDArray[np.bool_]:
    """Whether points (..., 3) lie in the cylinder that stands for the array."""
    across = np.hypot(point_m[..., 0], point_m[..., 1])
    return np.asarray((across < INSIDE_RADIUS_M) & (np.abs(point_m[..., 2]) < INSIDE_HEIGHT_M))


def side(zenith: float) -> str:
    """Where a particle came from, in words."""
    if zenith < np.radians(70):
        return "above"
    return "the side" if zenith < np.radians(110) else "below"


def energy_text(energy_gev: float) -> str:
    """Energy to three figures: "35.2 TeV", "1.2 PeV"."""
    rounded = float(f"{energy_gev:.3g}")  # before the unit is chosen: 999.9 GeV is 1 TeV
    for scale, unit in ((1e6, "PeV"), (1e3, "TeV")):
        if rounded >= scale:
            return f"{rounded / scale:.3g} {unit}"
    return f"{rounded:.3g} GeV"


def _degrees(angle: float) -> str:
    return f"{np.degrees(angle):.0f} degrees"


def _place(point_m: FloatArray) -> str:
    where = "inside" if _inside(point_m) else "outside"
    return f"{where} the array at z = {point_m[2]:.0f} m"
