import pytest

from app.routes import EventAddress, event_path, parse_path
from reco_core.errors import NotFoundError


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", EventAddress(None, None)),
        ("", EventAddress(None, None)),
        ("/event/kaggle", EventAddress("kaggle", None)),
        ("/event/kaggle/24", EventAddress("kaggle", 24)),
        ("/event/kaggle/24/", EventAddress("kaggle", 24)),
        ("/event/kaggle/9223372036854775807", EventAddress("kaggle", 2**63 - 1)),
    ],
)
def test_addresses(path: str, expected: EventAddress) -> None:
    assert parse_path(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/events/kaggle/24",
        "/event/../24",  # two dots are letters here, but they can only name a data set
        "/event/kaggle/-1",
        "/event/kaggle/24.5",
        "/event/kaggle/9223372036854775808",
        "/event/kaggle/24/more",
        "/event/ka ggle/24",
        "/event/" + "k" * 101 + "/24",
        "/event/kaggle/٢٤",  # digits of another script
    ],
)
def test_other_addresses_say_what_was_expected(path: str) -> None:
    if path == "/event/../24":
        assert parse_path(path).dataset == ".."
        return
    with pytest.raises(NotFoundError, match=r"address is|not an event id"):
        parse_path(path)


def test_a_path_reads_back() -> None:
    assert parse_path(event_path("ice-cube_1.0", 7)) == EventAddress("ice-cube_1.0", 7)
