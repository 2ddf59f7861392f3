"""Functions compiled to machine code on their first call; the result is kept on disk."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

import numba
import numpy as np

from reco_core.compiled_part import PartCompiler

SOURCE: Final = Path(__file__).parent
IMPORT: Final = re.compile(
    r"^ *(?:from|import) +(reco_core[\w.]*)(?: +import +(\([^)]*\)|[^\n]*))?", re.MULTILINE
)

# As numpy divides by zero; and constants are divided by as one multiplies by their inverse.
ARITHMETIC: Final[dict[str, Any]] = {"error_model": "numpy", "fastmath": {"arcp"}}

P = ParamSpec("P")
R = TypeVar("R")
Fields = TypeVar("Fields", bound=tuple[Any, ...])


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function compiled by numba, for other compiled functions alone to call."""
    return cast(
        Callable[P, R],
        numba.njit(
            function,
            pipeline_class=PartCompiler,
            no_cpython_wrapper=True,
            no_cfunc_wrapper=True,
            **ARITHMETIC,
        ),
    )


def compiled_entry(function: Callable[P, R]) -> Callable[P, R]:
    """Same for a function that Python calls: what is compiled is kept beside the source.

    Where that folder cannot be written, every process compiles anew. Runs in several threads at
    once: it lets go of Python's lock.
    """
    entry = numba.njit(function, nogil=True, **ARITHMETIC)
    folder = _cache_folder(function.__module__)
    with _kept_in(folder), suppress(RuntimeError):  # numba: there is no place to keep it
        entry.enable_caching()
    return cast(Callable[P, R], entry)


@contextmanager
def compiling() -> Iterator[None]:
    """Keep Python from looking for garbage meanwhile and, ever after, in what is there by then.

    The compiler makes millions of objects that stay: going through them over and over is a tenth of
    a first start, and some percent of all later work.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@cache
def _cache_folder(module: str) -> str:
    """A folder of its own for each state of the module and of all that it imports from here.

    Numba looks at the file of the entry alone: it would go on using what was compiled of a function
    in another file that has changed since.
    """
    files = sorted(_imported_files(module))
    state = "".join(f"{path}{path.stat().st_mtime_ns}{path.stat().st_size}" for path in files)
    return str(SOURCE / "__pycache__" / f"compiled-{sha256(state.encode()).hexdigest()[:16]}")


def _imported_files(module: str) -> set[Path]:
    """The source of a module and, over and over, of what it imports; all there is of another's."""
    first = _file_of(module)
    if first is None:
        return set(SOURCE.rglob("*.py"))
    found, open_ends = {first}, [first]
    while open_ends:
        for match in IMPORT.finditer(open_ends.pop().read_text()):
            names = re.findall(r"\w+", match[2] or "")
            for name in (match[1], *(f"{match[1]}.{part}" for part in names)):
                path = _file_of(name)
                if path is not None and path not in found:
                    found.add(path)
                    open_ends.append(path)
    return found


def _file_of(module: str) -> Path | None:
    """The file of a module of this package."""
    package, *parts = module.split(".")
    if package != SOURCE.name:
        return None
    place = SOURCE.joinpath(*parts)
    candidates = (place.with_suffix(".py"), place / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


@contextmanager
def _kept_in(folder: str) -> Iterator[None]:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = folder
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


def whole(value: int) -> int:
    """A constant for compiled functions to hand on: of Python's own, each has a type of its own.

    A function that is called with two of them would be compiled twice.
    """
    return cast(int, np.int64(value))


def flag(value: bool) -> bool:
    """Same for a truth value."""
    return cast(bool, np.bool_(value))


ZERO: Final = whole(0)


def flat(fields: Fields) -> Fields:
    """The numbers and arrays of a NamedTuple in one block of memory, under the same names.

    Compiled functions pass it on as one pointer; a tuple of arrays costs each call a count of the
    references to every array in it, and the compiler a value for each of their dimensions.
    """
    named = {name: np.asarray(value) for name, value in fields._asdict().items()}  # type: ignore[attr-defined]
    layout = np.dtype([(name, array.dtype, array.shape) for name, array in named.items()])
    block = np.zeros(1, layout).view(np.recarray)[0]
    for name, array in named.items():
        if array.any():  # zeros are there already, and untouched memory costs nothing
            block[name] = array
    return cast(Fields, block)
