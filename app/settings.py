"""Every setting: name, default, unit, help. The only reader of the environment."""

from __future__ import annotations

import os
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
    host: str
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


SETTINGS = (
    Setting("data", "HITSCOPE_DATA", str(ROOT / "data" / "demo"), "folder",
            "a data set's folder, or a folder of data sets", _folder),
    Setting("cache_dir", "HITSCOPE_CACHE_DIR", "~/.cache/hitscope", "folder",
            "where indexes are kept; may be deleted at any time", _folder),
    Setting("cache_bytes", "HITSCOPE_CACHE_GB", "20", "GB, 0.001 to 1,000,000",
            "size of the cache; the least recently used indexes go first", _gigabytes),
    Setting("host", "HOST", "127.0.0.1", "address", "the address to listen on", str),
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
