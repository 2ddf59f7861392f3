"""Reader of the constant tables in `reco_core/data/`: strings of IceCube, irregular gaps, ice."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parent / "data"

FloatArray = NDArray[np.float64]


@cache
def icecube_strings() -> FloatArray:
    """x, y of each string and z of its topmost module, (86, 3) m, in order of string number."""
    rows = _rows("icecube_strings.csv")
    return np.array([[float(row[key]) for key in ("x_m", "y_m", "z_top_m")] for row in rows])


@cache
def icecube_gaps() -> dict[tuple[int, int], float]:
    """Vertical gap in m below module (string_id, om), where it departs from the regular spacing."""
    rows = _rows("icecube_gaps.csv")
    return {(int(row["string_id"]), int(row["om_above"])): float(row["gap_m"]) for row in rows}


@cache
def south_pole_ice() -> FloatArray:
    """Depth, effective scattering and absorption length, (110, 3) m, at 400 nm, downwards."""
    rows = _rows("south_pole_ice_400nm.csv")
    columns = ("depth_m", "effective_scattering_m", "absorption_m")
    return np.array([[float(row[key]) for key in columns] for row in rows])


@dataclass(frozen=True, eq=False)
class IceTilt:
    """Rise of the ice's layers. depth_m : (D,) evenly spaced, downwards.  place_m : (T,) m along
    the direction of the tilt, ascending.  rise_m : (D, T) m.
    """

    depth_m: FloatArray
    place_m: FloatArray
    rise_m: FloatArray


@cache
def ice_tilt() -> IceTilt:
    """Rise of the layers as six dust loggers saw it."""
    rows = _rows("ice_tilt.csv")
    depth, place = (sorted({float(row[key]) for row in rows}) for key in ("depth_m", "place_m"))
    rise = np.array([float(row["rise_m"]) for row in rows]).reshape(len(depth), len(place))
    return IceTilt(np.array(depth), np.array(place), rise)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))
