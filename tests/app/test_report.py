"""python -m app report: pictures and blocks of the documentation."""

from __future__ import annotations

import sys

import pytest

from app import report_simulation
from app.__main__ import main
from app.report_pages import comments_of, write_blocks
from reco_core.errors import DatasetError
from reco_core.icecube.validation.curves import LEVELS
from reco_core.icecube.validation.dataset_report import numbers_path, write_report
from reco_core.icecube.validation.published import QUANTITIES
from reco_core.icecube.validation.run import Validation

PAGE = "# Page\n\nBefore.\n\n{}\n{}\n\nBetween.\n\n{}\nold\n{}\n\nAfter.\n".format(
    *comments_of("pictures"), *comments_of("table")
)
KEYS = (
    "n_pulses", "duration", "first_time", "mean_time", "last_time", "pulse_time", "charge",
    "zenith", "ladder.time_sense", "ladder.better_sense",
)  # fmt: skip


@pytest.fixture
def numbers(tmp_path):
    """A file of numbers, the real ones, one class of events missing."""
    measures = {row.key: row.real for row in QUANTITIES if not row.key.startswith("n_3000")}
    measures |= {"ladder.no_axis": 0.0, "ladder.no_sense": 0.0}
    curves = {key: [1.0 + k for k in range(len(LEVELS))] for key in KEYS}
    write_report(tmp_path / "n.md", Validation(10, (1, 2), (measures,) * 2, (curves,) * 2))
    return numbers_path(tmp_path / "n.md")


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "simulation.md").write_text(PAGE)
    return folder


def report(numbers, docs):
    return main(["report", "simulation", "--from", str(numbers), "--out", str(docs)])


def test_it_draws_the_pictures_and_completes_the_page(numbers, docs):
    pytest.importorskip("matplotlib", reason="Matplotlib is not installed")
    assert report(numbers, docs) == 0
    text = (docs / "simulation.md").read_text()
    pictures = sorted(path.name for path in (docs / "pictures").iterdir())
    assert len(pictures) == 6
    assert all(f"(pictures/{name})" in text for name in pictures)
    assert "judged quantities are within tolerance" in text
    assert text.startswith("# Page\n\nBefore.\n")
    assert "\nBetween.\n" in text
    assert text.endswith("\nAfter.\n")
    assert "old" not in text


def test_the_same_numbers_give_the_same_files(numbers, docs, monkeypatch):
    pytest.importorskip("matplotlib", reason="Matplotlib is not installed")
    monkeypatch.setattr(report_simulation, "PICTURES", report_simulation.PICTURES[1:2])
    assert report(numbers, docs) == 0
    files = [docs / "simulation.md", *(docs / "pictures").iterdir()]
    first = [path.read_bytes() for path in files]
    assert report(numbers, docs) == 0
    assert [path.read_bytes() for path in files] == first


def test_without_matplotlib_it_says_what_to_install(numbers, docs, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert report(numbers, docs) == 2
    assert "Matplotlib, which is not installed" in capsys.readouterr().err
    assert (docs / "simulation.md").read_text() == PAGE


def test_a_missing_page_is_named_first(numbers, docs, capsys):
    (docs / "simulation.md").unlink()
    assert report(numbers, docs) == 2
    assert "simulation.md cannot be read" in capsys.readouterr().err


def test_other_numbers_are_refused(docs, tmp_path, capsys):
    (tmp_path / "x.json").write_text("{}")
    assert report(tmp_path / "x.json", docs) == 2
    assert "validate-simulation" in capsys.readouterr().err


def test_impossible_options_are_named(docs, capsys):
    assert main(["report", "simulation", "--events", "0", "--out", str(docs)]) == 2
    assert "--events is 0" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["nothing", comments_of("table")[0], "\n".join(comments_of("t"))])
def test_a_page_without_the_comments_is_left_alone(text, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(DatasetError, match="no place for the table"):
        write_blocks(page, {"table": "new"})
    assert page.read_text() == text
