"""Messages over the local socket: whole, or refused."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services import inference_link
from app.services.inference_link import Link, LinkLost, LinkSilent, connect, hello, listen


@pytest.fixture
def ends() -> Iterator[tuple[Link, Link]]:
    one, other = (Link(end) for end in socket.socketpair(socket.AF_UNIX))
    yield one, other
    one.close()
    other.close()


def test_a_message_arrives_as_it_was_sent(ends: tuple[Link, Link]) -> None:
    ends[0].send({"op": "ask", "n": [1, None, "é"]}, [b"", b"\x00\xff", bytes(1000)])
    head, blobs = ends[1].receive(10_000, 1.0)
    assert head == {"op": "ask", "n": [1, None, "é"]}
    assert blobs == [b"", b"\x00\xff", bytes(1000)]


def test_silence_and_loss_are_told_apart(ends: tuple[Link, Link]) -> None:
    with pytest.raises(LinkSilent, match=r"No answer within 0\.01 s"):
        ends[1].receive(100, 0.01)
    assert not ends[1].is_over(0.0)
    ends[0].close()
    assert ends[1].is_over(0.0)
    with pytest.raises(LinkLost, match="gone"):
        ends[1].receive(100, 1.0)
    with pytest.raises(LinkLost, match="could not be sent"):
        ends[1].send({})
    ends[1].close()
    with pytest.raises(LinkLost):
        ends[1].receive(100, 1.0)
    assert ends[1].is_over(0.0)


def test_a_message_that_is_too_long_is_refused_unread(ends: tuple[Link, Link]) -> None:
    ends[0].send({}, [bytes(1000)])
    with pytest.raises(LinkLost, match="bad message length"):
        ends[1].receive(500, 1.0)


def test_half_a_message_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference_link, "STALLED_S", 1)
    one, other = socket.socketpair(socket.AF_UNIX)
    link = Link(other)
    one.sendall(struct.pack("!i", 100) + b"half")
    with pytest.raises(LinkLost, match="no message"):
        link.receive(1000, 1.0)
    one.close()
    link.close()


def framed(head: bytes, rest: bytes = b"") -> bytes:
    return struct.pack("<I", len(head)) + head + rest


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"abc",
        framed(b"not JSON"),
        framed(b"[]"),
        framed(b"{}"),
        framed(b'{"blobs": [-1]}'),
        framed(b'{"blobs": [true]}', b"x"),
        framed(b'{"blobs": "1"}', b"x"),
        framed(b'{"blobs": [2]}', b"x"),
        framed(b'{"blobs": []}', b"x"),
        framed(b'{"blobs": [1.0]}', b"x"),
        framed(b"\xff\xff"),
        framed(b"[" * 50_000),
        struct.pack("<I", 2**32 - 1) + b'{"blobs": []}',
    ],
)
def test_what_is_no_message_is_refused(message: bytes) -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    link = Link(other)
    one.sendall(struct.pack("!i", len(message)) + message)
    with pytest.raises(LinkLost):
        link.receive(1 << 16, 1.0)
    one.close()
    link.close()


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(message: bytes) -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    link = Link(other)
    one.sendall(message)
    one.close()
    try:
        head, _ = link.receive(1 << 16, 1.0)
        assert isinstance(head, dict)
    except LinkLost:
        pass
    finally:
        link.close()


def greeted(listener: socket.socket, said: bytes | None) -> None:
    """Take one connection and say that, or hang up."""
    sock, _ = listener.accept()
    link = Link(sock)
    if said is not None:
        link.send(json.loads(said))
    link.close()


@pytest.mark.parametrize("length", [10, 150])
def test_connecting_gives_the_hello_however_long_the_name(tmp_path: Path, length: int) -> None:
    folder = tmp_path / ("d" * length)
    folder.mkdir()
    path = folder / "x.sock"
    path.write_text("left by an ended process")
    with listen(path) as listener:
        said = json.dumps(hello(7)).encode()
        thread = threading.Thread(target=greeted, args=(listener, said))
        thread.start()
        link, told = connect(path, 1.0)
        thread.join()
        link.close()
    assert told["server_pid"] == 7
    assert path.is_socket()


@pytest.mark.parametrize("said", [None, b'{"hitscope": 999}', b"{}"])
def test_another_version_is_not_talked_to(tmp_path: Path, said: bytes | None) -> None:
    with listen(tmp_path / "x.sock") as listener:
        thread = threading.Thread(target=greeted, args=(listener, said))
        thread.start()
        with pytest.raises(LinkLost):
            connect(tmp_path / "x.sock", 1.0)
        thread.join()


def test_nobody_there_or_nobody_speaks(tmp_path: Path) -> None:
    with pytest.raises(LinkLost, match="Nobody listens"):
        connect(tmp_path / "x.sock", 1.0)
    with listen(tmp_path / "x.sock"), pytest.raises(LinkSilent):
        connect(tmp_path / "x.sock", 0.05)
    with pytest.raises(LinkLost, match="Nobody listens"):  # its socket is left
        connect(tmp_path / "x.sock", 1.0)
    with pytest.raises(OSError, match="No such file"):
        listen(tmp_path / "no folder" / "x.sock")
