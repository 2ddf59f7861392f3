"""The table of event features: one row per event, as one lazy plan over a batch.

The columns are those of the network of the notebook "pytorch linear solution" of
MiMakh/ice_cube_kaggle, and what a physicist asks of an event; docs/features.md names each.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from reco_core.icecube.detector import Detector, builtin_detector
from reco_core.icecube.features_axes import axes_of, axis_features, line_features
from reco_core.icecube.features_doms import (
    dom_features,
    dom_share_features,
    dom_sums,
    doms_of,
)
from reco_core.icecube.features_pulses import (
    LISTS,
    pulse_features,
    pulse_lists,
    rank_features,
    share_features,
)
from reco_core.icecube.features_row import (
    ALL,
    AXES,
    NON_AUXILIARY,
    OURS,
    SELECTIONS,
    Feature,
    share,
)
from reco_core.icecube.pulse_batch import PulseBatch, pack
from reco_core.units import SPEED_OF_LIGHT

EVENT: Final = "event"


class _Plan(NamedTuple):
    """The expressions of each step, made once: there are hundreds. needed : columns on the way."""

    of_pulses: dict[str, list[pl.Expr]]
    of_ranks: dict[str, list[pl.Expr]]
    of_doms: list[pl.Expr]
    of_events: list[pl.Expr]
    of_ratios: list[pl.Expr]
    finished: list[pl.Expr]
    needed: frozenset[str]


@cache
def feature_groups() -> dict[str, tuple[Feature, ...]]:
    """Every column by what it is made of, in the order of the table."""
    pulses = (pulse_features(selection) for selection in SELECTIONS)
    ranks = (rank_features(selection) for selection in SELECTIONS)
    return {
        "Pulses": (*chain(*pulses), *share_features()),
        "Places by time and by charge": (*chain(*ranks),),
        "Principal axes": axis_features(),
        "Line fit": line_features(),
        "DOMs, of the non-auxiliary light": (*dom_features(), *dom_share_features(), *_ratios()),
    }


def all_features() -> tuple[Feature, ...]:
    """Every column in the order of the table."""
    return tuple(chain(*feature_groups().values()))


@cache
def _plan(columns: tuple[str, ...] | None) -> _Plan:
    """The plan of these columns, in their order; of all for None."""
    ranks = {s: [*_named(rank_features(s))] for s in SELECTIONS}
    events, ratios = [*_named(_of_events())], [*_named(_ratios())]
    rows = {row.name: row for row in all_features()}
    wanted = tuple(rows) if columns is None else columns
    needed = _needed(wanted, (ratios, events, [*chain(*ranks.values())]))

    def of(expressions: Iterable[pl.Expr]) -> list[pl.Expr]:
        return [one for one in expressions if one.meta.output_name() in needed]

    return _Plan(
        {s: of((*_named(pulse_features(s)), *pulse_lists(s))) for s in SELECTIONS},
        {s: of(ranks[s]) for s in SELECTIONS},
        of((*_named(dom_features()), *dom_sums())),
        of(events),
        of(ratios),
        [rows[name].finished for name in wanted],
        needed,
    )


def _needed(wanted: Iterable[str], steps: Iterable[list[pl.Expr]]) -> frozenset[str]:
    """The columns wanted, and those that they are made of. steps : the last first."""
    found = set(wanted)
    for step in steps:
        for one in step:
            if one.meta.output_name() in found:
                found.update(one.meta.root_names())
    return frozenset(found)


def _named(rows: Iterable[Feature]) -> Iterable[pl.Expr]:
    return (row.named for row in rows)


def features(
    batch: PulseBatch, detector: Detector, columns: tuple[str, ...] | None = None
) -> pl.LazyFrame:
    """One row per event in the order of the batch, one column per row of all_features.

    Nothing is NaN: where a number is missing it is null, for the reason that its row gives.
    columns : those that are wanted, in their order, which takes less time; None for all.
    """
    plan, pulses = _plan(columns), _pulses(batch, detector)
    light = pulses.filter(~pl.col("auxiliary"))
    events = pl.LazyFrame({EVENT: np.arange(batch.n_events, dtype=np.uint32)})
    for part in (
        _of_selection(plan, pulses, ALL),
        _of_selection(plan, light, NON_AUXILIARY),
        _by_event(doms_of(light), plan.of_doms),
    ):
        events = events.join(part, on=EVENT, how="left", maintain_order="left")
    return (
        pl.concat([events, axes_of(pulses, batch.n_events, plan.needed)], how="horizontal")
        .with_columns(plan.of_events)
        .with_columns(plan.of_ratios)
        .select(plan.finished)
    )


def load() -> None:
    """Compile, or read what was compiled before."""
    features(pack([]), builtin_detector()).collect()


def _of_selection(plan: _Plan, pulses: pl.LazyFrame, selection: str) -> pl.LazyFrame:
    summed = _by_event(pulses, plan.of_pulses[selection])
    lists = {f"{name}_{selection}" for name in LISTS} & plan.needed
    return summed.with_columns(plan.of_ranks[selection]).drop(lists)


def _pulses(batch: PulseBatch, detector: Detector) -> pl.LazyFrame:
    """One row per pulse: what it is, where it is, and when in its event.

    in_window : nearer in time to the pulse of highest charge than light at c takes through the box
    around the array.  since_peak_ns : time since then.
    """
    places = np.ascontiguousarray(detector.position_m.T)  # (3, 5160)
    event = np.repeat(np.arange(batch.n_events, dtype=np.uint32), batch.n_pulses)
    columns = {
        EVENT: event,
        "sensor_id": batch.sensor_id,
        "time_ns": batch.time_ns,
        "charge_pe": batch.charge_pe,
        "auxiliary": batch.auxiliary,
        **{f"{axis}_m": place[batch.sensor_id] for axis, place in zip(AXES, places, strict=True)},
    }
    length_ns = float(np.linalg.norm(np.ptp(detector.position_m, axis=0))) / SPEED_OF_LIGHT
    time = pl.col("time_ns")
    peak_ns = time.get(pl.col("charge_pe").arg_max()).over(EVENT)
    return (
        pl.LazyFrame(columns)
        .with_columns(pl.col(EVENT).set_sorted())
        .with_columns(since_peak_ns=time - peak_ns)
        .with_columns(in_window=pl.col("since_peak_ns").abs() < length_ns)
    )


def _by_event(rows: pl.LazyFrame, expressions: list[pl.Expr]) -> pl.LazyFrame:
    return rows.group_by(EVENT, maintain_order=True).agg(expressions)


def _of_events() -> tuple[Feature, ...]:
    return (*line_features(), *share_features(), *dom_share_features())


def _ratios() -> tuple[Feature, ...]:
    """Rows over the event that are made of other columns."""
    none = "no non-auxiliary pulse"
    radius = (pl.col("earliest_1_x_m_non_auxiliary") ** 2
              + pl.col("earliest_1_y_m_non_auxiliary") ** 2).sqrt()  # fmt: skip
    step = sum((pl.col(f"step_{axis}_m") ** 2 for axis in AXES), pl.lit(0.0)).sqrt()
    return (
        Feature("doms_per_string", "", "lit DOMs per lit string, of the non-auxiliary light",
                share(pl.col("n_doms_non_auxiliary"), "n_strings_non_auxiliary"), OURS, none),
        Feature("first_light_radius_m", "m", "distance of the DOM of the first non-auxiliary pulse "
                "from the z axis, the middle of the array", radius, OURS, none),
        Feature("step_speed_m_per_ns", "m/ns", "length of the step from the first quarter of the "
                "non-auxiliary pulses to the last, over its time",
                step / pl.when(pl.col("step_ns") > 0).then(pl.col("step_ns")), OURS,
                "the first and the last quarter are at one time"),
    )  # fmt: skip
