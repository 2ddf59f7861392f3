"""Data that are wrong: a message that helps, a server that stays up, a disk untouched."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.app.pages import (
    app_on,
    hrefs,
    message_of,
    opened_page,
)
from tests.app.spoilt import (
    COUNTS,
    batch,
    cut_short,
    file,
    geometry,
    link_to_nothing,
    meta,
    pulses,
    truth,
)
from tests.reco_core.icecube.small_datasets import (
    meta_table,
    pulse_table,
    write_batch,
    write_small,
)


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of everything in a folder."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
    }


BATCH, META, TRUTH = "set/train/batch_1.parquet", "set/train_meta.parquet", "set/truth.parquet"
GEOMETRY = "set/sensor_geometry.csv"

# what is done to the data set; the words that the message about event 41 must have
BAD_DATA = {
    "truncated": (cut_short, [BATCH, "cannot be read", "may be truncated"]),
    "not parquet": (file("train/batch_1.parquet", "a,b\n"), [BATCH, "Expected a parquet file"]),
    "empty file": (file("train/batch_1.parquet", ""), [BATCH, "Expected a parquet file"]),
    "dangling": (link_to_nothing("train/batch_1.parquet"), [BATCH, "there is no such file"]),
    "no column": (batch(pulses().drop("charge")), [BATCH, "no column 'charge'", "Expected event"]),
    "many columns": (
        batch(pulses().drop("time").with_columns(**{f"c{k}": pl.lit(1) for k in range(99)})),
        [BATCH, "no column 'time'", "and 83 more"],
    ),
    "texts": (
        batch(pulses().cast({"sensor_id": pl.String})),
        [BATCH, "'sensor_id' is String", "expected integer of at most 64 bits"],
    ),
    "categories": (
        batch(pulses().cast({"sensor_id": pl.String}).cast({"sensor_id": pl.Categorical})),
        [BATCH, "'sensor_id' is Categorical", "expected integer"],
    ),
    "dates": (batch(pulses().cast({"time": pl.Duration("ns")})), [BATCH, "'time' is Duration"]),
    "lists": (
        batch(pulses().with_columns(pl.concat_list("charge").alias("charge"))),
        [BATCH, "'charge' is List(Float64)", "expected number"],
    ),
    "flags as numbers": (
        batch(pulses().cast({"auxiliary": pl.Int8})),
        [BATCH, "'auxiliary' is Int8", "expected boolean, true or false"],
    ),
    "unknown sensor": (
        batch(pulses("sensor_id", 5160, pl.Int64)),
        [f"event 41 of {BATCH}", "sensor_id is 5160 at its pulse 3", "expected 0 to 5159"],
    ),
    "NaN charge": (
        batch(pulses("charge", math.nan)),
        [f"event 41 of {BATCH}", "charge is nan", "expected a finite number of PE"],
    ),
    "negative charge": (
        batch(pulses("charge", -0.5)),
        [f"event 41 of {BATCH}", "charge is -0.5", "0 to 1,000,000,000"],
    ),
    "charge beyond all sense": (
        batch(pulses("charge", 1e300)),
        [f"event 41 of {BATCH}", "charge is 1e+300", "0 to 1,000,000,000"],
    ),
    "late": (
        batch(pulses("time", 2**31)),
        [f"event 41 of {BATCH}", "time is 2147483648", "-2147483648 to 2147483647"],
    ),
    "early": (
        batch(pulses("time", -(2**31) - 1)),
        [f"event 41 of {BATCH}", "time is -2147483649", "expected whole ns"],
    ),
    "beyond 64 bits": (
        batch(pulses("time", 2**63, pl.UInt64)),
        [f"event 41 of {BATCH}", "time is missing", "expected integer of at most 64 bits"],
    ),
    "id beyond 64 bits": (
        batch(pulses("event_id", 2**63 + 9, pl.UInt64)),
        [BATCH, "event_id is 9223372036854775817 in row 9", "within 64 bits"],
    ),
    "no pulses": (
        lambda folder: (
            write_batch(folder, pulse_table({24: 6})),
            meta_table({24: 6, 41: 0}).write_parquet(folder / "train_meta.parquet"),
        ),
        [f"event 41 of {BATCH} has no pulses", "needs at least one"],
    ),
    "no rows": (batch(pulses().clear()), ["No event 41 in data set 'set'", "none"]),
    "unknown event": (
        lambda folder: write_small(folder, {24: 6, 99: 2}),
        ["No event 41 in data set 'set'", "24 and 99"],
    ),
    "zenith": (
        meta(pl.lit(3.2).alias("zenith")),
        [META, "zenith of event 24 is 3.2", "0 to pi rad"],
    ),
    "meta ids": (
        meta(pl.lit(2**63, pl.UInt64).alias("event_id")),
        [META, "event_id is missing in row 0, or beyond 64 bits", "in every row"],
    ),
    "meta places": (
        meta(pl.when(pl.col("event_id") == 24).then("last_pulse_index").alias("last_pulse_index")),
        [META, "last_pulse_index is missing for event 41", "in every row"],
    ),
    "meta dangling": (link_to_nothing("train_meta.parquet"), [META, "there is no such file"]),
    "kind": (
        truth(direction_kind=["guess"]),
        [TRUTH, "direction_kind of event 41 is 'guess'", "'true' or 'reference'"],
    ),
    "vertex": (truth(vertex_x_m=[1e300]), [TRUTH, "vertex_x_m of event 41 is 1e+300", "in m"]),
    "mjd": (truth(mjd=[-1e300]), [TRUTH, "mjd of event 41 is -1e+300", "Julian date"]),
    "name of bytes": (truth(name=[b"\xff"]), [TRUTH, "'name' is Binary", "expected texts"]),
    "name of lists": (truth(name=[["a"]]), [TRUTH, "'name' is List(String)", "expected texts"]),
    "truth id": (
        lambda folder: (
            write_small(folder, COUNTS),
            pl.DataFrame({"event_id": [41.5]}).write_parquet(folder / "truth.parquet"),
        ),
        [TRUTH, "'event_id' is Float64", "expected integers"],
    ),
    "truth dangling": (link_to_nothing("truth.csv"), ["set/truth.csv", "there is no such file"]),
    "semicolons": (
        file("truth.csv", "event_id;name\n41;A\n"),
        ["set/truth.csv", "no column 'event_id'", "'event_id;name'", "Expected a table"],
    ),
    "5159 sensors": (
        geometry(lambda lines: lines[:-1]),
        [GEOMETRY, "sensor_id 5159 is listed 0 times", "each of 0 to 5159 once"],
    ),
    "no place": (
        geometry(lambda lines: [*lines[:5], "4,nan,0,0", *lines[6:]]),
        [GEOMETRY, "line 6", "x is 'nan'", "a finite number in m"],
    ),
    "far place": (
        geometry(lambda lines: [*lines[:5], "4,0,1e300,0", *lines[6:]]),
        [GEOMETRY, "line 6", "y is '1e300'", "at most 1,000,000"],
    ),
    "geometry dangling": (link_to_nothing("sensor_geometry.csv"), [GEOMETRY, "no such file"]),
}


@pytest.mark.parametrize(("spoil", "words"), BAD_DATA.values(), ids=BAD_DATA)
def test_bad_data_is_told_and_left_alone(
    tmp_path: Path, spoil: Callable[[Path], object], words: list[str]
) -> None:
    spoil(tmp_path / "set")
    before = files_of(tmp_path / "set")
    app = app_on(tmp_path / "set")
    for _ in ("at first", "after the failure was recorded"):
        message = message_of(app, "/event/set/41")
        assert all(word in message for word in words), message
    assert files_of(tmp_path / "set") == before
    assert app.server.test_client().get("/health").status_code == 200


def test_one_bad_event_leaves_a_way_on(tmp_path: Path) -> None:
    write_batch(tmp_path / "set", pulses("charge", math.nan))
    page = opened_page(app_on(tmp_path / "set"), "/event/set/41")
    assert page["previous.href"] == "/event/set/24"
    assert page["next.href"] == "/event/set"
    assert page["random.href"] in ("/event/set/24", "/event/set/41")


def test_a_bad_first_event_leaves_a_way_on(tmp_path: Path) -> None:
    write_batch(tmp_path / "set", pulse_table(COUNTS).with_columns(
        pl.when(pl.col("event_id") == 24).then(-1.0).otherwise("charge").alias("charge")
    ))  # fmt: skip
    page = opened_page(app_on(tmp_path / "set"), "/")
    assert "charge is -1.0" in page["event.data"]["error"]
    assert page["next.href"] == "/event/set/41"


def test_a_bad_data_set_hides_no_other(tmp_path: Path) -> None:
    cut_short(tmp_path / "all" / "broken")
    write_small(tmp_path / "all" / "good", COUNTS)
    app = app_on(tmp_path / "all")
    broken, good = app.server.test_client().get("/api/v1/datasets").json
    assert (broken["key"], broken["first_event_id"]) == ("broken", None)
    assert "may be truncated" in broken["error"]
    assert (good["key"], good["first_event_id"], good["error"]) == ("good", 24, None)
    assert hrefs(opened_page(app, "/")["dataset-menu.children"]) == ["/event/broken", "/event/good"]
