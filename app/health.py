"""GET /health and GET /metrics: for a supervisor, a proxy, and Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, jsonify

from app import metrics


def register(
    server: Flask,
    inference_state: Callable[[], str],
    data_sets: Callable[[], int | str],
) -> None:
    """Add both routes.

    inference_state : "ready", "starting" or "down". data_sets : how many there are, or the reason
    why there are none. Neither may wait for anything.
    """

    def health() -> Response:
        """200 whenever pages can be served: the display works without the inference process."""
        return _fresh(jsonify(status="ok", inference=inference_state(), data_sets=data_sets()))

    def numbers() -> Response:
        return _fresh(Response(metrics.text(inference_state()), content_type=metrics.CONTENT_TYPE))

    server.add_url_rule("/health", "hitscope_health", health)
    server.add_url_rule("/metrics", "hitscope_metrics", numbers)


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
