"""What the web workers and the inference process say to each other, over a local socket.

A message is a JSON object and any number of blobs: the length of the JSON in 4 bytes, the JSON, the
blobs, whose lengths its "blobs" lists. Nothing is pickled, and nothing that arrives is trusted: a
message too long, cut short or of another form is LinkLost, and the connection is closed.
"""

from __future__ import annotations

import json
import os
import re
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, Literal

from reco_core.errors import ServiceError

PROTOCOL: Final = 1
MAX_REQUEST_BYTES: Final = 1 << 16
MAX_REPLY_BYTES: Final = 1 << 28
MAX_ANSWER_BYTES: Final = 1 << 22  # of one answer; 64 of them fit into a reply
MAX_KEYS: Final = 64  # of one request
STALLED_S: Final = 5  # for the rest of a message whose first byte is there
BACKLOG: Final = 256
MAX_NAME_BYTES: Final = 103  # of a socket; Linux allows 107, macOS 103
VIEWER_NAME: Final = re.compile(r"[A-Za-z0-9-]{8,40}")

StateName = Literal["done", "queued", "computing", "starting", "failed", "cancelled"]


@dataclass(frozen=True)
class Place:
    """Where an event lies: the key of a data set, and the event's number there."""

    dataset: str
    event_id: int


@dataclass(frozen=True)
class Viewer:
    """Who looks: a random name of 8 to 40 letters, digits and hyphens per browser tab.

    turn : grows with each event that the tab opens.
    """

    name: str
    turn: int


@dataclass(frozen=True)
class State:
    """How far an answer is.  kept : the answer as answers.encode() gives it, where done."""

    state: StateName
    message: str = ""
    kept: bytes | None = None


class LinkLost(ServiceError):
    """The other end is gone, or says what makes no sense."""


class LinkSilent(LinkLost):
    """The other end is there but did not answer in time."""


class Link:
    """One connection. Used by one thread at a time."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(True)
        patience = struct.pack("ll", STALLED_S, 0)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)
        self._connection = Connection(sock.detach())

    def send(self, head: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> None:
        """Raises LinkLost."""
        text = json.dumps({**head, "blobs": [len(blob) for blob in blobs]}).encode()
        try:
            self._connection.send_bytes(b"".join((struct.pack("<I", len(text)), text, *blobs)))
        except (OSError, ValueError) as error:
            raise LinkLost(f"A message could not be sent: {error!r}.") from error

    def receive(
        self, limit_bytes: int, patience_s: float | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """The next message; None waits as long as it takes.

        Raises LinkSilent if none has begun after patience_s, LinkLost if the link is of no use.
        """
        try:
            if not self._connection.poll(patience_s):
                raise LinkSilent(f"No answer within {patience_s} s.")
            return _parsed(self._connection.recv_bytes(limit_bytes))
        except EOFError as error:
            raise LinkLost("The other end is gone.") from error
        except (OSError, ValueError, RecursionError, struct.error) as error:
            raise LinkLost(f"What arrived is no message: {error!r}.") from error

    def is_over(self, patience_s: float) -> bool:
        """Whether the other end hangs up within patience_s; for a link where nothing is said."""
        try:
            return self._connection.poll(patience_s)
        except OSError:
            return True

    def close(self) -> None:
        with suppress(OSError):
            self._connection.close()


def _parsed(message: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """ValueError or struct.error where the bytes are no message."""
    (length,) = struct.unpack_from("<I", message)
    head = json.loads(message[4 : 4 + length])
    sizes = head.pop("blobs", None) if isinstance(head, dict) else None
    if not isinstance(sizes, list) or not all(type(size) is int and size >= 0 for size in sizes):
        raise ValueError("no head")
    if 4 + length + sum(sizes) != len(message):
        raise ValueError("lengths that do not add up")
    blobs, start = [], 4 + length
    for size in sizes:
        blobs.append(message[start : start + size])
        start += size
    return head, blobs


def hello(server_pid: int) -> dict[str, Any]:
    """What the process says first to whoever connects."""
    return {"hitscope": PROTOCOL, "pid": os.getpid(), "server_pid": server_pid}


def connect(path: Path, patience_s: float) -> tuple[Link, dict[str, Any]]:
    """A link to the process that listens there, and its hello.

    Raises LinkLost if nobody listens, LinkSilent if it is too busy to say hello.
    """
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.settimeout(patience_s)
        with reachable(path) as name:
            sock.connect(name)
        link = Link(sock)
    except OSError as error:
        sock.close()
        raise LinkLost(f"Nobody listens at {path}: {error!r}.") from error
    try:
        said, _ = link.receive(MAX_REQUEST_BYTES, patience_s)
        if said.get("hitscope") != PROTOCOL:
            raise LinkLost(f"Another version listens at {path}.")
    except LinkLost:
        link.close()
        raise
    return link, said


def listen(path: Path) -> socket.socket:
    """A socket there, in place of what an ended process left. Only for the holder of the lock."""
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX)
    try:
        with reachable(path) as name:
            sock.bind(name)
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """A name of the socket short enough for the kernel: where it is too long, by its open folder.

    OSError where the system has no such names.
    """
    if len(os.fsencode(path)) <= MAX_NAME_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
