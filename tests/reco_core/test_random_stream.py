"""Random numbers of compiled code: the stream's bits, and the laws against numpy and formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reco_core.compiled import compiled_entry
from reco_core.random_stream import (
    EXPONENTIAL,
    EXPONENTIAL_AREA,
    EXPONENTIAL_START,
    LAYERS,
    NORMAL,
    NORMAL_AREA,
    NORMAL_START,
    Stream,
    begin,
    exponential,
    gamma,
    new_stream,
    next_word,
    normal,
    poisson,
    uniform,
)

N = 200_000
MANY = 4_000_000
REPEATS = 20  # of MANY, for the tails
# Largest distance of the distributions of two samples of N; once in 10,000 it is larger by chance.
FARTHEST = 2.2 * math.sqrt(2 / N)
ERRORS = 4.5  # standard errors that a draw may be off: once in 150,000

# First words of xoshiro256++ from the state 1, 2, 3, 4: test vector of its reference program.
WORDS = (
    41943041,
    58720359,
    3588806011781223,
    3591011842654386,
    9228616714210784205,
    9973669472204895162,
)

# First words of SplitMix64 from the state 1234567: published with its Java and C programs.
SPLIT_WORDS = (
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
)

MEANS = [0.0, 0.01, 0.5, 3.0, 9.9, 10.0, 11.0, 40.0, 500.0, 1e6]  # 10: another way to draw


@compiled_entry
def words(rng, found):
    for k in range(len(found)):
        found[k] = next_word(rng)


@compiled_entry
def begun(rng, key, number):
    begin(rng, key, number)


@compiled_entry
def uniforms(rng, found):
    for k in range(len(found)):
        found[k] = uniform(rng)


@compiled_entry
def exponentials(rng, found):
    for k in range(len(found)):
        found[k] = exponential(rng)


@compiled_entry
def normals(rng, found):
    for k in range(len(found)):
        found[k] = normal(rng)


@compiled_entry
def gammas(rng, shape, found):
    for k in range(len(found)):
        found[k] = gamma(rng, shape)


@compiled_entry
def poissons(rng, mean, found):
    for k in range(len(found)):
        found[k] = poisson(rng, mean)


def draws(of_law, seed, n=N, *values):
    found = np.empty(n)
    of_law(new_stream(seed), *values, found)
    return found


def first_words(seed, n=4):
    found = np.empty(n, np.uint64)
    words(new_stream(seed), found)
    return found.tolist()


def farthest(a, b):
    """Largest distance of the distributions of two samples (Kolmogorov and Smirnov)."""
    a, b = np.sort(a), np.sort(b)
    both = np.concatenate((a, b))
    below = (np.searchsorted(sample, both, "right") / len(sample) for sample in (a, b))
    return abs(np.subtract(*below)).max()


def check_moments(found, mean, variance, fourth):
    """Mean and variance within their errors; fourth : central moment of the law."""
    n = len(found)
    assert found.mean() == pytest.approx(mean, abs=ERRORS * math.sqrt(variance / n))
    error = math.sqrt((fourth - variance**2) / n)
    assert ((found - mean) ** 2).mean() == pytest.approx(variance, abs=ERRORS * error)


def check_share(inside, expected):
    """The share of draws within something is the expected one."""
    n = len(inside)
    error = math.sqrt(max(expected * (1 - expected), 0.0) / n)
    assert inside.mean() == pytest.approx(expected, abs=ERRORS * error + 1 / n)


def check_counts(counts, expected):
    """Counts in bins against expected ones: each, and the sum of their squared deviations."""
    tested = expected > 25
    pull = (counts - expected)[tested] / np.sqrt(expected[tested])
    assert abs(pull).max(initial=0) < 6
    assert (pull**2).sum() < tested.sum() + ERRORS * math.sqrt(2 * tested.sum()) + 5


# The stream


def test_words_are_those_of_the_reference_program():
    rng = new_stream(0)
    rng.word[:] = (1, 2, 3, 4)
    found = np.empty(len(WORDS), np.uint64)
    words(rng, found)
    assert tuple(found.tolist()) == WORDS


def test_a_stream_starts_with_what_numpy_makes_of_its_seed():
    source = np.random.SeedSequence(12)
    expected = source.generate_state(4, np.uint64).tolist()
    assert np.asarray(new_stream(12).word).tolist() == expected
    assert np.asarray(new_stream(source).word).tolist() == expected
    assert new_stream(12).dtype.names == Stream._fields


def test_the_same_seed_gives_the_same_draws():
    assert first_words(7) == first_words(7) == first_words(np.random.SeedSequence(7))
    np.testing.assert_array_equal(draws(normals, 7, 1000), draws(normals, 7, 1000))


def test_numbered_streams_start_with_words_of_splitmix64():
    rng, key = new_stream(0), np.uint64(1234567)
    begun(rng, key, 0)
    assert tuple(rng.word) == SPLIT_WORDS[:4]
    begun(rng, key, 1)
    assert rng.word[0] == SPLIT_WORDS[4]


def test_numbered_streams_know_nothing_of_one_another():
    rng, first = new_stream(0), np.zeros((20_000, 2))
    for number in range(len(first)):
        begun(rng, np.uint64(77), number)
        uniforms(rng, first[number])
    assert len(np.unique(first)) == first.size
    assert abs(np.corrcoef(first[:-1, 0], first[1:, 0])[0, 1]) < ERRORS / math.sqrt(len(first))
    assert abs(np.corrcoef(first.T)[0, 1]) < ERRORS / math.sqrt(len(first))
    assert abs(first.mean() - 0.5) < ERRORS / math.sqrt(12 * first.size)


def test_a_stream_goes_on_where_it_was_left():
    rng, first, then = new_stream(3), np.empty(2, np.uint64), np.empty(2, np.uint64)
    words(rng, first)
    words(rng, then)
    assert [*first.tolist(), *then.tolist()] == first_words(3)


def test_other_seeds_and_children_have_other_draws():
    seeds = [*range(50), *np.random.SeedSequence(1).spawn(50)]
    found = [word for seed in seeds for word in first_words(seed)]
    assert len(set(found)) == len(found)


def test_streams_of_children_know_nothing_of_one_another():
    a, b = (draws(normals, child) for child in np.random.SeedSequence(2).spawn(2))
    assert abs(np.corrcoef(a, b)[0, 1]) < ERRORS / math.sqrt(N)
    assert abs(np.corrcoef(a[1:], a[:-1])[0, 1]) < ERRORS / math.sqrt(N)


# Uniform, exponential, normal


def test_uniform_draws():
    found = draws(uniforms, 11)
    assert 0 <= found.min() <= found.max() < 1
    assert (found * 2.0**53 % 1 == 0).all()
    check_moments(found, 1 / 2, 1 / 12, 1 / 80)
    assert farthest(found, np.random.default_rng(1).random(N)) < FARTHEST


def test_the_largest_word_is_still_below_1():
    rng = new_stream(0)
    rng.word[:] = (0, 0, 0, 2**64 - 1)  # the next word: these bits turned about
    found = np.empty(1)
    uniforms(rng, found)
    assert found[0] == 1 - 2.0**-53


def test_exponential_draws():
    found = draws(exponentials, 12)
    assert found.min() >= 0
    check_moments(found, 1, 1, 9)
    assert farthest(found, np.random.default_rng(2).standard_exponential(N)) < FARTHEST


def test_normal_draws():
    found = draws(normals, 13)
    check_moments(found, 0, 1, 3)
    assert farthest(found, np.random.default_rng(3).standard_normal(N)) < FARTHEST


def exponential_below(x):
    return -math.expm1(-max(x, 0.0))


def normal_below(x):
    return math.erfc(-x / math.sqrt(2)) / 2


@pytest.mark.parametrize(
    ("of_law", "below"), [(exponentials, exponential_below), (normals, normal_below)]
)
def test_no_layer_of_a_ziggurat_has_a_share_of_its_own(of_law, below):
    """Narrow bins: an edge of a layer that is off shows in some of them."""
    edges = np.linspace(-4, 7, 1001)
    counts = np.histogram(draws(of_law, 18, MANY), edges)[0]
    check_counts(counts, MANY * np.diff([below(edge) for edge in edges]))


@pytest.mark.parametrize(
    ("of_law", "least", "below"),
    [(exponentials, 6.0, exponential_below), (normals, 3.0, lambda x: 2 * normal_below(x) - 1)],
)
def test_the_tail_is_that_of_the_law(of_law, least, below):
    """Before and beyond the start of the lowest layer's tail, far more draws than all else."""
    parts, rng, found = [], new_stream(19), np.empty(MANY)
    for _ in range(REPEATS):
        of_law(rng, found)
        parts.append(found[abs(found) > least])
    tail = np.concatenate(parts)
    start = EXPONENTIAL_START if of_law is exponentials else NORMAL_START
    edges = start + np.arange(-2.0, 12.0, 0.05)
    edges = edges[edges > least]
    counts = np.histogram(abs(tail), edges)[0]
    expected = MANY * REPEATS * np.diff([below(edge) for edge in edges])
    beyond = edges[:-1] >= start
    share = expected[beyond].sum()
    assert counts[beyond].sum() == pytest.approx(share, abs=ERRORS * math.sqrt(share))
    check_counts(counts, expected)
    check_share(tail > 0, 0.5 if of_law is normals else 1.0)


TAIL_OF_NORMAL = math.sqrt(math.pi / 2) * math.erfc(NORMAL_START / math.sqrt(2))


@pytest.mark.parametrize(
    ("width", "area", "density", "tail"),
    [
        (NORMAL, NORMAL_AREA, lambda x: math.exp(-0.5 * x * x), TAIL_OF_NORMAL),
        (EXPONENTIAL, EXPONENTIAL_AREA, lambda x: math.exp(-x), math.exp(-EXPONENTIAL_START)),
    ],
)
def test_layers_have_one_area_and_reach_the_top(width, area, density, tail):
    height = np.array([density(x) for x in width[1:]])
    assert len(width) == LAYERS + 1
    assert width[0] * height[0] == pytest.approx(area, rel=1e-12)
    assert width[1] * height[0] + tail == pytest.approx(area, rel=1e-9)
    np.testing.assert_allclose(width[1:-1] * np.diff(height), area, rtol=1e-7)


# Gamma


@pytest.mark.parametrize("shape", [0.05, 0.3, 0.9, 1.0, 2.5, 40.0])
def test_gamma_draws(shape):
    found = draws(gammas, 21, N, shape)
    assert found.min() >= 0
    check_moments(found, shape, shape, 3 * shape**2 + 6 * shape)
    assert farthest(found, np.random.default_rng(4).standard_gamma(shape, N)) < FARTHEST


# Poisson


def probability(mean, count):
    """Of a count under the Poisson law."""
    if mean == 0:
        return float(count == 0)
    return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))


@pytest.mark.parametrize("mean", MEANS)
def test_poisson_draws(mean):
    found = draws(poissons, 31, N, mean)
    assert found.min() >= 0
    assert (found == np.floor(found)).all()
    check_moments(found, mean, mean, 3 * mean**2 + mean)
    assert farthest(found, np.random.default_rng(5).poisson(mean, N)) < FARTHEST


@pytest.mark.parametrize("mean", MEANS)
def test_each_count_has_its_probability(mean):
    found = draws(poissons, 32, MANY, mean).astype(np.int64)
    first, last = (max(int(mean + side * (6 * math.sqrt(mean) + 8)), 0) for side in (-1, 1))
    expected = [MANY * probability(mean, count) for count in range(first, last + 1)]
    assert sum(expected) == pytest.approx(MANY, rel=1e-6)
    assert ((found < first) | (found > last)).sum() <= 3
    inside = found[(found >= first) & (found <= last)]
    check_counts(np.bincount(inside - first, minlength=len(expected)), np.array(expected))
