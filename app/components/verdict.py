"""The verdict: easy or hard, the two hardnesses, and the reasons in words."""

from __future__ import annotations

from dash import html

from app.components.controls import toggle_button
from reco_core.icecube.classification.verdict import Verdict


def verdict_panel(verdict: Verdict) -> html.Div:
    """Word, bars and reasons; the button shows the deciding region in the scene."""
    region = verdict.region
    shown = (
        []
        if region is None
        else [
            toggle_button(
                "toggle_region",
                "Region",
                title=(f"the deciding region in the scene: {region.label.lower()} (V)"),
            )
        ]
    )
    children = [
        html.Div(
            [html.Strong(verdict.label, className=f"verdict-word {verdict.label.lower()}"),
             html.Span("after the first two pulses", className="quiet"),
             html.Span(className="spring"), *shown],
            className="verdict-line",
        ),
        _bar("hardness", verdict.hardness_non_auxiliary),
        _bar("with auxiliary", verdict.hardness_all),
        html.Ul([html.Li(reason) for reason in verdict.reasons], className="reasons"),
    ]  # fmt: skip
    return html.Div(children, className="verdict")


def _bar(label: str, hardness: float | None) -> html.Div:
    value = "not known" if hardness is None else f"{hardness:.2f}"
    width = 0.0 if hardness is None else 100 * hardness
    return html.Div(
        [
            html.Span(label, className="bar-label"),
            html.Span(
                html.Span(className="bar-fill", style={"width": f"{width:.0f}%"}),
                className="bar-track",
            ),
            html.Span(value, className="bar-value"),
        ],
        className="bar",
    )
