"""Noise: how likely a value is when nothing, or something, slows it down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, pi, sqrt
from statistics import median

# Makes the median absolute deviation of normal noise equal to its standard deviation.
MAD_TO_SIGMA = 1.4826
# Fewer values than a fleet has make noise look smaller than it is.
LEAST_SIGMA = 0.02
# The share of measurements that are slow by chance, until the fleet shows another.
TRANSIENTS = 0.005
# Far slower than usual, and nobody knows by how much: evenly spread over four powers of e.
SPREAD = 0.25
# Faster than the fleet or than what slows it down should allow: hardly ever.
TOO_FAST = 1e-4
# A value is slow by itself only beyond this many standard deviations.
CLEAR = 3.0
LEAST_RATIO = 1e-3


@dataclass(frozen=True, slots=True)
class Noise:
    """Values as natural logarithms of their ratio to the usual one: 0 usual, -0.16 15 % slower.

    `bound` is the level below which a value is slow.
    """

    usual: float
    sigma: float
    bound: float
    transients: float = TRANSIENTS

    def level_of(self, value: float) -> float:
        return log(max(value / self.usual, LEAST_RATIO))

    @property
    def peak(self) -> float:
        return 1 / (self.sigma * sqrt(2 * pi))

    def log_likelihood(self, value: float, level: float) -> float:
        """One-sided: chance makes a measurement slower than its level, and not faster."""
        apart = (value - level) / self.sigma
        usual = self.peak * exp(-0.5 * apart * apart) if -9 < apart < 9 else 0.0
        chance = SPREAD if apart < 0 else TOO_FAST
        return log((1 - self.transients) * usual + self.transients * chance + TOO_FAST * 1e-3)


def fit_noise(values: Iterable[float], slow_below: float) -> Noise | None:
    """From what is not slow, and upwards of its middle, where no fault reaches; None without."""
    good = [value for value in values if value >= slow_below and value > 0]
    if not good:
        return None
    usual = median(good)
    above = [log(value / usual) for value in good if value >= usual]
    sigma = max(LEAST_SIGMA, MAD_TO_SIGMA * median(above))
    bound = log(max(slow_below / usual, LEAST_RATIO))
    return Noise(usual, sigma, min(bound, -CLEAR * sigma))
