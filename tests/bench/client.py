"""A keep-alive HTTP client that asks for events as the page does."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

from app import ids


class Client:
    """One connection to the server. Each answer must be 200, else RuntimeError."""

    def __init__(self, address: str, key: str, viewer: str = "bench-client") -> None:
        self._connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
        self._key = key
        self._viewer = viewer
        self.turn = 0  # grows with each event that a user opens
        self.server_ms: list[float] = []  # of every answer, as its Server-Timing says
        self._callback = self._find_callback()

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str) -> bytes:
        return self._ask("GET", path)

    def pulses(self, event_id: int) -> bytes:
        """pulses.bin of an event."""
        return self.get(f"/api/v1/datasets/{self._key}/events/{event_id}/pulses.bin")

    def geometry(self) -> bytes:
        return self.get(f"/api/v1/datasets/{self._key}/geometry.bin")

    def overlays(
        self, event_id: int, of: str, wait_s: float = 0.25, listed: bool = False, ahead: str = ""
    ) -> list[dict[str, Any]]:
        """Rows of the algorithms and the verdict named in `of`, as far as they are after wait_s s.

        listed : they are not drawn.  ahead : to be computed for the events that follow.
        """
        query = f"of={of}&viewer={self._viewer}&turn={self.turn}&wait={wait_s}"
        query += f"&listed={listed:d}&ahead={ahead}"
        path = f"/api/v1/datasets/{self._key}/events/{event_id}/overlays?{query}"
        told = json.loads(self.get(path))
        rows: list[dict[str, Any]] = told["overlays"]
        return rows if told["verdict"] is None else [told["verdict"], *rows]

    def all_overlays(self, event_id: int, of: str) -> None:
        """Ask until all are there; RuntimeError where one failed."""
        while of:
            rows = self.overlays(event_id, of, wait_s=5)
            failed = [row["reason"] for row in rows if row["state"] == "failed"]
            if failed:
                raise RuntimeError(failed[0])
            of = ",".join(row["key"] for row in rows if row["state"] != "done")

    def open_event(self, event_id: int) -> bytes:
        """The answer of the Dash callback that opens an event."""
        address = {"id": ids.ADDRESS, "property": "pathname"}
        search = {"id": ids.ADDRESS, "property": "search", "value": ""}
        body = self._callback | {
            "inputs": [address | {"value": f"/event/{self._key}/{event_id}"}],
            "state": [search],
            "changedPropIds": [f"{ids.ADDRESS}.pathname"],
        }
        return self._ask("POST", "/_dash-update-component", json.dumps(body).encode())

    def _find_callback(self) -> dict[str, object]:
        """Name and outputs of the callback that fills the event store, as Dash's client gives."""
        wanted = f"{ids.EVENT}.data"
        rows = json.loads(self.get("/_dash-dependencies"))
        output = next(row["output"] for row in rows if wanted in row["output"])
        pairs = [part.rpartition(".") for part in output.strip(".").split("...")]
        outputs = [{"id": name, "property": key} for name, _, key in pairs]
        return {"output": output, "outputs": outputs}

    def _answer(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        return answer, answer.read()

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        headers = {"Content-Type": "application/json"} if body else {}
        try:
            answer, content = self._answer(method, path, body, headers)
        except (BrokenPipeError, ConnectionResetError, RemoteDisconnected):
            # The server closes what has been idle for some seconds; browsers try again too.
            self._connection.close()
            answer, content = self._answer(method, path, body, headers)
        if answer.status != 200:
            raise RuntimeError(f"{method} {path} was answered {answer.status}: {content[:200]!r}")
        self.server_ms.append(float(answer.headers["Server-Timing"].removeprefix("app;dur=")))
        return content
