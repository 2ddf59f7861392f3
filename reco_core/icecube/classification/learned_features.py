"""What the learned verdict is told of an event, and how each number is said in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from reco_core.icecube import features as event_features
from reco_core.icecube.classification import gridfit
from reco_core.icecube.classification.batch_first_light import first_lights
from reco_core.icecube.classification.learned_line import COLUMNS, along_line
from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.pulse_batch import FloatArray, PulseBatch, kept, pack
from reco_core.icecube.reconstructions import line_fit

MOVES: Final = "how the light moves"
BEGINS: Final = "where it begins"
SPREAD: Final = "how it is spread"
LIGHT: Final = "how much light"
NOISE: Final = "noise"
NAMED: Final = "what it seems to be"  # by another verdict


def _as_it_is(value: float) -> float:
    return value


def _percent(value: float) -> float:
    return 100.0 * value


def _nothing(value: float) -> str:
    return ""


def _from_where(zenith: float) -> str:
    degrees = math.degrees(zenith)
    return ", from above" if degrees < 80 else ", from below" if degrees > 100 else ", near level"


def _beside_c(speed: float) -> str:
    return ", near c" if 0.24 < speed < 0.36 else ", slower than a muon" if speed <= 0.24 else ""


def _up_or_down(step_m: float) -> str:
    return ", so it moves up" if step_m > 30 else ", so it moves down" if step_m < -30 else ""


def _more_like(ratio: float) -> str:
    return (
        ", as of light moving up"
        if ratio > 1.05
        else (", as of light moving down" if ratio < 0.95 else "")
    )


class Told(NamedTuple):
    """One number that the models are told.

    family : numbers that tell of the same thing.  sentence : with the value's place, as for
    str.format.  missing : the sentence where there is none.  shown : the value as it stands in the
    sentence.  note : what it means, put behind.
    """

    name: str
    family: str
    sentence: str
    missing: str
    shown: Callable[[float], float] = _as_it_is
    note: Callable[[float], str] = _nothing

    def said(self, value: float) -> str:
        """Without a full stop."""
        if not math.isfinite(value):
            return self.missing
        return self.sentence.format(self.shown(value)) + self.note(value)


NO_LINE: Final = "No line can be fitted"
NOT_NEAR: Final = "No light near the fitted line"
NO_LIGHT: Final = "No non-auxiliary pulse"
ONE_PLACE: Final = "Fewer than 2 DOMs have non-auxiliary light"

TOLD: Final = (
    Told("line_zenith", MOVES, "The fitted line comes from zenith {:.0f} degrees", NO_LINE,
         math.degrees, _from_where),
    Told("line_speed_m_per_ns", MOVES, "The light moves at {:.2f} m/ns", NO_LINE,
         note=_beside_c),
    Told("gridfit_ratio", MOVES, "GridFit ratio {:.2f}", ONE_PLACE, note=_more_like),
    Told("step_z_m", MOVES, "The last light is {:+.0f} m in z from the first", NO_LIGHT,
         note=_up_or_down),
    Told("step_speed_m_per_ns", MOVES, "From first to last light {:.2f} m/ns",
         "First and last light at one time"),
    Told("wpca_zenith_non_auxiliary", MOVES,
         "The principal axis comes from zenith {:.0f} degrees", "No principal axis",
         math.degrees, _from_where),
    Told("wpca_steep_zenith_non_auxiliary", MOVES,
         "The axis of the light near the brightest comes from zenith {:.0f} degrees",
         "No principal axis near the brightest light", math.degrees, _from_where),
    Told("depth_correlation", MOVES, "Time and height go together by {:+.2f}", ONE_PLACE),
    Told("spread_correlation", MOVES,
         "Time and distance from the brightest DOM go together by {:+.2f}", ONE_PLACE),
    Told("line_delay_ns", MOVES, "Light is off the time of the line by {:.0f} ns on average",
         NO_LINE),
    Told("line_early_share", MOVES, "{:.0f} % of DOMs are lit before the line can light them",
         NO_LINE, _percent),
    Told("line_near_share", MOVES, "{:.0f} % of DOMs are lit as by a muon on the line", NO_LINE,
         _percent),
    Told("line_near_charge_share", MOVES, "{:.0f} % of charge is as of a muon on the line",
         NO_LINE, _percent),
    Told("earliest_1_z_m_non_auxiliary", BEGINS, "The first light is at z = {:.0f} m", NO_LIGHT),
    Told("earliest_2_z_m_non_auxiliary", BEGINS, "The second pulse is at z = {:.0f} m",
         "Only one non-auxiliary pulse"),
    Told("first_light_radius_m", BEGINS, "The first light is {:.0f} m from the middle", NO_LIGHT),
    Told("line_first_z_m", BEGINS, "Light along the line begins at z = {:.0f} m", NOT_NEAR),
    Told("line_entry_z_m", BEGINS, "The line enters the array at z = {:.0f} m", NOT_NEAR),
    Told("line_dark_before_m", BEGINS, "The line is dark for {:.0f} m before the first light",
         NOT_NEAR),
    Told("line_dark_after_m", BEGINS, "The line is dark for {:.0f} m after the last light",
         NOT_NEAR),
    Told("line_dark_doms_before", BEGINS, "Dark DOMs beside the line before the first light: "
         "as much as {:.1f} on it", NOT_NEAR),
    Told("line_dark_doms_after", BEGINS, "Dark DOMs beside the line after the last light: as much "
         "as {:.1f} on it", NOT_NEAR),
    Told("line_chord_m", BEGINS, "The line goes through {:.0f} m of the array", NOT_NEAR),
    Told("line_closest_m", BEGINS, "The line passes the centre at {:.0f} m", NO_LINE),
    Told("charge_share_top", BEGINS, "{:.0f} % of charge is at the top of the array",
         "No non-auxiliary charge", _percent),
    Told("charge_share_side", BEGINS, "{:.0f} % of charge is on the outermost strings",
         "No non-auxiliary charge", _percent),
    Told("charge_share_deepcore", BEGINS, "{:.0f} % of charge is on DeepCore",
         "No non-auxiliary charge", _percent),
    Told("hardness_non_auxiliary", BEGINS, "The rule of the first light gives a hardness of {:.2f}",
         "Fewer than 2 non-auxiliary pulses"),
    Told("median_z_m_non_auxiliary", BEGINS, "Half of the light is above z = {:.0f} m", NO_LIGHT),
    Told("charge_centre_z_m", BEGINS, "The centre of the charge is at z = {:.0f} m",
         "No non-auxiliary charge"),
    Told("pca_extent_m_non_auxiliary", SPREAD, "The light spreads over {:.0f} m along its axis",
         NO_LIGHT),
    Told("pca_linearity_non_auxiliary", SPREAD, "The light is {:.0f} % a line", ONE_PLACE,
         _percent),
    Told("charge_radius_m", SPREAD, "The charge is {:.0f} m around the brightest DOM",
         "No non-auxiliary charge"),
    Told("charge_share_top_3_doms", SPREAD, "{:.0f} % of charge is on the three brightest DOMs",
         "No non-auxiliary charge", _percent),
    Told("charge_share_brightest_dom", SPREAD, "{:.0f} % of charge is on the brightest DOM",
         "No non-auxiliary charge", _percent),
    Told("doms_per_string", SPREAD, "{:.1f} DOMs are lit per string", NO_LIGHT),
    Told("n_strings_non_auxiliary", SPREAD, "{:.0f} strings have light", NO_LIGHT),
    Told("n_doms_non_auxiliary", SPREAD, "{:.0f} DOMs have light", NO_LIGHT),
    Told("line_away_m", SPREAD, "Lit DOMs are {:.0f} m from the line on average", NO_LINE),
    Told("line_charge_away_m", SPREAD, "The charge is {:.0f} m from the line on average",
         NO_LINE),
    Told("line_length_m", SPREAD, "The line has light over {:.0f} m", NOT_NEAR),
    Told("line_charge_length_m", SPREAD, "The charge is spread by {:.0f} m along the line",
         NOT_NEAR),
    Told("line_charge_place", SPREAD,
         "The charge left the line at {:.2f} of the way from first to last light", NOT_NEAR),
    Told("line_lit_share", SPREAD, "{:.0f} % of DOMs beside the line are lit between first and "
         "last light", NOT_NEAR, _percent),
    Told("charge_share_first_quarter", SPREAD, "{:.0f} % of charge is in the first quarter of the "
         "pulses", "No non-auxiliary charge", _percent),
    Told("charge_share_last_quarter", SPREAD, "{:.0f} % of charge is in the last quarter of the "
         "pulses", "No non-auxiliary charge", _percent),
    Told("charge_pe_non_auxiliary", LIGHT, "{:,.0f} PE of non-auxiliary light", NO_LIGHT),
    Told("n_pulses_non_auxiliary", LIGHT, "{:,.0f} non-auxiliary pulses", NO_LIGHT),
    Told("mean_dom_charge_pe", LIGHT, "{:.1f} PE per lit DOM", NO_LIGHT),
    Told("brightest_dom_charge_pe", LIGHT, "{:,.1f} PE on the brightest DOM", NO_LIGHT),
    Told("max_charge_pe_non_auxiliary", LIGHT, "{:,.1f} PE in the brightest pulse", NO_LIGHT),
    Told("line_charge_per_m", LIGHT, "{:.2f} PE per metre of the line", NOT_NEAR),
    Told("several_pulses_share", LIGHT, "{:.0f} % of lit DOMs have more than one pulse", NO_LIGHT,
         _percent),
    Told("mean_dom_duration_ns", LIGHT, "DOMs see light for {:.0f} ns on average", NO_LIGHT),
    Told("max_dom_duration_ns", LIGHT, "One DOM sees light for {:,.0f} ns", NO_LIGHT),
    Told("duration_50_ns_non_auxiliary", LIGHT, "The middle half of the light takes {:,.0f} ns",
         NO_LIGHT),
    Told("duration_80_ns_non_auxiliary", LIGHT, "The middle four fifths of the light take "
         "{:,.0f} ns", NO_LIGHT),
    Told("time_spread_ns_non_auxiliary", LIGHT, "The light is spread by {:,.0f} ns in time",
         NO_LIGHT),
    Told("auxiliary_share", NOISE, "{:.0f} % of pulses are auxiliary", "No pulse", _percent),
    Told("auxiliary_charge_share", NOISE, "{:.0f} % of charge is auxiliary", "No charge",
         _percent),
    Told("n_auxiliary", NOISE, "{:,.0f} auxiliary pulses", "No pulse"),
    Told("first_time_ns", NOISE, "The first light comes {:,.0f} ns after the first pulse",
         NO_LIGHT),
    Told("max_charge_pe_all", NOISE, "{:,.1f} PE in the brightest of all pulses", "No pulse"),
    Told("duration_50_ns_all", NOISE, "The middle half of all pulses takes {:,.0f} ns",
         "No pulse"),
)  # fmt: skip

# What the second model is told, too: the answers of the first.
HARD_TOLD: Final = (
    *TOLD,
    Told("p_track", NAMED, "It is a neutrino's track with {:.0f} % probability", "", _percent),
    Told("p_cascade", NAMED, "It is a cascade with {:.0f} % probability", "", _percent),
    Told("p_muon", NAMED, "It is an atmospheric muon with {:.0f} % probability", "", _percent),
)

NAMES: Final = tuple(row.name for row in TOLD)
HARD_NAMES: Final = tuple(row.name for row in HARD_TOLD)
OF_FIT: Final = ("line_zenith", "line_speed_m_per_ns")
OF_RULES: Final = ("gridfit_ratio", "hardness_non_auxiliary")


@cache
def _of_plan() -> tuple[str, ...]:
    """Columns that the table of event features has."""
    other = {*OF_FIT, *OF_RULES, *COLUMNS}
    return tuple(name for name in NAMES if name not in other)


def told_numbers(batch: PulseBatch, detector: Detector) -> np.typing.NDArray[np.float32]:
    """(E, len(TOLD)) in the order of TOLD; NaN where an event has no such number."""
    columns = _numbers(batch, detector)
    return np.column_stack([columns[name] for name in NAMES]).astype(np.float32)


def _numbers(batch: PulseBatch, detector: Detector) -> dict[str, FloatArray]:
    fits = line_fit.fit(batch, detector)
    table = event_features.features(batch, detector, _of_plan()).cast(pl.Float64).collect()
    lights = first_lights(kept(batch, ~batch.auxiliary), detector)
    return {
        **{name: table[name].to_numpy() for name in table.columns},
        **dict(zip(COLUMNS, along_line(fits, batch, detector).T, strict=True)),
        "line_zenith": fits.zenith,
        "line_speed_m_per_ns": fits.speed_m_per_ns,
        "gridfit_ratio": gridfit.gridfit_ratio(batch, detector),
        "hardness_non_auxiliary": lights.hardness,
    }


def load() -> None:
    """Compile, or read what was compiled before."""
    told_numbers(pack([]), builtin_detector())
