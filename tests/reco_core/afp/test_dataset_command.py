"""python -m reco_core afp-import."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from reco_core.afp.dataset import open_afp
from reco_core.afp.dataset_command import Bar
from reco_core.cli import main
from tests.reco_core.afp.small_files import Hit, image_of, tree_of, write_images, write_tree

HITS: list[Hit] = [(0, 1, 336, 5, 9_000.0), (2, 0, 1, 80, 7_000.0)]


def test_what_is_written_is_a_data_set(tmp_path: Path, capsys) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write_tree(folder / "a.root", tree_of([HITS]))
    (folder / "b.root").touch()
    out = tmp_path / "new" / "stored"
    assert main(["afp-import", "--data", str(folder), "--out", str(out), "--run", "77"]) == 0
    told = capsys.readouterr().err
    assert "a.root: 1 entries, run 77, pixels counted from 1: row 336 occurs" in told
    assert f"Left out: {folder / 'b.root'} cannot be read" in told
    dataset = open_afp(out, tmp_path / "index")
    assert (dataset.n_events, dataset.event(1).run) == (2, 77)
    assert len(dataset.notes) == len(dataset.problems) == 1
    assert sorted(path.name for path in out.iterdir()) == [
        "events.parquet", "hits.parquet", "import.json",
    ]  # fmt: skip
    assert [path.name for path in out.parent.iterdir()] == ["stored"]


def test_how_pixels_are_counted_may_be_told(tmp_path: Path) -> None:
    path = write_tree(tmp_path / "a.root", tree_of([[(0, 0, 5, 5, 1.0)]]))
    command = ["afp-import", "--data", str(path), "--out", str(tmp_path / "out")]
    assert main([*command, "--first-pixel", "0"]) == 0
    assert open_afp(tmp_path / "out", tmp_path / "index").event(0).hits.row.tolist() == [5]


def test_an_empty_folder_is_filled_and_a_full_one_is_left_alone(tmp_path: Path, capsys) -> None:
    path = write_images(tmp_path / "hits.npy", image_of([(0, 1, 2, 1.0)])[None])
    (tmp_path / "out").mkdir()
    command = ["afp-import", "--data", str(path), "--out", str(tmp_path / "out")]
    assert main(command) == 0
    assert main(command) == 2
    assert "is not empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "told"),
    [("nowhere", "nowhere does not exist"), ("stored", "is in the stored form already")],
)
def test_nothing_to_import(tmp_path: Path, name: str, told: str, capsys) -> None:
    (tmp_path / "stored").mkdir()
    (tmp_path / "stored" / "hits.parquet").touch()
    command = ["afp-import", "--data", str(tmp_path / name), "--out", str(tmp_path / "out")]
    assert main(command) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_progress_of_nothing_and_of_something() -> None:
    out = io.StringIO()
    with Bar(out) as bar:
        bar(0, 0)
        bar(3, 10)
        bar(10, 10)
    assert out.getvalue() == ""  # it was quick
