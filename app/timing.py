"""Server-Timing of every answer: how long the app took, for browsers' tools and the bench.

W3C Server Timing, https://www.w3.org/TR/server-timing/. The time runs from the request's arrival in
the app to its answer; the web server's own part is not in it.
"""

from __future__ import annotations

import time

from flask import Flask, Response, g


def measure(server: Flask) -> None:
    """Register first: what runs before other handlers of the same kind is counted too."""

    @server.before_request
    def _start() -> None:
        g.started_s = time.perf_counter()

    @server.after_request
    def _tell(response: Response) -> Response:
        if "started_s" in g:  # not where a handler before ours refused the request
            took_ms = 1e3 * (time.perf_counter() - g.started_s)
            response.headers["Server-Timing"] = f"app;dur={took_ms:.2f}"
        return response
