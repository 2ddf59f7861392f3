"""What is known of a job, as it lies on disk: written by ourselves, and yet not believed."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

from reco_core.errors import ServiceError

FORMAT: Final = 1
JobState = Literal["queued", "running", "done", "cancelled", "failed"]
MEND: Final = "start the same job again, or delete its folder."
OPEN: Final[tuple[JobState, ...]] = ("queued", "running")
LATEST_S: Final = 1e11  # the year 5138
MOST: Final = 2.0**53  # beyond it a browser cannot tell numbers apart
_TYPES: Final = {
    "str": str, "int": int, "float": (int, float), "float | None": (int, float, type(None)),
    "JobState": str, "dict[str, Any] | None": (dict, type(None)),
}  # fmt: skip


@dataclass(frozen=True)
class Record:
    """What job.json holds.

    folder : of the data set.  fingerprint : of its files.  answers : digest of the algorithm as it
    was.  created_s, queued_s, ended_s : s since 1970.  n_errors : of n_failed, those that may be
    tried again (job_answers.ERROR).  summary : see Jobs.summary.
    """

    id: str
    dataset: str
    folder: str
    fingerprint: str
    algorithm: str
    answers: str
    label: str
    created_s: float
    queued_s: float
    state: JobState = "queued"
    message: str = ""
    n_done: int = 0
    n_total: int = 0
    n_failed: int = 0
    n_errors: int = 0
    rate_per_s: float | None = None
    ended_s: float | None = None
    summary: dict[str, Any] | None = None


def record_of(text: bytes, path: Path, job_id: str) -> Record:
    try:
        values = json.loads(text, parse_constant=_refuse)
        if not isinstance(values, dict):
            raise TypeError(f"it holds {type(values).__name__}")
        if values.pop("format", None) != FORMAT:
            raise ServiceError(f"{path} was written by another version of Hitscope; {MEND}")
        record = Record(**values)
        _check_types(record)
    except (ValueError, TypeError, RecursionError) as error:
        raise ServiceError(f"{path} is damaged ({error}); {MEND}") from error
    if record.id != job_id:
        raise ServiceError(f"{path} belongs to job {record.id!r}; {MEND}")
    return record


def _refuse(name: str) -> None:
    raise ValueError(f"it holds {name}")


def _check_types(record: Record) -> None:
    for field in fields(record):
        value = getattr(record, field.name)
        expected = cast("type | tuple[type, ...]", _TYPES[str(field.type)])
        if not (isinstance(value, expected) and _is_usable(value)):
            raise TypeError(f"{field.name} is {repr(value)[:80]}")
    if record.state not in get_args(JobState):
        raise TypeError(f"state is {record.state!r}")
    for value in (record.created_s, record.queued_s, record.ended_s or 0.0):
        if value > LATEST_S:
            raise TypeError(f"a time is {value!r} s after 1970")


def _is_usable(value: Any) -> bool:
    """Can it be sent to a browser? No number is negative here, or without end."""
    if isinstance(value, dict):
        return all(not isinstance(one, dict) and _is_usable(one) for one in value.values())
    if isinstance(value, bool):
        return False
    return (
        value is None
        or isinstance(value, str)
        or (isinstance(value, (int, float)) and 0 <= value <= MOST)
    )
