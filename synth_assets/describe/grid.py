"""How finely numbers or times are recorded: whole numbers, hundredths, minutes. Nothing is published here."""

import numpy as np

from synth_assets.describe.coding import DAY
from synth_assets.schema import Column

_DECIMALS = (0, 1, 2, 3, 4)
_CLOCK = (DAY, DAY // 24, DAY // 1440, DAY // 86_400)
_ALL_WHOLE = 2.0**52

STEPS: dict[str, tuple[float, ...]] = {"float": tuple(10.0**-decimals for decimals in _DECIMALS), "datetime": _CLOCK}
"""The steps that a column may have, by its type: powers of ten for floats, microseconds for datetimes."""


def off_grid(numbers: np.ndarray, column: Column) -> np.ndarray:
    """How many values do not lie on each of the column's grids, from the coarsest to the finest; none for other types.

    Where many lie off the finest they are taken to lie off all, which saves time and changes no answer.

    Args:
        numbers: On the column's axis.
        column: Of any type.
    """
    found: list[int] = []
    for step in reversed(_grids(column)):
        if found and found[-1] == len(numbers):
            found.append(len(numbers))
        elif column.type == "float":
            with np.errstate(over="ignore"):
                off = (np.round(numbers, step) != numbers) & (np.abs(numbers) < _ALL_WHOLE)
            found.append(int(off.sum()))
        else:
            found.append(int((numbers % step != 0).sum()))
    return np.array(found[::-1], dtype=np.int64)


def step_of(off: np.ndarray, column: Column) -> float | None:
    """The coarsest step off which no row lies; ``None`` where there is none.

    A row or a few off it must not be told as few, so one row is enough for a finer step.

    Args:
        off: As ``off_grid`` gives it.
        column: The column.

    Returns:
        One of ``STEPS``.
    """
    steps = STEPS.get(column.type, ())
    return next((step for step, rows in zip(steps, off.tolist(), strict=True) if rows == 0), None)


def _grids(column: Column) -> tuple[int, ...]:
    return {"float": _DECIMALS, "datetime": _CLOCK}.get(column.type, ())
