"""What touches exact counts, and adds noise before it gives anything back: tables of counts, and choices."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synth_assets.describe.coded_table import CodedTable
from synth_assets.describe.private.fitting import Measurement
from synth_assets.describe.private.noise import Noise, choice_scale, gaussian_scale, laplace_scale
from synth_assets.describe.private.request import Request, by_cells, pure_by_cells
from synth_assets.describe.private.selection import Choose


@dataclass(frozen=True)
class Mechanism:
    """Counts with noise.

    Attributes:
        request: What is asked.
        noise: Where noise comes from.
    """

    request: Request
    noise: Noise

    def columns(self, table: CodedTable, units: int) -> list[Measurement]:
        """Every column's own counts, together for ``units``; with pure noise for the request's epsilon.

        Columns with one group tell nothing and are left out, but for the first where there is no other.
        """
        sizes = {name: coded.group_count for name, coded in table.columns.items()}
        names = [name for name, size in sizes.items() if size > 1] or list(sizes)[:1]
        cells = [sizes[name] for name in names]
        if self.request.pure:
            shares = pure_by_cells(self.request.epsilon, cells)
            scales = [laplace_scale(share, self.request.rows_per_person) for share in shares]
            return [self._laplace(table, name, scale) for name, scale in zip(names, scales, strict=True)]
        return self.tables(table, [(name,) for name in names], units)

    def tables(self, table: CodedTable, families: Sequence[tuple[str, ...]], units: int) -> list[Measurement]:
        """Counts over several sets of columns, together for ``units``."""
        cells = [int(np.prod([table.columns[name].group_count for name in family])) for family in families]
        shares = by_cells(units, cells) if families else []
        return [self.table(table, family, share) for family, share in zip(families, shares, strict=True) if share]

    def table(self, table: CodedTable, family: tuple[str, ...], units: int) -> Measurement:
        """Counts over some columns, with Gaussian noise for ``units``, at least 1."""
        scale = self.scale(units)
        counts = self.noise.gaussian(table.counted(family), scale).astype(np.float64)
        return Measurement(family, counts, np.full(counts.shape, scale**2))

    def _laplace(self, table: CodedTable, name: str, scale: float) -> Measurement:
        counts = self.noise.laplace(table.counted((name,)), scale).astype(np.float64)
        return Measurement((name,), counts, np.full(counts.shape, 2 * scale**2))

    def scale(self, units: int) -> float:
        """The standard deviation of the noise of one table for ``units``."""
        return gaussian_scale(units, self.request.rows_per_person)

    def chooser(self, units: int) -> Choose:
        """A noisy maximum that costs ``units`` each time, for scores that one row moves by at most 1."""
        scale = choice_scale(units, self.request.rows_per_person)
        return functools.partial(self._choose, scale)

    def _choose(self, scale: float, scores: Sequence[int]) -> int:
        return self.noise.largest(scores, scale)
