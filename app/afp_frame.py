"""What the pages of AFP have in common: data sets, the document about a page, what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dash import Dash, html
from flask import current_app

from app.api_afp import afp_library
from app.components.help_sheet import help_sheet
from app.components.jobs_sheet import jobs_sheet
from app.components.notice import failure
from app.components.top_bar import brand, dataset_menu
from app.keys import Key
from app.plain_html import document
from app.routes import afp_path
from app.services.events import Library
from reco_core.errors import HitscopeError


def library() -> Library:
    return current_app.config["library"]


@dataclass(frozen=True)
class Frame:
    """About a page.  class_name : of all of it.  script, styles : among the assets.

    keys, hint : of its help.  jobs : does it show those that run?
    """

    class_name: str
    script: str
    styles: Sequence[str]
    keys: Sequence[Key]
    hint: str
    jobs: bool

    def document(
        self, app: Dash, title: str, bar: html.Header, body: list[Any], **data: str
    ) -> str:
        """data : attributes data-* of its body, beside the keys."""
        frame = html.Div(
            [bar, *body, help_sheet(self.keys, self.hint), *([jobs_sheet()] if self.jobs else []),
             html.Div(id="toast", className="toast", role="status")],
            className=self.class_name,
        )  # fmt: skip
        return document(
            f"{title} - Hitscope",
            [app.get_asset_url(name) for name in self.styles],
            app.get_asset_url(self.script),
            frame,
            keys=json.dumps([asdict(row) for row in self.keys]),
            **data,
        )


def top_bar(key: str | None, *ways: Any) -> html.Header:
    """Name, choice of data sets with that of key, and the page's own."""
    afp_keys = [entry.key for entry in afp_library().datasets]
    menu = dataset_menu(library().keys(), afp_keys, key)
    return html.Header(
        [brand(), menu, html.Span("/", className="slash"), *ways], className="top-bar"
    )


def refusal(error: HitscopeError, heading: str, *more: tuple[str, str]) -> html.Main:
    """In place of a page: what is wrong, and the data sets there are. more : (text, address)."""
    links = [(entry.key, afp_path(entry.key)) for entry in afp_library().datasets]
    told = failure(str(error), [*links, *more], heading)
    return html.Main(html.Div(told, className="notice failed", role="alert"))
