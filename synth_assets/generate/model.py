"""What rows are drawn from: a description's columns and, for each, the weights of its groups given its parents."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from synth_assets.constraints import Constraint, Determined, Forbidden
from synth_assets.describe.coding import CodedColumn
from synth_assets.describe.conditional import Conditional
from synth_assets.describe.impossible import masks
from synth_assets.errors import GenerationError
from synth_assets.generate.evidence import Factor, given, home, together
from synth_assets.generate.known import Known
from synth_assets.generate.values import code_shares

_LEAST_SHARE = 1e-9
"""Of a group that never draws what is asked: it is possible, but less likely than anything else."""


@dataclass(frozen=True, eq=False)
class Model:
    """What rows are drawn from.

    Attributes:
        columns: In the table's order.
        conditionals: One a column, parents before children.
        bin_rows: Rows per group that the description tells of, by which exact values share a bin's draws; for columns
            that were counted.
        constraints: Rules that every row keeps.
        known: What is asked of every row, by column.
    """

    columns: tuple[CodedColumn, ...]
    conditionals: tuple[Conditional, ...]
    bin_rows: Mapping[str, np.ndarray] = field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()
    known: Mapping[str, Known] = field(default_factory=dict)

    def column(self, name: str) -> CodedColumn:
        """The column of that name."""
        return next(coded for coded in self.columns if coded.column.name == name)

    def in_order(self) -> "Model":
        """The model with columns that others decide after those."""
        left = {table.column: table for table in self.conditionals}
        placed: list[Conditional] = []
        while left:
            ready = [table for table in left.values() if not (self._before(table) & set(left))]
            placed.append(ready[0])
            del left[ready[0].column]
        return replace(self, conditionals=tuple(placed))

    def _before(self, table: Conditional) -> set[str]:
        rule = self.decided.get(table.column)
        return {*table.parents, *(rule.by if rule else ())}

    def where(self, known: Mapping[str, Known]) -> "Model":
        """The model of rows of which something is known, and which no constraint forbids as far as weights can say it.

        Raises:
            GenerationError: No row has what is known.
        """
        if not together(self.conditionals):
            if known:
                message = (
                    "Rows with given values cannot be drawn from this description: parents of a column do not stand "
                    "together in its network. Generate more rows and keep those that have the values."
                )
                raise GenerationError(message)
            return self
        factors = [Factor((name,), _weights(self.column(name), one)) for name, one in known.items()]
        factors += [
            Factor(mask.columns, np.where(mask.cells, 0.0, 1.0))
            for mask in masks([rule for rule in self.constraints if isinstance(rule, Forbidden)], self.column)
            if home(mask.columns, self.conditionals) is not None
        ]
        if not factors:
            return self
        return replace(self, conditionals=tuple(given(self.conditionals, factors)), known=dict(known))

    @property
    def decided(self) -> dict[str, Determined]:
        """The columns that others decide, by name; what text or a key decides is kept anyway, for no two are alike."""
        rules = [rule for rule in self.constraints if isinstance(rule, Determined)]
        return {rule.column: rule for rule in rules if not any(self.column(name).column.opaque for name in rule.by)}


def _weights(coded: CodedColumn, known: Known) -> np.ndarray:
    """How likely what is known is in each group; shape (groups,)."""
    likely = known.codes.astype(float)
    if len(known.numbers):
        likely[: coded.coding.size] = np.bincount(known.number_codes, known.likelihoods, minlength=coded.coding.size)
    free, held = code_shares(coded, None), code_shares(coded, known.codes)
    sums, wanted = (
        np.bincount(coded.groups, part, minlength=coded.group_count)
        for part in (free, np.where((held > 0) & known.codes, free * likely, 0.0))
    )
    asked = np.bincount(coded.groups, known.codes, minlength=coded.group_count) > 0
    return np.where(asked & (wanted == 0), _LEAST_SHARE, wanted / sums)
