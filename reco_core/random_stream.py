"""Random numbers in compiled code: one stream, and draws from the laws that are needed.

numpy's Generator works in compiled code too, but each call there counts references to it with
locked instructions: a seventh of the simulation's time (docs/decisions/0007).

Source of the stream: xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number
generators", ACM Trans. Math. Softw. 47, 2021). Its state comes from numpy's SeedSequence.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.compiled import compiled, flat

UNIT: Final = 2.0**-53
MOST_MEAN: Final = 1e15
SPLIT_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
SPLIT_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
SPLIT_SECOND: Final = np.uint64(0x94D049BB133111EB)
FEW: Final = 10.0  # a smaller mean of a Poisson law is counted out

# Ziggurats: a density covered by LAYERS layers of one area, the lowest with the tail beyond `start`
# (Marsaglia and Tsang, J. Stat. Softw. 5, 2000; constants for 256 layers).
LAYERS: Final = 256
NORMAL_START: Final = 3.6541528853610088
NORMAL_AREA: Final = 0.00492867323399
EXPONENTIAL_START: Final = 7.69711747013104972
EXPONENTIAL_AREA: Final = 0.0039496598225815571993


class Stream(NamedTuple):
    """State of one stream. word : (4,)."""

    word: NDArray[np.uint64]


def new_stream(seed: int | np.random.SeedSequence) -> Stream:
    """The stream of a seed; streams of different seeds have nothing in common."""
    source = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    return flat(Stream(source.generate_state(4, np.uint64).astype(np.uint64)))


@compiled
def begin(rng: Stream, key: np.uint64, number: int) -> None:
    """Put a stream to the beginning of stream `number` >= 0 of a key of 64 random bits.

    For a stream per event: the four words are the next four of SplitMix64, which started at `key`
    and has given 4 * number before (Steele, Lea and Flood, OOPSLA 2014), as the authors of
    xoshiro256++ advise. All streams of a key differ.
    """
    state = key + np.uint64(4) * np.uint64(number) * SPLIT_STEP
    for k in range(4):
        state += SPLIT_STEP
        z = (state ^ (state >> np.uint64(30))) * SPLIT_FIRST
        z = (z ^ (z >> np.uint64(27))) * SPLIT_SECOND
        rng.word[k] = z ^ (z >> np.uint64(31))


def _edges(
    density: Callable[[float], float], inverse: Callable[[float], float], start: float, area: float
) -> NDArray[np.float64]:
    """Width (LAYERS + 1,) of each layer, from the lowest, which counts the tail, to the top's 0."""
    width = [area / density(start), start]
    for _ in range(LAYERS - 2):
        width.append(inverse(area / width[-1] + density(width[-1])))
    return np.array([*width, 0.0])


NORMAL: Final = _edges(
    lambda x: math.exp(-0.5 * x * x),
    lambda y: math.sqrt(-2 * math.log(y)),
    NORMAL_START,
    NORMAL_AREA,
)
EXPONENTIAL: Final = _edges(
    lambda x: math.exp(-x), lambda y: -math.log(y), EXPONENTIAL_START, EXPONENTIAL_AREA
)


@compiled
def next_word(rng: Stream) -> np.uint64:
    """The stream's next 64 bits."""
    a, b, c, d = rng.word[0], rng.word[1], rng.word[2], rng.word[3]
    total = a + d
    found: np.uint64 = ((total << np.uint64(23)) | (total >> np.uint64(41))) + a
    shifted = b << np.uint64(17)
    c ^= a
    d ^= b
    rng.word[1] = b ^ c
    rng.word[0] = a ^ d
    rng.word[2] = c ^ shifted
    rng.word[3] = (d << np.uint64(45)) | (d >> np.uint64(19))
    return found


@compiled
def uniform(rng: Stream) -> float:
    """A draw from [0, 1)."""
    return float((next_word(rng) >> np.uint64(11)) * UNIT)


@compiled
def exponential(rng: Stream) -> float:
    """A draw of mean 1."""
    begin = 0.0
    while True:
        word = next_word(rng)
        layer = word & np.uint64(LAYERS - 1)
        x = (word >> np.uint64(11)) * UNIT * EXPONENTIAL[layer]
        if x < EXPONENTIAL[layer + np.uint64(1)]:
            return float(begin + x)
        if layer == 0:  # the tail is the law itself, further on
            begin += EXPONENTIAL_START
            continue
        low, high = math.exp(-EXPONENTIAL[layer]), math.exp(-EXPONENTIAL[layer + np.uint64(1)])
        if low + uniform(rng) * (high - low) < math.exp(-x):
            return float(begin + x)


@compiled
def normal(rng: Stream) -> float:
    """A draw of mean 0 and variance 1."""
    while True:
        word = next_word(rng)
        layer = word & np.uint64(LAYERS - 1)
        x = (word >> np.uint64(11)) * UNIT * NORMAL[layer]
        sign = 1.0 if word & np.uint64(LAYERS) else -1.0
        if x < NORMAL[layer + np.uint64(1)]:
            return float(sign * x)
        if layer == 0:
            x = exponential(rng) / NORMAL_START
            while 2.0 * exponential(rng) <= x * x:
                x = exponential(rng) / NORMAL_START
            return float(sign * (NORMAL_START + x))
        low = math.exp(-0.5 * NORMAL[layer] ** 2)
        high = math.exp(-0.5 * NORMAL[layer + np.uint64(1)] ** 2)
        if low + uniform(rng) * (high - low) < math.exp(-0.5 * x * x):
            return float(sign * x)


@compiled
def gamma(rng: Stream, shape: float) -> float:
    """A draw from the gamma law of a shape > 0 and scale 1 (Marsaglia and Tsang, 2000)."""
    if not shape > 0.0:
        raise RuntimeError("the shape of a gamma law is not above 0")
    d = (shape if shape >= 1.0 else shape + 1.0) - 1 / 3
    slope = 1 / math.sqrt(9 * d)
    while True:
        x = normal(rng)
        v = 1.0 + slope * x
        if v <= 0.0:
            continue
        v = v * v * v
        u = 1.0 - uniform(rng)
        if u < 1.0 - 0.0331 * (x * x) * (x * x) or math.log(u) < 0.5 * x * x + d * (
            1.0 - v + math.log(v)
        ):
            break
    if shape >= 1.0:
        return d * v
    return d * v * math.exp(-exponential(rng) / shape)


@compiled
def poisson(rng: Stream, mean: float) -> int:
    """A draw from the Poisson law of a mean >= 0 (large ones: PTRS of Hoermann, 1993)."""
    if not 0.0 <= mean <= MOST_MEAN:
        raise RuntimeError("the mean of a Poisson law is below 0, above MOST_MEAN, or no number")
    if mean < FEW:
        count, left = 0, mean - exponential(rng)
        while left > 0.0:
            count += 1
            left -= exponential(rng)
        return count
    root, log_mean = math.sqrt(mean), math.log(mean)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    inverse, most = 1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u, v = uniform(rng) - 0.5, 1.0 - uniform(rng)
        half = 0.5 - abs(u)
        if half <= 0.0:
            continue
        k = math.floor((2 * a / half + b) * u + mean + 0.43)
        if half >= 0.07 and v <= most:
            return int(k)
        if k < 0 or (half < 0.013 and v > half):
            continue
        if math.log(v * inverse / (a / (half * half) + b)) <= k * log_mean - mean - math.lgamma(
            k + 1.0
        ):
            return int(k)
