"""Data that are unusual, but good: other kinds of parquet, extreme events, odd names."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.app.pages import (
    app_on,
    drawn,
    opened_page,
    texts,
)
from tests.app.spoilt import (
    COUNTS,
    file,
    meta,
    pulses,
    truth,
)
from tests.reco_core.icecube.small_datasets import (
    pulse_table,
    write_batch,
    write_small,
)


def arrow(**options: Any) -> Callable[[Path], object]:
    return lambda path: pq.write_table(pulse_table(COUNTS).to_arrow(), path, **options)


def dictionary_typed(path: Path) -> None:
    table = pulse_table(COUNTS).to_arrow()
    coded = table["sensor_id"].cast(pa.int32()).dictionary_encode()
    pq.write_table(table.set_column(1, "sensor_id", coded), path)


def pandas_index(name: str | None) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        frame = pulse_table(COUNTS).to_pandas().set_index("event_id")
        frame.index.name = name
        frame.to_parquet(path)

    return write


def scattered(path: Path) -> None:
    pulse_table(COUNTS).sample(fraction=1, shuffle=True, seed=1).write_parquet(path)


@pytest.mark.parametrize(
    "write",
    [
        *(arrow(compression=name) for name in ("snappy", "zstd", "gzip")),
        arrow(row_group_size=1),
        dictionary_typed,
        pandas_index("event_id"),
        pandas_index(None),
        scattered,
    ],
)  # fmt: skip
def test_any_kind_of_parquet_opens(tmp_path: Path, write: Callable[[Path], object]) -> None:
    path = tmp_path / "set" / "train" / "batch_1.parquet"
    path.parent.mkdir(parents=True)
    write(path)
    page = opened_page(app_on(tmp_path / "set"), "/event/set/41")
    assert (page["event-title.children"], page["event.data"]["n_pulses"]) == ("Event 41", 8)


EDGES = {
    "one pulse": pulse_table({41: 1}),
    "two pulses": pulse_table({41: 2}),
    "auxiliary alone": pulses().with_columns(auxiliary=pl.lit(True)),
    "one time": pulses().with_columns(time=pl.lit(10_000, pl.Int64)),
    "one DOM": pulses().with_columns(sensor_id=pl.lit(7, pl.Int16)),
    "one DOM, one time": pulses().with_columns(
        sensor_id=pl.lit(7, pl.Int16), time=pl.lit(0, pl.Int64)
    ),
    "no charge": pulses().with_columns(charge=pl.lit(0.0)),
    "tiny charge": pulses().with_columns(charge=pl.lit(5e-324)),
    "greatest charge": pulses().with_columns(charge=pl.lit(1e9)),
    "negative times": pulses().with_columns(time=pl.col("time") - 30_000),
    "all of 32 bits": pl.concat([
        pulses("time", -(2**31)), pulses("time", 2**31 - 1).filter(pl.col("event_id") == 41)
    ]),
}  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("frame", EDGES.values(), ids=EDGES)
@pytest.mark.parametrize("indexed", [True, False], ids=["index", "no index"])
def test_extreme_events_open(tmp_path: Path, frame: pl.DataFrame, indexed: bool) -> None:
    write_batch(tmp_path / "set", frame)
    (tmp_path / "file").touch()  # no index can be kept in a file
    app = app_on(tmp_path / "set", tmp_path / ("cache" if indexed else "file"))
    client = app.server.test_client()
    page = opened_page(app, "/event/set/41")
    assert page["event-title.children"] == "Event 41"
    start, end = page["event.data"]["light_range_ns"]
    assert start < end
    drawn_rows = [row for row in page["event.data"]["overlays"] if row["point_m"]]
    assert all(math.isfinite(row["time_ns"]) for row in drawn_rows)
    assert client.get("/api/v1/datasets/set/events/41/pulses.bin").status_code == 200
    assert len(drawn(app, {"dataset": "set", "event_id": 41})) == 4


@pytest.mark.parametrize("change", [
    pl.lit(math.nan).alias("zenith"),
    pl.lit(9, pl.Int64).alias("batch_id"),  # a batch that is not there
    pl.col("first_pulse_index") + 3,
    pl.col("event_id").reverse(),
])  # fmt: skip
def test_a_meta_file_that_is_wrong_about_places_does_no_harm(tmp_path: Path, change) -> None:
    meta(change)(tmp_path / "set")
    app = app_on(tmp_path / "set")
    assert opened_page(app, "/event/set/24")["event.data"]["n_pulses"] == 6
    assert opened_page(app, "/event/set/41")["event.data"]["n_pulses"] == 8


NAMES = {
    "<script>alert(1)</script>\"'&": "<script>alert(1)</script>\"'&",  # a text, so never a tag
    "N" * 10_000: "N" * 99 + "…",
    "two\nlines\tand\0 a \u202etrick": "two lines and a trick",
    " ": "Event 41",
    "../../x": "../../x",
}


@pytest.mark.parametrize(("name", "shown"), NAMES.items())
def test_any_name_is_shown_as_one_line_of_text(tmp_path: Path, name: str, shown: str) -> None:
    truth(name=[name], sentence=[name * 9], event_class=[name])(tmp_path / "set")
    page = opened_page(app_on(tmp_path / "set"), "/event/set/41")
    assert page["event-title.children"] == shown
    assert all(
        len(line) <= 400 and "\n" not in line for line in texts(page["event-sentence.children"])
    )


def test_the_first_of_two_rows_about_an_event_counts(tmp_path: Path) -> None:
    file("truth.csv", "event_id,name\n41,Ernie\n41,Bert\n999,Nobody\n\n")(tmp_path / "set")
    assert opened_page(app_on(tmp_path / "set"), "/event/set/41")["event-title.children"] == "Ernie"


def test_folders_of_any_name_open(tmp_path: Path) -> None:
    names = ["a b", "a_b", "a-b", "日本", "x" * 200, "x" * 201, "q'\"<b>", "%41", "*[a]?", "..."]
    for name in names:
        write_small(tmp_path / "all" / name, COUNTS)
    (tmp_path / "all" / "link").symlink_to(tmp_path / "all" / "a b")
    (tmp_path / "all" / "loop").symlink_to(tmp_path / "all" / "loop")
    app = app_on(tmp_path / "all")
    keys = [row["key"] for row in app.server.test_client().get("/api/v1/datasets").json]
    assert len(set(keys)) == len(names)  # '...' is hidden, 'link' is one more, 'loop' is none
    for key in keys:
        assert opened_page(app, f"/event/{key}/41")["event.data"].get("error") is None, key


def test_a_folder_whose_name_is_not_utf8_is_passed_over(tmp_path: Path, caplog) -> None:
    write_small(tmp_path / "all" / "good", COUNTS)
    odd = Path(os.fsdecode(os.fsencode(tmp_path / "all") + b"/\xff"))
    try:
        shutil.copytree(tmp_path / "all" / "good", odd)
    except OSError:
        pytest.skip("this file system has no such names")
    app = app_on(tmp_path / "all")
    assert [row["key"] for row in app.server.test_client().get("/api/v1/datasets").json] == ["good"]
    assert "its name is not UTF-8; rename it" in caplog.text
    message = opened_page(app_on(odd, tmp_path / "cache"), "/")["event.data"]["error"]
    assert "is not UTF-8; rename it" in message
    shutil.rmtree(odd)
