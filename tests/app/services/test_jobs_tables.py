"""Parts and tables on disk, the tally, and the pace."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from app.services import job_tables
from app.services.answers import OK, Answer, table_of
from app.services.job_pace import Pace
from app.services.job_store import total_of
from app.services.job_summary import BIN_RAD, Tally
from app.services.job_tables import Parts, answer_in, is_table
from reco_core.directions import angles_of, opening_angle, source_direction
from reco_core.errors import ServiceError
from tests.app.services.job_helpers import Counting

ALGORITHM = Counting().algorithm()
VALUES = {
    "zenith": 1.0, "azimuth": 2.0, "point_x_m": 0.0, "point_y_m": 0.0, "point_z_m": 0.0,
    "time_ns": 0.0, "n_doms_used": 5, "speed_m_per_ns": 0.3,
    "uncertainty_rad": 0.02, "quality": 0.5, "energy_gev": None,
}  # fmt: skip


def answers(first: int, count: int) -> list[tuple[int, Answer]]:
    """Every third one without an answer."""
    return [
        (k, Answer(OK, VALUES) if k % 3 else Answer("too little light", {}))
        for k in range(first, first + count)
    ]


def test_parts_are_read_back_and_become_one_table(tmp_path: Path) -> None:
    parts = Parts(tmp_path / "parts", ALGORITHM)
    parts.add(answers(0, 4))
    parts.add([])
    parts.add(answers(4, 3))
    after = Parts(tmp_path / "parts", ALGORITHM)
    assert (after.n_rows, after.n_failed) == (parts.n_rows, parts.n_failed) == (7, 3)
    path = tmp_path / "tables" / "train_batch_1.parquet"
    after.finish(path, "now", np.arange(7))
    assert pl.read_parquet(path).equals(table_of(answers(0, 7), ALGORITHM))
    assert is_table(path, "now")
    assert not is_table(path, "before")
    assert not (tmp_path / "parts").exists()


def test_a_batch_without_events_has_an_empty_table(tmp_path: Path) -> None:
    path = tmp_path / "tables" / "train_batch_1.parquet"
    Parts(tmp_path / "parts", ALGORITHM).finish(path, "now", np.zeros(0, np.int64))
    assert pl.read_parquet(path).equals(table_of([], ALGORITHM))


@pytest.mark.parametrize("damage", ["cut", "empty", "text"])
def test_a_damaged_part_and_what_follows_it_are_computed_again(tmp_path: Path, damage: str) -> None:
    parts = Parts(tmp_path / "parts", ALGORITHM)
    for first in (0, 4, 8):
        parts.add(answers(first, 4))
    path = tmp_path / "parts" / "00000004.parquet"
    raw = path.read_bytes()
    path.write_bytes({"cut": raw[:-10], "empty": b"", "text": b"hello"}[damage])
    after = Parts(tmp_path / "parts", ALGORITHM)
    assert after.n_rows == 4
    assert [one.name for one in (tmp_path / "parts").iterdir()] == ["00000000.parquet"]


def test_many_parts_are_made_one_and_a_kill_there_leaves_no_row_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_tables, "MAX_PARTS", 3)
    parts = Parts(tmp_path / "parts", ALGORITHM)
    parts.add(answers(0, 2))
    parts.add(answers(2, 2))
    shutil.copytree(tmp_path / "parts", tmp_path / "before")
    parts.add(answers(4, 2))
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["00000000.parquet"]
    shutil.copy(tmp_path / "before/00000002.parquet", tmp_path / "parts")  # not yet removed
    after = Parts(tmp_path / "parts", ALGORITHM)
    after.add(answers(6, 1))
    after.finish(tmp_path / "table.parquet", "now", np.arange(7))
    assert pl.read_parquet(tmp_path / "table.parquet").equals(table_of(answers(0, 7), ALGORITHM))


def test_parts_of_other_events_never_become_a_table(tmp_path: Path) -> None:
    parts = Parts(tmp_path / "parts", ALGORITHM)
    parts.add(answers(0, 4))
    with pytest.raises(ServiceError, match="other events"):
        parts.finish(tmp_path / "table.parquet", "now", np.arange(1, 5))
    assert not (tmp_path / "table.parquet").exists()


def test_an_answer_is_found_by_its_row(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    parts = Parts(tmp_path / "parts", ALGORITHM)
    parts.add(answers(0, 7))
    parts.finish(path, "now", np.arange(7))
    assert answer_in(path, "now", 4, 4, ALGORITHM) == Answer(OK, VALUES)
    assert answer_in(path, "now", 3, 3, ALGORITHM) == Answer("too little light", {})
    assert answer_in(path, "before", 4, 4, ALGORITHM) is None
    assert answer_in(path, "now", 4, 5, ALGORITHM) is None
    assert answer_in(path, "now", 40, 40, ALGORITHM) is None
    assert answer_in(tmp_path / "none.parquet", "now", 4, 4, ALGORITHM) is None


def panic(*_args: object, **_options: object) -> object:
    raise pl.exceptions.PanicException("index out of bounds")


@pytest.mark.parametrize("where", ["read_parquet_metadata", "scan_parquet"])
def test_a_panic_over_a_damaged_table_is_no_answer_and_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    path = tmp_path / "table.parquet"
    parts = Parts(tmp_path / "parts", ALGORITHM)
    parts.add(answers(0, 7))
    parts.finish(path, "now", np.arange(7))
    monkeypatch.setattr(pl, where, panic)
    for _ in range(3):
        assert answer_in(path, "now", 4, 4, ALGORITHM) is None
    assert is_table(path, "now") is (where == "scan_parquet")
    assert [one.levelname for one in caplog.records] == ["WARNING"]


def test_damage_in_a_part_that_makes_polars_panic_is_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Parts(tmp_path / "parts", ALGORITHM).add(answers(0, 4))
    monkeypatch.setattr(pl, "read_parquet", panic)
    assert Parts(tmp_path / "parts", ALGORITHM).n_rows == 0
    assert not [*(tmp_path / "parts").iterdir()]


def test_a_panic_over_parts_ends_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Parts(tmp_path / "parts", ALGORITHM)
    parts.add(answers(0, 4))
    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", panic)
    with pytest.raises(ServiceError, match="damaged parts"):
        parts.finish(tmp_path / "table.parquet", "now", np.arange(4))


def random_directions(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    return angles_of(rng.normal(size=(n, 3)))


@pytest.mark.parametrize("sizes", [(1,), (2,), (1000, 1), (501, 500), (0, 3)])
def test_the_median_is_that_of_all_tables(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(3)
    tally = Tally(tmp_path / "tally.npz")
    every = []
    for k, n in enumerate(sizes):
        known, found = random_directions(rng, n), random_directions(rng, n)
        status = pl.Series("status", [OK] * n, pl.String)
        rows = pl.DataFrame({"status": status, "zenith": found[0], "azimuth": found[1]})
        tally.add(f"batch_{k}", rows.lazy(), known)
        every.append(opening_angle(source_direction(*found), source_direction(*known)))
    angle = Tally(tmp_path / "tally.npz").summary()["median_opening_angle_rad"]
    assert angle == pytest.approx(np.median(np.concatenate(every)), abs=BIN_RAD)


def test_events_without_answer_or_truth_are_in_no_median(tmp_path: Path) -> None:
    rows = pl.DataFrame(
        {"status": [OK, "no", OK], "zenith": [1.0, None, 0.5], "azimuth": [0.0, None, 0.0]}
    )
    tally = Tally(tmp_path / "tally.npz")
    tally.add("batch_1", rows.lazy(), (np.array([1.2, 1.0, np.nan]), np.zeros(3)))
    summary = tally.summary()
    assert (summary["n"], summary["n_ok"], summary["n_failed"]) == (3, 2, 1)
    assert summary["median_opening_angle_rad"] == pytest.approx(0.2, abs=BIN_RAD)


def test_a_damaged_tally_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "tally.npz"
    for raw in (b"", b"PK\x03\x04 and no more", b"hello"):
        path.write_bytes(raw)
        assert Tally(path).names == set()


def test_the_pace_is_a_running_mean_without_waiting() -> None:
    now_s = [0.0]
    pace = Pace(lambda: now_s[0])

    def work(seconds: float, n_events: int) -> None:
        now_s[0] += seconds
        pace.add(n_events)

    work(0.5, 50)
    assert pace.rate_per_s is None
    work(0.5, 50)
    assert pace.rate_per_s == pytest.approx(100)
    now_s[0] += 60
    pace.skip()
    assert pace.rate_per_s == pytest.approx(100)
    work(0.25, 0)  # a slow event
    assert pace.rate_per_s == pytest.approx(80, rel=0.02)
    for _ in range(600):
        work(0.25, 10)
    assert pace.rate_per_s == pytest.approx(40, rel=0.02)


def test_a_batch_of_unknown_size_counts_as_the_others() -> None:
    assert total_of([10, None, 20]) == 45
    assert total_of([None, None]) == 0
    assert total_of([]) == 0
