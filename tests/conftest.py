"""Fixtures for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real sample events beside the repository; without it the test is skipped.

    With HITSCOPE_TEST_STRICT=1 in the environment it fails instead.
    """
    folder = ROOT.parent / "shared" / "samples"
    if not folder.is_dir():
        reason = f"no sample events in {folder}"
        if os.environ.get("HITSCOPE_TEST_STRICT") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
