"""The command: two files, the same bytes whoever makes them, clear refusals, nothing half done."""

from __future__ import annotations

import argparse
import io
import resource

import polars as pl
import pytest

from reco_core.afp.simulation import command, runner
from reco_core.afp.simulation.chunk import EVENTS_PER_CHUNK, Job
from reco_core.afp.simulation.classes import CLASSES
from reco_core.afp.simulation.dataset_files import HIT_TYPES, TRUTH_TYPES
from reco_core.errors import DatasetError, SettingError

EVENTS = str(3 * EVENTS_PER_CHUNK + 7)


def simulated(folder, *words):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    command.run(parser.parse_args(("--out", str(folder), *words)))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder that one thread has made, with more than a row group of hits."""
    folder = tmp_path_factory.mktemp("afp") / "set"
    simulated(folder, "--events", EVENTS, "--seed", "3", "--contamination", "0.5", "--workers", "1")
    return folder


def test_two_threads_write_the_same_bytes(made, tmp_path):
    words = ("--events", EVENTS, "--seed", "3", "--contamination", "0.5")
    files = simulated(tmp_path / "b", *words, "--workers", "2")
    assert files == {path.name: path.read_bytes() for path in made.iterdir()}
    assert sorted(files) == ["hits.parquet", "truth.parquet"]


def test_another_seed_writes_others(made, tmp_path):
    words = ("--events", EVENTS, "--seed", "4", "--contamination", "0.5")
    files = simulated(tmp_path / "b", *words)
    assert files["hits.parquet"] != (made / "hits.parquet").read_bytes()


def test_files_have_the_columns_that_the_page_says(made):
    hits, truth = (pl.read_parquet(made / f"{name}.parquet") for name in ("hits", "truth"))
    assert hits.schema == HIT_TYPES
    assert truth.schema == TRUTH_TYPES
    assert truth["event_id"].to_list() == list(range(int(EVENTS)))
    assert hits.equals(hits.sort("event_id", "plane", "row", "col", maintain_order=True))
    assert set(hits["event_id"]) <= set(truth["event_id"])
    assert truth["event_class"].is_in([row.name for row in CLASSES]).all()
    assert truth["evn"].to_list() == list(range(int(EVENTS)))
    assert truth["station"].unique().sort().to_list() == [0, 1, 2, 3]
    plain = truth.filter(event_class="single_proton")
    assert plain["plane"].null_count() == plain["severity"].null_count() == len(plain) > 0
    assert not truth.filter(event_class="noisy_plane")["plane"].has_nulls()


def test_hits_are_in_row_groups_of_100000(made):
    parquet = pytest.importorskip("pyarrow.parquet")
    file = parquet.ParquetFile(made / "hits.parquet").metadata
    sizes = [file.row_group(k).num_rows for k in range(file.num_row_groups)]
    assert len(sizes) > 1
    assert set(sizes[:-1]) == {100_000}


def test_the_test_mix_needs_no_number_of_events(tmp_path):
    simulated(tmp_path / "set", "--mix", "test")
    counts = dict(
        pl.read_parquet(tmp_path / "set/truth.parquet")["event_class"].value_counts().rows()
    )
    assert counts.pop("single_proton") == 10_000
    assert set(counts.values()) == {500}
    assert len(counts) == 9


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--events", "0"), "--events is 0; expected a whole number of 1 or more"),
        (("--seed", "-1"), "--seed is -1; expected a whole number of 0 or more"),
        (("--workers", "0"), "--workers is 0; expected"),
        (("--mix", "beams"), "--mix is 'beams'; expected one of beam, test"),
        (("--contamination", "1.5"), "--contamination is 1.5; expected a number from 0 to 1"),
        (("--contamination", "nan"), "--contamination is nan; expected a number from 0 to 1"),
        (("--mix", "test", "--contamination", "0.1"), "the mix test fixes the share of every"),
    ],
)
def test_impossible_options_are_refused(tmp_path, words, message):
    with pytest.raises(SettingError, match=message):
        simulated(tmp_path / "set", *words)
    assert not (tmp_path / "set").exists()


def test_a_folder_that_is_not_empty_is_kept_unless_forced(tmp_path):
    folder = tmp_path / "set"
    before = simulated(folder, "--events", "40")
    (folder / "notes.txt").write_text("mine")
    (folder / "events.parquet").write_text("of another data set")
    with pytest.raises(DatasetError, match="is not empty; give another folder, or --force"):
        simulated(folder, "--events", "50")
    after = simulated(folder, "--events", "50", "--force")
    assert sorted(after) == ["hits.parquet", "notes.txt", "truth.parquet"]
    assert after["truth.parquet"] != before["truth.parquet"]


def test_stopped_in_the_middle_leaves_nothing(tmp_path, monkeypatch):
    def stopped_at_2(job, index):
        if index == 2:
            raise KeyboardInterrupt
        return simulate(job, index)

    simulate = runner.simulate_chunk
    monkeypatch.setattr(runner, "simulate_chunk", stopped_at_2)
    with pytest.raises(KeyboardInterrupt):
        runner.simulate_afp(tmp_path / "set", Job("beam", 1, 20_000, 0.0), 1, io.StringIO())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))  # as a full disk refuses more
    try:
        with pytest.raises(DatasetError, match=r"cannot be written: File too large. Free some"):
            simulated(tmp_path / "set", "--events", "9000")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "set").write_text("")
    with pytest.raises(DatasetError, match="is a file; expected a new or empty folder"):
        simulated(tmp_path / "set", "--events", "4")
