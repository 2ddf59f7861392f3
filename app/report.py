"""python -m app report KEY: pictures and tables of the documentation, made anew."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.report_pages import check_page, write_blocks
from app.settings import ROOT
from reco_core.arguments import path
from reco_core.dataset_table import read_table
from reco_core.errors import DatasetError, HitscopeError
from reco_core.icecube.evaluation.kind_text import kind_text
from reco_core.icecube.evaluation.kinds import KINDS as EVENT_KINDS
from reco_core.icecube.evaluation.run import CURVES_FILE, KINDS_FILE, MEASURES_FILE
from reco_core.icecube.evaluation.text import KINDS, table_text
from reco_core.icecube.evaluation.verdict_text import verdict_text
from reco_core.icecube.validation.command import add_sample_arguments, seeds_of
from reco_core.icecube.validation.dataset_report import read_numbers
from reco_core.icecube.validation.run import Validation, validate
from reco_core.icecube.validation.table_text import report_text


@dataclass(frozen=True)
class Report:
    """key : as typed.  run : makes it."""

    key: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], None]


def main(arguments: Sequence[str]) -> int:
    """Make one report. arguments : as typed after `python -m app report`. The exit code."""
    args = _parser().parse_args(arguments)
    try:
        args.run(args)
    except HitscopeError as error:
        print(f"report {args.key}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"report {args.key}: interrupted", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app report", description=__doc__)
    rows = parser.add_subparsers(dest="key", metavar="KEY", required=True)
    for report in REPORTS:
        row = rows.add_parser(report.key, help=report.help)
        row.set_defaults(run=report.run)
        report.add_arguments(row)
    return parser


def _add_simulation_arguments(parser: argparse.ArgumentParser) -> None:
    add_sample_arguments(parser)
    parser.add_argument(
        "--from", type=path, dest="numbers", metavar="FILE.json",
        help="draw what validate-simulation wrote there, simulate nothing",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=path, default=ROOT / "docs", metavar="FOLDER",
        help="folder of simulation.md and its pictures/ (default: docs)",
    )  # fmt: skip


def _report_simulation(args: argparse.Namespace) -> None:
    """Pictures and table of docs/simulation.md."""
    from app.report_simulation import draw_all  # needs Matplotlib, which nothing else does

    page = args.out / "simulation.md"
    check_page(page)
    result = _validation(args)
    pictures = draw_all(args.out / "pictures", result)
    _complete(page, pictures, {"table": report_text(result)})


def _complete(
    page: Path, pictures: Mapping[str, str], blocks: Mapping[str, str], place: str = "pictures"
) -> None:
    """Put links to the pictures and the blocks into a page, and tell what was written.

    place : name of the block of links.
    """
    links = "\n\n".join(f"![{text}](pictures/{name})" for name, text in pictures.items())
    texts = {name: text.rstrip() for name, text in blocks.items()}
    write_blocks(page, {place: links, **texts})
    for name in (*(f"pictures/{name}" for name in pictures), page.name):
        print(page.parent / name)


def _validation(args: argparse.Namespace) -> Validation:
    if args.numbers is not None:
        return read_numbers(args.numbers)
    return validate(args.events, seeds_of(args), args.workers)


def _add_evaluation_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", type=path, dest="folder", required=True, metavar="FOLDER",
        help="where `python -m reco_core evaluate` wrote its tables",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=path, default=ROOT / "docs", metavar="FOLDER",
        help="folder of reconstruction.md and its pictures/ (default: docs)",
    )  # fmt: skip


def _report_evaluation(args: argparse.Namespace) -> None:
    """Pictures and tables of docs/reconstruction.md."""
    from app.report_evaluation import draw_all, methods_text  # needs Matplotlib

    page = args.out / "reconstruction.md"
    check_page(page)
    measures, curves = (read_table(args.folder / name) for name in (MEASURES_FILE, CURVES_FILE))
    pictures = draw_all(args.out / "pictures", measures, curves)
    blocks = {f"table by {kind}": table_text(measures, kind) for kind in KINDS}
    _complete(page, pictures, {"methods": methods_text(), **blocks})
    _report_verdict(args.folder, page)


def _report_verdict(tables: Path, page: Path) -> None:
    """Pictures and tables of the learned verdict in that page, if it was evaluated."""
    from app.report_verdict import draw_verdict, read_verdict

    found = read_verdict(tables)
    if found is None:
        print(f"{tables} has no evaluation of the verdict; that part of the page stays.")
        return
    pictures = draw_verdict(page.parent / "pictures", found)
    _complete(page, pictures, verdict_text(found), "verdict pictures")


def _report_kinds(args: argparse.Namespace) -> None:
    """Tables of docs/reconstruction.md on the kinds of events that methods are made for."""
    page = args.out / "reconstruction.md"
    check_page(page)
    found = read_table(args.folder / KINDS_FILE)
    texts = {kind.name: kind_text(found, kind.name) for kind in EVENT_KINDS}
    blocks = {name: text.rstrip() for name, text in texts.items() if text}
    if not blocks:
        names = ", ".join(texts)
        raise DatasetError(f"{args.folder} has no events of any of these kinds: {names}.")
    write_blocks(page, blocks)
    print(page)


def _add_afp_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", type=path, dest="folder", required=True, metavar="FOLDER",
        help="where `python -m reco_core afp-evaluate` wrote its tables",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=path, default=ROOT / "docs", metavar="FOLDER",
        help="folder of afp.md and its pictures/ (default: docs)",
    )  # fmt: skip


def _report_afp(args: argparse.Namespace) -> None:
    """Pictures and tables of docs/afp.md on the anomaly detectors."""
    from app.report_afp import PAGE, blocks, tables
    from app.report_afp_pictures import draw_all  # needs Matplotlib

    page = args.out / PAGE
    check_page(page)
    rows, curves = tables(args.folder)
    pictures = draw_all(args.out / "pictures", rows, curves)
    _complete(page, pictures, blocks(rows), "detector pictures")


REPORTS: Final = (
    Report("afp", "how good the anomaly detectors are", _add_afp_arguments, _report_afp),
    Report(
        "evaluation",
        "how good the reconstructions are",
        _add_evaluation_arguments,
        _report_evaluation,
    ),
    Report(
        "kinds",
        "how good they are on the kinds of events they are made for (evaluate --only)",
        _add_evaluation_arguments,
        _report_kinds,
    ),
    Report(
        "simulation",
        "the simulation beside the published real data",
        _add_simulation_arguments,
        _report_simulation,
    ),
)
