"""Features that are sums, means and ranks of an event's pulses, and those of its DOMs."""

from __future__ import annotations

from typing import Final

import polars as pl

from reco_core.icecube.detector import OMS_PER_STRING
from reco_core.icecube.features_row import (
    ALL,
    AXES,
    FEWER_THAN,
    NON_AUXILIARY,
    NOTEBOOK,
    OURS,
    PULSES,
    SELECTIONS,
    Feature,
    share,
)

TIME, CHARGE = pl.col("time_ns"), pl.col("charge_pe")
LIGHT: Final = "charge_pe_non_auxiliary"
QUARTER: Final = (pl.len() // 4).clip(1)  # pulses, as for svd_axis

NO_CHARGE: Final = "no non-auxiliary pulse has charge"

RANKED: Final = {  # the list it is in, from its end, and in words
    "earliest": ("earliest", False, "pulse in order of time"),
    "latest": ("latest", True, "last pulse in order of time"),
    "brightest": ("by_charge", False,
                  "pulse from the highest charge down; of equal charges the earlier"),
    "faintest": ("by_charge", True, "pulse from the lowest charge up; of equal charges the later"),
}  # fmt: skip
LISTS: Final = ("earliest", "latest", "by_charge")
ORDINALS: Final = ("first", "second", "third")


def pulse_features(selection: str) -> tuple[Feature, ...]:
    """The rows of expressions over the pulses of one event, of all or the non-auxiliary ones."""
    of, none = PULSES[selection], FEWER_THAN[selection][0]
    medians = tuple(
        Feature(f"median_{axis}_m", "m", f"median {axis} of {of}", pl.col(f"{axis}_m").median(),
                NOTEBOOK, none)
        for axis in AXES
    )  # fmt: skip
    middle = f"time from the {{}} to the {{}} percentile of {of}"
    rows = (
        *medians,
        Feature("mean_time_ns", "ns", f"mean time of {of}, since the event's first pulse",
                TIME.mean(), NOTEBOOK, none),
        Feature("last_time_ns", "ns", f"time of the last of {of}, since the event's first pulse",
                TIME.last(), NOTEBOOK, none),
        Feature("min_charge_pe", "PE", f"lowest charge of {of}", CHARGE.min(), NOTEBOOK, none),
        Feature("max_charge_pe", "PE", f"highest charge of {of}", CHARGE.max(), NOTEBOOK, none),
        Feature("charge_pe", "PE", f"sum of charge of {of}", CHARGE.sum(), NOTEBOOK),
        Feature("n_pulses", "", f"number of {of}", pl.len(), NOTEBOOK),
        Feature("time_spread_ns", "ns", f"standard deviation of the time of {of}",
                TIME.std(ddof=0), OURS, none),
        Feature("duration_50_ns", "ns", middle.format("25th", "75th"),
                _time_at(3, 4) - _time_at(1, 4), OURS, none),
        Feature("duration_80_ns", "ns", middle.format("10th", "90th"),
                _time_at(9, 10) - _time_at(1, 10), OURS, none),
    )  # fmt: skip
    named = tuple(row._replace(name=f"{row.name}_{selection}") for row in rows)
    return named + (_of_all() if selection == ALL else _of_the_light())


def _time_at(share: int, of: int) -> pl.Expr:
    """Time of the pulse before which share / of of the others lie: they are in order of time."""
    return TIME.get((pl.len() - 1) * share // of)


def _of_all() -> tuple[Feature, ...]:
    sensor = pl.col("sensor_id")
    return (
        Feature("n_doms_all", "", "DOMs lit by all pulses", sensor.n_unique(), NOTEBOOK),
        Feature("n_strings_all", "", "strings lit by all pulses",
                (sensor // OMS_PER_STRING).n_unique(), OURS),
    )  # fmt: skip


def _of_the_light() -> tuple[Feature, ...]:
    """Features of the non-auxiliary pulses alone, so without saying so in their names."""
    none = FEWER_THAN[NON_AUXILIARY][0]
    quarters = "of the last quarter of the non-auxiliary pulses in time less that of the first"
    steps = tuple(
        Feature(f"step_{axis}_m", "m", f"mean {axis} {quarters}", _step(pl.col(f"{axis}_m")),
                "svd_axis", none)
        for axis in AXES
    )  # fmt: skip
    return (
        Feature("first_time_ns", "ns", "time of the first non-auxiliary pulse, since the event's "
                "first pulse", TIME.first(), OURS, none),
        *steps,
        Feature("step_ns", "ns", f"mean time {quarters}", _step(TIME), OURS, none),
    )  # fmt: skip


def _step(values: pl.Expr) -> pl.Expr:
    return values.tail(QUARTER).mean() - values.head(QUARTER).mean()


def pulse_lists(selection: str) -> tuple[pl.Expr, ...]:
    """What share_features and rank_features are made of.

    The places of the first and last three pulses in time, and of all in order of charge.
    """
    place = pl.struct(f"{axis}_m" for axis in AXES)
    by_charge = place.sort_by(CHARGE, descending=True, maintain_order=True)
    lists = (
        place.head(3).alias(f"earliest_{selection}"),
        place.tail(3).alias(f"latest_{selection}"),
        by_charge.alias(f"by_charge_{selection}"),
    )
    if selection == ALL:
        return lists
    first, last = CHARGE.head(QUARTER).sum(), CHARGE.tail(QUARTER).sum()
    return *lists, first.alias("first_quarter_pe"), last.alias("last_quarter_pe")


def rank_features(selection: str) -> tuple[Feature, ...]:
    """Places of the first three pulses by time and by charge: rows over the event."""
    return tuple(
        Feature(
            f"{order}_{rank + 1}_{axis}_m_{selection}",
            "m",
            f"{axis} of the {ORDINALS[rank]} {words}, of {PULSES[selection]}",
            pl.col(f"{column}_{selection}")
            .list.get(-1 - rank if backwards else rank, null_on_oob=True)
            .struct.field(f"{axis}_m"),
            NOTEBOOK,
            FEWER_THAN[selection][rank],
        )
        for order, (column, backwards, words) in RANKED.items()
        for rank in range(3)
        for axis in AXES
    )


def share_features() -> tuple[Feature, ...]:
    """Rows over the event: means of its pulses, parts of their number and charge."""
    n_auxiliary = pl.col("n_pulses_all") - pl.col("n_pulses_non_auxiliary").fill_null(0)
    auxiliary_pe = pl.col("charge_pe_all") - pl.col("charge_pe_non_auxiliary").fill_null(0.0)
    none, quarter = FEWER_THAN[ALL][0], "share of charge in the {} quarter of the pulses in time"
    return (
        *(row for selection in SELECTIONS for row in _means(selection)),
        Feature("n_auxiliary", "", "number of auxiliary pulses", n_auxiliary, NOTEBOOK),
        Feature("auxiliary_share", "", "share of pulses that are auxiliary",
                share(n_auxiliary, "n_pulses_all"), NOTEBOOK, none),
        Feature("auxiliary_charge_share", "", "share of charge in auxiliary pulses",
                share(auxiliary_pe.clip(0.0), "charge_pe_all"), OURS, "no pulse has charge"),
        Feature("window_share", "", "share of pulses nearer in time to the brightest pulse than "
                "light at c takes through the box around the array",
                share(pl.col("n_in_window"), "n_pulses_all"), OURS, none),
        Feature("charge_share_first_quarter", "", quarter.format("first"),
                share(pl.col("first_quarter_pe"), LIGHT), OURS, NO_CHARGE),
        Feature("charge_share_last_quarter", "", quarter.format("last"),
                share(pl.col("last_quarter_pe"), LIGHT), OURS, NO_CHARGE),
    )  # fmt: skip


def _means(selection: str) -> tuple[Feature, ...]:
    of, none, n = PULSES[selection], FEWER_THAN[selection][0], f"n_pulses_{selection}"
    places = tuple(
        Feature(f"mean_{axis}_m_{selection}", "m", f"mean {axis} of {of}",
                share(pl.col(f"sum_{axis}_{selection}"), n), NOTEBOOK, none)
        for axis in AXES
    )  # fmt: skip
    charge = share(pl.col(f"charge_pe_{selection}"), n)
    name, meaning = f"mean_charge_pe_{selection}", f"mean charge of {of}"
    return (*places, Feature(name, "PE", meaning, charge, NOTEBOOK, none))
