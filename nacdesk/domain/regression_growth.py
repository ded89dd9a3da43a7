"""The regression-growth curve f(t) = exp(−d·t) + exp(g·t) − 1 and its fit (KIN-06; keys stein11, wilkerson17).

The fit is least squares by Levenberg and Marquardt in the logarithms of g and d, from the best point of a
coarse grid. It describes the sizes that were measured and forecasts nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_STEPS, _SLOWEST, _FASTEST = 10, 1e-5, 0.2  # the grid, per day: doubling times from 190 years to 3 days
_LARGEST = 300.0  # exponents beyond it are clipped: a square of them stays a float


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted curve.

    Attributes:
        g, d: growth and regression per day.
        g_error, d_error: standard errors, None where as many sizes as parameters leave nothing to judge by.
        residual: the largest distance from a size, in parts of the baseline.
    """

    g: float
    d: float
    g_error: float | None
    d_error: float | None
    residual: float


def size_at(g: Decimal, d: Decimal, days: Decimal) -> Decimal:
    """The size, in parts of the baseline, so many days after it."""
    return (-d * days).exp() + (g * days).exp() - 1


def nadir_day(g: Decimal, d: Decimal) -> Decimal:
    """The day of the smallest size; d above g above 0."""
    return (d / g).ln() / (d + g)


def growth_doubling(g: Decimal) -> Decimal:
    """Days in which the growing part doubles."""
    return Decimal(2).ln() / g


def fit(points: Sequence[tuple[int, float]]) -> Fit | None:
    """Fit (days from the baseline, size / baseline), the baseline itself not among them.

    None when the optimum lies at the edge of what the grid can tell from zero, or is not found.
    """
    g, d = _start(points)
    damping, loss = 1e-3, _loss(points, g, d)
    for _ in range(200):
        matrix, slope = _normal(points, g, d)
        step = _solve(matrix[0] * (1 + damping), matrix[1], matrix[2] * (1 + damping), slope)
        if step is None:
            break
        g_new, d_new = (value * math.exp(max(-2.0, min(2.0, move))) for value, move in zip((g, d), step, strict=True))
        tried = _loss(points, g_new, d_new)
        if tried < loss:
            done = loss - tried <= 1e-15 * (loss + 1e-30) and max(map(abs, step)) < 1e-9
            g, d, loss, damping = g_new, d_new, tried, damping / 5
        else:
            done = damping > 1e12
            damping *= 4
        if done:
            break
    if not (_SLOWEST < g < _FASTEST and _SLOWEST < d < _FASTEST):
        return None
    free = len(points) + 1 - 2
    g_error, d_error = _errors(points, g, d, loss / free) if len(points) > 2 else (None, None)
    return Fit(g, d, g_error, d_error, max(abs(_value(g, d, days) - size) for days, size in points))


def _exp(number: float) -> float:
    return math.exp(min(number, _LARGEST))


def _value(g: float, d: float, days: int) -> float:
    return _exp(-d * days) + _exp(g * days) - 1


def _loss(points: Sequence[tuple[int, float]], g: float, d: float) -> float:
    return sum((_value(g, d, days) - size) ** 2 for days, size in points)


def _start(points: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """The best pair of the grid."""
    rates = [_SLOWEST * (_FASTEST / _SLOWEST) ** (place / (_STEPS - 1)) for place in range(_STEPS)]
    up = {rate: [_exp(rate * days) - 1 - size for days, size in points] for rate in rates}
    down = {rate: [_exp(-rate * days) for days, _ in points] for rate in rates}
    pairs = ((sum((a + b) ** 2 for a, b in zip(up[g], down[d], strict=True)), g, d) for g in rates for d in rates)
    _, g, d = min(pairs)
    return g, d


def _normal(points: Sequence[tuple[int, float]], g: float, d: float) -> tuple[tuple[float, float, float], tuple[float, float]]:
    """JᵀJ (three numbers, it is symmetric) and −Jᵀr for the logarithms of g and d."""
    gg = gd = dd = to_g = to_d = 0.0
    for days, size in points:
        by_g, by_d = g * days * _exp(g * days), -d * days * _exp(-d * days)
        off = _value(g, d, days) - size
        gg, gd, dd = gg + by_g * by_g, gd + by_g * by_d, dd + by_d * by_d
        to_g, to_d = to_g - by_g * off, to_d - by_d * off
    return (gg, gd, dd), (to_g, to_d)


def _solve(a: float, b: float, c: float, right: tuple[float, float]) -> tuple[float, float] | None:
    """The two unknowns of [[a, b], [b, c]] x = right, None when there is no one answer."""
    determinant = a * c - b * b
    if not math.isfinite(determinant) or determinant <= 0:
        return None
    return (right[0] * c - right[1] * b) / determinant, (a * right[1] - b * right[0]) / determinant


def _errors(points: Sequence[tuple[int, float]], g: float, d: float, variance: float) -> tuple[float, float] | tuple[None, None]:
    """Standard errors of g and d from the curvature at the optimum."""
    (gg, gd, dd), _ = _normal(points, g, d)
    determinant = gg * dd - gd * gd
    if determinant <= 0 or not math.isfinite(determinant):
        return None, None
    return g * math.sqrt(variance * dd / determinant), d * math.sqrt(variance * gg / determinant)
