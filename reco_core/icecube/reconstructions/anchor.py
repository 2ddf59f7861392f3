"""Where and when a particle is on its line, so that drawn at c it stays amid its light."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.directions import source_direction
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses
from reco_core.icecube.selection import first_per_dom, light, relative_time
from reco_core.units import CHERENKOV_ANGLE, SPEED_IN_ICE, SPEED_OF_LIGHT

FloatArray = NDArray[np.float64]

TAN_CHERENKOV: Final = math.tan(CHERENKOV_ANGLE)

# Scattering only delays light, so the start of a cascade is read from its promptest DOMs; the very
# first may be noise.
PROMPT_SHARE: Final = 0.1


def cherenkov_delay(
    position_m: FloatArray, point_m: FloatArray, travel_direction: FloatArray
) -> FloatArray:
    """Arrival of unscattered Cherenkov light at position_m (D, 3), ns after the particle, moving
    at c along the unit vector travel_direction, passes point_m; both (3,) or (D, 3).

    t_geo = (d_par + d tan theta_c) / c with d_par along the track and d its closest distance
    (AMANDA collaboration, astro-ph/0407044, eq. 1).
    """
    relative = position_m - point_m  # (D, 3)
    parallel = np.sum(relative * travel_direction, axis=1)
    distance = np.linalg.norm(relative - parallel[:, None] * travel_direction, axis=1)
    return np.asarray((parallel + distance * TAN_CHERENKOV) / SPEED_OF_LIGHT)


def anchor_time(
    point_m: FloatArray, travel_direction: FloatArray, pulses: Pulses, detector: Detector
) -> float:
    """When a particle that moves at c passes point_m, ns on the clock of the pulses (at least one).

    The median over DOMs of their first pulse's time less its Cherenkov delay: half of the DOMs
    light up before the Cherenkov front reaches them, half after; noise moves it little.
    """
    first = first_per_dom(pulses)
    delay = cherenkov_delay(detector.position_m[first.sensor_id], point_m, travel_direction)
    return float(np.median(relative_time(first) - delay)) + float(first.time_ns[0])


def overlay_anchor(
    zenith: float,
    azimuth: float,
    pulses: Pulses,
    detector: Detector,
    vertex_m: tuple[float, float, float] | None = None,
    vertex_ns: float | None = None,
) -> tuple[FloatArray, float]:
    """Point (3,) m and time ns for a direction that comes without them, such as the truth's.

    The point is the charge-weighted centre of the light; where the vertex is known, the line goes
    through it and the point is the line's closest to that centre.  zenith, azimuth in rad.
    vertex_ns : when the particle was at the vertex; where it is not known, the light tells.
    """
    shown = light(pulses)
    centre, travel = charge_centre(shown, detector), -source_direction(zenith, azimuth)
    point = centre
    if vertex_m is not None:
        vertex = np.array(vertex_m)
        way = float((centre - vertex) @ travel)
        point = vertex + travel * way
        if vertex_ns is not None:
            return point, vertex_ns + way / SPEED_OF_LIGHT
    return point, anchor_time(point, travel, shown, detector)


def cascade_anchor(
    pulses: Pulses,
    detector: Detector,
    vertex_m: tuple[float, float, float] | None = None,
    vertex_ns: float | None = None,
) -> tuple[FloatArray, float]:
    """Point (3,) m and time ns at which a cascade starts: its vertex, or else the centre of light.

    Where it is not known, the time is the PROMPT_SHARE quantile over DOMs of their first pulse's
    time less the straight flight of light from the point at the group velocity in ice.
    """
    shown = light(pulses)
    point = charge_centre(shown, detector) if vertex_m is None else np.array(vertex_m)
    if vertex_m is not None and vertex_ns is not None:
        return point, vertex_ns
    first = first_per_dom(shown)
    distance = np.linalg.norm(detector.position_m[first.sensor_id] - point, axis=1)
    start = np.quantile(relative_time(first) - distance / SPEED_IN_ICE, PROMPT_SHARE)
    return point, float(start) + float(first.time_ns[0])


def charge_centre(pulses: Pulses, detector: Detector) -> FloatArray:
    """Charge-weighted mean position (3,) m of at least one pulse; the plain mean if no charge."""
    position = detector.position_m[pulses.sensor_id]
    total = pulses.charge_pe.sum()
    return np.asarray(pulses.charge_pe @ position / total if total > 0 else position.mean(axis=0))
