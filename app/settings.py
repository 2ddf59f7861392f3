"""Every setting: name, default, unit, help. The only reader of the environment."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reco_core.errors import SettingError

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Setting:
    """One row of the table: field of Settings, variable, default as typed, unit, what it does."""

    field: str
    variable: str
    default: str
    unit: str
    help: str
    parse: Callable[[str], Any]


@dataclass(frozen=True)
class Settings:
    """Checked values of all settings."""

    data: Path
    cache_dir: Path
    cache_bytes: int
    result_bytes: int
    runtime_dir: Path
    plugins: tuple[str, ...]
    inference_limit_s: float
    ahead: int
    hard_degrees: float
    host: str
    hosts: tuple[str, ...]
    port: int
    workers: int
    threads: int


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _gigabytes(text: str) -> int:
    value = float(text)
    if not 0.001 <= value <= 1_000_000:
        raise ValueError("out of range")
    return int(value * 1e9)


def _modules(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not all(part.isidentifier() for name in names for part in name.split(".")):
        raise ValueError("not names of modules")
    return names


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not all(re.fullmatch(r"[A-Za-z0-9.-]{1,253}|[0-9a-fA-F:]{2,39}", name) for name in names):
        raise ValueError("not host names")
    return names


def _seconds(text: str) -> float:
    value = float(text)
    if not 1 <= value <= 86_400:
        raise ValueError("out of range")
    return value


def _few(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 100:
        raise ValueError("out of range")
    return value


def _degrees(text: str) -> float:
    value = float(text)
    if not 1 <= value <= 90:
        raise ValueError("out of range")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 65535:
        raise ValueError("out of range")
    return value


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 256:
        raise ValueError("out of range")
    return value


# Not in the cache's folder, which may be read-only, full, or deleted at any time.
_OWN_TEMPORARY = Path(tempfile.gettempdir()) / f"hitscope-{os.getuid()}"

SETTINGS = (
    Setting("data", "HITSCOPE_DATA", str(ROOT / "data" / "demo"), "folder",
            "a data set's folder, or a folder of data sets", _folder),
    Setting("cache_dir", "HITSCOPE_CACHE_DIR", "~/.cache/hitscope", "folder",
            "where indexes, answers and tables of jobs are kept", _folder),
    Setting("cache_bytes", "HITSCOPE_CACHE_GB", "20", "GB, 0.001 to 1,000,000",
            "size of the indexes; the least recently used go first", _gigabytes),
    Setting("result_bytes", "HITSCOPE_RESULTS_GB", "4", "GB, 0.001 to 1,000,000",
            "size of the cache of results; the oldest go first", _gigabytes),
    Setting("runtime_dir", "HITSCOPE_RUNTIME_DIR", str(_OWN_TEMPORARY), "folder",
            "where the server's processes meet: sockets, locks, counters", _folder),
    Setting("plugins", "HITSCOPE_PLUGINS", "", "names of Python modules, separated by commas",
            "modules with algorithms of your own, each a list ALGORITHMS", _modules),
    Setting("inference_limit_s", "HITSCOPE_INFERENCE_LIMIT_S", "120", "s, 1 to 86,400",
            "time that one computation may take before it is ended", _seconds),
    Setting("ahead", "HITSCOPE_AHEAD", "3", "0 to 100",
            "how many of the next events are computed ahead", _few),
    Setting("hard_degrees", "HITSCOPE_HARD_DEGREES", "20", "degrees, 1 to 90",
            "errors of the best reconstruction above it make an event hard", _degrees),
    Setting("host", "HOST", "127.0.0.1", "address", "the address to listen on", str),
    Setting("hosts", "HITSCOPE_HOSTS", "", "host names, separated by commas",
            "names that people type to reach it, where they are not those of this machine", _names),
    Setting("port", "PORT", "8050", "1 to 65535", "the port to listen on", _port),
    Setting("workers", "WEB_CONCURRENCY", "2", "1 to 256", "web worker processes", _count),
    Setting("threads", "HITSCOPE_THREADS", "8", "1 to 256", "threads of each web worker", _count),
)  # fmt: skip


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment, or SettingError naming the variable and what it may be."""
    environment = os.environ if environment is None else environment
    return Settings(**{row.field: _value(row, environment) for row in SETTINGS})


def _value(row: Setting, environment: Mapping[str, str]) -> Any:
    text = environment.get(row.variable, "").strip() or row.default
    try:
        return row.parse(text)
    except (ValueError, RuntimeError) as error:  # RuntimeError: ~name of no user
        raise SettingError(
            f"{row.variable} is {text!r}; expected {row.unit} ({row.help})."
        ) from error


def metrics_folder() -> Path | None:
    """Where the processes of this server keep their counters; gunicorn.conf.py says it to them."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")  # prometheus_client reads it too
    return Path(folder) if folder else None
