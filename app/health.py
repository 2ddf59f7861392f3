"""GET /health and GET /metrics: for a supervisor, a proxy, and Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, jsonify

from app import metrics

NOT_OPENED = "not opened yet"


def register(
    server: Flask,
    inference_state: Callable[[], str],
    data_sets: Callable[[], int | str | None],
) -> None:
    """Add both routes.

    inference_state : "ready", "starting" or "down". data_sets : how many are open, the reason why
    there are none, or None before the first request for data. Neither may wait for anything.
    """

    def health() -> Response:
        """200 whenever pages can be served: the display works without the inference process."""
        found = data_sets()
        return _fresh(
            jsonify(
                status="ok",
                inference=inference_state(),
                data_sets=NOT_OPENED if found is None else found,
            )
        )

    def numbers() -> Response:
        return _fresh(Response(metrics.text(inference_state()), content_type=metrics.CONTENT_TYPE))

    server.add_url_rule("/health", "hitscope_health", health)
    server.add_url_rule("/metrics", "hitscope_metrics", numbers)


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
