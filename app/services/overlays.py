"""Directions over the light: the truth, and what each algorithm found, is finding, or could not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.services.algorithms import Algorithm
from app.services.answers import Answer
from app.theme import style_of
from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.event import Event
from reco_core.icecube.reconstructions.anchor import cascade_anchor, overlay_anchor
from reco_core.icecube.sky import equatorial

FAR_M = 900.0  # lines that stay farther from the array's centre are not drawn: no light reaches it

TRUTH_LABEL = {"true": "Truth", "reference": "Reference"}

OverlayState = Literal["done", "queued", "computing", "starting", "failed", "cancelled"]


@dataclass(frozen=True)
class Overlay:
    """One direction over the light, or the reason why there is none (yet).

    state : 'done' also where the algorithm has no answer, as `reason` then says; 'failed' where it
    could not be computed.  zenith, azimuth, opening_angle : rad; opening_angle to the truth, None
    where it is not known.  point_m, time_ns : where the particle is when, on the event's clock;
    None where the line passes too far away to be drawn, as its label then says.
    time_fitted : whether time_ns is when light says it was, or known; else it suits drawing only.
    right_ascension, declination : rad, None where the event's date is not known.
    uncertainty_rad, quality, energy_gev : as in DIRECTION_COLUMNS, None where there is none; the
    energy of the truth is known, all others are estimates.
    """

    key: str
    label: str
    source: str
    kind: Literal["track", "cascade"] = "track"
    state: OverlayState = "done"
    zenith: float | None = None
    azimuth: float | None = None
    point_m: tuple[float, float, float] | None = None
    time_ns: float | None = None
    time_fitted: bool = False
    opening_angle: float | None = None
    right_ascension: float | None = None
    declination: float | None = None
    uncertainty_rad: float | None = None
    quality: float | None = None
    energy_gev: float | None = None
    reason: str | None = None


def truth_overlay(event: Event, dataset: Dataset) -> Overlay | None:
    """The known direction, through the known vertex or else the centre of the light."""
    truth = event.truth
    if truth.zenith is None or truth.azimuth is None:
        return None
    is_cascade = truth.event_class == "cascade"
    known = (event.pulses, dataset.detector, truth.vertex_m, truth.time_ns)
    point, time_ns = (
        cascade_anchor(*known)
        if is_cascade
        else overlay_anchor(truth.zenith, truth.azimuth, *known)
    )
    label = TRUTH_LABEL[truth.kind]
    right_ascension, declination = _sky(event, truth.zenith, truth.azimuth)
    away_m = distance_from_centre(point, truth.zenith, truth.azimuth)
    far = away_m > FAR_M
    return Overlay(
        key="truth",
        label=f"{label}, {away_m / 1e3:.1f} km away" if far else label,
        kind="cascade" if is_cascade else "track",
        source="the simulation's own" if truth.kind == "true" else "published reconstruction",
        zenith=truth.zenith,
        azimuth=truth.azimuth,
        point_m=None if far else _triple(point),
        time_ns=None if far else time_ns,
        time_fitted=None not in (truth.vertex_m, truth.time_ns),
        right_ascension=right_ascension,
        declination=declination,
        energy_gev=truth.energy_gev,
    )


def distance_from_centre(point: NDArray[np.float64], zenith: float, azimuth: float) -> float:
    """Distance, m, of a line from the origin of the detector's frame."""
    return float(np.linalg.norm(np.cross(point, source_direction(zenith, azimuth))))


def answered(answer: Answer, algorithm: Algorithm, event: Event) -> Overlay:
    """What an algorithm found; its reason where it has no answer."""
    if not answer.is_ok:
        return unanswered(algorithm, "done", answer.status)
    values = answer.values
    zenith, azimuth = values["zenith"], values["azimuth"]
    point = tuple(values.get(f"point_{axis}_m") for axis in "xyz")
    drawable = None not in (*point, values.get("time_ns"))
    right_ascension, declination = _sky(event, zenith, azimuth)
    return Overlay(
        key=algorithm.key,
        label=algorithm.label,
        source=algorithm.source,
        kind=algorithm.kind,
        zenith=zenith,
        azimuth=azimuth,
        point_m=_triple(point) if drawable else None,
        time_ns=values["time_ns"] if drawable else None,
        time_fitted=drawable and algorithm.fits_time,
        opening_angle=_angle_to_truth(event, zenith, azimuth),
        right_ascension=right_ascension,
        declination=declination,
        uncertainty_rad=values.get("uncertainty_rad"),
        quality=values.get("quality"),
        energy_gev=values.get("energy_gev"),
    )


def unanswered(algorithm: Algorithm, state: OverlayState, reason: str | None = None) -> Overlay:
    """The row of an algorithm without a direction, for now or for good."""
    return Overlay(
        algorithm.key, algorithm.label, algorithm.source, algorithm.kind, state,
        reason=reason or None,
    )  # fmt: skip


def _angle_to_truth(event: Event, zenith: float, azimuth: float) -> float | None:
    truth = event.truth
    if truth.zenith is None or truth.azimuth is None:
        return None
    return float(
        opening_angle(
            source_direction(zenith, azimuth), source_direction(truth.zenith, truth.azimuth)
        )
    )


def _sky(event: Event, zenith: float, azimuth: float) -> tuple[float, float] | tuple[None, None]:
    """Right ascension and declination, if it is known when the event was."""
    mjd = event.truth.mjd
    return (None, None) if mjd is None else equatorial(zenith, azimuth, mjd)


def _triple(point: Any) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in point)
    return x, y, z


def overlay_json(overlay: Overlay, t0_ns: int) -> Mapping[str, Any]:
    """An overlay as the browser code reads it (docs/api.md). time_ns relative to t0_ns."""
    style = style_of(overlay.key)
    assert overlay.time_ns is None or math.isfinite(overlay.time_ns)
    return {
        "key": overlay.key,
        "label": overlay.label,
        "kind": overlay.kind,
        "source": overlay.source,
        "state": overlay.state,
        "reason": overlay.reason,
        "zenith": overlay.zenith,
        "azimuth": overlay.azimuth,
        "opening_angle": overlay.opening_angle,
        "right_ascension": overlay.right_ascension,
        "declination": overlay.declination,
        "uncertainty_rad": overlay.uncertainty_rad,
        "quality": overlay.quality,
        "energy_gev": overlay.energy_gev,
        "point_m": overlay.point_m,
        "time_ns": None if overlay.time_ns is None else overlay.time_ns - t0_ns,
        "time_fitted": overlay.time_fitted,
        "colour": style.colour,
        "colour_light": style.colour_light,
        "shortcut": style.shortcut,
    }
