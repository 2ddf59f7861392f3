"""One algorithm's answer for one event, as values, as bytes to keep, and as rows of a table."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from app.services.algorithms import Algorithm, Row
from reco_core.errors import ReconstructionError, ServiceError

OK: Final = "ok"
MAGIC: Final = b"HSA1"
DIGEST_BYTES: Final = 16


@dataclass(frozen=True)
class Answer:
    """status : 'ok', or the reason why there is no answer.  values : of each column, if ok."""

    status: str
    values: Mapping[str, Any]

    @property
    def is_ok(self) -> bool:
        return self.status == OK


def answer_of(computed: Row | ReconstructionError, algorithm: Algorithm) -> Answer:
    """What an algorithm gave, checked; ServiceError if it is no answer (a column, NaN)."""
    if isinstance(computed, ReconstructionError):
        return Answer(str(computed) or "no answer", {})
    if set(computed) != set(algorithm.columns):
        raise ServiceError(
            f"Algorithm {algorithm.key!r} gave the columns {sorted(computed)}; expected "
            f"{sorted(algorithm.columns)}."
        )
    for name, value in computed.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ServiceError(f"Algorithm {algorithm.key!r} gave {name} = {value!r}.")
    return Answer(OK, {name: computed[name] for name in algorithm.columns})


def encode(answer: Answer, algorithm: Algorithm) -> bytes:
    """Bytes to keep: magic, digest of what follows, one row as Arrow IPC. No pickle."""
    buffer = io.BytesIO()
    table_of([(0, answer)], algorithm).write_ipc_stream(buffer, compression="uncompressed")
    body = buffer.getvalue()
    return MAGIC + _digest(body) + body


def decode(kept: bytes, algorithm: Algorithm) -> Answer:
    """The answer again; ServiceError where the bytes are damaged or of another layout."""
    start = len(MAGIC) + DIGEST_BYTES
    body = kept[start:]
    if kept[: len(MAGIC)] != MAGIC or kept[len(MAGIC) : start] != _digest(body):
        raise ServiceError(f"A kept answer of {algorithm.key!r} is damaged ({len(kept)} bytes).")
    try:
        frame = pl.read_ipc_stream(io.BytesIO(body))
    except pl.exceptions.PolarsError as error:
        raise ServiceError(f"A kept answer of {algorithm.key!r} is no Arrow: {error}.") from error
    if frame.schema != table_schema(algorithm) or len(frame) != 1:
        raise ServiceError(f"A kept answer of {algorithm.key!r} has the columns {frame.schema}.")
    row = frame.row(0, named=True)
    status = row["status"]
    return Answer(status, {name: row[name] for name in algorithm.columns} if status == OK else {})


def table_of(answers: Iterable[tuple[int, Answer]], algorithm: Algorithm) -> pl.DataFrame:
    """One row per (event_id, answer), in their order, with the columns of table_schema."""
    rows = [
        {"event_id": event_id, "algorithm": algorithm.key, "status": answer.status, **answer.values}
        for event_id, answer in answers
    ]
    return pl.DataFrame(rows, schema=table_schema(algorithm), orient="row")


def table_schema(algorithm: Algorithm) -> pl.Schema:
    """event_id, algorithm, status, then the algorithm's own columns (null unless status is ok)."""
    own = {"event_id": pl.Int64, "algorithm": pl.String, "status": pl.String}
    return pl.Schema({**own, **algorithm.columns})


def rows_of(frame: pl.DataFrame, algorithm: Algorithm) -> Sequence[tuple[int, Answer]]:
    """(event_id, answer) of each row of such a table."""
    return [
        (
            row["event_id"],
            Answer(row["status"], {n: row[n] for n in algorithm.columns})
            if row["status"] == OK
            else Answer(row["status"], {}),
        )
        for row in frame.iter_rows(named=True)
    ]


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:DIGEST_BYTES]
