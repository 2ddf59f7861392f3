from pathlib import Path

import pytest

from app.settings import SETTINGS, load_settings
from reco_core.errors import SettingError


def test_defaults_are_a_local_server_with_the_demo_data() -> None:
    settings = load_settings({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8050)
    assert settings.data.parts[-2:] == ("data", "demo")
    assert settings.cache_bytes == 20e9


def test_the_environment_sets_everything() -> None:
    settings = load_settings(
        {
            "HITSCOPE_DATA": "/somewhere/kaggle",
            "HITSCOPE_CACHE_DIR": "~/c",
            "HITSCOPE_CACHE_GB": "0.5",
            "HOST": "0.0.0.0",
            "PORT": "9000",
        }
    )
    assert settings.data == Path("/somewhere/kaggle")
    assert settings.cache_dir == Path.home() / "c"
    assert settings.cache_bytes == 500_000_000
    assert (settings.host, settings.port) == ("0.0.0.0", 9000)


def test_an_empty_variable_means_the_default() -> None:
    assert load_settings({"PORT": " "}).port == 8050


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("HITSCOPE_CACHE_GB", "-1"),
        ("HITSCOPE_CACHE_GB", "nan"),  # comparisons with NaN are false: must not slip through
        ("WEB_CONCURRENCY", "many"),
    ],
)
def test_an_impossible_value_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"{variable} is '{value}'; expected"):
        load_settings({variable: value})


def test_every_setting_has_its_own_variable_and_a_sentence() -> None:
    assert len({row.variable for row in SETTINGS}) == len(SETTINGS)
    assert all(row.help and row.unit for row in SETTINGS)
