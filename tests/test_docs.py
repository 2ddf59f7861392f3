"""What users can set, press or fetch is in the docs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.main import create_app
from app.settings import SETTINGS, load_settings
from app.view_state import VIEW_PARAMETERS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
API = (ROOT / "docs" / "api.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.variable)
def test_every_setting_is_in_the_readme(row) -> None:  # type: ignore[no-untyped-def]
    assert f"`{row.variable}`" in README


@pytest.mark.parametrize("row", VIEW_PARAMETERS, ids=lambda row: row.key)
def test_every_key_of_the_address_is_documented(row) -> None:  # type: ignore[no-untyped-def]
    assert f"`{row.key}`" in API


def test_every_route_is_documented(tmp_path: Path) -> None:
    server = create_app(load_settings({"HITSCOPE_DATA": str(tmp_path)})).server
    rules = [str(rule) for rule in server.url_map.iter_rules() if str(rule).startswith("/api/")]
    assert rules
    for rule in rules:
        plain = re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule)
        assert plain in API, f"docs/api.md does not name {plain}"


MAKE = re.findall(r"`make ([a-z-]+)`|^    make ([a-z-]+)", README, re.M)


@pytest.mark.parametrize("target", MAKE)
def test_make_targets_named_in_the_readme_exist(target: tuple[str, str]) -> None:
    name = target[0] or target[1]
    assert re.search(rf"^{name}:", MAKEFILE, re.M), f"no target {name} in the Makefile"


def test_links_in_markdown_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_decisions_are_numbered_and_short() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    for file in files:
        assert len(file.read_text().splitlines()) <= 25, f"{file.name} is too long"


def test_the_example_in_the_api_docs_decodes_the_bytes_of_the_route() -> None:
    """Run the documented script against bytes made by the encoder."""
    script = re.search(r"```python\n(.*?)```", API, re.S)
    assert script
    code = (
        "import io, urllib.request\n"
        "import numpy as np\n"
        "from app.api import encode_pulses\n"
        "from reco_core.icecube.event import Pulses\n"
        "given = Pulses(np.array([5, 5159], np.int16), np.array([73324881, 73324990]),"
        " np.array([0.775, 2762.025]), np.array([True, False]))\n"
        "urllib.request.urlopen = lambda url: io.BytesIO(encode_pulses(given))\n"
        + script.group(1)
        + "\nassert (sensor_id == given.sensor_id).all()\n"
        "assert (time_ns == given.time_ns).all()\n"
        "assert np.allclose(charge_pe, given.charge_pe)\n"
        "assert (auxiliary == given.auxiliary).all()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
