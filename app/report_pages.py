"""Blocks of a Markdown page that a command writes, between two comments; the rest is by hand."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from reco_core.errors import DatasetError


def check_page(page: Path) -> None:
    """DatasetError, before any work is done, where the page cannot be read."""
    _read(page)


def write_blocks(page: Path, blocks: Mapping[str, str]) -> None:
    """Replace what stands between the two comments of each block, by its name.

    DatasetError if the page is not there, lacks a comment, or cannot be written.
    """
    text = _read(page)
    for name, content in blocks.items():
        text = _replaced(text, name, content, page)
    part = page.with_name(f".{page.name}.part")
    try:
        part.write_text(text)
        os.replace(part, page)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DatasetError(f"{page} cannot be written: {error.strerror or error}.") from error


def comments_of(name: str) -> tuple[str, str]:
    """The comments before and after a block."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def _replaced(text: str, name: str, content: str, page: Path) -> str:
    begin, end = comments_of(name)
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise DatasetError(
            f"{page} has no place for the {name}; expected the lines {begin!r} and {end!r} in it, "
            "in this order."
        )
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"


def _read(page: Path) -> str:
    try:
        return page.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"{page} cannot be read: {error}. It is the page that the report completes; "
            "choose its folder with --out."
        ) from error
