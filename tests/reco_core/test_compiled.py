"""Records for compiled functions, and where what was compiled is kept."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from reco_core import compiled as module
from reco_core.compiled import compiled, compiled_entry, compiling, flat


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


# Parts: compiled functions that only others call

OF_PARTS = """
import sys

import numpy as np

from reco_core import compiled as module

module._cache_folder = lambda name: sys.argv[1]
TABLE = np.array([2.0, 3.0, 5.0])


@module.compiled
def entry_of_table(k):
    if k > 2:
        raise RuntimeError("the table has three entries")
    return TABLE[k]


@module.compiled
def product(k, j):
    return entry_of_table(k) * entry_of_table(j)


@module.compiled_entry
def both_ways(k, j):
    return entry_of_table(k) + product(k, j)


@module.compiled_entry
def the_other(k):
    return product(k, 0) - product(0, 1)


def said(call, *values):
    try:
        return call(*values)
    except RuntimeError as error:
        return error.args


print(said(both_ways, 1, 2), said(both_ways, 3, 0), said(both_ways, 0, 9), said(the_other, 2))
print(said(the_other, 7), said(both_ways, 2, 2), said(the_other, 1))
print(*(sum(entry.stats.cache_hits.values()) for entry in (both_ways, the_other)))
"""


@pytest.fixture(scope="module")
def runs_of_parts(tmp_path_factory):
    """What a process prints that compiles, and what the next one does that finds it compiled."""
    folder = tmp_path_factory.mktemp("parts")
    script = folder / "of_parts.py"
    script.write_text(OF_PARTS)
    command = [sys.executable, str(script), str(folder / "kept")]
    root = str(Path(module.__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": root}
    return [
        subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for _ in range(2)
    ]


@pytest.mark.parametrize("run", [0, 1])
def test_parts_are_reached_through_others_and_from_several_places(runs_of_parts, run):
    wrong = "('the table has three entries',)"
    first, second, hits = runs_of_parts[run]
    assert first == f"18.0 {wrong} {wrong} 4.0"
    assert second == f"{wrong} 30.0 0.0"
    assert hits == f"{run} {run}"  # each was loaded in the second process alone


@compiled
def eighth(x):
    return half(half(half(x)))


@compiled_entry
def eighth_and_half(x):
    return eighth(x), half(x), half(eighth(x))


@pytest.mark.parametrize("x", [24.0, 24, np.float32(24.0)])
def test_a_part_serves_each_type_it_is_called_with(x):
    assert eighth_and_half(x) == (3.0, 12.0, 1.5)


# The collector of garbage


@pytest.fixture
def collector():
    """Running before and after; what was frozen is let go."""
    assert gc.isenabled()
    yield
    gc.enable()
    gc.unfreeze()


def test_nothing_is_collected_while_compiling(collector):
    frozen = gc.get_freeze_count()
    with compiling():
        assert not gc.isenabled()
        assert gc.get_freeze_count() == frozen
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen


def test_the_collector_runs_again_after_an_error(collector):
    with pytest.raises(KeyError), compiling():
        raise KeyError("-")
    assert gc.isenabled()


# Where what was compiled is kept


FILES = {
    "entry.py": "from reco_core.inner.called import (\n    x,\n)\nfrom reco_core import by_name\n",
    "inner/called.py": "import reco_core.inner\n\nx = 1\n",
    "inner/__init__.py": "",
    "by_name.py": "y = 1\n",
    "unrelated.py": "z = 1\n",
}


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A source tree of its own; the folder's name is asked for anew each time."""
    root = tmp_path / "reco_core"
    (root / "inner").mkdir(parents=True)
    for name, text in FILES.items():
        (root / name).write_text(text)
    monkeypatch.setattr(module, "SOURCE", root)
    return root


def folder(name="reco_core.entry"):
    module._cache_folder.cache_clear()
    try:
        return module._cache_folder(name)
    finally:
        module._cache_folder.cache_clear()


def test_what_was_compiled_is_kept_beside_the_source(source):
    assert folder() == folder()
    assert Path(folder()).parent == source / "__pycache__"


@pytest.mark.parametrize("name", [name for name in FILES if name != "unrelated.py"])
@pytest.mark.parametrize("change", ["longer", "later", "gone"])
def test_a_change_of_any_file_that_is_imported_changes_the_folder(source, name, change):
    before, path = folder(), source / name
    if change == "longer":
        times = path.stat().st_mtime_ns
        path.write_text(f"{FILES[name]}\n")
        os.utime(path, ns=(times, times))
    elif change == "later":
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    else:
        path.unlink()
    assert folder() != before


def test_other_files_do_not_change_the_folder(source):
    before = folder()
    (source / "notes.txt").write_text("-")
    (source / "unrelated.py").write_text("z = 2\n")
    (source / "new.py").write_text("")
    assert folder() == before


def test_for_a_module_of_somebody_else_every_file_counts(source):
    before = folder("somebody.else")
    (source / "unrelated.py").write_text("z = 22\n")
    assert folder("somebody.else") != before
