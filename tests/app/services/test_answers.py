"""Answers as values, bytes and rows of a table."""

from __future__ import annotations

import io
import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.algorithms import DIRECTION_COLUMNS, find_algorithms
from app.services.answers import (
    DIGEST_BYTES,
    MAGIC,
    Answer,
    answer_of,
    decode,
    encode,
    rows_of,
    table_of,
    table_schema,
)
from reco_core.errors import ReconstructionError, ServiceError

LINE_FIT = find_algorithms()["line_fit"]
FINITE = st.floats(allow_nan=False, allow_infinity=False)
ROWS = st.fixed_dictionaries(
    {
        name: st.integers(0, 5160) if dtype == pl.Int64 else st.none() | FINITE
        for name, dtype in DIRECTION_COLUMNS.items()
    }
)
REASONS = st.text(min_size=1).filter(lambda text: text != "ok")


@given(ROWS)
def test_an_answer_reads_back(row: dict[str, float]) -> None:
    answer = answer_of(row, LINE_FIT)
    assert answer.is_ok
    assert decode(encode(answer, LINE_FIT), LINE_FIT) == answer == Answer("ok", row)


@given(REASONS)
def test_a_reason_reads_back(reason: str) -> None:
    answer = answer_of(ReconstructionError(reason), LINE_FIT)
    assert decode(encode(answer, LINE_FIT), LINE_FIT) == answer == Answer(reason, {})
    assert not answer.is_ok


@given(ROWS, st.integers(0), st.integers(1, 255))
def test_a_damaged_byte_is_found(row: dict[str, float], place: int, change: int) -> None:
    kept = bytearray(encode(answer_of(row, LINE_FIT), LINE_FIT))
    kept[place % len(kept)] ^= change
    with pytest.raises(ServiceError, match="damaged"):
        decode(bytes(kept), LINE_FIT)


@pytest.mark.parametrize("kept", [b"", b"HSA1", b"\x80\x04N.", MAGIC + bytes(DIGEST_BYTES)])
def test_other_bytes_are_refused(kept: bytes) -> None:
    with pytest.raises(ServiceError, match=rf"damaged \({len(kept)} bytes\)"):
        decode(kept, LINE_FIT)


def test_a_table_of_other_columns_is_refused() -> None:
    other = find_algorithms(["tests.app.services.slow_algorithms"])["slow"]
    foreign = type(other)(**{**vars(other), "columns": {"p_hard": pl.Float64}})
    kept = encode(Answer("ok", {"p_hard": 0.5}), foreign)
    assert decode(kept, foreign).values == {"p_hard": 0.5}
    with pytest.raises(ServiceError, match="has the columns"):
        decode(kept, LINE_FIT)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_answer_that_is_not_a_number_passes(value: float) -> None:
    row = dict.fromkeys(LINE_FIT.columns, 1.0) | {"azimuth": value}
    with pytest.raises(ServiceError, match="'line_fit' gave azimuth = "):
        answer_of(row, LINE_FIT)


@pytest.mark.parametrize("change", [{"azimuth": None}, {"colour": 1}])
def test_other_columns_than_the_algorithms_do_not_pass(change: dict[str, object]) -> None:
    row: dict[str, object] = dict.fromkeys(LINE_FIT.columns, 1.0)
    row = {k: v for k, v in row.items() if k not in change} | {
        k: v for k, v in change.items() if v is not None
    }
    with pytest.raises(ServiceError, match="'line_fit' gave the columns"):
        answer_of(row, LINE_FIT)


@given(st.lists(st.tuples(st.integers(0, 2**62), ROWS | REASONS)))
def test_rows_of_a_table_read_back_in_their_order(given_rows) -> None:  # type: ignore[no-untyped-def]
    answers = [
        (event_id, Answer("ok", row) if isinstance(row, dict) else Answer(row, {}))
        for event_id, row in given_rows
    ]
    table = table_of(answers, LINE_FIT)
    assert table.schema == table_schema(LINE_FIT)
    assert list(table["algorithm"].unique()) in ([], ["line_fit"])
    file = io.BytesIO()
    table.write_parquet(file)
    file.seek(0)
    assert list(rows_of(pl.read_parquet(file), LINE_FIT)) == answers
