"""Pictures of the simulation beside the published real data, for docs/simulation.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.report_style import OUTSIDE, QUIET, REAL, SIMULATED, Picture, draw_pictures
from reco_core.icecube.validation.compare import Row, judged
from reco_core.icecube.validation.curves import LEVELS
from reco_core.icecube.validation.measures import CLASS_QUANTILES, COUNT_CLASSES
from reco_core.icecube.validation.run import Validation

FloatArray = NDArray[np.float64]


def draw_all(folder: Path, result: Validation) -> dict[str, str]:
    """Write all pictures; caption by file name. DatasetError if they cannot be written."""
    return draw_pictures(folder, PICTURES, result)


def values_of(result: Validation, key: str) -> FloatArray:
    """(seeds, levels) values of a distribution at LEVELS."""
    return np.array([curves[key] for curves in result.curves])


def published_of(result: Validation, key: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Levels, real values and tolerances (0 where there is none) of its published quantiles."""
    rows = [row for row in result.rows if row.quantity.key.startswith(f"{key}.q")]
    levels = [float(row.quantity.key.rpartition(".q")[2]) for row in rows]
    real = [row.quantity.real for row in rows]
    return np.array(levels), np.array(real), np.array([row.allowed or 0.0 for row in rows])


def draw_tolerances(figure: Any, result: Validation) -> None:
    """Deviation of each judged quantity, in units of what is allowed."""
    axes = figure.subplots()
    rows = judged(result.rows)
    place = np.arange(len(rows))
    axes.axvspan(-1, 1, color=SIMULATED, alpha=0.12, linewidth=0)
    axes.axvline(0, color=QUIET, linewidth=0.8)
    for row, y in zip(rows, place, strict=True):
        outside = row.verdict == "outside"
        colour, marker = (OUTSIDE, "D") if outside else (SIMULATED, "o")
        each = deviations(row, row.known)
        axes.plot(each, np.full(len(each), y), "|", color=colour, markersize=5, alpha=0.6)
        mean = deviations(row, [] if row.mean is None else [row.mean])
        axes.plot(mean, np.full(len(mean), y), marker, color=colour, markersize=4.5)
    axes.set_yticks(place, [row.quantity.label for row in rows], fontsize=7.5)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(-LIMIT * 1.04, LIMIT * 1.04)
    axes.set_xlabel("simulated minus real, in units of the tolerance; beyond 4 drawn at 4")


LIMIT: Final = 4.0


def deviations(row: Row, values: Sequence[float]) -> FloatArray:
    """Distance from the real value in units of what is allowed, cut at +-4."""
    distance = np.array(values, np.float64) - row.quantity.real
    return np.asarray(np.clip(distance / (row.allowed or 1.0), -LIMIT, LIMIT))


def draw_tails(figure: Any, result: Validation) -> None:
    """Share of events, or pulses, above a value."""
    left, right = figure.subplots(1, 2)
    _above(left, result, "n_pulses", "pulses per event", "share of events with more")
    _above(right, result, "charge", "charge (PE)", "share of pulses with more")
    _legend(figure)


def _above(axes: Any, result: Validation, key: str, label: str, share: str) -> None:
    values, shown = values_of(result, key), np.array(LEVELS) < 1
    above = 1 - np.array(LEVELS)[shown]
    _band(axes, values[:, shown], above)
    levels, real, allowed = published_of(result, key)
    _points(axes, real, 1 - levels, allowed)
    axes.set(xscale="log", yscale="log", xlabel=label, ylabel=share, ylim=(7e-5, 1.5))


def draw_times(figure: Any, result: Validation) -> None:
    """Share of events, or pulses, up to a time."""
    for axes, (key, label) in zip(figure.subplots(2, 3).flat, TIMES, strict=False):
        _below(axes, result, key, f"{label} (µs)", 1e-3)
    figure.axes[-1].remove()
    _legend(figure)


TIMES: Final = (
    ("first_time", "first pulse of the event"),
    ("mean_time", "mean pulse time of the event"),
    ("last_time", "last pulse of the event"),
    ("pulse_time", "all pulses"),
    ("duration", "duration of the event"),
)


def _below(axes: Any, result: Validation, key: str, label: str, scale: float = 1.0) -> None:
    values = values_of(result, key) * scale
    _band(axes, values, np.array(LEVELS))
    levels, real, allowed = published_of(result, key)
    _points(axes, real * scale, levels, allowed * scale)
    inside = (np.array(LEVELS) >= 0.001) & (np.array(LEVELS) <= 0.95)  # the tail is long
    ends = values[:, inside]
    low, high = (
        min(ends.min(), scale * real.min()),
        max(ends.max(), scale * real[levels < 0.99].max()),
    )
    margin = 0.04 * (high - low)
    axes.set(xlabel=label, ylabel="share below", xlim=(low - margin, high + margin), ylim=(0, 1.02))


def draw_joint(figure: Any, result: Validation) -> None:
    """Quantiles of the duration in classes of the number of pulses."""
    axes = figure.subplots()
    rows = {row.quantity.key: row for row in result.rows}
    names = []
    for place, (low, high) in enumerate(COUNT_CLASSES):
        keys = [f"n_{low}_{high}.duration.q{level:g}" for level in CLASS_QUANTILES]
        of_class = [rows[key] for key in keys]
        _box(axes, place - 0.16, [row.quantity.real for row in of_class], REAL)
        simulated = [row.mean for row in of_class if row.mean is not None]
        if len(simulated) == len(of_class):
            _box(axes, place + 0.16, simulated, SIMULATED)
        names.append(f"{low}-{high}" if high < 100_000 else f"{low} or more")
    axes.plot([], [], color=REAL, label="real")
    axes.plot([], [], color=SIMULATED, label="simulated, mean of the seeds")
    axes.set_xticks(range(len(names)), names)
    axes.set(xlabel="pulses of the event", ylabel="duration (µs)")
    _legend(figure)


def _box(axes: Any, place: float, quantiles_ns: Sequence[float], colour: str) -> None:
    """Thin line from 5 to 95 per cent, thick from 25 to 75, a white tick at the median."""
    q05, q25, q50, q75, q95 = (value / 1000 for value in quantiles_ns)
    axes.plot([place, place], [q05, q95], color=colour, linewidth=1.2)
    axes.plot([place, place], [q25, q75], color=colour, linewidth=7, solid_capstyle="butt")
    axes.plot([place], [q50], "_", color="white", markersize=6, markeredgewidth=1.6)


def draw_shares(figure: Any, result: Validation) -> None:
    """Shares with their tolerance: real beside every seed."""
    rows = [row for row in result.rows if row.quantity.key.startswith(SHARES)]
    _dots(figure.subplots(), rows, "share")
    _legend(figure)


SHARES: Final = ("first_all", "first_light", "motion_", "dom_pulses", "auxiliary")


def _dots(axes: Any, rows: Sequence[Row], label: str) -> None:
    simulated = {"linestyle": "", "marker": "|", "color": SIMULATED, "markersize": 9}
    for y, row in enumerate(rows):
        axes.plot(row.known, np.full(len(row.known), y), **simulated)
        _points(axes, np.array([row.quantity.real]), np.array([y]), [row.allowed or 0.0])
    axes.plot([], [], label="simulated, each seed", **simulated)
    axes.set_yticks(range(len(rows)), [row.quantity.label for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(label)


def draw_directions(figure: Any, result: Validation) -> None:
    """True zenith, and the opening angle of the classical direction."""
    zenith, time_sense, better_sense = figure.subplots(1, 3)
    _below(zenith, result, "zenith", "true zenith (rad)")
    angle = np.linspace(0, np.pi, 91)
    _angles(time_sense, result, "ladder.time_sense", "sense from time", (1 - np.cos(angle)) / 2)
    half = np.minimum(1 - np.cos(angle), 1.0)
    _angles(better_sense, result, "ladder.better_sense", "better sense", half)
    _legend(figure)


def _angles(axes: Any, result: Validation, key: str, title: str, chance: FloatArray) -> None:
    row = next(row for row in result.rows if row.quantity.key == key)
    real, allowed = row.quantity.real, row.allowed or 0
    axes.axvspan(real - allowed, real + allowed, color=REAL, alpha=0.12, linewidth=0)
    axes.axvline(real, color=REAL, linestyle="--", linewidth=1, label="real mean, and allowed")
    if row.mean is not None:
        axes.axvline(row.mean, color=SIMULATED, linestyle=":", label="simulated mean")
    values = values_of(result, key)
    _band(axes, values, np.array(LEVELS))
    axes.plot(
        np.linspace(0, np.pi, len(chance)), chance, color=QUIET, linewidth=1, label="by chance"
    )
    limit = np.pi if key == "ladder.time_sense" else np.pi / 2
    axes.set(xlabel=f"opening angle, {title} (rad)", ylabel="share below", xlim=(0, limit))
    axes.set_ylim(0, 1.02)


def _legend(figure: Any) -> None:
    """One above all axes, each label once."""
    once: dict[str, Any] = {}
    for axes in figure.axes:
        handles, labels = axes.get_legend_handles_labels()
        once = dict(zip(labels, handles, strict=True)) | once
    figure.legend(once.values(), once.keys(), loc="outside upper left", ncols=len(once))


def _band(axes: Any, values: FloatArray, height: FloatArray) -> None:
    """Mean curve of the seeds and the range between them. values : (seeds, n), ascending in n."""
    axes.fill_betweenx(
        height, values.min(axis=0), values.max(axis=0), color=SIMULATED, alpha=0.3, linewidth=0
    )
    axes.plot(values.mean(axis=0), height, color=SIMULATED, label="simulated, range of the seeds")


def _points(axes: Any, real: FloatArray, height: FloatArray, allowed: Iterable[float]) -> None:
    axes.errorbar(
        real, height, xerr=list(allowed), fmt="o", color=REAL, markersize=3.5, capsize=2,
        linewidth=1, label="real, and what is allowed", zorder=3,
    )  # fmt: skip


PICTURES: Final = (
    Picture("simulation_tolerances.svg", "Every judged quantity", (8, 9.5), draw_tolerances),
    Picture("simulation_tails.svg", "Pulses per event and charge", (8, 3.4), draw_tails),
    Picture("simulation_times.svg", "Times of pulses", (8.5, 5), draw_times),
    Picture("simulation_duration.svg", "Duration and number of pulses", (8, 3.6), draw_joint),
    Picture("simulation_shares.svg", "Shares", (8, 5), draw_shares),
    Picture("simulation_directions.svg", "Directions", (9, 3.2), draw_directions),
)
