"""Components of Dash as HTML, for pages that need nothing else of Dash. Every value is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final

HTML: Final = "dash_html_components"
INPUT: Final = {("dash_core_components", "Input")}  # dash.html has none; its attributes are HTML's
VOID: Final = frozenset(("input", "link", "meta", "br", "hr", "img"))
NAMES: Final = {"className": "class", "htmlFor": "for", "charSet": "charset"}  # others: lower case


def to_html(component: Any) -> str:
    """A component of dash.html, a text, or a list of them."""
    if component is None:
        return ""
    if isinstance(component, str | int | float):
        return escape(str(component), quote=False)
    if isinstance(component, list | tuple):
        return "".join(map(to_html, component))
    told = component.to_plotly_json()
    if (told["namespace"], told["type"]) not in INPUT and told["namespace"] != HTML:
        raise TypeError(f"{told['type']} of {told['namespace']} is no HTML; expected dash.html.")
    props, tag = dict(told["props"]), told["type"].lower()
    inner = to_html(props.pop("children", None))
    attributes = "".join(_attribute(name, value) for name, value in props.items())
    return f"<{tag}{attributes}>" + ("" if tag in VOID else f"{inner}</{tag}>")


def document(title: str, styles: Sequence[str], module: str, body: Any, **data: str) -> str:
    """A page with these style sheets and one ES module; data : attributes data-* of its body."""
    head = [
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        '<link rel="icon" href="/_favicon.ico">',
        *(f'<link rel="stylesheet" href="{escape(url)}">' for url in styles),
        f'<script type="module" src="{escape(module)}"></script>',
    ]
    told = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n{chr(10).join(head)}\n</head>\n'
        f"<body{told}>{to_html(body)}</body>\n</html>\n"
    )


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    attribute = NAMES.get(name, name.lower())
    return f" {attribute}" if value is True else f' {attribute}="{escape(str(value))}"'
