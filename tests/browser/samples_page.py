"""What docs/samples.md says of each event: its facts, its picture, a table of its directions.

Each event has a section of the page with two comments; what stands between them is made here, the
sentences after them are by hand and stay.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.report_pages import comments_of, write_blocks
from reco_core.icecube.classification.learned_names import HARD_DEGREES
from reco_core.units import energy_text

OVERVIEW = "overview"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Sample:
    """An event as the page showed it. told : its lines under the title.  rows : its directions, in
    the table's order, as in `overlays` of docs/api.md.
    """

    dataset: str
    event_id: int
    title: str
    told: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        return name_of(self.dataset, self.event_id)

    @property
    def file(self) -> str:
        return f"{self.dataset}-{self.event_id}.jpg"


def name_of(dataset: str, event_id: int) -> str:
    """Name of the section of an event, and of its block."""
    return f"{dataset} {event_id}"


def add_sections(page: Path, names: Sequence[str]) -> None:
    """Put a heading and the comments of a block at the end of the page for each event without."""
    text = page.read_text()
    for name in names:
        begin, end = comments_of(name)
        if begin not in text:
            text = f"{text.rstrip()}\n\n### {name}\n\n{begin}\n\n{end}\n"
    page.write_text(text)


def write_sections(page: Path, samples: Sequence[Sample], pictures: str) -> None:
    """Fill the blocks of the page. pictures : their folder, as seen from the page."""
    blocks = {sample.name: section_text(sample, pictures) for sample in samples}
    write_blocks(page, {OVERVIEW: overview_text(samples), **blocks})


def section_text(sample: Sample, pictures: str) -> str:
    """Facts, picture and table of one event."""
    facts = "; ".join(part for part in sample.told if part)
    named = "" if sample.title.startswith("Event ") else f"{sample.title}: "
    picture = f"![{sample.name}]({pictures}/{sample.file})"
    return "\n\n".join((f"{named}{facts}.", picture, table_text(sample.rows)))


def table_text(rows: Sequence[Row]) -> str:
    """The directions of one event; of one without an answer the reason."""
    lines = [
        "| direction | zenith, deg | azimuth, deg | to truth, deg | uncertainty, deg | energy |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*lines, *(f"| {' | '.join(_cells(row))} |" for row in rows)])


def _cells(row: Row) -> tuple[str, ...]:
    if row["zenith"] is None:
        return (row["label"], row["reason"] or "could not be computed", *[""] * 4)
    angles = (degrees_text(row[key]) for key in ("zenith", "azimuth"))
    off, uncertainty = (_degrees(row[key]) for key in ("opening_angle", "uncertainty_rad"))
    return (row["label"], *angles, off, uncertainty, _energy(row))


def overview_text(samples: Sequence[Sample]) -> str:
    """Angles to the truth of all events that have one, by method."""
    known = [sample for sample in samples if any(row["key"] == "truth" for row in sample.rows)]
    keys = list(
        dict.fromkeys(
            row["key"] for sample in known for row in sample.rows if row["key"] != "truth"
        )
    )
    lines = [
        f"| event | {' | '.join(keys)} |",
        f"| --- |{' --- |' * len(keys)}",
    ]
    for sample in known:
        off = {row["key"]: row["opening_angle"] for row in sample.rows}
        cells = (_marked(off.get(key)) for key in keys)
        lines.append(f"| {sample.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _marked(angle_rad: float | None) -> str:
    if angle_rad is None:
        return "none"
    text = degrees_text(angle_rad)
    return f"**{text}**" if math.degrees(angle_rad) > HARD_DEGREES else text


def _energy(row: Row) -> str:
    if row["energy_gev"] is None:
        return ""
    return energy_text(row["energy_gev"]) if row["key"] == "truth" else _about(row["energy_gev"])


def _about(energy_gev: float) -> str:
    """All but the truth's are estimates, and must not pass for more."""
    digits = 1 - math.floor(math.log10(energy_gev))
    return f"about {energy_text(round(energy_gev, digits))}"


def _degrees(angle_rad: float | None) -> str:
    return "" if angle_rad is None else degrees_text(angle_rad)


def degrees_text(angle_rad: float) -> str:
    """0.0035 rad -> '0.20'; with one digit less from 10 degrees on."""
    angle = math.degrees(angle_rad)
    return f"{angle:.1f}" if angle >= 10 else f"{angle:.2f}"
