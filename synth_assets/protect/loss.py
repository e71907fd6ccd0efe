"""What a generalised table has lost, in the field's measures. It looks at counts, and does not choose.

A row that is suppressed has lost all that it can lose.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from synth_assets.errors import ProtectionError
from synth_assets.protect.ladder import Ladder

Measure: TypeAlias = Literal["loss_metric", "precision", "entropy", "discernibility", "average_class_size"]
BY_CELL: tuple[Measure, ...] = ("loss_metric", "precision", "entropy")
"""Measures that are a sum over cells, from 0 to 1, and never lower where a level is higher."""


@dataclass(frozen=True, slots=True)
class Losses:
    """The losses of one table; the first three are from 0 (as it was) to 1 (nothing left).

    Attributes:
        loss_metric: LM (Iyengar 2002), the mean over cells of how much of its column a label spans: of the range for
            numbers and dates, (values under it - 1) / (values - 1) for others, 1 for a suppressed one. The spans are
            those of the table's own values. NCP (Xu et al. 2006; Ghinita et al. 2007) is the same for numbers; for
            others it is values under it / values, and 0 where that is one value.
        precision: 1 - Prec (Sweeney 2002): the mean over cells of level / highest level.
        entropy: Non-uniform entropy (de Waal and Willenborg 1999; Gionis and Tassa 2009): the sum over cells of
            -log2 of the share that the value has of its label, over that of a table without any value left.
        discernibility: Bayardo and Agrawal 2005: the sum of squares of class sizes, and for each suppressed row the
            rows of the table.
        average_class_size: C_AVG (LeFevre, DeWitt and Ramakrishnan 2006), also AECS: the mean rows of a class over k,
            of the rows that are left; 1 is best.
    """

    loss_metric: float
    precision: float
    entropy: float
    discernibility: float
    average_class_size: float


@dataclass(frozen=True, eq=False, slots=True)
class CellLoss:
    """The loss of one cell, so that the sum over all rows and columns is the table's.

    Attributes:
        kept: For each level, the loss of a cell by its value; shape (values,) each.
        suppressed: Of a cell whose row is suppressed, by its value; shape (values,).
    """

    kept: tuple[np.ndarray, ...]
    suppressed: np.ndarray


def check_measure(measure: str) -> None:
    """Make sure that there is such a measure.

    Raises:
        ProtectionError: There is not.
    """
    if measure not in get_args(Measure):
        message = f"The measure of loss is {measure!r}. Allowed: {', '.join(get_args(Measure))}."
        raise ProtectionError(message)


def cell_losses(ladders: tuple[Ladder, ...], measure: Measure) -> tuple[CellLoss, ...]:
    """The loss of the cells of each column by one of the measures ``BY_CELL``."""
    rows = int(ladders[0].rows.sum())
    if measure == "entropy":
        total = sum(float((one.rows * _surprise(one.rows, rows)).sum()) for one in ladders) or 1.0
        return tuple(_entropy(one, rows, total) for one in ladders)
    cells = rows * len(ladders)
    spans = _span if measure == "loss_metric" else _height
    return tuple(
        CellLoss(
            tuple(spans(one, level) / cells for level in range(one.height + 1)),
            np.full(len(one.rows), 1 / cells),
        )
        for one in ladders
    )


def _surprise(rows: np.ndarray, among: np.ndarray | int) -> np.ndarray:
    return np.log2(among / rows)


def _entropy(one: Ladder, rows: int, total: float) -> CellLoss:
    under = [np.bincount(codes, weights=one.rows)[codes] for codes in one.levels]
    kept = tuple(_surprise(one.rows, among) / total for among in under)
    return CellLoss(kept, _surprise(one.rows, rows) / total)


def _height(one: Ladder, level: int) -> np.ndarray:
    return np.full(len(one.rows), level / max(one.height, 1))


def _span(one: Ladder, level: int) -> np.ndarray:
    """How much of the column each value's label spans; a missing value spans nothing as long as it is told."""
    if level == one.height and one.suppresses:
        return np.ones(len(one.rows))
    present = np.arange(len(one.rows)) >= int(one.has_missing)
    codes, result = one.levels[level][present], np.zeros(len(one.rows))
    if len(codes) <= 1:
        return result
    if (places := one.places) is None:
        widths, whole = np.bincount(codes).astype(float) - 1, len(codes) - 1.0
    else:
        low, high = np.full(codes.max() + 1, np.inf), np.full(codes.max() + 1, -np.inf)
        np.minimum.at(low, codes, places[present])
        np.maximum.at(high, codes, places[present])
        widths, whole = high - low, float(np.ptp(places[present]))
    result[present] = widths[codes] / whole
    return result


def discernibility(class_rows: np.ndarray, suppressed: int, rows: int) -> float:
    """Of the classes that are left, and the rows that are not."""
    return float((class_rows.astype(float) ** 2).sum() + float(suppressed) * rows)


def average_class_size(class_rows: np.ndarray, k: int) -> float:
    """Of the classes that are left, at least one."""
    return float(class_rows.sum() / len(class_rows) / k)
