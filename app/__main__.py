"""python -m app: check settings and data, say where the page is, hand over to gunicorn."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from app.services.algorithms import find_algorithms
from app.services.inference_folder import open_meeting
from app.settings import ROOT, SETTINGS, Settings, load_settings
from reco_core.afp.dataset_find import find_afp
from reco_core.errors import DatasetError, HitscopeError, SettingError
from reco_core.icecube.dataset import find_datasets

NOR_AFP: Final = "Nor are there data of AFP: hits.parquet, .npy files of images, ROOT files."


def main(arguments: Sequence[str] | None = None) -> int:
    """Check, then become the server; 2 where a setting or the data folder cannot be used.

    arguments : as typed after `python -m app`; with `report` first, make a report instead.
    """
    typed = sys.argv[1:] if arguments is None else list(arguments)
    if typed[:1] == ["report"]:
        return import_module("app.report").main(typed[1:])
    _parser().parse_args(typed)
    try:
        settings = load_settings()
        check_address(settings)
        find_algorithms(settings.plugins, settings.hard_degrees)
        open_meeting(settings)
        names = data_set_names(settings)
    except HitscopeError as error:
        print(f"hitscope: {error}", file=sys.stderr)
        return 2
    print(f"Hitscope shows {', '.join(names)} on {address(settings)}", flush=True)
    os.chdir(ROOT)
    os.execv(
        sys.executable,
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app.main:server"],
    )


def data_set_names(settings: Settings) -> list[str]:
    """Of both detectors; DatasetError where there is none of either."""
    try:
        found = find_datasets(settings.data, settings.cache_dir / "indexes", settings.cache_bytes)
        names = [dataset.key for dataset in found]
    except DatasetError as error:
        names = [row.key for row in find_afp(settings.data)]
        if not names:
            raise DatasetError(f"{error} {NOR_AFP}") from error
        return names
    return names + [row.key for row in find_afp(settings.data, names)]


def check_address(settings: Settings) -> None:
    """SettingError where nobody can listen there: gunicorn would try for seconds, in many lines."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        raise SettingError(
            f"Cannot listen on HOST {settings.host!r}, PORT {settings.port}: {reason}. "
            "Choose another, as in: make run PORT=8051"
        ) from error


def _parser() -> argparse.ArgumentParser:
    """No options, only --help: settings come from the environment."""
    rows = (f"  {row.variable:20} {row.help} (default {row.default})" for row in SETTINGS)
    return argparse.ArgumentParser(
        prog="python -m app",
        description="Serve Hitscope. `python -m app report KEY` makes pictures for docs/ instead.",
        epilog="Settings, from the environment:\n" + "\n".join(rows),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def address(settings: Settings) -> str:
    """What to type into the browser."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    return f"http://{host}:{settings.port}"


if __name__ == "__main__":
    sys.exit(main())
