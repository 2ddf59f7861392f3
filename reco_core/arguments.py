"""Checks of what is typed after a command, for `type=` of argparse."""

from __future__ import annotations

import argparse
from pathlib import Path


def path(text: str) -> Path:
    """A file or folder. An empty text, as of an unset variable, would mean the current folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; expected the name of a file or folder")
    return Path(text)
