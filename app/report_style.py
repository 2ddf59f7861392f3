"""How the pictures of the documentation look, and how they are saved: same input, same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from reco_core.errors import DatasetError, SettingError

REAL: Final = "#101820"
SIMULATED: Final = "#1f6fb2"
OUTSIDE: Final = "#c8501e"
QUIET: Final = "#8a939c"

STYLE: Final = {
    "figure.facecolor": "white",
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": QUIET,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e9ec",
    "grid.linewidth": 0.6,
    "xtick.color": "#4a535c",
    "ytick.color": "#4a535c",
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.4,
    "svg.fonttype": "path",  # looks the same wherever it is shown
    "svg.hashsalt": "hitscope",  # without it ids inside the file differ from run to run
}


def load_matplotlib() -> Any:
    """The module `matplotlib.figure`, in our style; SettingError where Matplotlib is missing."""
    try:
        matplotlib = import_module("matplotlib")
        figure = import_module("matplotlib.figure")
    except ImportError as error:
        raise SettingError(
            f"The pictures need Matplotlib, which is not installed ({error}). "
            "Install the tools of development: pip install -r requirements-dev.txt"
        ) from error
    matplotlib.rcdefaults()  # not the user's own style
    matplotlib.rcParams.update(STYLE)
    return figure


def save(figure: Any, path: Path) -> None:
    """Write an SVG without a date, its lines free of trailing blanks."""
    figure.savefig(path, format="svg", metadata={"Date": None})
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line.rstrip() for line in lines) + "\n")


@dataclass(frozen=True)
class Picture:
    """One file. caption : said of it in the page.  size_in : width and height, inches.

    draw : on a figure of Matplotlib, what follows it in draw_pictures().
    """

    name: str
    caption: str
    size_in: tuple[float, float]
    draw: Callable[..., None]


def draw_pictures(folder: Path, pictures: Sequence[Picture], *shown: Any) -> dict[str, str]:
    """Write pictures of what is shown; caption by file name.

    DatasetError if they cannot be written.
    """
    figures = load_matplotlib()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for picture in pictures:
            figure = figures.Figure(figsize=picture.size_in, layout="constrained")
            picture.draw(figure, *shown)
            save(figure, folder / picture.name)
    except OSError as error:
        raise DatasetError(f"The pictures cannot be written to {folder}: {error}.") from error
    return {picture.name: picture.caption for picture in pictures}
