"""Improved LineFit: a point that moves uniformly through the pulses, made robust against
scattered and noise pulses (M. Aartsen et al., arXiv:1308.5501; the constants are IceTray's).

1. delay cleaning  drop pulses that are far too late for direct light
2. Huber fit       least squares near the line, absolute deviation far from it
3. debiasing       drop pulses outside the Huber width
4. LineFit         plain least squares

On the two high-energy simulated muons whose official fits are known, this lands 0.5 and 0.0
degrees from the collaboration's fit when given all non-auxiliary pulses, 0.3 and 1.0 degrees
with the first pulse of each DOM alone, 2.0 and 0.2 with the auxiliary ones added: so it takes
all non-auxiliary pulses.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.pulse_batch import BoolArray, FloatArray, IntArray, PulseBatch, kept, pack
from reco_core.icecube.reconstructions.fits import Fits, Reason
from reco_core.icecube.reconstructions.line_fit_kernel import (
    clean_delays,
    near_robust_line,
)
from reco_core.icecube.reconstructions.motion import (
    along,
    doubt_few_strings,
    first_of,
    lit_doms,
    too_few_doms,
)
from reco_core.icecube.segments import brightest, first_per_dom, sums
from reco_core.icecube.selection import MAX_PULSES_QUADRATIC
from reco_core.units import SPEED_OF_LIGHT

KEY: Final = "line_fit"

MIN_SPEED_M_PER_NS: Final = 1e-6  # 1 m in a millisecond: rounding, not motion


def fit(batch: PulseBatch, detector: Detector) -> Fits:
    """As plain_fit, with less quality where few strings have light."""
    return doubt_few_strings(plain_fit(batch, detector), batch)


def plain_fit(batch: PulseBatch, detector: Detector) -> Fits:
    """Improved LineFit of the non-auxiliary pulses; its point is the centre of those it kept.

    quality : how near the speed of the light is to c, min(v / c, c / v), for tracks have 1.
    """
    used = kept(batch, ~batch.auxiliary)
    reason = too_few_doms(used)
    used = kept(used, delay_cleaning(used, detector))
    reason = first_of(reason, lit_doms(used) < 2, Reason.ONE_DOM_IN_TIME)
    reason = first_of(reason, _span(used) == 0, Reason.ONE_TIME)
    used = kept(used, _huber_inliers(used, detector, reason == Reason.OK))
    reason = first_of(reason, lit_doms(used) < 2, Reason.ONE_DOM_NEAR)
    reason = first_of(reason, _span(used) == 0, Reason.ONE_TIME)
    centre, velocity = uniform_motion(used, detector)
    speed = np.linalg.norm(velocity, axis=1)
    reason = first_of(reason, ~(speed >= MIN_SPEED_M_PER_NS), Reason.NO_MOTION)
    with np.errstate(divide="ignore"):  # of events that have a reason
        quality = np.minimum(speed / SPEED_OF_LIGHT, SPEED_OF_LIGHT / speed)
    return along(velocity, centre, quality, used, detector, reason)


def load() -> None:
    """Compile, or read what was compiled before."""
    empty = pack([])
    delay_cleaning(empty, builtin_detector())
    _huber_inliers(empty, builtin_detector(), np.zeros(0, np.bool_))


def delay_cleaning(batch: PulseBatch, detector: Detector) -> BoolArray:
    """(P,) False for a pulse if another within 156 m of it is earlier by more than 778 ns.

    Only a DOM's first pulse can be the earlier one, so DOMs are compared, not pulses; in an event
    with more than MAX_PULSES_QUADRATIC DOMs the earlier ones are those of highest first charge.
    """
    first = first_per_dom(batch)
    earlier = brightest(first, MAX_PULSES_QUADRATIC)
    return clean_delays(
        batch.start, batch.sensor_id, batch.time_ns,
        first.start, first.sensor_id,
        earlier.start, earlier.sensor_id, earlier.time_ns,
        detector.position_m,
    )  # fmt: skip


def _huber_inliers(batch: PulseBatch, detector: Detector, tried: BoolArray) -> BoolArray:
    """(P,) True for pulses within the Huber width of the Huber fit's line, of the events tried."""
    return near_robust_line(batch.start, batch.sensor_id, batch.time_ns, detector.position_m, tried)


def uniform_motion(batch: PulseBatch, detector: Detector) -> tuple[FloatArray, FloatArray]:
    """LineFit, r_i = r + v t_i by least squares: centre (E, 3) m and v (E, 3) m/ns.

    v = (<r t> - <r><t>) / (<t^2> - <t>^2), both differences taken as sums over t - <t>.
    NaN where there are no pulses or all are at one time.
    """
    position = detector.position_m[batch.sensor_id]
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = sums(position, batch.start) / batch.n_pulses[:, None]
        mean_ns = sums(batch.time_ns, batch.start) / batch.n_pulses
        step_ns = batch.time_ns - mean_ns[batch.event]
        moved = sums((position - centre[batch.event]) * step_ns[:, None], batch.start)
        velocity = moved / sums(step_ns**2, batch.start)[:, None]
    return centre, velocity


def _span(batch: PulseBatch) -> FloatArray:
    """(E,) ns from the first to the last pulse; 0 without pulses."""
    span = np.zeros(batch.n_events)
    some: IntArray = np.flatnonzero(batch.n_pulses)
    span[some] = batch.time_ns[batch.start[1:][some] - 1] - batch.time_ns[batch.start[:-1][some]]
    return span
