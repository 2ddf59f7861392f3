"""Three flat projections of an event, drawn as SVG where the browser has no WebGL2."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.colours import N_COLOURS, resampled
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses

# (name, horizontal axis, vertical axis) as columns of position_m
PROJECTIONS = (("xy", 0, 1), ("xz", 0, 2), ("yz", 1, 2))
_AXIS = "xyz"
_PX_PER_ROOT_PE = 7.0
AUXILIARY_COLOUR = "#7f8b98"


def projection(
    name: str,
    pulses: Pulses,
    detector: Detector,
    range_ns: tuple[float, float],
    until_ns: float | None = None,
) -> go.Figure:
    """Lit DOMs up to `until_ns` (None: all), by time of first pulse, size charge^0.15.

    name : 'xy', 'xz' or 'yz'.  range_ns : ends of the colour scale, absolute ns.
    """
    _, across, up = next(row for row in PROJECTIONS if row[0] == name)
    seen = pulses if until_ns is None else pulses.select(pulses.time_ns <= until_ns)
    figure = go.Figure([_silent(detector, across, up), _lit(seen, detector, across, up, range_ns)])
    figure.update_layout(
        margin={"l": 48, "r": 8, "t": 8, "b": 40},
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": "#8b99a8", "size": 11},
    )
    figure.update_xaxes(title=f"{_AXIS[across]} (m)", gridcolor="#1c2733", zeroline=False)
    figure.update_yaxes(
        title=f"{_AXIS[up]} (m)", gridcolor="#1c2733", zeroline=False, scaleanchor="x"
    )
    return figure


def _silent(detector: Detector, across: int, up: int) -> go.Scatter:
    """One faint dot per distinct place: from above, a string's 60 DOMs fall on one."""
    places = np.unique(np.round(detector.position_m[:, (across, up)]), axis=0).astype("f4")
    return go.Scatter(
        x=places[:, 0],
        y=places[:, 1],
        mode="markers",
        marker={"size": 2, "color": "#8fa4ba", "opacity": 0.35},
        hoverinfo="skip",
    )


def _lit(
    pulses: Pulses, detector: Detector, across: int, up: int, range_ns: tuple[float, float]
) -> go.Scatter:
    sensors = np.unique(pulses.sensor_id)
    charge = np.bincount(pulses.sensor_id, weights=pulses.charge_pe)[sensors]
    position = detector.position_m[sensors].astype("f4")
    return go.Scatter(
        x=position[:, across],
        y=position[:, up],
        mode="markers",
        marker={
            "size": (_PX_PER_ROOT_PE * np.maximum(charge, 0.05) ** 0.15).astype("f4"),
            "color": _colours(pulses, sensors, range_ns),
            "line": {"width": 0},
        },
        text=[
            f"string {sensor // 60 + 1}, OM {sensor % 60 + 1}<br>{pe:.2f} PE"
            for sensor, pe in zip(sensors.tolist(), charge.tolist(), strict=True)
        ],
        hoverinfo="text",
    )


def _colours(
    pulses: Pulses, sensors: NDArray[np.integer], range_ns: tuple[float, float]
) -> NDArray[np.str_]:
    """Colour of each DOM's first non-auxiliary pulse; grey where it has none."""
    light = pulses.select(~pulses.auxiliary)
    lit, first = np.unique(light.sensor_id, return_index=True)  # pulses are in order of time
    low, high = range_ns
    place = np.clip((light.time_ns[first] - low) / max(high - low, 1.0), 0.0, 1.0)
    colours = np.full(len(sensors), AUXILIARY_COLOUR)
    scale = np.array(resampled("spectrum"))
    colours[np.searchsorted(sensors, lit)] = scale[(place * (N_COLOURS - 1)).astype(int)]
    return colours
