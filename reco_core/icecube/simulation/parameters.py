"""The free parameters of the simulation: value, the range that published physics allows, reason.

Values were fitted to the published distributions of the competition's data (docs/simulation.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from reco_core.compiled import flat


class Parameters(NamedTuple):
    """One value for each row of FREE."""

    track_light: float
    cascade_light: float
    track_scattering: float
    cascade_scattering: float
    pandel_time_ns: float
    anisotropy: float
    late_share: float
    afterpulses_per_pe: float
    afterpulse_ns: float
    thermal_hz: float
    burst_hz: float
    burst_extra_hits: float
    burst_more_pe: float
    pulse_width_ns: float
    late_pulse_width_ns: float
    width_power: float
    split_share: float
    saturation_pe_per_ns: float
    low_charge_share: float
    low_charge_pe: float
    charge_peak_pe: float
    charge_spread_pe: float
    soft_share: float
    soft_index: float
    hard_index: float
    muon_neutrino_share: float
    zenith_slope: float
    vertex_radius_m: float
    vertex_height_m: float
    generation_radius_m: float
    coincidence: float
    coincidence_span_ns: float
    bundle_power: float
    bundle_softness: float
    bundle_radius_m: float


@dataclass(frozen=True)
class Free:
    """A free parameter. low, high : what published physics allows.  why : meaning and source."""

    value: float
    low: float
    high: float
    why: str


FREE: Final[dict[str, Free]] = {
    # Light.
    "track_light": Free(
        0.82,
        0.6,
        1.0,
        "share of PPC's light of muons; PPC's own files use 0.9, glass and cable less",
    ),
    "cascade_light": Free(
        0.53, 0.45, 1.0, "same for cascades; the recorded PeV cascade of 2012 asks for about 0.5"
    ),
    "track_scattering": Free(
        1.6, 1.1, 2.2, "Pandel's length in effective scattering lengths (33.3 m at 24 m is 1.4)"
    ),
    "cascade_scattering": Free(1.6, 1.4, 2.2, "same for cascades (47 m at 24 m is 2.0)"),
    "pandel_time_ns": Free(450.0, 450.0, 557.0, "Pandel's time: point sources 450, muons 557 ns"),
    "anisotropy": Free(
        0.08, 0.05, 0.13, "of scattering and absorption along the flow (arXiv:1301.5361)"
    ),
    "late_share": Free(0.035, 0.02, 0.06, "photo-electrons with a late pulse (arXiv:1002.2442)"),
    "afterpulses_per_pe": Free(
        0.084, 0.04, 0.10, "0.06 measured up to 11 us (arXiv:1002.2442), more when all are counted"
    ),
    "afterpulse_ns": Free(6000.0, 5500.0, 6500.0, "mean delay (arXiv:1612.05093)"),
    # Noise: 560 Hz with the rest after each launch, of which 230 to 250 Hz are not correlated.
    "thermal_hz": Free(238.0, 230.0, 250.0, "uncorrelated hits of a standard DOM"),
    "burst_hz": Free(240.0, 200.0, 300.0, "bursts of correlated hits"),
    "burst_extra_hits": Free(
        1.23, 0.5, 3.0, "hits of a burst after its first; many fall into rest"
    ),
    "burst_more_pe": Free(
        0.045, 0.0, 0.1, "chance of one more photo-electron at once: decays in the glass make light"
    ),
    # Read-out.
    "pulse_width_ns": Free(
        12.5,
        6.0,
        14.0,
        "least distance of pulses of 1 PE in the first 420 ns (sample events: 5-13)",
    ),
    "late_pulse_width_ns": Free(62.0, 35.0, 70.0, "same afterwards (sample events: 44-69)"),
    "width_power": Free(
        0.235, 0.1, 0.3, "fall of that distance with charge (recorded PeV cascade)"
    ),
    "split_share": Free(0.12, 0.0, 0.2, "pulses stored as two, a few ns apart"),
    "saturation_pe_per_ns": Free(
        52.0, 50.0, 150.0, "largest current (60 in the recorded PeV cascade's brightest DOM)"
    ),
    "low_charge_share": Free(0.17, 0.15, 0.5, "badly amplified photo-electrons (arXiv:2002.00997)"),
    "low_charge_pe": Free(0.42, 0.3, 0.7, "mean of their exponential"),
    "charge_peak_pe": Free(0.95, 0.9, 1.05, "peak of the others: 1 by calibration"),
    "charge_spread_pe": Free(0.30, 0.25, 0.35, "width of that peak (arXiv:2002.00997)"),
    # Neutrinos. What the competition's generator used is not published: spectrum and shares are
    # free, and stand for it.
    "soft_share": Free(0.891, 0.6, 0.95, "interactions with the softer of two power laws"),
    "soft_index": Free(2.07, 1.8, 2.4, "its index, near the usual E**-2 of generators"),
    "hard_index": Free(1.2, 1.0, 1.6, "index of the harder one, near the E**-1.5 of others"),
    "muon_neutrino_share": Free(
        0.75, 0.33, 0.8, "interactions with a muon; more than a third, for muons come from afar"
    ),
    "zenith_slope": Free(0.16, 0.0, 0.2, "excess of directions from above at generation"),
    "vertex_radius_m": Free(725.0, 600.0, 900.0, "neutrinos whose line is farther are not seen"),
    "vertex_height_m": Free(700.0, 550.0, 900.0, "half height of the volume of cascades"),
    "generation_radius_m": Free(
        1800.0, 1000.0, 3000.0, "farthest neutrinos; with a muon they fill half of the events"
    ),
    # Atmospheric muons.
    "coincidence": Free(
        0.129, 0.05, 0.2, "frames with a muon: 2.7 kHz in 21 us is 0.057; a third of ours trigger"
    ),
    "coincidence_span_ns": Free(21_200.0, 15_000.0, 30_000.0, "in which both can be read out"),
    "bundle_power": Free(1.93, 1.8, 3.5, "number of muons, k**-power (MUPAGE, arXiv:0802.0562)"),
    "bundle_softness": Free(
        3.8, 1.0, 4.0, "power of the cumulative share for further muons: softer than the first"
    ),
    "bundle_radius_m": Free(
        25.0, 5.0, 30.0, "mean distance of further muons (soft ones: tens of m)"
    ),
}


@cache
def parameters() -> Parameters:
    """The values in use."""
    return flat(Parameters(**{name: float(row.value) for name, row in FREE.items()}))
