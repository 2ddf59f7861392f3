import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.view_state import MAX_QUERY_CHARACTERS, VIEW_PARAMETERS, parse_query, to_query

NUMBER = st.floats(-1e5, 1e5).map(lambda value: round(value, 1))
SPAN = st.tuples(NUMBER, NUMBER).filter(lambda pair: pair[0] < pair[1]).map(list)
VIEWS = st.fixed_dictionaries(
    {},
    optional={
        "t": NUMBER,
        "window": SPAN,
        "range": SPAN,
        "camera": st.tuples(NUMBER, NUMBER, st.floats(1, 9000).map(round), *[NUMBER] * 3).map(
            lambda values: [float(value) for value in values]
        ),
        "on": st.lists(st.sampled_from(["truth", "line_fit", "two_halves"]), unique=True),
        "fit": st.sampled_from(["truth", "line_fit"]),
        "cones": st.booleans(),
        "map": st.sampled_from(["spectrum", "even", "residual"]),
        "aux": st.booleans(),
        "dust": st.booleans(),
        "speed": st.floats(1, 1e5).map(lambda value: float(round(value))),
        "dom": st.lists(st.integers(0, 5159), max_size=20),
        "theme": st.sampled_from(["dark", "light"]),
    },
)


@given(VIEWS)
def test_a_view_reads_back_from_its_query(view: dict[str, object]) -> None:
    assert parse_query("?" + to_query(view)) == (view, [])


@pytest.mark.parametrize(
    "query",
    [
        "t=abc",
        "t=nan",
        "t=inf",
        "t=1e300",
        "window=5,3",
        "window=1",
        "window=1,2,3",
        "camera=1,2,3",
        "camera=0,0,0,0,0,0",  # no distance
        "camera=nan,0,1,0,0,0",
        "on=truth,<script>",
        "fit=truth,line_fit",
        "fit=",
        "cones=2",
        "map=jet",
        "aux=yes",
        "speed=0",
        "dom=5160",
        "dom=" + ",".join(["1"] * 21),
        "theme=pink",
        "t=",
    ],
)
def test_nonsense_is_told_and_left_out(query: str) -> None:
    view, complaints = parse_query(query)
    assert view == {}
    assert len(complaints) == 1
    assert query.split("=")[0] in complaints[0]
    assert "expected" in complaints[0]


def test_good_parts_survive_bad_ones() -> None:
    view, complaints = parse_query("?t=12232&window=oops&utm=1")
    assert view == {"t": 12232.0}
    assert len(complaints) == 1


def test_a_very_long_query_is_refused_whole() -> None:
    view, complaints = parse_query("t=1&dom=" + "1" * MAX_QUERY_CHARACTERS)
    assert view == {}
    assert "longer than" in complaints[0]


def test_plug_ins_may_be_shown_and_chosen() -> None:
    view, complaints = parse_query("?on=truth,mine&fit=mine", ["mine"])
    assert (view, complaints) == ({"on": ["truth", "mine"], "fit": "mine"}, [])
    assert len(parse_query("?on=mine&fit=mine")[1]) == 2


def test_every_parameter_says_what_it_expects() -> None:
    assert all(row.expected for row in VIEW_PARAMETERS)
