"""python -m app report afp: tables and pictures of the anomaly detectors in docs/afp.md."""

from __future__ import annotations

import shutil

import numpy as np
import polars as pl
import pytest

from app.__main__ import main
from app.report_afp import detectors_text, rules_text
from app.report_afp_pictures import PICTURES
from app.settings import ROOT
from reco_core.afp.detectors.registry import DETECTORS
from reco_core.afp.evaluation.groups import counted
from reco_core.afp.evaluation.run import CURVES_FILE, FILE
from reco_core.afp.evaluation.tables import Evaluated, curves_of, left_out, rows_of
from reco_core.afp.thresholds import RULES

PAGE = (ROOT / "docs" / "afp.md").read_text()


@pytest.fixture
def tables(tmp_path):
    rng = np.random.default_rng(1)
    kind = np.repeat(["single_proton", "shower", "two_protons"], 100)
    score = rng.normal(0, 1, 300) + 4.0 * (kind == "shower")
    parts = [
        rows_of(Evaluated("pca", "shipped", 0.05, 2.0, "", 1e5), score, kind),
        rows_of(Evaluated("pca", "trained", 0.0), score, kind),
        left_out("autoencoder", 0.0, "not trained anew"),
    ]
    pl.concat(parts).write_parquet(tmp_path / FILE)
    curves_of("pca", counted(score, kind, 2.0)).write_parquet(tmp_path / CURVES_FILE)
    return tmp_path


def test_the_tables_are_put_into_the_page(tables, tmp_path, capsys):
    docs = tmp_path / "docs"
    docs.mkdir()
    shutil.copy(ROOT / "docs" / "afp.md", docs)
    typed = ["report", "afp", "--from", str(tables), "--out", str(docs)]
    assert main(typed) == 0
    first = (docs / "afp.md").read_text()
    assert "| shower | 0.99" in first
    assert "| autoencoder | 0 % | not trained anew |" in first
    assert "| two_protons | 0." in first
    folder = docs / "pictures"
    pictures = {picture.name: (folder / picture.name).read_bytes() for picture in PICTURES}
    assert all(f"](pictures/{name})" in first for name in pictures)
    assert main(typed) == 0
    assert (docs / "afp.md").read_text() == first
    again = {name: (folder / name).read_bytes() for name in pictures}
    assert again == pictures


def test_without_tables_it_tells_so(tmp_path, capsys):
    assert main(["report", "afp", "--from", str(tmp_path)]) == 2
    assert "There is no " in capsys.readouterr().err


def test_the_page_lists_the_detectors_and_rules_of_the_code():
    assert detectors_text() in PAGE, "python -m app report afp --from build/afp-evaluation"
    assert rules_text() in PAGE


def test_the_page_has_figures_of_every_detector():
    overall = PAGE.partition("<!-- detectors overall: begin -->")[2].partition("<!--")[0]
    assert all(f"| {row.key} | 0." in overall for row in DETECTORS)
    assert all(f"`{rule.key}:" in PAGE for rule in RULES)


def test_the_page_shows_its_pictures():
    for picture in PICTURES:
        assert f"![{picture.caption}](pictures/{picture.name})" in PAGE
        assert (ROOT / "docs" / "pictures" / picture.name).read_text().count("<path") > 30
