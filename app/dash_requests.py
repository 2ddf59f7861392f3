"""Refuses requests that no page of ours sends and that Dash would answer with 500."""

from __future__ import annotations

from typing import Any

from dash import Dash
from dash.exceptions import DependencyException
from flask import Request, Response, jsonify, request

CALLBACK_PATH = "/_dash-update-component"
MAX_BODY_BYTES = 100_000  # ours have one or two thousand: an address, or the time to draw


def guard(app: Dash) -> None:
    """Answer 400 to a callback request of another form than those registered, 413 to a huge one.

    404 to a script that Dash does not have.
    """
    app.server.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES

    @app.server.before_request
    def _refuse() -> tuple[Response, int] | None:
        if request.path != CALLBACK_PATH or request.method != "POST":
            return None
        wrong = complaint(_body(request), app.callback_map)
        return (jsonify({"error": wrong}), 400) if wrong else None

    @app.server.errorhandler(DependencyException)
    def _no_script(_: DependencyException) -> tuple[Response, int]:
        return jsonify({"error": f"There is no script {request.path[:80]!r}."}), 404


def complaint(body: Any, callbacks: dict[str, dict[str, Any]]) -> str | None:
    """What is wrong with a callback request, or None.  callbacks : Dash's own, by output."""
    if not isinstance(body, dict):
        return "A callback request is a JSON object."
    output = body.get("output")
    callback = callbacks.get(output) if isinstance(output, str) else None
    if callback is None:
        return f"There is no callback with the output {str(output)[:80]!r}."
    for name, wanted in (("inputs", callback["inputs"]), ("state", callback["state"])):
        if _names(body.get(name, [])) != [(row["id"], row["property"]) for row in wanted]:
            return f"The {name} of the callback request are not those of the callback."
    if _names(body.get("outputs")) is None:
        return "The outputs of the callback request are not a list of id and property."
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(item, str) for item in changed):
        return "changedPropIds of the callback request is not a list of names."
    return None


def _body(sent: Request) -> Any:
    try:
        return sent.get_json()
    except RecursionError:  # brackets within brackets, a hundred thousand deep
        return None


def _names(rows: Any) -> list[tuple[str, str]] | None:
    """(id, property) of each row; None unless all have both. One row may stand without a list."""
    names = []
    for row in rows if isinstance(rows, list) else [rows]:
        match row:
            case {"id": str(id), "property": str(name)}:
                names.append((id, name))
            case _:
                return None
    return names
