"""Data sets of AFP in a folder of data, by the names of its files; none is read."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

from reco_core.afp.dataset_stored import is_stored
from reco_core.dataset_names import (
    is_file_or_broken_link,
    is_utf8,
    sub_folders,
    unique_name,
    url_safe,
)
from reco_core.errors import DatasetError

Form = Literal["hits", "ROOT", "images"]
FORM_OF: Final[dict[str, Form]] = {".root": "ROOT", ".npy": "images"}


class Found(NamedTuple):
    """A path that open_afp understands.  key : name for addresses.  form : of its files."""

    key: str
    path: Path
    form: Form


def find_afp(root: Path, taken: Collection[str] = ()) -> tuple[Found, ...]:
    """The data set that `root` is, or those in it: sub-folders by name, then single files by name.

    A folder whose files are all of one form is one data set, unless there are others in its
    sub-folders. taken : keys that are not to be given. Empty where there is none.
    """
    found: list[Found] = []
    for path, form in _candidates(Path(os.path.abspath(root))):
        names = {*taken, *(row.key for row in found)}
        name = path.stem if path.suffix in FORM_OF else path.name
        found.append(Found(unique_name(url_safe(name), names), path, form))
    return tuple(found)


def _candidates(root: Path) -> list[tuple[Path, Form]]:
    if not is_utf8(root):
        return []
    own = _form_of(root)
    if own == "hits" or (own and root.is_file()):
        return [(root, own)]
    below = [(path, form) for path in _folders(root) if (form := _form_of(path))]
    if own and not below:
        return [(root, own)]
    return below + list(_files(root))


def _form_of(path: Path) -> Form | None:
    """What the file or folder is; None for no AFP data, or a folder of several forms."""
    if is_stored(path):
        return "hits"
    if path.is_file():
        return FORM_OF.get(path.suffix)
    forms = {form for _, form in _files(path)}
    return forms.pop() if len(forms) == 1 else None


def _folders(root: Path) -> list[Path]:
    try:
        return sub_folders(root) if root.is_dir() else []
    except DatasetError:  # told where data sets of IceCube are looked for
        return []


def _files(folder: Path) -> Iterator[tuple[Path, Form]]:
    try:
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError:
        return
    for path in paths:
        named = path.suffix in FORM_OF and path.name[0] != "." and is_utf8(path)
        if named and is_file_or_broken_link(path):
            yield path, FORM_OF[path.suffix]
