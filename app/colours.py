"""The table of colour modes: maps of time, and of time residual.

They are resampled so that equal times differ by equal amounts of colour.

Differences are Euclidean in OKLab (B. Ottosson, "A perceptual color space for image processing",
2020; the measure deltaEOK of CSS Color 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

N_COLOURS = 256


@dataclass(frozen=True)
class ColourMap:
    """One way to colour light. stops : early to late, '#rrggbb'.

    of : the time of the first light, between ends that the view sets; or its residual to a
    direction, between fixed ends, ns; then the middle stop is at residual 0.
    """

    key: str
    label: str
    sentence: str
    stops: tuple[str, ...]
    of: Literal["time", "residual"] = "time"
    ends_ns: tuple[float, float] | None = None


COLOUR_MAPS = (
    ColourMap(
        "spectrum",
        "Spectrum",
        "red is early, blue is late, as in the collaboration's own displays",
        ("#d92b1f", "#f0711c", "#f6c344", "#a6e05c", "#3fd0a0", "#3aa0ff", "#5a55e0"),
    ),
    ColourMap(
        "even",
        "Colour-blind safe",
        "pale yellow is early, deep blue is late; lightness falls all the way",
        ("#fff3a8", "#f2d45c", "#c9b068", "#9d98a0", "#6f7fd0", "#4a55c4", "#3a33a0"),
    ),
    ColourMap(
        "residual",
        "Time residual",
        "blue is too early for the direction, pale yellow on time, orange to red late; both arms "
        "darken outwards",
        ("#2748d8", "#6f9bf2", "#fff3b0", "#f59a4a", "#a3174a"),
        of="residual",
        ends_ns=(-100.0, 500.0),
    ),
)


@cache
def even_colours(stops: tuple[str, ...], n: int = N_COLOURS) -> tuple[str, ...]:
    """n colours '#rrggbb' from the first stop to the last, in equal steps of OKLab distance."""
    return _even(stops, n)


@cache
def resampled(key: str) -> tuple[str, ...]:
    """256 colours '#rrggbb' of the map `key`, early to late, in equal steps of OKLab distance.

    With fixed ends on both sides of 0 each side has equal steps of its own.
    """
    row = {row.key: row for row in COLOUR_MAPS}[key]
    if row.ends_ns is None:
        return _even(row.stops, N_COLOURS)
    low, high = row.ends_ns
    middle, n_early = len(row.stops) // 2, round(N_COLOURS * -low / (high - low))
    early, late = row.stops[: middle + 1], row.stops[middle:]
    return _even(early, n_early + 1)[:-1] + _even(late, N_COLOURS - n_early)


def _even(stops: tuple[str, ...], n: int) -> tuple[str, ...]:
    lab = oklab(np.array([_rgb(stop) for stop in stops]))  # (n, 3)
    fine = _interpolate(lab, np.linspace(0, len(lab) - 1, 4096))
    walked = np.concatenate(([0.0], np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))))
    places = np.interp(np.linspace(0, walked[-1], n), walked, np.arange(len(fine)))
    return tuple(_hex(colour) for colour in _srgb(_interpolate(fine, places)))


def oklab(rgb: FloatArray) -> FloatArray:
    """OKLab coordinates (n, 3) of sRGB colours (n, 3) in [0, 1]."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T)


def _srgb(lab: FloatArray) -> FloatArray:
    linear = np.clip(
        (lab @ np.linalg.inv(_LMS_TO_LAB).T) ** 3 @ np.linalg.inv(_RGB_TO_LMS).T, 0.0, 1.0
    )
    curved = 1.055 * linear ** (1 / 2.4) - 0.055
    return np.asarray(np.where(linear <= 0.0031308, 12.92 * linear, curved))


def _interpolate(points: FloatArray, places: FloatArray) -> FloatArray:
    grid = np.arange(len(points))
    return np.column_stack([np.interp(places, grid, points[:, axis]) for axis in range(3)])


def _rgb(colour: str) -> tuple[float, float, float]:
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)


def _hex(rgb: FloatArray) -> str:
    red, green, blue = np.round(rgb * 255).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


# Ottosson 2020, matrices M1 and M2.
_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
