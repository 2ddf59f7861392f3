"""Features of one event the slow way: plain numpy on its pulses, one number after the other."""

from __future__ import annotations

import numpy as np

from reco_core.directions import angles_of
from reco_core.icecube.detector import string_id
from reco_core.icecube.selection import non_auxiliary
from reco_core.units import SPEED_OF_LIGHT

WEIGHTS = {  # of pulses that are auxiliary outside and inside the window, then the others
    "pca": (1, 1, 1, 1),
    "wpca": (0, 1, 2, 3),
    "wpca_steep": (0.001, 0.001, 1, 5),
}


def slow_features(pulses, detector):
    light = non_auxiliary(pulses)
    origin = pulses.time_ns[0]
    found = {**_pulses(pulses, origin, detector, "all"),
             **_pulses(light, origin, detector, "non_auxiliary")}  # fmt: skip
    found["n_auxiliary"] = int(pulses.auxiliary.sum())
    found["auxiliary_share"] = pulses.auxiliary.mean()
    found["auxiliary_charge_share"] = _ratio(
        pulses.charge_pe[pulses.auxiliary].sum(), pulses.charge_pe.sum()
    )
    near = _in_window(pulses, detector)
    found["window_share"] = near.mean()
    for method, weights in WEIGHTS.items():
        kind = 2 * ~pulses.auxiliary + near
        weight = np.array(weights, float)[kind]
        found |= _axes(pulses, weight, detector, f"{method}_{{}}_all")
        chosen = ~pulses.auxiliary if len(light) > 5 else np.ones(len(pulses), np.bool_)
        part = pulses.select(chosen), weight[chosen]
        found |= _axes(*part, detector, f"{method}_{{}}_non_auxiliary")
    return found | _light(light, origin, detector)


def _ratio(a, b):
    return a / b if b > 0 else None


def _pulses(pulses, origin, detector, name):
    place = detector.position_m[pulses.sensor_id]
    time = (pulses.time_ns - origin).astype(float)
    found = {
        "n_pulses": len(pulses),
        "charge_pe": pulses.charge_pe.sum(),
        "n_doms": len(set(pulses.sensor_id.tolist())),
        "n_strings": len(set(string_id(pulses.sensor_id).tolist())),
    }
    values = {"time_ns": time, "charge_pe": pulses.charge_pe}
    values |= {f"{axis}_m": place[:, k] for k, axis in enumerate("xyz")}
    for quantity, column in values.items():
        found[f"mean_{quantity}"] = column.mean() if len(pulses) else None
        if quantity.endswith("_m"):
            found[f"median_{quantity}"] = np.median(column) if len(pulses) else None
    for kind, function in (("min", np.min), ("max", np.max)):
        found[f"{kind}_charge_pe"] = function(pulses.charge_pe) if len(pulses) else None
    found["last_time_ns"] = time[-1] if len(pulses) else None
    found["time_spread_ns"] = time.std() if len(pulses) else None
    last = len(pulses) - 1
    for percent, low, high in ((50, 25, 75), (80, 10, 90)):
        span = time[last * high // 100] - time[last * low // 100] if len(pulses) else None
        found[f"duration_{percent}_ns"] = span
    by_charge = np.argsort(-pulses.charge_pe, kind="stable")
    orders = {
        "earliest": np.arange(len(pulses)), "latest": np.arange(len(pulses))[::-1],
        "brightest": by_charge, "faintest": by_charge[::-1],
    }  # fmt: skip
    for order, rows in orders.items():
        for rank in range(3):
            for k, axis in enumerate("xyz"):
                value = place[rows[rank], k] if rank < len(rows) else None
                found[f"{order}_{rank + 1}_{axis}_m"] = value
    return {f"{key}_{name}": value for key, value in found.items()}


def _in_window(pulses, detector):
    box = np.ptp(detector.position_m, axis=0)
    length_ns = np.sqrt(np.sum(box**2)) / SPEED_OF_LIGHT
    peak_ns = pulses.time_ns[np.argmax(pulses.charge_pe)]
    return np.abs(pulses.time_ns - peak_ns) < length_ns


def _axes(pulses, weight, detector, name):
    place, time = detector.position_m[pulses.sensor_id], pulses.time_ns - pulses.time_ns[0]
    squared = weight**2 / np.sum(weight**2)
    away = place - squared @ place
    variance, vectors = np.linalg.eigh((squared[:, None] * away).T @ away)
    variance, axes = np.maximum(variance[::-1], 0), vectors.T[::-1].copy()
    for axis in axes:
        axis *= np.sign(axis[np.argmax(np.abs(axis))])
    late = time - squared @ time
    sense = np.sum(squared * late * (away @ axes[0]))
    if sense > 0:
        axes[0] *= -1
    zenith, azimuth = angles_of(axes[0])
    found = {"zenith": zenith, "azimuth": azimuth, "extent_m": np.sqrt(variance[0]),
             "linearity": (variance[0] - variance[1]) / variance[0],
             "planarity": (variance[1] - variance[2]) / variance[0]}  # fmt: skip
    found |= {f"axis_{n + 1}_{x}": axes[n, k] for n in range(3) for k, x in enumerate("xyz")}
    return {name.format(key): float(value) for key, value in found.items()}


def _light(light, origin, detector):
    place = detector.position_m[light.sensor_id]
    time, charge = (light.time_ns - origin).astype(float), light.charge_pe
    quarter = max(len(light) // 4, 1)
    found = {
        "first_time_ns": time[0],
        "step_ns": time[-quarter:].mean() - time[:quarter].mean(),
        "charge_share_first_quarter": _ratio(charge[:quarter].sum(), charge.sum()),
        "charge_share_last_quarter": _ratio(charge[-quarter:].sum(), charge.sum()),
    }
    velocity = np.array([np.polyfit(time, place[:, k], 1)[0] for k in range(3)])
    speed = np.linalg.norm(velocity)
    found |= {"line_fit_speed_m_per_ns": speed, "rise_m_per_ns": velocity[2]}
    step = place[-quarter:].mean(axis=0) - place[:quarter].mean(axis=0)
    for k, axis in enumerate("xyz"):
        found[f"step_{axis}_m"] = step[k]
        found[f"line_fit_{axis}"] = -velocity[k] / speed
        found[f"charge_centre_{axis}_m"] = charge @ place[:, k] / charge.sum()
    found["step_speed_m_per_ns"] = np.linalg.norm(step) / found["step_ns"]
    found["first_light_radius_m"] = np.hypot(*place[0, :2])
    return found | _doms(light, time, detector)


def _doms(light, time, detector):
    doms = np.unique(light.sensor_id)
    on = [light.sensor_id == dom for dom in doms]
    charge = np.array([light.charge_pe[rows].sum() for rows in on])
    first = np.array([time[rows].min() for rows in on])
    duration = np.array([np.ptp(time[rows]) for rows in on])
    place, string = detector.position_m[doms], string_id(doms)
    distance = np.linalg.norm(place - place[np.argmax(charge)], axis=1)
    inside = {
        "deepcore": string >= 79,
        "side": np.hypot(*place[:, :2].T) > 470,
        "top": place[:, 2] > 450,
        "bottom": place[:, 2] < -500,
        "dust": np.abs(place[:, 2] + 100) <= 50,
    }
    inside["side"] = (inside["side"] & (string != 49)) | (string == 72)
    shares = {f"charge_share_{key}": charge[mask].sum() / charge.sum()
              for key, mask in inside.items()}  # fmt: skip
    return shares | {
        "doms_per_string": len(doms) / len(set(string.tolist())),
        "brightest_dom_charge_pe": charge.max(),
        "mean_dom_charge_pe": charge.mean(),
        "charge_share_brightest_dom": charge.max() / charge.sum(),
        "charge_share_top_3_doms": np.sort(charge)[-3:].sum() / charge.sum(),
        "several_pulses_share": np.mean([rows.sum() > 1 for rows in on]),
        "mean_dom_duration_ns": duration.mean(),
        "max_dom_duration_ns": duration.max(),
        "charge_radius_m": np.sqrt(charge @ distance**2 / charge.sum()),
        "spread_correlation": np.corrcoef(first, distance)[0, 1],
        "depth_correlation": np.corrcoef(first, place[:, 2])[0, 1],
    }
