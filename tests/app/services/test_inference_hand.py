"""The likelihood of what is in hand: in the inference process, and asked from outside."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from app.services import inference_hand
from app.services.events import Library
from app.services.held import BUSY, COMPILING, hand_request
from app.services.inference import Place
from app.services.inference_hand import Hand
from reco_core.icecube.likelihood import by_hand, cascade_by_hand
from tests.app.services.inference_server import Served, until
from tests.reco_core.icecube.cascade_flash import flash
from tests.reco_core.icecube.small_datasets import (
    BIG,
    meta_table,
    pulse_table,
    write_batch,
    write_small,
)

TRACK: dict[str, Any] = {
    "kind": "track", "zenith": 1.0, "azimuth": 2.0, "point_m": [0.0, 0.0, 0.0], "time_ns": 500.0,
}  # fmt: skip
CASCADE = TRACK | {"kind": "cascade"}
PLACE, FLASH = Place("set", 1), Place("set", 10)


@pytest.fixture(scope="module", autouse=True)
def by_hand_compiled() -> None:
    by_hand.load()
    cascade_by_hand.load()


@pytest.fixture
def hand(tmp_path: Path) -> Hand:
    write_small(tmp_path / "set", {1: 60, 2: 40})
    write_flash(tmp_path / "set", event_id=10)
    return Hand(Library(tmp_path / "set", tmp_path / "index", BIG))


def write_flash(folder: Path, event_id: int) -> None:
    """One event with the light of a cascade, as batch 2."""
    pulses, *_ = flash()
    columns = {"sensor_id": pulses.sensor_id, "time": pulses.time_ns, "charge": pulses.charge_pe}
    frame = pl.DataFrame(columns | {"auxiliary": pulses.auxiliary})
    frame = frame.select(pl.lit(event_id).cast(pl.Int64).alias("event_id"), pl.all())
    write_batch(folder, frame, number=2)
    meta_table({event_id: len(frame)}, batch_id=2).vstack(
        pl.read_parquet(folder / "train_meta.parquet")
    ).sort("batch_id", "event_id").write_parquet(folder / "train_meta.parquet")


def ready(hand: Hand, body: dict[str, Any], place: Place = PLACE) -> dict[str, Any]:
    """The answer, once it is compiled."""

    def answer() -> dict[str, Any] | None:
        told = hand.answer(place, body)
        return None if told["state"] == "starting" else told

    return until(answer, "the likelihood is compiled")


def test_a_track_has_the_likelihoods_of_both_fits(hand: Hand, tmp_path: Path) -> None:
    told = ready(hand, TRACK)
    dataset = Library(tmp_path / "set", tmp_path / "index", BIG).dataset("set")
    lit = by_hand.lit_doms(dataset.event(1).pulses, dataset.detector)
    held = by_hand.Held(1.0, 2.0, (0.0, 0.0, 0.0), 500.0)
    assert told == {
        "state": "done", "message": "", "n_doms": lit.n_doms, "energy_gev": None, "held": None,
        "log_likelihood": by_hand.track_log_likelihoods(lit, held),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "fit"), [(TRACK, "spe_fit"), (TRACK, "mpe_fit"), (CASCADE, "cascade_fit")]
)
def test_a_fit_from_there_is_likelier(hand: Hand, body: dict[str, Any], fit: str) -> None:
    before, after = (ready(hand, body | {"fit": by}, FLASH) for by in (None, fit))
    assert after["log_likelihood"][fit] > before["log_likelihood"][fit]
    again = ready(hand, {"kind": body["kind"], **after["held"]}, FLASH)
    assert again["log_likelihood"][fit] > after["log_likelihood"][fit] - 1e-3
    assert (after["energy_gev"] is None) == (fit != "cascade_fit")


def test_while_it_compiles_it_says_so(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr(by_hand, "load", gate.wait)
    monkeypatch.setattr(inference_hand, "LOAD_PATIENCE_S", 0.01)
    told = hand.answer(PLACE, TRACK)
    assert (told["state"], told["message"]) == ("starting", COMPILING)
    gate.set()
    assert ready(hand, TRACK)["state"] == "done"


def test_what_cannot_be_loaded_is_told(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("no compiler")

    monkeypatch.setattr(by_hand, "load", broken)
    told = ready(hand, TRACK)
    assert told["state"] == "failed"
    assert "OSError('no compiler')" in told["message"]


def test_one_hand_at_a_time(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(hand, TRACK)
    inside, gate = threading.Event(), threading.Event()
    prepared = hand._prepared

    def slow(place: Place, kind: str) -> Any:
        inside.set()
        gate.wait()
        return prepared(place, kind)

    monkeypatch.setattr(hand, "_prepared", slow)
    monkeypatch.setattr(inference_hand, "BUSY_S", 0.05)
    first = threading.Thread(target=hand.answer, args=(PLACE, TRACK))
    first.start()
    inside.wait()
    told = hand.answer(PLACE, TRACK)
    gate.set()
    first.join()
    assert (told["state"], told["message"]) == ("queued", BUSY)
    assert hand.answer(PLACE, TRACK)["state"] == "done"


def test_an_event_changed_on_disk_is_looked_at_anew(hand: Hand, tmp_path: Path) -> None:
    before = ready(hand, TRACK)
    write_batch(tmp_path / "set", pulse_table({1: 80, 2: 40}, seed=5))
    after = until(
        lambda: (told := hand.answer(PLACE, TRACK)) != before and told, "the change is seen"
    )
    assert after["n_doms"] != before["n_doms"]


def test_what_has_no_likelihood_has_a_reason(hand: Hand) -> None:
    told = ready(hand, CASCADE)  # noise alone, as the cascade fit says of it too
    assert told["state"] == "failed"
    assert told["message"].startswith("Light of the likeliest vertex explains")
    told = hand.answer(Place("set", 999), TRACK)
    assert (told["state"], told["message"][:13]) == ("failed", "No event 999 ")
    assert hand.answer(Place("gone", 1), TRACK)["message"].startswith("There is no data set 'gone'")


@pytest.mark.parametrize("body", [{}, TRACK | {"zenith": "x"}, TRACK | {"op": "by_hand"}])
def test_what_is_no_request_is_an_error(hand: Hand, body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="xpected"):
        hand.answer(PLACE, body)


def test_few_events_are_kept(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference_hand, "MOST_EVENTS", 2)
    for body, event_id in ((TRACK, 1), (TRACK, 2), (TRACK, 10), (CASCADE, 10), (TRACK, 1)):
        assert ready(hand, body, Place("set", event_id))["state"] == "done"
    assert len(hand._kept) == 2


def test_asked_through_the_process(slow: Served) -> None:
    asked = hand_request(TRACK)
    place = Place("set", 30)
    told = slow.inference.by_hand(place, asked)
    assert told["state"] == "starting"
    assert told["message"] == COMPILING
    done = until(
        lambda: (now := slow.inference.by_hand(place, asked))["state"] == "done" and now,
        "the likelihood is there",
    )
    assert set(done["log_likelihood"]) == {"spe_fit", "mpe_fit"}
    started_s = time.monotonic()
    for _ in range(20):
        assert slow.inference.by_hand(place, asked) == done
    assert time.monotonic() - started_s < 2
    pid = slow.ready_pid()
    missing = slow.inference.by_hand(Place("set", 999), asked)
    assert missing["state"] == "failed"
    assert slow.ready_pid() == pid
