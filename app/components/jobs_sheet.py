"""The sheet that scores a whole data set; assets/display/jobs_sheet.mjs fills it."""

from __future__ import annotations

from typing import Any

from dash import html


def jobs_sheet() -> html.Div:
    return html.Div(
        html.Div(
            [
                html.H2("Score a data set"),
                html.P(
                    "An algorithm runs over every event, in the background: also while this page "
                    "is closed. Its answers become tables, one row per event.",
                    className="quiet",
                ),
                html.Div(
                    [
                        _choice("jobs-dataset", "Data set"),
                        _choice("jobs-algorithm", "Algorithm"),
                        html.Button("Score data set", id="jobs-start", className="control",
                                    type="button", disabled=True),
                    ],
                    className="jobs-form",
                ),
                html.P(id="jobs-told", className="jobs-told", role="status"),
                html.H3("Jobs"),
                html.P(id="jobs-trouble", className="jobs-told failed", role="status"),
                html.P(id="jobs-empty", className="quiet"),
                html.Ul(id="jobs-list", className="jobs-list"),
                html.Button("Close", className="control",
                            **{"data-action": "toggle_jobs", "type": "button"}),
            ],
            className="sheet jobs-sheet",
            role="dialog",
            tabIndex=-1,
            **{"aria-modal": "true", "aria-label": "Score a data set"},
        ),
        id="jobs",
        className="backdrop",
        hidden=True,
    )  # fmt: skip


def _choice(id: str, label: str) -> Any:
    return html.Label([html.Span(label), html.Select(id=id, disabled=True)], className="choice")
