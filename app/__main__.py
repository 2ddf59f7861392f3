"""python -m app: check settings and data, say where the page is, hand over to gunicorn."""

from __future__ import annotations

import os
import sys

from app.settings import ROOT, Settings, load_settings
from reco_core.errors import HitscopeError
from reco_core.icecube.dataset import find_datasets


def main() -> int:
    try:
        settings = load_settings()
        names = [
            dataset.key
            for dataset in find_datasets(
                settings.data, settings.cache_dir / "indexes", settings.cache_bytes
            )
        ]
    except HitscopeError as error:
        print(f"hitscope: {error}", file=sys.stderr)
        return 2
    print(f"Hitscope shows {', '.join(names)} on {address(settings)}", flush=True)
    os.chdir(ROOT)
    os.execv(
        sys.executable,
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app.main:server"],
    )


def address(settings: Settings) -> str:
    """What to type into the browser."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    return f"http://{host}:{settings.port}"


if __name__ == "__main__":
    sys.exit(main())
