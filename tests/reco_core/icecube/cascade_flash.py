"""Light of a cascade without any chance, as the likelihood expects it."""

from __future__ import annotations

from functools import cache

import numpy as np

from reco_core.compiled import compiled_entry
from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.event import checked_pulses
from reco_core.icecube.likelihood import cascade_light, cascade_loss
from reco_core.icecube.likelihood.arrival import first_pulse
from reco_core.icecube.likelihood.cascade_doms import MOST_ELECTRONS
from reco_core.icecube.likelihood.cascade_light import log_charge, way_to
from reco_core.icecube.likelihood.light_model import light_model
from reco_core.icecube.reconstructions.cascade_fit import CHARGES, FINE
from reco_core.units import SPEED_IN_ICE

VERTEX_M = np.array([30.0, -60.0, 220.0])
TRAVEL = np.array([0.48, 0.6, -0.64])
TIME_NS = 10_000
ENERGY_GEV = 2e5


@cache
def detector_() -> Detector:
    return builtin_detector()


@compiled_entry
def mean_charges(model, flow, doms, cascade, mean):
    slope = np.empty(cascade_light.SLOPES)
    for i in range(len(doms)):
        u = cascade[5:]
        way = way_to(
            doms[i, 0] - cascade[0], doms[i, 1] - cascade[1], doms[i, 2] - cascade[2],
            u[0], u[1], u[2],
        )  # fmt: skip
        source_z, level_z = cascade[2] - doms[i, 3], doms[i, 2] - doms[i, 3]
        mean[i] = log_charge(model, flow, way, source_z, level_z, u[0], u[1], u[2], slope)


@compiled_entry
def likeliest_delays(model, doms, source_z, way, delay):
    """When the first pulse is likeliest, ns behind straight light."""
    for i in range(len(doms)):
        level_z, best = doms[i, 2] - doms[i, 3], -1e300
        for late in range(-40, 1500):
            value = first_pulse(model, late, way[i], source_z - doms[i, 3], level_z, doms[i, 5])[0]
            if value > best:
                best, delay[i] = value, late


@cache
def flash(
    energy_gev=ENERGY_GEV, vertex=tuple(VERTEX_M), travel=tuple(TRAVEL), level=False, turn=0.0
):
    """Light of a cascade without any chance: mean charges, at the likeliest times.

    turn : angle, rad, by which detector and cascade are turned about the vertical.
    """
    cosine, sine = np.cos(turn), np.sin(turn)
    turned = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    detector = detector_()
    place, u = turned @ np.array(vertex), turned @ np.array(travel)
    if turn:
        detector = Detector(detector.position_m @ turned.T)
    model = light_model(detector, FINE, None, not level)
    doms = np.zeros((5160, cascade_loss.DOM_COLUMNS))
    doms[:, :3], doms[:, 3] = detector.position_m, model.rise_m
    mean = np.zeros(5160)
    cascade = np.concatenate((place, [0.0, 0.0], u))
    mean_charges(model, 0.0 if level else CHARGES.flow_share, doms, cascade, mean)
    charge = np.exp(mean) * energy_gev * np.where(detector.is_deepcore, 1.35, 1.0)
    lit = np.flatnonzero(charge > 0.6)
    way, delay = np.linalg.norm(detector.position_m[lit] - place, axis=1), np.zeros(len(lit))
    doms[:, 5] = np.clip(np.ceil(charge), 1.0, MOST_ELECTRONS)
    likeliest_delays(model, doms[lit], place[2], way, delay)
    time_ns = np.rint(TIME_NS + way / SPEED_IN_ICE + delay).astype(np.int64)
    order = np.argsort(time_ns, kind="stable")
    lit, time_ns = lit[order], time_ns[order]
    dark = np.zeros(len(lit), np.bool_)
    return checked_pulses(lit, time_ns, charge[lit], dark, "a flash"), detector, place, u
