"""Features of the extent of the light: principal axes, plain and weighted, and the line fit.

Per event only sums of products of time and place are needed, over four kinds of pulses: auxiliary
or not, inside the window around the brightest pulse or not. All variants are made of them.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations_with_replacement
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.directions import angles_of
from reco_core.icecube.features_row import (
    AXES,
    LINE_FIT,
    NOTEBOOK,
    OURS,
    PULSES,
    SELECTIONS,
    Feature,
)

FloatArray = NDArray[np.float64]

FACTORS: Final = ("", "t", *AXES)
TERMS: Final = tuple(a + b or "1" for a, b in combinations_with_replacement(FACTORS, 2))
ROW: Final = {term: k for k, term in enumerate(TERMS)}

# Weights of the notebook, squared as in its library (Delchambre, arXiv:1412.4533: a weight is the
# inverse of an error), of each kind.
SQUARED_WEIGHTS: Final = {
    "pca": (1.0, 1.0, 1.0, 1.0),
    "wpca": (0.0, 1.0, 4.0, 9.0),
    "wpca_steep": (1e-6, 1e-6, 1.0, 25.0),
}
MOST_WITHOUT: Final = 5  # with so few non-auxiliary pulses or fewer, all are taken

LEAST_VARIANCE_M2: Final = 1e-6  # less than 1 mm of extent is rounding
LEAST_SENSE_M: Final = 1e-6
LEAST_SPEED_M_PER_NS: Final = 1e-6  # as in line_fit
ROUNDING: Final = 1e-9

COMPONENTS: Final = tuple(f"axis_{number}_{axis}" for number in (1, 2, 3) for axis in AXES)
OF_AXES: Final = ("zenith", "azimuth", *COMPONENTS, "extent_m", "linearity", "planarity")


def axes_of(pulses: pl.LazyFrame, n_events: int, needed: Collection[str]) -> pl.LazyFrame:
    """The numbers of the variants and of the line fit, one row per event: the one call of numpy.

    needed : columns; variants of which there is none are left out.
    """
    variants = [
        (i, k)
        for i, selection in enumerate(SELECTIONS)
        for k, method in enumerate(SQUARED_WEIGHTS)
        if any(_axis_column(method, name, selection) in needed for name in OF_AXES)
    ]
    names = [_axis_column([*SQUARED_WEIGHTS][k], name, SELECTIONS[i]) for i, k in variants
             for name in OF_AXES]  # fmt: skip
    names += [f"line_fit_v{axis}" for axis in AXES]
    names += [f"sum_{axis}_{selection}" for selection in SELECTIONS for axis in AXES]
    names += ["n_in_window"]

    def numbers(rows: pl.DataFrame) -> pl.DataFrame:
        sums = sums_of_products(rows, n_events)
        rows_of = np.array(variants, np.int64).reshape(-1, 2)
        weighted = weighted_sums(sums)[:, rows_of[:, 0], rows_of[:, 1]]
        axes = principal_axes(weighted).reshape(n_events, len(variants) * len(OF_AXES))
        every, light = sums.sum(axis=1), sums[:, 2:].sum(axis=1)
        places = _of_each(every, ""), _of_each(light, "")
        in_window = sums[:, 1::2, ROW["1"]].sum(axis=1, keepdims=True)
        columns = np.concatenate((axes, velocity(light), *places, in_window), axis=1).T
        return pl.DataFrame(
            dict(zip(names, np.ascontiguousarray(columns), strict=True)), nan_to_null=True
        )

    schema = pl.Schema(dict.fromkeys(names, pl.Float64))
    return pulses.map_batches(numbers, schema=schema)


def _axis_column(method: str, name: str, selection: str) -> str:
    return f"{method}_{name}_{selection}"


def sums_of_products(pulses: pl.DataFrame, n_events: int) -> FloatArray:
    """(E, kinds, TERMS) sums over the pulses of an event and kind, of which all here is made."""
    from reco_core.icecube.features_kernel import sums_by_kind  # compiles; not for web workers

    def column(name: str) -> NDArray[Any]:
        return pulses[name].to_numpy()

    return sums_by_kind(
        column("event"), column("auxiliary"), column("in_window"), column("since_peak_ns"),
        column("x_m"), column("y_m"), column("z_m"), n_events,
    )  # fmt: skip


def weighted_sums(sums: FloatArray) -> FloatArray:
    """(E, kinds, F) to (E, 2 selections, 3 methods, F), weighted."""
    weight = np.array(list(SQUARED_WEIGHTS.values()))  # (3, kinds)
    by_kind = np.stack((weight, weight * [0, 0, 1, 1]))  # (2, 3, kinds)
    found: FloatArray = np.einsum("smk,ekf->esmf", by_kind, sums)
    few = sums[:, 2:, ROW["1"]].sum(axis=1) <= MOST_WITHOUT
    found[few, 1] = found[few, 0]
    return found


def velocity(sums: FloatArray) -> FloatArray:
    """(E, 3) m/ns of LineFit, v = (<r t> - <r><t>) / (<t^2> - <t>^2); NaN at one time."""
    n = np.maximum(sums[:, ROW["1"]], 1.0)
    time, squared = sums[:, ROW["t"]] / n, sums[:, ROW["tt"]] / n
    moved = _of_each(sums, "t") / n[:, None] - time[:, None] * _of_each(sums, "") / n[:, None]
    spread = squared - time**2
    return np.asarray(moved / np.where(spread > ROUNDING * squared, spread, np.nan)[:, None])


def _of_each(sums: FloatArray, prefix: str) -> FloatArray:
    """(..., 3) the sums of x, y and z, or of their products with what the prefix names."""
    return sums[..., [ROW[prefix + axis] for axis in AXES]]


def principal_axes(sums: FloatArray) -> FloatArray:
    """(..., F) sums to (..., 14) numbers in the order of OF_AXES, NaN where there is none.

    The first axis points to where the light came from; it has no angles if the light does not
    move along it. The others have their component of largest size positive.
    """
    weight = np.maximum(sums[..., ROW["1"]], ROUNDING)[..., None]
    mean = _of_each(sums, "") / weight
    squares = [[ROW["".join(sorted(a + b))] for b in AXES] for a in AXES]
    covariance = sums[..., squares] / weight[..., None] - mean[..., :, None] * mean[..., None, :]
    variance, vectors = np.linalg.eigh(covariance)
    variance = np.maximum(variance[..., ::-1], 0.0)  # (..., 3) descending
    axis = np.swapaxes(vectors[..., ::-1], -1, -2)  # (..., 3 axes, 3 components)
    axis = np.where(np.abs(axis) < ROUNDING, 0.0, axis)
    largest = np.take_along_axis(axis, np.abs(axis).argmax(-1, keepdims=True), -1)
    axis = axis * np.sign(largest)
    sense = _motion_along(axis[..., 0, :], sums, mean, weight)
    known = np.abs(sense) >= LEAST_SENSE_M
    axis[..., 0, :] *= np.where(known & (sense > 0), -1.0, 1.0)[..., None]
    return _as_columns(axis, variance, known)


def _motion_along(
    axis: FloatArray, sums: FloatArray, mean: FloatArray, weight: FloatArray
) -> FloatArray:
    """(...,) m, covariance of time and place along the axis over the spread in time."""
    weight = weight[..., 0]
    time, squared = sums[..., ROW["t"]] / weight, sums[..., ROW["tt"]] / weight
    moved = _of_each(sums, "t") / weight[..., None] - time[..., None] * mean
    spread = squared - time**2
    moves = spread > ROUNDING * squared
    along = np.einsum("...i,...i->...", moved, axis)
    return np.where(moves, along / np.sqrt(np.where(moves, spread, 1.0)), 0.0)


def _as_columns(axis: FloatArray, variance: FloatArray, known: NDArray[np.bool_]) -> FloatArray:
    extended = variance[..., 0] >= LEAST_VARIANCE_M2
    wide = extended & (variance[..., 1] >= LEAST_VARIANCE_M2)  # else the other two are any
    vectors = np.where(np.stack((extended, wide, wide), -1)[..., None], axis, np.nan)
    directed = (extended & known)[..., None]
    zenith, azimuth = angles_of(np.where(directed, axis[..., 0, :], np.nan) + 0.0)
    largest = np.where(extended, variance[..., 0], np.nan)
    shape = (variance[..., :2] - variance[..., 1:]) / largest[..., None]
    return np.concatenate(
        (
            np.stack((zenith, azimuth), -1),
            vectors.reshape(*vectors.shape[:-2], 9),
            np.sqrt(variance[..., :1]),
            shape,
        ),
        axis=-1,
    )


METHODS: Final = {"pca": "", "wpca": ", weighted", "wpca_steep": ", steeply weighted"}
NUMBERS: Final = ("first", "second", "third")


def axis_features() -> tuple[Feature, ...]:
    """The rows of the principal axes, over the event."""
    return tuple(
        _axis_feature(f"{method}_{name}_{selection}", name, f"{words}; of {PULSES[selection]}")
        for selection in SELECTIONS
        for method, words in METHODS.items()
        for name in (OF_AXES if method == "pca" else OF_AXES[:11])
    )


def _axis_feature(column: str, name: str, words: str) -> Feature:
    unit, meaning, missing = _described(name)
    source = NOTEBOOK if name in OF_AXES[:11] else OURS
    return Feature(column, unit, meaning + words, pl.col(column), source, missing)


def _described(name: str) -> tuple[str, str, str]:
    """Unit, meaning, and when it is missing."""
    one = "fewer than 2 DOMs are lit"
    line = f"{one}, or only DOMs on a line, such as one string"
    if name in ("zenith", "azimuth"):
        meaning = f"{name} of the first principal axis, towards where the light came from"
        return "rad", meaning, f"{one}, or the light does not move along the axis"
    if name in COMPONENTS:
        number, axis = int(name[5]), name[-1]
        meaning = f"{axis} of the {NUMBERS[number - 1]} principal axis, a unit vector"
        return "", meaning, one if number == 1 else line
    if name == "extent_m":
        return "m", "standard deviation of place along the first principal axis", ""
    which = "l1 - l2" if name == "linearity" else "l2 - l3"
    return "", f"{name} ({which}) / l1 of the variances along the principal axes", one


STILL: Final = "there is no non-auxiliary light, or all of it is at one time"


def line_features() -> tuple[Feature, ...]:
    """The rows of the line fit, over the event: r = r0 + v t by least squares."""
    x, y, z = (pl.col(f"line_fit_v{axis}") for axis in AXES)
    speed = (x**2 + y**2 + z**2).sqrt()
    sources = tuple(
        Feature(f"line_fit_{axis}", "", f"{axis} of the unit vector towards where the light came "
                "from, by the line fit; z is the cosine of its zenith",
                pl.when(speed >= LEAST_SPEED_M_PER_NS).then(-v / speed),
                LINE_FIT, f"{STILL}, or it does not move")
        for axis, v in zip(AXES, (x, y, z), strict=True)
    )  # fmt: skip
    return (
        *sources,
        Feature("line_fit_speed_m_per_ns", "m/ns", "speed of the line fit of the non-auxiliary "
                "pulses; 0.3 for a track", speed, LINE_FIT, STILL),
        Feature("rise_m_per_ns", "m/ns", "upward speed of the line fit",
                z, LINE_FIT, STILL),
    )  # fmt: skip
