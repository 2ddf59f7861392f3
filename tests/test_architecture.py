"""The laws of the house (README.md, "How it is built"), each checked on the source itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = sorted((ROOT / "reco_core").rglob("*.py"))
APP = sorted((ROOT / "app").rglob("*.py"))
MODULES = sorted((ROOT / "assets").rglob("*.mjs"))

FORBIDDEN_IN_CORE = {"app", "dash", "plotly", "flask", "sqlalchemy", "diskcache", "gunicorn"}
FILE_READERS = re.compile(
    r"read_parquet|scan_parquet|write_parquet|read_csv|scan_csv|write_csv|read_ipc|scan_ipc"
    r"|write_ipc|np\.load|np\.save|open_memmap|\.open\(|\bopen\(|read_text|write_text"
)


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            yield node.lineno, node.module or ""


def here(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_check() -> None:
    assert len(CORE) > 10
    assert len(APP) > 10
    assert len(MODULES) > 10


@pytest.mark.parametrize("path", CORE, ids=here)
def test_core_imports_nothing_of_the_app(path: Path) -> None:
    wrong = [
        f"{here(path)}:{line} imports {name}"
        for line, name in imported(path)
        if name.split(".")[0] in FORBIDDEN_IN_CORE
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("path", [*CORE, *APP], ids=here)
def test_only_settings_reads_the_environment(path: Path) -> None:
    if path == ROOT / "app" / "settings.py":
        return
    reading = r"os\.environ|os\.getenv|from os import (?:environ|getenv)"
    found = re.findall(reading, path.read_text())
    assert not found, f"{here(path)} reads the environment; only app/settings.py may"


@pytest.mark.parametrize("path", CORE, ids=here)
def test_core_touches_files_only_at_its_edges(path: Path) -> None:
    edges = path.name.startswith("dataset") or path.name in ("tables.py", "cli.py")
    if edges or path.parent.name == "weights" or path == ROOT / "reco_core" / "compiled.py":
        return
    found = FILE_READERS.findall(path.read_text())
    allowed = "dataset*.py, tables.py and weights/"
    assert not found, f"{here(path)} touches files ({found[0]}); only {allowed} may"


@pytest.mark.parametrize("path", CORE, ids=here)
def test_the_detectors_know_nothing_of_one_another(path: Path) -> None:
    of = path.relative_to(ROOT / "reco_core").parts[0]
    other = {"icecube": "reco_core.afp", "afp": "reco_core.icecube"}.get(of)
    if other:
        wrong = [name for _, name in imported(path) if name.startswith(other)]
        assert not wrong, f"{here(path)} imports {wrong}; what both need lies in reco_core"


SERVICES = sorted((ROOT / "app" / "services").glob("*.py"))
OWNERS = {  # module: files of the app that may import it
    "diskcache": {path.name for path in SERVICES if path.name.startswith("cache")},
    "prometheus_client": {"metrics.py"},
    "dash": {path.name for path in APP if path not in SERVICES},
    "pickle": set(),
    "marshal": set(),
    "shelve": set(),
    "joblib": set(),
    "torch": set(),
    "multiprocessing": {path.name for path in SERVICES if path.name.startswith("inference")},
}


@pytest.mark.parametrize("path", APP, ids=here)
def test_each_library_has_one_owner(path: Path) -> None:
    wrong = [
        f"{here(path)}:{line} imports {name}"
        for line, name in imported(path)
        if path.name not in OWNERS.get(name.split(".")[0], {path.name})
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("path", sorted((ROOT / "app" / "pages").glob("*.py")), ids=here)
def test_pages_never_import_one_another(path: Path) -> None:
    wrong = [name for _, name in imported(path) if name.startswith("app.pages")]
    assert not wrong, f"{here(path)} imports {wrong}"


@pytest.mark.parametrize(
    "path",
    [p for folder in ("components", "figures") for p in (ROOT / "app" / folder).glob("*.py")],
    ids=here,
)
def test_figures_and_components_are_pure(path: Path) -> None:
    wrong = [
        name
        for _, name in imported(path)
        if name.startswith(("flask", "app.pages", "app.api", "app.settings", "app.main"))
        or name.startswith(("reco_core.dataset", "reco_core.icecube.dataset"))
    ]
    assert not wrong, f"{here(path)} imports {wrong}"
    if path.parent.name == "figures":
        assert not [name for _, name in imported(path) if name.startswith("dash")]


@pytest.mark.parametrize("path", [*CORE, *APP, *MODULES], ids=here)
def test_no_file_is_longer_than_300_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300, f"{here(path)} has grown: split it"


@pytest.mark.parametrize("path", [*CORE, *APP], ids=here)
def test_no_function_is_longer_than_40_lines(path: Path) -> None:
    long = [
        f"{here(path)}:{node.lineno} {node.name}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > 40
    ]
    assert not long, long


def test_importing_does_no_work_and_loads_no_torch(tmp_path: Path) -> None:
    """No module opens a data file when imported, and the web worker never sees torch."""
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in [*CORE, *APP]
        if path.name != "__main__.py"
    ]
    code = f"""
import builtins, importlib, io, sys
real, opened = io.open, []
def watching(file, *rest, **more):
    if str(file).endswith((".parquet", ".csv", ".npy", ".arrow")):
        opened.append(str(file))
    return real(file, *rest, **more)
builtins.open = io.open = watching
for name in {names!r}:
    importlib.import_module(name.removesuffix(".__init__"))
assert not opened, opened
assert "torch" not in sys.modules
"""
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("path", MODULES, ids=here)
def test_browser_code_keeps_to_the_strict_policy(path: Path) -> None:
    text = path.read_text()
    unsafe = r"\beval\(|new Function\(|innerHTML|insertAdjacentHTML|document\.write"
    found = re.findall(unsafe, text)
    assert not found, f"{here(path)} uses {found[0]}"


def test_browser_modules_import_only_their_neighbours() -> None:
    for path in MODULES:
        for target in re.findall(r"from \"([^\"]+)\"", path.read_text()):
            assert target.startswith("."), f"{here(path)} imports {target}"
            assert (path.parent / target).resolve().exists(), f"{here(path)}: no {target}"
