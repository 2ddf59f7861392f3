"""Features of the DOMs with non-auxiliary light: how charge and time are spread over them."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from reco_core.icecube.classification.containment import BOTTOM_Z_M, SIDE_STRINGS, TOP_Z_M
from reco_core.icecube.detector import (
    DUST_LAYER_M,
    FIRST_DEEPCORE_STRING,
    OMS_PER_STRING,
)
from reco_core.icecube.features_row import (
    AXES,
    FEWER_THAN,
    NON_AUXILIARY,
    NOTEBOOK,
    OURS,
    Feature,
    share,
)

CHARGE, FIRST = pl.col("charge_pe"), pl.col("first_ns")
STRING = pl.col("sensor_id") // OMS_PER_STRING + 1
DISTANCE = pl.col("from_brightest_m")
DURATION = pl.col("last_ns") - FIRST

NO_LIGHT: Final = FEWER_THAN[NON_AUXILIARY][0]
NO_CHARGE: Final = "no non-auxiliary pulse has charge"

CORRELATED: Final = ("late", "distant", "high")  # first time, distance from the brightest, z
LEAST_SQUARED: Final = 1e-6  # ns2 or m2: less is rounding

PLACES: Final = (  # key, where in words, which DOMs
    ("deepcore", "on the strings of DeepCore", STRING >= FIRST_DEEPCORE_STRING),
    ("side", "on the outermost strings", STRING.is_in(SIDE_STRINGS)),
    ("top", f"above z = {TOP_Z_M:.0f} m", pl.col("z_m") > TOP_Z_M),
    ("bottom", f"below z = {BOTTOM_Z_M:.0f} m", pl.col("z_m") < BOTTOM_Z_M),
    ("dust", "in the dust layer", pl.col("z_m").is_between(*DUST_LAYER_M)),
)


def doms_of(pulses: pl.LazyFrame) -> pl.LazyFrame:
    """One row per lit DOM of each event, in order of event and sensor_id.

    from_brightest_m : distance to the DOM of highest charge; of equal ones to the first.
    late, distant, high : first time, distance and z, less their means over the event's DOMs.
    """
    numbers = (
        *(f"{axis}_m" for axis in AXES), "charge_pe", "first_ns", "last_ns", "from_brightest_m",
        *CORRELATED,
    )  # fmt: skip
    schema = {
        "event": pl.UInt32, "sensor_id": pl.Int16, **dict.fromkeys(numbers, pl.Float64),
        "several": pl.Boolean,
    }  # fmt: skip
    doms = pulses.map_batches(_gathered, schema=pl.Schema(schema))
    return doms.with_columns(pl.col("event").set_sorted())


def _gathered(pulses: pl.DataFrame) -> pl.DataFrame:
    """Pulses in order of event and time, gathered to DOMs."""
    # compiles; not for web workers
    from reco_core.icecube.features_kernel import from_brightest, gather_doms, less_their_means

    event, sensor_id, time, charge = (
        pulses[name].to_numpy() for name in ("event", "sensor_id", "time_ns", "charge_pe")
    )
    row, last, charge, start = gather_doms(event, sensor_id, charge)
    x, y, z = (pulses[f"{axis}_m"].to_numpy()[row] for axis in AXES)
    first_ns, distance = time[row], from_brightest(start, charge, x, y, z)
    correlated = less_their_means(start, np.stack((first_ns, distance, z)))
    return pl.DataFrame(
        {
            "event": event[row], "sensor_id": sensor_id[row], "x_m": x, "y_m": y, "z_m": z,
            "charge_pe": charge, "first_ns": first_ns, "last_ns": time[last],
            "from_brightest_m": distance, **dict(zip(CORRELATED, correlated, strict=True)),
            "several": last > row,
        }
    )  # fmt: skip


def dom_sums() -> tuple[pl.Expr, ...]:
    """What dom_share_features divides."""
    parts = {
        **{f"{key}_pe": CHARGE * inside for key, _, inside in PLACES},
        **{f"pe_{axis}": CHARGE * pl.col(f"{axis}_m") for axis in AXES},
        "pe_distance_squared": CHARGE * DISTANCE**2,
        **{f"squared_{name}": pl.col(name) ** 2 for name in CORRELATED},
        **{f"late_times_{name}": pl.col("late") * pl.col(name) for name in ("distant", "high")},
    }
    sums = (part.sum().alias(name) for name, part in parts.items())
    return (*sums, CHARGE.sort().tail(3).sum().alias("top_3_pe"))


def dom_features() -> tuple[Feature, ...]:
    """The rows of expressions over the DOMs of one event."""
    return (
        Feature("n_doms_non_auxiliary", "", "DOMs lit by the non-auxiliary pulses", pl.len(),
                NOTEBOOK),
        Feature("n_strings_non_auxiliary", "", "strings lit by the non-auxiliary pulses",
                STRING.n_unique(), OURS),
        Feature("brightest_dom_charge_pe", "PE", "charge of the DOM of highest charge",
                CHARGE.max(), OURS, NO_LIGHT),
        Feature("mean_dom_charge_pe", "PE", "mean charge of the lit DOMs", CHARGE.mean(), OURS,
                NO_LIGHT),
        Feature("several_pulses_share", "", "share of lit DOMs with more than one pulse",
                pl.col("several").mean(), OURS, NO_LIGHT),
        Feature("mean_dom_duration_ns", "ns", "mean time from the first to the last pulse of a DOM",
                DURATION.mean(), OURS, NO_LIGHT),
        Feature("max_dom_duration_ns", "ns", "longest time from the first to the last pulse of a "
                "DOM", DURATION.max(), OURS, NO_LIGHT),
    )  # fmt: skip


def dom_share_features() -> tuple[Feature, ...]:
    """Rows over the event: where its charge is."""
    places = tuple(
        Feature(f"charge_share_{key}", "", f"share of charge {where}", _part(f"{key}_pe"), OURS,
                NO_CHARGE)
        for key, where, _ in PLACES
    )  # fmt: skip
    centres = tuple(
        Feature(f"charge_centre_{axis}_m", "m", f"charge-weighted mean {axis}", _part(f"pe_{axis}"),
                OURS, NO_CHARGE)
        for axis in AXES
    )  # fmt: skip
    few = "fewer than 2 DOMs with non-auxiliary light, or all of it at one {}"
    return (
        *places,
        *centres,
        Feature("charge_share_brightest_dom", "", "share of charge on the DOM of highest charge",
                _part("brightest_dom_charge_pe"), OURS, NO_CHARGE),
        Feature("charge_share_top_3_doms", "", "share of charge on the three DOMs of highest "
                "charge", _part("top_3_pe"), OURS, NO_CHARGE),
        Feature("charge_radius_m", "m", "root of the charge-weighted mean squared distance from "
                "the DOM of highest charge", _part("pe_distance_squared").sqrt(), OURS, NO_CHARGE),
        Feature("spread_correlation", "", "correlation of the first time of DOMs with their "
                "distance from the DOM of highest charge; near 1 for light from one point",
                _correlation("distant"), OURS, few.format("time or distance")),
        Feature("depth_correlation", "", "correlation of the first time of DOMs with their z; "
                "positive for light that moves up", _correlation("high"), OURS,
                few.format("time or depth")),
    )  # fmt: skip


def _part(name: str) -> pl.Expr:
    return share(pl.col(name), "charge_pe_non_auxiliary")


def _correlation(name: str) -> pl.Expr:
    """Pearson's, with the time; null where one of the two is the same for all DOMs."""
    product = pl.col("squared_late") * pl.col(f"squared_{name}")
    vary = (pl.col("squared_late") > LEAST_SQUARED) & (pl.col(f"squared_{name}") > LEAST_SQUARED)
    return pl.when(vary).then((pl.col(f"late_times_{name}") / product.sqrt()).clip(-1.0, 1.0))
