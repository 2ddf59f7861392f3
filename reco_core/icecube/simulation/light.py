"""From particles to photo-electrons: how many on which DOM, and when.

Mean numbers: the near field of Cherenkov light joined to its diffusion far away, one formula for
lines and one for points. Times: straight light delayed by scattering, a gamma law (Pandel).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reco_core.icecube.detector import Detector
from reco_core.icecube.ice import Ice
from reco_core.icecube.simulation.particles import LOSS_PER_M, SHOWER_SHARE, Muon, Shower
from reco_core.units import CHERENKOV_ANGLE, SPEED_IN_ICE, SPEED_OF_LIGHT

FloatArray = NDArray[np.float64]

# Photons weighted with the DOM's sensitivity to their colour (PPC, parametrisation CWLR).
PHOTONS_PER_M: Final = 2450.08
PHOTONS_PER_GEV: Final = PHOTONS_PER_M * 5.254  # of an electromagnetic shower

EFFECTIVE_AREA_M2: Final = 0.0289  # of a DOM, mean over all directions of the light
DEEPCORE_SENSITIVITY: Final = 1.35

# The formulas below give too much light: factors from a fit to published distributions, with a
# recorded cascade of 1.14 PeV ("Ernie") asking for about the same.
TRACK_LIGHT: Final = 0.71
SHOWER_LIGHT: Final = 0.55

NEAREST_M: Final = 1.0  # the formulas diverge at a DOM's own centre

# Delay by scattering, from the same fit: Pandel's length as a multiple of the effective
# scattering length, and his time constant.
PANDEL_LENGTHS: Final = 1.65
PANDEL_TIME_NS: Final = 450.0
JITTER_NS: Final = 3.0

SAMPLED_PHOTONS: Final = 300  # per source and DOM; brighter light comes as heavier photons

# Pull of diffuse light to the front of a shower: front to back e**(2 * 0.5) = 2.7.
DIFFUSE_PULL: Final = 0.5
PROFILE_DEPTH: Final = 2.61  # dN/dOmega ~ exp(-2.61 |cos a - cos a_Cherenkov|**0.39) (PPC)
PROFILE_POWER: Final = 0.39
PROFILE_MEAN: Final = 0.15415  # of that exponential over the sphere


@dataclass(frozen=True, eq=False)
class Light:
    """Mean light of sources on DOMs, a row for each pair of them (L rows).

    arrival_ns : of light that is not scattered.  delay_shape, delay_per_ns : of the gamma law.
    """

    sensor_id: NDArray[np.int64]
    mean_pe: FloatArray
    arrival_ns: FloatArray
    delay_shape: FloatArray
    delay_per_ns: FloatArray


@dataclass(frozen=True, eq=False)
class PhotoElectrons:
    """Photo-electrons in DOMs (N), in any order. weight : how many each stands for, >= 1."""

    sensor_id: NDArray[np.int64]
    time_ns: FloatArray
    weight: FloatArray


def line_pe(
    photons_per_m: ArrayLike,
    distance_m: FloatArray,
    scattering_m: ArrayLike,
    absorption_m: ArrayLike,
) -> FloatArray:
    """Mean PE in a DOM at a distance (...,) m from a long straight track.

    scattering_m, absorption_m : the ice's effective lengths. Near the track it is Cherenkov light
    without loss, photons_per_m * area / (2 pi r sin(Cherenkov angle)); far away it diffuses. The
    form is that of IceCube's muon energy estimates; not checked against a paper, its limits are.
    """
    fade, onset = _diffusion(scattering_m, absorption_m)
    sine = math.sin(CHERENKOV_ANGLE)
    root = onset / sine * np.sqrt(2 / (np.pi * fade))  # sqrt of the length of the change-over
    change = np.sqrt(distance_m) / root
    spread = root * np.sqrt(distance_m) * np.tanh(change)
    photons = np.asarray(photons_per_m) * np.exp(-distance_m / fade)
    return np.asarray(photons * EFFECTIVE_AREA_M2 / (2 * np.pi * sine * spread))


def point_pe(
    photons: ArrayLike, distance_m: FloatArray, scattering_m: ArrayLike, absorption_m: ArrayLike
) -> FloatArray:
    """Mean PE in a DOM at a distance (...,) m from a point-like source, the same on all sides."""
    fade, onset = _diffusion(scattering_m, absorption_m)
    spread = onset * distance_m * np.tanh(distance_m / onset)
    photons = np.asarray(photons) * np.exp(-distance_m / fade)
    return np.asarray(photons * EFFECTIVE_AREA_M2 / (4 * np.pi * spread))


def muon_light(muon: Muon, detector: Detector, ice: Ice) -> Light:
    """Light of the bare muon and its small losses; the large ones are showers of their own."""
    offset = detector.position_m - muon.start_m
    along = offset @ muon.travel
    distance = np.maximum(np.sqrt(np.maximum((offset**2).sum(1) - along**2, 0)), NEAREST_M)
    emitted = along - distance / math.tan(CHERENKOV_ANGLE)  # where the light for this DOM leaves
    seen = np.flatnonzero((emitted > 0) & (emitted < muon.length_m))
    along, distance, emitted = along[seen], distance[seen], emitted[seen]
    z = detector.position_m[seen, 2]
    scattering, absorption = ice.mean_lengths(muon.start_m[2] + emitted * muon.travel[2], z)
    photons = TRACK_LIGHT * _photons_per_m(muon.energy_at(emitted))
    arrival = emitted / SPEED_OF_LIGHT + distance / math.sin(CHERENKOV_ANGLE) / SPEED_IN_ICE
    mean = line_pe(photons, distance, scattering, absorption)
    return _light(detector, seen, mean, arrival, distance, scattering, absorption)


def shower_light(showers: list[Shower], detector: Detector, ice: Ice) -> Light:
    """Light of showers, brighter ahead of them along the Cherenkov cone."""
    position = np.array([shower.position_m for shower in showers]).reshape(-1, 3)  # (S, 3)
    travel = np.array([shower.travel for shower in showers]).reshape(-1, 3)
    energy = np.array([shower.energy_gev for shower in showers])
    time = np.array([shower.time_ns for shower in showers])
    squared = (position**2).sum(1)[:, None] + (detector.position_m**2).sum(1)
    squared -= 2 * position @ detector.position_m.T  # (S, sensors)
    source, sensor = np.nonzero(squared < _reach_m(energy)[:, None] ** 2)
    offset = detector.position_m[sensor] - position[source]
    length = np.sqrt((offset**2).sum(1))
    distance = np.maximum(length, NEAREST_M)
    cosine = (offset * travel[source]).sum(1) / np.maximum(length, 1e-9)
    scattering, absorption = ice.mean_lengths(position[source, 2], detector.position_m[sensor, 2])
    mean = point_pe(
        SHOWER_LIGHT * PHOTONS_PER_GEV * energy[source], distance, scattering, absorption
    )
    mean *= profile(cosine, distance / scattering)
    arrival = time[source] + distance / SPEED_IN_ICE
    return _light(detector, sensor, mean, arrival, distance, scattering, absorption)


def profile(cosine: FloatArray, scatterings: FloatArray) -> FloatArray:
    """Brightness of a shower's light against its direction, mean 1 over the sphere.

    cosine : (...,) of the angle to its travel.  scatterings : (...,) way in scattering lengths.
    """
    peak = np.abs(cosine - math.cos(CHERENKOV_ANGLE)) ** PROFILE_POWER
    straight = np.exp(-PROFILE_DEPTH * peak) / PROFILE_MEAN
    diffuse = np.exp(DIFFUSE_PULL * cosine) * DIFFUSE_PULL / math.sinh(DIFFUSE_PULL)
    share = np.exp(-scatterings)
    return np.asarray(share * straight + (1 - share) * diffuse)


def joined(parts: list[Light]) -> Light:
    """The rows of all parts."""
    names = ("sensor_id", "mean_pe", "arrival_ns", "delay_shape", "delay_per_ns")
    return Light(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def photo_electrons(rng: np.random.Generator, light: Light) -> PhotoElectrons:
    """Numbers drawn from Poisson's law, times from the gamma law and the DOM's jitter."""
    count = rng.poisson(light.mean_pe)
    sampled = np.minimum(count, SAMPLED_PHOTONS)
    row = np.repeat(np.arange(len(count)), sampled)
    delay = rng.gamma(light.delay_shape[row]) / light.delay_per_ns[row]
    time = light.arrival_ns[row] + delay + rng.normal(0, JITTER_NS, len(row))
    return PhotoElectrons(light.sensor_id[row], time, count[row] / sampled[row])


def _photons_per_m(energy_gev: FloatArray) -> FloatArray:
    """Of the muon with losses below 0.5 GeV (PPC), plus the losses too small to be showers."""
    bare = 1 + np.maximum(0, 0.1880 + 0.0206 * np.log(np.maximum(energy_gev, 1e-3)))
    losses = (1 - SHOWER_SHARE) * LOSS_PER_M * energy_gev
    return np.asarray(PHOTONS_PER_M * bare + PHOTONS_PER_GEV * losses)


def _diffusion(scattering_m: ArrayLike, absorption_m: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Length over which diffuse light fades, and the distance where light becomes diffuse, m."""
    scattering, absorption = np.asarray(scattering_m), np.asarray(absorption_m)
    fade = np.sqrt(absorption * scattering / 3)
    return fade, scattering / 3 * np.exp(scattering / absorption)


def _reach_m(energy_gev: FloatArray) -> FloatArray:
    """Beyond it a shower gives less than about 0.001 PE even in the clearest ice."""
    return 60.0 * np.log1p(energy_gev / 0.1)


def _light(
    detector: Detector,
    sensor: NDArray[np.int64],
    mean: FloatArray,
    arrival: FloatArray,
    distance: FloatArray,
    scattering: FloatArray,
    absorption: FloatArray,
) -> Light:
    sensitivity = np.where(detector.is_deepcore[sensor], DEEPCORE_SENSITIVITY, 1.0)
    rate = 1 / PANDEL_TIME_NS + SPEED_IN_ICE / absorption
    return Light(
        sensor, mean * sensitivity, arrival, distance / (PANDEL_LENGTHS * scattering), rate
    )
