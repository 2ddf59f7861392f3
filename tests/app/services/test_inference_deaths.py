"""What the process died in, as its successors find it; and its files, locks and settings."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.services.inference_deaths import FORGOTTEN_S, KILLED, Deaths
from app.services.inference_folder import (
    Lock,
    Meeting,
    is_free,
    meeting_of,
    open_meeting,
    own_folder,
    settings_json,
    settings_of_json,
    told_in,
)
from app.services.inference_keeper import LONGEST_WAIT_S, pause_s
from app.settings import load_settings
from reco_core.errors import SettingError

ROOT = Path(__file__).resolve().parents[3]


class Clock:
    def __init__(self) -> None:
        self.now_s = 1e9

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    return Meeting(tmp_path, "inference-test")


def died_in(
    meeting: Meeting, *keys: str, clock: Clock | None = None, hung: str = "", text: str = ""
) -> None:
    """As a process leaves it that is killed while it computes these."""
    deaths = Deaths(meeting, 100.0, clock or Clock())
    deaths.begin(keys, text=text)
    begun = meeting.begun.read_bytes()
    deaths.close()
    meeting.begun.write_bytes(begun)
    meeting.hang.write_text(hung)


def look(meeting: Meeting, clock: Clock | None = None) -> Deaths:
    """As the next process finds it."""
    deaths = Deaths(meeting, 100.0, clock or Clock())
    deaths.close()
    return deaths


def test_one_death_makes_a_suspect_two_are_deadly(meeting: Meeting) -> None:
    died_in(meeting, "a", "b")
    found = look(meeting)
    assert (found.times("a"), found.is_suspect("a"), found.is_deadly("a")) == (1, True, False)
    assert (found.times("c"), found.is_suspect("c")) == (0, False)
    died_in(meeting, "a")
    found = look(meeting)
    assert found.is_deadly("a")
    assert not found.is_deadly("b")
    assert found.is_suspect("b")
    assert found.message("a", "Line fit", 24) == (
        "The inference process ended 2 times while it computed Line fit of event 24 (it was "
        "killed, perhaps for want of memory, or crashed). It can be tried again after 10 minutes; "
        "other events are not affected."
    )


def test_the_log_names_what_the_process_died_in(
    meeting: Meeting, caplog: pytest.LogCaptureFixture
) -> None:
    died_in(meeting, "a", text="Slow of demo/38")
    look(meeting)
    assert "died while it computed Slow of demo/38: it was killed" in caplog.text
    died_in(meeting, "a", "b")
    look(meeting)
    assert "died while it computed 2 events: it was killed" in caplog.text


def test_a_hanging_one_is_told_as_such(meeting: Meeting) -> None:
    died_in(meeting, "a", hung="Timeout!\nline 1")
    assert look(meeting).why("a") == "it took longer than 100 s"
    died_in(meeting, "a")
    assert look(meeting).why("a") == KILLED


def test_deaths_are_forgotten(meeting: Meeting) -> None:
    clock = Clock()
    died_in(meeting, "a", clock=clock)
    died_in(meeting, "a", clock=clock)
    found = look(meeting, clock)
    clock.now_s += FORGOTTEN_S - 1
    assert found.is_deadly("a")
    clock.now_s += 2
    assert not found.is_suspect("a")
    assert look(meeting, clock).times("a") == 0


def test_what_comes_through_is_innocent(meeting: Meeting) -> None:
    died_in(meeting, "a", "b")
    deaths = Deaths(meeting, 100.0, Clock())
    deaths.begin(["a"])
    deaths.finished()
    assert deaths.times("a") == 0
    deaths.close()
    assert look(meeting).times("a") == 0
    assert look(meeting).times("b") == 1


def test_a_process_that_ends_of_its_own_will_blames_nobody(meeting: Meeting) -> None:
    deaths = Deaths(meeting, 100.0, Clock())
    deaths.begin(["a"])
    deaths.close()
    deaths.begin(["b"])  # the thread that computes goes on for an instant
    deaths.finished()
    assert told_in(meeting.begun) == {"keys": []}


def test_a_shorter_line_over_a_longer_is_read_well(meeting: Meeting) -> None:
    died_in(meeting, "a" * 500)
    deaths = Deaths(meeting, 100.0, Clock())
    deaths.begin(["b" * 500])
    deaths.finished()
    deaths.begin(["c"])
    assert told_in(meeting.begun) == {"keys": ["c"]}
    deaths.close()


@pytest.mark.parametrize(
    "left", [b"", b"half a li", b"[]", b'{"a": 3}', b'{"a": {"x": 1}}', b"\xff", b'{"keys": 3}']
)
def test_files_that_make_no_sense_are_passed_over(meeting: Meeting, left: bytes) -> None:
    meeting.deaths.write_bytes(left)
    meeting.begun.write_bytes(left)
    assert look(meeting).times("a") == 0


def test_without_files_it_works_too(tmp_path: Path) -> None:
    deaths = Deaths(Meeting(tmp_path / "gone", "inference-test"), 100.0, Clock())
    deaths.begin(["a"])
    deaths.finished()
    assert deaths.times("a") == 0


def test_the_folder_is_made_private(tmp_path: Path) -> None:
    own_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o1777, 0o750, 0o701])
def test_a_folder_that_others_may_use_is_refused_and_left_as_it_is(
    tmp_path: Path, mode: int
) -> None:
    """It may be /tmp."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(mode)
    with pytest.raises(SettingError, match=rf"HITSCOPE_RUNTIME_DIR .*mode {mode:o}.*chmod 700"):
        own_folder(shared)
    assert stat.S_IMODE(shared.stat().st_mode) == mode
    shared.chmod(0o700)
    own_folder(shared)


def test_a_lock_is_never_taken_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("precious")
    (tmp_path / "a.lock").symlink_to(tmp_path / "theirs")
    with pytest.raises(OSError, match="symbolic links"):
        Lock.take(tmp_path / "a.lock")


def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    folder = Path("/usr")
    if os.getuid() == 0:
        folder = tmp_path / "theirs"
        folder.mkdir()
        os.chown(folder, 65534, 65534)
    with pytest.raises(SettingError, match=r"HITSCOPE_RUNTIME_DIR is .* belongs to user"):
        own_folder(folder)


def test_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        with pytest.raises(SettingError, match="no folder"):
            own_folder(tmp_path / name)
    with pytest.raises(SettingError, match="cannot be used: File exists"):
        own_folder(tmp_path / "file" / "folder")


def test_two_servers_do_not_meet(tmp_path: Path) -> None:
    environment = {"HITSCOPE_RUNTIME_DIR": str(tmp_path)}
    names = {
        meeting_of(load_settings(environment | more)).name
        for more in ({}, {"PORT": "8051"}, {"HOST": "::1"}, {"HITSCOPE_DATA": "/x"},
                     {"HITSCOPE_CACHE_DIR": "/y"})
    }  # fmt: skip
    assert len(names) == 5
    assert open_meeting(load_settings(environment)).folder == tmp_path


def test_settings_survive_the_way_to_the_process() -> None:
    settings = load_settings({"HITSCOPE_PLUGINS": "a.b, c", "HITSCOPE_DATA": "/a b/ü"})
    assert settings_of_json(settings_json(settings)) == settings


def test_a_lock_has_one_holder_and_goes_with_it(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    code = """
import sys, time
from pathlib import Path
from app.services.inference_folder import Lock
lock = Lock.take(Path(sys.argv[1]))
lock.write({"pid": 1, "long": "x" * 100}); lock.write({"pid": 2})
print("held", flush=True)
time.sleep(600)
"""
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert Lock.take(path) is None
        assert not is_free(path)
        assert told_in(path) == {"pid": 2}
        holder.kill()
    lock = Lock.take(path)
    assert lock is not None
    assert lock.is_in_place()
    path.unlink()
    assert not lock.is_in_place()
    lock.release()


def test_the_first_starts_are_at_once_the_others_ever_later() -> None:
    assert [pause_s(n) for n in (0, 1, 3, 4, 5, 6)] == [0, 0, 0, 1, 2, 4]
    assert pause_s(100) == LONGEST_WAIT_S
