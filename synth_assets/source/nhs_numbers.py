"""NHS numbers from the range that is kept for tests (999 ...), valid by their check digit and never issued to anyone.

It must not make a number outside that range.
"""

from functools import cache

import numpy as np
import polars as pl

from synth_assets.errors import SourceError

_PREFIX = 999
_WEIGHTS = (10, 9, 8, 7, 6, 5, 4, 3, 2)
_MODULUS = 11


def number_of_nhs_numbers() -> int:
    """How many valid numbers the test range has: 909,091."""
    return len(_valid_numbers())


def draw_nhs_numbers(rng: np.random.Generator, count: int) -> pl.Series:
    """Different NHS numbers in random order, written ``999 123 4567``.

    Args:
        rng: The random stream.
        count: 0 up to ``number_of_nhs_numbers()``.

    Returns:
        A String series of that length.

    Raises:
        SourceError: ``count`` is out of range.
    """
    if not 0 <= count <= number_of_nhs_numbers():
        message = f"{count:,} NHS numbers were asked for. Allowed: 0 to {number_of_nhs_numbers():,}, the test range."
        raise SourceError(message)
    digits = pl.Series(rng.choice(_valid_numbers(), size=count, replace=False)).cast(pl.String)
    return digits.str.slice(0, 3) + " " + digits.str.slice(3, 3) + " " + digits.str.slice(6, 4)


@cache
def _valid_numbers() -> np.ndarray:
    """All valid ten-digit numbers of the range, ascending.

    The check digit is 11 less the remainder by 11 of the digits weighted 10, 9, ..., 2, with 11 written as 0; where it
    would be 10 the number is not valid (NHS Data Dictionary, NHS NUMBER).
    """
    bodies = _PREFIX * 10**6 + np.arange(10**6)
    sums = np.zeros(1, dtype=np.int64)
    for weight, digits in zip(_WEIGHTS, [*map(int, str(_PREFIX)), *[range(10)] * 6], strict=True):
        sums = np.add.outer(sums, weight * np.atleast_1d(digits)).ravel()
    check = -sums % _MODULUS
    numbers = (10 * bodies + check)[check < 10]  # noqa: PLR2004 - a check digit has one digit
    numbers.setflags(write=False)
    return numbers
