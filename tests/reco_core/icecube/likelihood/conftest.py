"""Models and entries for the tests of the likelihoods."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.compiled import compiled_entry
from reco_core.icecube.likelihood import around, arrival, local_ice, track
from reco_core.icecube.likelihood.light_model import Constants, light_model

CONSTANTS = Constants(1.0, 1.6, 450.0, 10.0, 0.02, 1000.0)


@pytest.fixture(scope="session")
def model(detector):
    return light_model(detector, CONSTANTS)


@compiled_entry
def first_of(model, tau, xi, b, n):
    return arrival.first_of(model, tau, xi, b, n)


@compiled_entry
def first_pulse(model, late_ns, way_m, source_z_m, level_z_m, n):
    return arrival.first_pulse(model, late_ns, way_m, source_z_m, level_z_m, n)


@compiled_entry
def mean_inverse(model, source_z_m, level_z_m):
    return local_ice.mean_inverse(model, source_z_m, level_z_m)


@compiled_entry
def track_loss(model, doms, line, slope):
    return track.track_loss(model, doms, line, slope)


@compiled_entry
def moved(seed, x, sides, line):
    around.across(seed[track.UX :], sides)
    return track.move(seed, sides, x, line)


@compiled_entry
def slope_at(slope, sides, line, length, gradient):
    track.slope_at(slope, sides, line, length, gradient)


def loss_and_gradient(model, doms, seed, x):
    """-ln L and its gradient (5,) at x from a seed."""
    sides, line, slope, gradient = np.zeros((2, 3)), np.zeros(7), np.zeros(7), np.zeros(5)
    length = moved(seed, x, sides, line)
    loss = track_loss(model, doms, line, slope)
    slope_at(slope, sides, line, length, gradient)
    return loss, gradient


def slopes_by_differences(function, x, steps):
    """(n,) central differences of a function of (n,) numbers."""
    found = np.empty(len(x))
    for k, step in enumerate(steps):
        away = np.zeros(len(x))
        away[k] = step
        found[k] = (function(x + away) - function(x - away)) / (2 * step)
    return found
