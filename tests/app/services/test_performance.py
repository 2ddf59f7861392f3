"""Performance of methods on a data set: from the tables of jobs and the truth, computed once."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from app.services import performance, performance_answers, performance_truth
from app.services.performance import Method, Performance, Report, measures_of
from app.services.performance_worker import RETRY_S, Worker
from reco_core.errors import NotFoundError, ServiceError
from tests.app.services.direct import DictCache
from tests.app.services.job_helpers import Counting, World, write_batches
from tests.reco_core.icecube.small_datasets import meta_table

BATCHES = {1: {24: 3, 41: 5, 7: 4}, 2: {100: 6, 101: 6}}
PATIENCE_S = 20.0


class OnceCache(DictCache):
    """A cache in memory that notes what was computed."""

    def __init__(self) -> None:
        super().__init__()
        self.computed: list[str] = []

    def once(self, key: str, compute: Callable[[], bytes]) -> bytes:
        if key not in self.kept:
            self.computed.append(key)
            self.kept[key] = compute()
        return self.kept[key]


@pytest.fixture
def world(tmp_path: Path) -> World:
    write_batches(tmp_path / "set", BATCHES)
    return World(tmp_path / "set", tmp_path / "cache", Counting().algorithm())


@pytest.fixture
def cache() -> OnceCache:
    return OnceCache()


def service(world: World, cache: OnceCache) -> Performance:
    return Performance(world.library, world.jobs, world.algorithms, cache)


def complete(own: Performance) -> Report:
    """The report, once everything is computed."""
    end_s = time.monotonic() + PATIENCE_S
    while not (report := own.report("set")).is_complete:
        assert time.monotonic() < end_s
        time.sleep(0.005)
    return report


def scored(world: World, cache: OnceCache) -> Method:
    world.start()
    world.finish()
    (method,) = complete(service(world, cache)).methods
    return method


def everything(method: Method) -> dict[str, object]:
    return next(row for row in method.measured["measures"] if row["group_kind"] == "all")


def test_a_method_without_a_table_says_so(world: World, cache: OnceCache) -> None:
    report = complete(service(world, cache))
    assert [(method.algorithm.key, method.state) for method in report.methods] == [
        ("counting", "not scored")
    ]
    assert report.truth == (5, 5)
    assert measures_of(report).is_empty()
    with pytest.raises(NotFoundError, match="no data set"):
        service(world, cache).report("other")


def test_a_scored_method_is_measured_once_for_all(world: World, cache: OnceCache) -> None:
    method = scored(world, cache)
    assert (method.state, method.n_answers, method.measured["n_events"]) == ("ready", 5, 5)
    row = everything(method)
    assert row["n_events"] == 5
    # the answers are off in zenith by a millionth of the event id
    assert row["median_rad"] == pytest.approx(41e-6, rel=1e-3)
    assert row["within_stated"] == 1.0
    computed = list(cache.computed)
    own = service(world, cache)  # another process with the same cache
    assert complete(own).methods[0].measured == method.measured
    assert cache.computed == computed
    frame = measures_of(own.report("set"))
    assert frame.schema == performance.COLUMNS
    assert set(frame["algorithm"]) == {"counting"}


def test_finished_batches_count_while_the_job_goes_on(world: World, cache: OnceCache) -> None:
    job = world.start()
    world.step_until(lambda: len(world.jobs.batch_files(job.id)) == 1)
    own = service(world, cache)
    assert complete(own).methods[0].n_answers == 3
    world.finish()
    assert complete(own).methods[0].n_answers == 5


def test_events_without_truth_are_left_out(tmp_path: Path, cache: OnceCache) -> None:
    write_batches(tmp_path / "set", BATCHES)
    rows = pl.concat(meta_table(counts, number) for number, counts in BATCHES.items())
    unknown = pl.col("event_id").is_in([41, 100, 101])
    rows = rows.with_columns(
        pl.when(unknown).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("zenith", "azimuth")
    )
    rows.write_parquet(tmp_path / "set" / "train_meta.parquet")
    world = World(tmp_path / "set", tmp_path / "cache", Counting().algorithm())
    method = scored(world, cache)
    assert (method.measured["n_events"], method.measured["n_without_truth"]) == (2, 3)
    assert complete(service(world, cache)).truth == (2, 5)


def test_a_data_set_without_truth_is_told(tmp_path: Path, cache: OnceCache) -> None:
    write_batches(tmp_path / "set", BATCHES)
    (tmp_path / "set" / "train_meta.parquet").unlink()
    world = World(tmp_path / "set", tmp_path / "cache", Counting().algorithm())
    method = scored(world, cache)
    assert (method.state, method.measured["measures"]) == ("ready", [])
    assert complete(service(world, cache)).truth == (0, 5)


def test_classes_and_energies_come_from_the_truth_file(tmp_path: Path, cache: OnceCache) -> None:
    write_batches(tmp_path / "set", BATCHES)
    pl.DataFrame(
        {"event_id": [24, 7, 100], "event_class": ["track", "track", "cascade"],
         "energy_gev": [500.0, 5e4, 5e4]}
    ).write_parquet(tmp_path / "set" / "truth.parquet")  # fmt: skip
    world = World(tmp_path / "set", tmp_path / "cache", Counting().algorithm())
    rows = scored(world, cache).measured["measures"]
    counts = {(row["group_kind"], row["group"]): row["n_events"] for row in rows}
    assert counts["class", "track"] == 2
    assert counts["energy", "10 TeV to 100 TeV"] == 2
    assert counts["cascade energy", "10 TeV to 100 TeV"] == 1


def test_no_more_events_than_the_limit(
    world: World, cache: OnceCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (performance, performance_answers):
        monkeypatch.setattr(module, "MOST_EVENTS", 4)
    assert scored(world, cache).n_answers == 4
    assert complete(service(world, cache)).truth == (4, 4)


def test_answers_of_an_older_version_do_not_count(world: World, cache: OnceCache) -> None:
    scored(world, cache)
    newer = World(world.library.dataset("set").folder, world.cache, Counting().algorithm(version=2))
    assert complete(service(newer, cache)).methods[0].state == "not scored"


def test_a_changed_batch_makes_its_table_void(world: World, cache: OnceCache) -> None:
    scored(world, cache)
    world.library.dataset("set").batches[0].path.touch()
    assert complete(service(world, cache)).methods[0].n_answers == 2


def table_of(world: World) -> Path:
    job = world.start()
    world.finish()
    return world.jobs.batch_files(job.id)[0]


def test_a_damaged_table_is_not_measured(world: World, cache: OnceCache) -> None:
    table_of(world).write_bytes(b"damaged")
    method = complete(service(world, cache)).methods[0]
    assert (method.state, method.n_answers) == ("ready", 2)


def test_a_table_of_other_events_is_told(world: World, cache: OnceCache) -> None:
    path = table_of(world)
    metadata = pl.read_parquet_metadata(path)
    own = {key: value for key, value in metadata.items() if key.startswith("hitscope")}
    rows = pl.read_parquet(path).with_columns(pl.col("event_id") + 1)
    rows.write_parquet(path, metadata=own)
    method = complete(service(world, cache)).methods[0]
    assert method.state == "failed"
    assert "other events than set/train/batch_1.parquet" in method.message


def test_an_answer_without_direction_is_no_answer(world: World, cache: OnceCache) -> None:
    path = table_of(world)
    own = {"hitscope_batch": pl.read_parquet_metadata(path)["hitscope_batch"]}
    rows = pl.read_parquet(path).with_columns(
        pl.when(pl.col("event_id") == 24).then(None).otherwise("azimuth").alias("azimuth")
    )
    rows.write_parquet(path, metadata=own)
    row = everything(complete(service(world, cache)).methods[0])
    assert (row["n_events"], row["n_failed"]) == (4, 1)


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def settled(worker: Worker, key: str, compute: Callable[[], dict]) -> object:
    end_s = time.monotonic() + PATIENCE_S
    while (found := worker.ask(key, compute)).value is None and not found.message:
        assert time.monotonic() < end_s
        time.sleep(0.002)
    return found


def test_what_fails_is_told_and_tried_again_after_a_while(cache: OnceCache) -> None:
    clock, calls = Clock(), []

    def compute() -> dict[str, object]:
        calls.append(1)
        if len(calls) == 1:
            raise ServiceError("the table is gone")
        return {"n": 1}

    worker = Worker(cache, clock)
    assert settled(worker, "a", compute).message == "the table is gone"  # type: ignore[attr-defined]
    assert worker.ask("a", compute).message == "the table is gone"
    clock.now_s += RETRY_S + 1
    assert settled(worker, "a", compute).value == {"n": 1}  # type: ignore[attr-defined]
    assert len(calls) == 2


def test_a_fault_of_ours_is_told_too_and_the_next_is_computed(
    cache: OnceCache, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(cache)
    broken = settled(worker, "a", lambda: {"n": np.nan / 1, "o": object()})
    assert "TypeError" in broken.message or "ValueError" in broken.message  # type: ignore[attr-defined]
    assert "cannot be computed" in caplog.text
    assert settled(worker, "b", lambda: {"n": 2}).value == {"n": 2}  # type: ignore[attr-defined]


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff"])
def test_what_the_cache_kept_damaged_is_computed_anew(cache: OnceCache, body: bytes) -> None:
    cache.kept["a"] = body
    assert settled(Worker(cache), "a", lambda: {"n": 3}).value == {"n": 3}  # type: ignore[attr-defined]


def test_batches_beyond_the_first_events_are_not_looked_at(world: World) -> None:
    dataset = world.library.dataset("set")
    assert performance_truth.first_batches(dataset, 3) == dataset.batches[:1]
    assert performance_truth.first_batches(dataset, 4) == dataset.batches


def test_a_web_worker_loads_nothing_heavy_for_it() -> None:
    code = (
        "import sys, app.main\n"
        "heavy = {'numba', 'xgboost', 'scipy', 'torch', 'sklearn', 'matplotlib'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
