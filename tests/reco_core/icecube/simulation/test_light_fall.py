"""How light falls with distance, the bounds that let DOMs be passed over, and thinning."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.compiled import compiled_entry
from reco_core.icecube.simulation import light, light_cascade, lit, world
from reco_core.icecube.simulation.ice_lookup import bound_step
from reco_core.icecube.simulation.light_angles import along_flow, profile, sensitivity_to
from reco_core.icecube.simulation.light_bounds import ICE_LAYERS
from reco_core.icecube.simulation.light_fall import MEAN_AREA_M2, SINE, line_pe, point_pe
from reco_core.random_stream import exponential, new_stream, uniform

FADE_M, ONSET_M = 33.0, 15.0
ANISOTROPY = 0.08
UNSEEN = 1e-25  # PE per photon, of which the brightest events have 1e13


@compiled_entry
def fall(of_line, r, fade, onset):
    found = np.empty(len(r))
    for k in range(len(r)):
        if of_line:
            found[k] = line_pe(1.0, r[k], fade[k], onset[k])
        else:
            found[k] = point_pe(1.0, r[k], fade[k], onset[k])
    return found


@compiled_entry
def light_over_bound(rng, of_world, anisotropy, of_line, ways):
    """Largest ratio of a way's light to its bound; with how many ways were tried of each class."""
    worst, tried = 0.0, np.zeros(len(of_world.class_fade_m), np.int64)
    for _ in range(ways):
        a, b = int(uniform(rng) * ICE_LAYERS), int(uniform(rng) * ICE_LAYERS)
        way, up, angle = 1 + 500 * uniform(rng), 2 * uniform(rng) - 1, 2 * np.pi * uniform(rng)
        level = way * np.sqrt(1 - up * up)
        flow = along_flow(anisotropy, level * np.cos(angle), level * np.sin(angle), way)
        ice = of_world.ice[a, b]
        straight = np.exp(-way * ice[world.SCATTERING] * flow)
        seen = sensitivity_to(up, straight)
        fade, onset = ice[world.FADE] / flow, ice[world.ONSET] / flow
        k = of_world.clarity[a, b]
        if of_line:
            r = max(way * SINE, lit.NEAREST_M)
            bound = of_world.line_bound[k, bound_step(r * flow)] * light.BRIGHTEST
            seen *= line_pe(1.0, r, fade, onset)
        else:
            bound = of_world.point_bound[k, bound_step(way * flow)] * light_cascade.BRIGHTEST
            seen *= point_pe(1.0, way, fade, onset) * profile(2 * uniform(rng) - 1, straight)
        tried[k] += 1
        if seen > UNSEEN:
            worst = max(worst, seen / bound)
    return worst, tried


@compiled_entry
def thinned(rng, mean, bound, doms):
    """Photo-electrons of DOMs of one mean, passed over or drawn as the light of a string is."""
    found = np.zeros(doms, np.int64)
    until = exponential(rng)
    for k in range(doms):
        if bound < lit.MANY:
            until -= bound
            if until > 0.0:
                continue
        found[k], until = lit.drawn_photons(rng, mean, bound, until)
    return found


def falling(of_line, r):
    return fall(of_line, r, np.full(len(r), FADE_M), np.full(len(r), ONSET_M))


def test_near_a_line_the_light_is_that_of_the_cherenkov_cone():
    near = np.array([1e-4, 1e-3])
    cone = MEAN_AREA_M2 / (2 * np.pi * near * SINE)
    np.testing.assert_allclose(falling(True, near), cone, rtol=1e-3)


def test_near_a_point_the_light_thins_with_the_square_of_the_distance():
    near = np.array([1e-3, 1e-2])
    np.testing.assert_allclose(
        falling(False, near), MEAN_AREA_M2 / (4 * np.pi * near**2), rtol=1e-3
    )


@pytest.mark.parametrize(("of_line", "power"), [(True, 0.5), (False, 1.0)])
def test_far_away_it_diffuses_and_falls_by_e_in_each_fade(of_line, power):
    r = 400.0 + FADE_M * np.arange(5)
    seen = falling(of_line, r) * r**power  # the thinning of diffuse light
    np.testing.assert_allclose(seen[1:] / seen[:-1], np.exp(-1), rtol=1e-6)


@pytest.mark.parametrize("of_line", [True, False])
@pytest.mark.parametrize("ice", [(8.0, 2.0), (33.0, 15.0), (75.0, 45.0)])
def test_light_falls_with_every_step_outwards(of_line, ice):
    r = np.geomspace(1, 600, 2000)
    assert (np.diff(fall(of_line, r, *(np.full(len(r), value) for value in ice))) < 0).all()


@pytest.mark.parametrize("of_line", [True, False])
def test_no_way_through_the_ice_is_brighter_than_its_bound(of_line):
    rng = new_stream(1)
    worst, tried = light_over_bound(rng, world.south_pole(), ANISOTROPY, of_line, 2_000_000)
    classes_in_use = np.unique(world.south_pole().clarity)
    assert (tried[classes_in_use] > 0).all()
    assert 0.1 < worst <= 1.0


@pytest.mark.parametrize(
    ("mean", "bound"), [(0.001, 0.01), (0.3, 0.9), (0.05, 0.05), (2.0, 7.0), (0.9, 1.0)]
)
def test_thinning_draws_what_a_poisson_law_would(mean, bound):
    n = 400_000
    found = thinned(new_stream(2), mean, bound, n)
    assert found.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / n))
    spread_of_variance = np.sqrt((mean + 2 * mean**2) / n)  # of a Poisson law's sample variance
    assert found.var() == pytest.approx(mean, abs=4 * spread_of_variance)
    both = (found[1:] * found[:-1]).mean() - mean**2  # neighbours know nothing of one another
    assert abs(both) < 4 * np.sqrt((mean**2 + 2 * mean**3) / n) + 1e-6
