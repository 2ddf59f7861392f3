"""The app on a folder of data, and its callbacks called as Dash calls them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plotly
from dash import Dash

from app.main import create_app
from app.pages.event import OPEN_OUTPUTS, draw_projections, open_event
from app.settings import load_settings
from tests.app.services.direct import DirectResults

Page = dict[str, Any]  # 'event-title.children': what open_event gives for it


def app_on(data: Path, cache: Path | None = None) -> Dash:
    """The app as it is served, but for results: they are computed here. Indexes beside the data."""
    cache = cache or data.parent / f"{data.name}-cache"
    settings = load_settings(
        {
            "HITSCOPE_DATA": str(data),
            "HITSCOPE_CACHE_DIR": str(cache),
            "HITSCOPE_RUNTIME_DIR": str(data.parent / f"{data.name}-runtime"),
        }
    )
    app = create_app(settings)
    app.server.config["results"] = DirectResults(app.server.config["library"])
    return app


def opened_page(app: Dash, path: Any, query: Any = "") -> Page:
    """What the page shows at an address."""
    with app.server.app_context():
        values = open_event(path, query)
    names = [f"{output.component_id}.{output.component_property}" for output in OPEN_OUTPUTS]
    page = dict(zip(names, values, strict=True))
    plotly.io.json.to_json_plotly(page["event.data"])  # raises where Dash could not send it
    return page


def drawn(app: Dash, flat: Any) -> Any:
    with app.server.app_context():
        return draw_projections(flat)


def texts(component: Any) -> Iterator[str]:
    """Every text in a component or list of them, in order."""
    if isinstance(component, str | int | float):
        yield str(component)
    elif isinstance(component, list | tuple):
        for part in component:
            yield from texts(part)
    elif component is not None:
        yield from texts(getattr(component, "children", None))


def hrefs(component: Any) -> list[str]:
    """Addresses of all links in a component or list of them."""
    if isinstance(component, list | tuple):
        return [href for part in component for href in hrefs(part)]
    own = [component.href] if getattr(component, "href", None) else []
    return own + (hrefs(component.children) if getattr(component, "children", None) else [])


def callback_body(output: str, inputs: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    """A request to /_dash-update-component as the browser writes it."""

    def rows(values: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {"id": name.split(".")[0], "property": name.split(".")[1], "value": value}
            for name, value in values.items()
        ]

    names = output.strip(".").split("...")
    outputs = [dict(zip(("id", "property"), name.split("."), strict=True)) for name in names]
    return {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": rows(inputs),
        "state": rows(state),
        "changedPropIds": list(inputs),
    }


def open_body(path: Any, query: Any = "") -> dict[str, Any]:
    names = (f"{output.component_id}.{output.component_property}" for output in OPEN_OUTPUTS)
    return callback_body(
        f"..{'...'.join(names)}..", {"address.pathname": path}, {"address.search": query}
    )


def flat_body(flat: Any) -> dict[str, Any]:
    return callback_body("projections.children", {"flat.data": flat}, {})


def message_of(app: Dash, path: str) -> str:
    """The message that both the page and the API give instead of an event."""
    page = opened_page(app, path)
    message = page["event.data"]["error"]
    assert message in list(texts(page["notice.children"]))
    assert page["event-title.children"] == "No event"
    key, event_id = path.removeprefix("/event/").split("/")
    answer = app.server.test_client().get(f"/api/v1/datasets/{key}/events/{event_id}")
    assert (answer.status_code, answer.json["error"]) in ((404, message), (422, message))
    return message
