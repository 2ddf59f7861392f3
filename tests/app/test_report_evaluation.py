"""python -m app report evaluation: pictures and tables of docs/reconstruction.md."""

from __future__ import annotations

import io
import re
import shutil

import numpy as np
import polars as pl
import pytest

from app.__main__ import main
from app.settings import ROOT
from reco_core.icecube.classification.learned_names import CLASSES
from reco_core.icecube.dataset_pass import one_dataset
from reco_core.icecube.evaluation.kind_table import KIND_MEASURES
from reco_core.icecube.evaluation.run import Evaluation, evaluate
from reco_core.icecube.evaluation.verdict_tables import verdict_tables
from reco_core.icecube.evaluation.verdicts import FILES
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, reconstruction_row
from tests.reco_core.icecube.small_datasets import write_small


@pytest.fixture
def evaluated(tmp_path):
    """Tables of an evaluation of two methods on a few events."""
    write_small(tmp_path / "set", {k: 20 for k in range(40)})
    rows = [reconstruction_row(key) for key in ("line_fit", "svd_axis")]
    dataset = one_dataset(tmp_path / "set", tmp_path / "index")
    evaluate(Evaluation(dataset, rows, None, tmp_path / "tables", 1), io.StringIO())
    return tmp_path / "tables"


def report(tables, docs):
    return main(["report", "evaluation", "--from", str(tables), "--out", str(docs)])


def test_it_draws_the_pictures_and_completes_the_page(evaluated, tmp_path):
    pytest.importorskip("matplotlib", reason="Matplotlib is not installed")
    docs = tmp_path / "docs"
    docs.mkdir()
    shutil.copy(ROOT / "docs" / "reconstruction.md", docs)
    assert report(evaluated, docs) == 0
    text = (docs / "reconstruction.md").read_text()
    for name in ("evaluation_cumulative.svg", "evaluation_energy.svg"):
        assert (docs / "pictures" / name).read_text().startswith("<?xml")
        assert f"(pictures/{name})" in text
    assert re.search(r"\| line_fit \| \d+ \| \d+ \|", text)
    for row in RECONSTRUCTIONS:
        assert f"| `{row.key}` | {row.label} |" in text


def test_it_draws_the_verdict_where_it_was_evaluated(evaluated, tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="Matplotlib is not installed")
    docs = tmp_path / "docs"
    docs.mkdir()
    shutil.copy(ROOT / "docs" / "reconstruction.md", docs)
    assert report(evaluated, docs) == 0
    assert "has no evaluation of the verdict" in capsys.readouterr().out
    rng = np.random.default_rng(2)
    p = rng.dirichlet(np.ones(4), 400)
    rows = pl.DataFrame({f"p_{name}": p[:, k] for k, name in enumerate(CLASSES)})
    rows = rows.with_columns(p_hard=pl.col("p_muon"), seconds=1e-4)
    made = verdict_tables(rows, np.array(CLASSES)[p.argmax(axis=1)], rng.random(400) < p[:, 2])
    for name, table in zip(FILES, made, strict=True):
        table.write_parquet(evaluated / name)
    assert report(evaluated, docs) == 0
    text = (docs / "reconstruction.md").read_text()
    for name in ("verdict_confusion.svg", "verdict_reliability.svg"):
        assert (docs / "pictures" / name).read_text().startswith("<?xml")
        assert f"(pictures/{name})" in text
    assert "| p_hard | 400 |" in text
    assert "| 100.0% |" in text


def test_the_methods_of_the_page_are_those_there_are():
    """The page is made by the command; this says when it is to be run again."""
    text = (ROOT / "docs" / "reconstruction.md").read_text()
    for row in RECONSTRUCTIONS:
        assert f"| `{row.key}` | {row.label} | {row.source} | {row.description} |" in text


def test_missing_tables_are_told(evaluated, tmp_path, capsys):
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "reconstruction.md", tmp_path / "docs")
    (evaluated / "curves.parquet").unlink()
    assert report(evaluated, tmp_path / "docs") == 2
    assert "curves.parquet" in capsys.readouterr().err


def report_kinds(tables, docs):
    return main(["report", "kinds", "--from", str(tables), "--out", str(docs)])


def test_kinds_of_events_complete_their_own_tables(evaluated, tmp_path, capsys):
    docs = tmp_path / "docs"
    docs.mkdir()
    page = docs / "reconstruction.md"
    shutil.copy(ROOT / "docs" / "reconstruction.md", page)
    before = page.read_text()
    assert report_kinds(evaluated, docs) == 2  # the events of that set are of no kind
    assert "has no events of any of these kinds: long tracks" in capsys.readouterr().err
    assert page.read_text() == before
    row = dict.fromkeys(KIND_MEASURES, 0.25)
    row |= {"algorithm": "mpe_fit", "kind": "clean tracks", "group": "x", "n_events": 123}
    row |= {"n_failed": 4, "n_stated": 5}
    pl.DataFrame([row], schema=KIND_MEASURES).write_parquet(evaluated / "kinds.parquet")
    assert report_kinds(evaluated, docs) == 0
    assert "| mpe_fit | x | 123 | 4 | 14.32 (14.32 to 14.32) |" in page.read_text()
    of_long = re.compile("<!-- long tracks: begin -->.*<!-- long tracks: end -->", re.S)
    assert of_long.search(page.read_text())[0] == of_long.search(before)[0]
