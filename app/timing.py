"""The time of every request: in its answer, in the metrics, and in the log where it is long.

Server-Timing (W3C, https://www.w3.org/TR/server-timing/) is for browsers' tools and the bench. The
time runs from the request's arrival in the app to its answer, without the web server's own part.
"""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

from app import logs, metrics

OWN_REQUEST = "hitscope.own_request"  # in a request's environ: nobody sent it, it is not counted
SLOW_S = 1.0
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

_log = logging.getLogger(__name__)


def measure(server: Flask) -> None:
    """Register first: what runs before other handlers of the same kind is counted too."""

    @server.before_request
    def _start() -> None:
        if OWN_REQUEST in request.environ:
            return
        g.log_token = logs.event.set(_event_asked_for())
        metrics.REQUESTS_UNDER_WAY.inc()
        g.started_s = time.perf_counter()

    @server.after_request
    def _tell(response: Response) -> Response:
        if "started_s" in g:  # not where a handler before ours refused the request
            took_s = time.perf_counter() - g.started_s
            response.headers["Server-Timing"] = f"app;dur={1e3 * took_s:.2f}"
            _note(response.status_code, took_s)
        return response

    @server.teardown_request
    def _end(_: BaseException | None) -> None:
        token = g.pop("log_token", None)  # once: a context that is kept is torn down twice
        if token is not None:
            metrics.REQUESTS_UNDER_WAY.dec()
            logs.event.reset(token)


def _note(status: int, took_s: float) -> None:
    route = request.url_rule.rule if request.url_rule else metrics.NO_ROUTE
    method = request.method if request.method in _METHODS else "other"  # anyone may invent some
    metrics.note_request(route, method, status, took_s)
    if status >= 500 or took_s > SLOW_S:
        fields = {"route": route, "method": method, "status": status, "ms": round(1e3 * took_s)}
        message = "failed request" if status >= 500 else "slow request"
        _log.warning(message, extra={"fields": fields})


def _event_asked_for() -> str:
    """As in the address, where it names an event, of a length fit for a log."""
    asked = request.view_args or {}
    if "event_id" not in asked:
        return logs.NO_EVENT
    return f"{str(asked.get('key', ''))[:100]}/{str(asked['event_id'])[:40]}"
