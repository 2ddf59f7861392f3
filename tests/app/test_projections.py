import numpy as np
import pytest

from app.colours import resampled
from app.figures.projections import AUXILIARY_COLOUR, projection
from reco_core.icecube.detector import builtin_detector
from reco_core.icecube.event import Pulses

PULSES = Pulses(
    np.array([10, 20, 20, 30], np.int16),
    np.array([100, 200, 300, 400]),
    np.array([1.0, 2.0, 3.0, 4.0]),
    np.array([True, True, False, False]),
)


@pytest.mark.parametrize(("name", "across", "up"), [("xy", 0, 1), ("xz", 0, 2), ("yz", 1, 2)])
def test_lit_doms_lie_where_they_are(name: str, across: int, up: int) -> None:
    detector = builtin_detector()
    lit = projection(name, PULSES, detector, (300.0, 400.0)).data[1]
    assert lit.x == pytest.approx(detector.position_m[[10, 20, 30], across], abs=1e-3)
    assert lit.y == pytest.approx(detector.position_m[[10, 20, 30], up], abs=1e-3)


def test_colour_is_the_first_light_and_grey_where_all_is_auxiliary() -> None:
    lit = projection("xz", PULSES, builtin_detector(), (300.0, 400.0)).data[1]
    scale = resampled("spectrum")
    assert list(lit.marker.color) == [AUXILIARY_COLOUR, scale[0], scale[-1]]


def test_nothing_is_drawn_before_its_time() -> None:
    lit = projection("xz", PULSES, builtin_detector(), (300.0, 400.0), until_ns=250.0).data[1]
    assert len(lit.x) == 2
    assert set(lit.marker.color) == {AUXILIARY_COLOUR}
