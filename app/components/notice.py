"""What the page says when something cannot be shown."""

from __future__ import annotations

from typing import Any

from dash import html


def failure(
    message: str, links: list[tuple[str, str]], heading: str = "This event cannot be shown"
) -> list[Any]:
    """A sentence saying what is wrong, and where one can go from here: (text, address)."""
    return [
        html.H2(heading),
        html.P(message),
        html.P([html.A(text, href=href, className="control") for text, href in links]),
    ]


def remarks(sentences: list[str]) -> list[Any]:
    """Small things that went wrong while the event itself is shown."""
    return [html.P(sentence, className="remark") for sentence in sentences]
