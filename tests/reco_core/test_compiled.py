"""Records for compiled functions, and where what was compiled is kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from reco_core import compiled as module
from reco_core.compiled import compiled, compiled_entry, flat


class Fields(NamedTuple):
    number: float
    table: np.ndarray
    marks: np.ndarray
    zeros: np.ndarray


@compiled
def half(x):
    return x / 2


@compiled_entry
def half_sum(fields):
    fields.marks[0] = 7
    return half(fields.number) + half(fields.table.sum())


@pytest.fixture
def fields():
    table = np.arange(12, dtype=np.float32).reshape(3, 4)
    return Fields(2.5, table, np.array([1, 0], np.uint8), np.zeros((2, 0)))


def test_a_flat_record_keeps_names_values_shapes_and_types(fields):
    record = flat(fields)
    assert record.dtype.names == fields._fields
    for name, value in fields._asdict().items():
        kept = getattr(record, name)
        assert np.asarray(kept).dtype == np.asarray(value).dtype
        np.testing.assert_array_equal(kept, value)


def test_a_flat_record_is_a_copy_that_can_be_written(fields):
    record = flat(fields)
    record.table[1, 2] = -1.0
    assert record.table[1, 2] == -1.0
    assert fields.table[1, 2] == 6.0


def test_compiled_functions_read_and_write_a_record(fields):
    record = flat(fields)
    assert half_sum(record) == (2.5 + 66.0) / 2
    assert record.marks.tolist() == [7, 0]


def test_division_by_zero_is_that_of_numpy():
    record = flat(
        Fields(np.inf, np.zeros((3, 4), np.float32), np.zeros(2, np.uint8), np.zeros((2, 0)))
    )
    assert half_sum(record) == np.inf


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A source tree of its own; the folder's name is asked for anew each time."""
    (tmp_path / "inner").mkdir()
    for name in ("entry.py", "inner/called.py"):
        (tmp_path / name).write_text("x = 1\n")
    monkeypatch.setattr(module, "SOURCE", tmp_path)
    return tmp_path


def folder():
    module._cache_folder.cache_clear()
    try:
        return module._cache_folder()
    finally:
        module._cache_folder.cache_clear()


def test_what_was_compiled_is_kept_beside_the_source(source):
    assert folder() == folder()
    assert Path(folder()).parent == source / "__pycache__"


@pytest.mark.parametrize("name", ["entry.py", "inner/called.py"])
@pytest.mark.parametrize("change", ["longer", "later", "gone"])
def test_a_change_of_any_source_file_changes_the_folder(source, name, change):
    before, path = folder(), source / name
    if change == "longer":
        times = path.stat().st_mtime_ns
        path.write_text("x = 10\n")
        os.utime(path, ns=(times, times))
    elif change == "later":
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    else:
        path.unlink()
    assert folder() != before


def test_a_new_file_changes_the_folder_and_other_files_do_not(source):
    before = folder()
    (source / "notes.txt").write_text("-")
    assert folder() == before
    (source / "new.py").write_text("")
    assert folder() != before
