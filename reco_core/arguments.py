"""Checks of what is typed after a command."""

from __future__ import annotations

import argparse
from pathlib import Path

from reco_core.errors import SettingError


def path(text: str) -> Path:
    """A file or folder, for `type=` of argparse.

    An empty text, as of an unset variable, would mean the current folder.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; expected the name of a file or folder")
    return Path(text)


def check_least(option: str, value: int, least: int) -> None:
    """SettingError for a number that is too small."""
    if value < least:
        raise SettingError(f"{option} is {value!r}; expected a whole number of {least} or more.")
