"""The tables of docs/afp.md, section Simulation, made of the tables that the simulation uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reco_core.afp.simulation.classes import CLASSES
from reco_core.afp.simulation.parameters import NUMBERS
from reco_core.afp.simulation.severities import SEVERITIES


def simulation_tables() -> str:
    """What stands between the marks of the page."""
    return "\n".join((_classes(), _severities(), _numbers()))


def _classes() -> str:
    rows = (
        (f"`{row.name}`", "yes" if row.anomalous else "no", row.about, row.plane, row.severity)
        for row in CLASSES
    )
    head = ("class", "anomalous", "what happens", "`plane` of the truth", "`severity` of the truth")
    return "### Classes\n\n" + _table(head, rows)


def _severities() -> str:
    rows = (
        (f"`{row.event_class}`", f"`{name}`", _value(row.value), row.unit, row.meaning)
        for name, row in SEVERITIES.items()
    )
    return "### Severities\n\n" + _table(("class", "number", "value", "unit", "meaning"), rows)


def _numbers() -> str:
    rows = (
        (f"`{name}`", _value(row.value), row.unit, row.meaning, row.source)
        for name, row in NUMBERS.items()
    )
    return "### Numbers\n\n" + _table(("number", "value", "unit", "meaning", "source"), rows)


def _value(value: float) -> str:
    """Examples: "17,800", "0.02", "0.0164"."""
    return f"{value:,.0f}" if value == round(value) else f"{value:.3g}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
