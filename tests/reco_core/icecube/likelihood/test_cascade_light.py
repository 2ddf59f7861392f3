from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from reco_core.compiled import compiled_entry, flat
from reco_core.icecube.detector import builtin_detector
from reco_core.icecube.likelihood import cascade_light, cascade_loss
from reco_core.icecube.likelihood.light_model import light_model
from reco_core.icecube.reconstructions.cascade_fit import CHARGES, FINE
from reco_core.icecube.simulation import light_angles, light_fall, light_yield
from tests.reco_core.icecube.cascade_flash import TRAVEL, mean_charges


@compiled_entry
def loss_and_slope(model, charges, weight, doms, cascade, slope):
    return cascade_loss.cascade_loss(model, charges, weight, doms, cascade, slope)


@compiled_entry
def simulated_means(scattering, absorption, flow, way, travel, mean):
    """Charge of 1 GeV by the simulation's own functions, in ice that is the same everywhere."""
    fade = np.sqrt(scattering * absorption / 3)
    onset = scattering * np.exp(scattering / absorption) / 3
    photons = light_yield.PHOTONS_PER_GEV * cascade_light.LIGHT_SHARE
    for i in range(len(way)):
        x, y, z = way[i]
        r = np.sqrt(x * x + y * y + z * z)
        f = light_angles.along_flow(flow, x, y, r)
        cosine = (x * travel[0] + y * travel[1] + z * travel[2]) / r
        straight = np.exp(-r * f / scattering)
        mean[i] = light_fall.point_pe(photons, r, fade / f, onset / f)
        mean[i] *= light_angles.profile(cosine, straight)
        mean[i] *= light_angles.sensitivity_to(z / r, straight)
        mean[i] *= cascade_light.CHARGE_PER_ELECTRON


def rows_of(model, sensor_id):
    doms = np.zeros((len(sensor_id), cascade_loss.DOM_COLUMNS))
    doms[:, :3] = builtin_detector().position_m[sensor_id]
    doms[:, cascade_loss.RISE] = model.rise_m[sensor_id]
    doms[:, cascade_loss.PULSE_NS] = np.nan
    doms[:, cascade_loss.ELECTRONS] = doms[:, cascade_loss.SENSITIVITY] = 1.0
    return doms


def test_the_cone_has_mean_one():
    value = quad(lambda c: cascade_light.cone.py_func(c)[0], -1, 1, points=[light_angles.COSINE])
    assert value[0] / 2 == pytest.approx(1, abs=1e-4)


def test_light_is_the_simulations(detector):
    """But for the rounded tip of the cone, away from which they agree."""
    from reco_core.icecube.ice import Ice

    scattering, absorption = 30.0, 100.0
    edges = np.array([-20_000.0, 20_000.0])
    ice = Ice(edges, (edges + 20_000) / scattering, (edges + 20_000) / absorption)
    model = light_model(detector, FINE, ice, tilted=False)
    rng = np.random.default_rng(1)
    way = rng.normal(size=(400, 3))
    way *= rng.uniform(20, 300, 400)[:, None] / np.linalg.norm(way, axis=1)[:, None]
    cosine = way @ TRAVEL / np.linalg.norm(way, axis=1)
    way = way[abs(cosine - light_angles.COSINE) > 0.15]
    doms = np.zeros((len(way), cascade_loss.DOM_COLUMNS))
    doms[:, :3] = way
    ours, theirs = np.zeros(len(way)), np.zeros(len(way))
    mean_charges(model, 0.08, doms, np.array([0.0, 0, 0, 0, 0, *TRAVEL]), ours)
    simulated_means(scattering, absorption, 0.08, way, TRAVEL, theirs)
    assert np.exp(ours) == pytest.approx(theirs, rel=0.06)


def test_slopes_are_those_of_the_likelihood(detector):
    model, charges = light_model(detector, FINE), flat(CHARGES)
    rng = np.random.default_rng(0)
    doms = rows_of(model, rng.choice(5160, 200, replace=False))
    doms[:100, cascade_loss.PULSE_NS] = rng.uniform(100, 2000, 100)
    doms[:100, cascade_loss.ELECTRONS] = rng.integers(1, 5, 100)
    doms[:100, cascade_loss.CHARGE] = rng.exponential(3, 100)
    cascade = np.array([30.0, -40.0, 60.0, 100.0, 10.0, 0.48, 0.6, 0.64])
    slope, unused = np.zeros(8), np.zeros(8)
    loss_and_slope(model, charges, 1.0, doms, cascade, slope)
    for k in range(8):
        ends = []
        for step in (1e-4, -1e-4):
            moved = cascade.copy()
            moved[k] += step
            ends.append(loss_and_slope(model, charges, 1.0, doms, moved, unused))
        assert slope[k] == pytest.approx((ends[0] - ends[1]) / 2e-4, rel=1e-5, abs=1e-6)


def test_a_charge_is_likeliest_at_its_own_mean():
    loss = cascade_loss.charge_loss.py_func
    assert loss(CHARGES, 7.0, 7.0) == (0.0, 0.0)
    assert loss(CHARGES, 7.0, 9.0)[0] > 0
    assert loss(CHARGES, 7.0, 9.0)[1] > 0
    assert loss(CHARGES, 7.0, 5.0)[0] > 0
    assert loss(CHARGES, 7.0, 5.0)[1] < 0


def test_a_dom_without_light_costs_no_more_than_a_dead_one():
    value, slope = cascade_loss.charge_loss.py_func(CHARGES, 0.0, 1e5)
    assert value == pytest.approx(-np.log(CHARGES.dead_share), abs=1e-3)
    assert slope == pytest.approx(0, abs=1e-3)


def test_a_saturated_dom_says_only_that_there_was_more():
    loss = cascade_loss.charge_loss.py_func
    assert loss(CHARGES, 2000.0, 1e5) == (0.0, 0.0)
    assert loss(CHARGES, 2000.0, 500.0)[0] > 3
