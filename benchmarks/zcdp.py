"""From (epsilon, delta) to the rho of zero-concentrated differential privacy, for mechanisms that count in rho.

It runs in the peers' own environments, without the project: standard library only.
"""

import math

HALVINGS = 100


def rho_of(epsilon: float, delta: float) -> float:
    """The largest rho that implies (epsilon, delta), by bisection.

    Args:
        epsilon: Above 0.
        delta: Between 0 and 1, exclusive.
    """
    low, high = 0.0, epsilon + 1
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if delta_of(middle, epsilon) <= delta else (low, middle)
    return low


def delta_of(rho: float, epsilon: float) -> float:
    """The delta that rho implies at epsilon: Canonne, Kamath and Steinke 2020 (arXiv 2004.00010), Corollary 13.

    The least over alpha > 1 of ``exp((alpha - 1)(alpha rho - epsilon)) / (alpha - 1) * (1 - 1 / alpha) ** alpha``.
    """
    if rho <= 0:
        return 0.0
    low, high = 1.01, (epsilon + 1) / (2 * rho) + 2
    for _ in range(HALVINGS):
        alpha = (low + high) / 2
        slope = (2 * alpha - 1) * rho - epsilon + math.log1p(-1 / alpha)
        low, high = (alpha, high) if slope < 0 else (low, alpha)
    alpha = (low + high) / 2
    log = (alpha - 1) * (alpha * rho - epsilon) + alpha * math.log1p(-1 / alpha) - math.log(alpha - 1)
    return min(math.exp(min(log, 0.0)), 1.0)
