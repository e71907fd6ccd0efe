"""Blocks of rows from a model: drawn along the network, completed by the constraints, drawn again where they fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from synth_assets.constraints import Determined
from synth_assets.describe.coding import CodedColumn, encode
from synth_assets.describe.domain import by_group
from synth_assets.describe.impossible import missing_group
from synth_assets.errors import GenerationError
from synth_assets.generate.decisions import Decision, decide
from synth_assets.generate.distances import least_below, values_above
from synth_assets.generate.model import Model
from synth_assets.generate.sampling import draw
from synth_assets.generate.streams import BLOCK_ROWS, stream
from synth_assets.generate.values import axis_values, numbered, typed

MOST_TRIES = 200

_DECIDED, _BLOCKS = 0, 1


@dataclass(frozen=True, eq=False)
class Sampler:
    """Rows of a model.

    Attributes:
        model: What to draw from.
        seeds: Where every block takes its own stream from.
        decisions: What decided columns hold, the same in all blocks.
    """

    model: Model
    seeds: np.random.SeedSequence
    decisions: Mapping[str, Decision]

    @cached_property
    def by_name(self) -> dict[str, CodedColumn]:
        """The columns, in the table's order."""
        return {coded.column.name: coded for coded in self.model.columns}

    def block(self, first: int, rows: int) -> pl.DataFrame:
        """The rows from ``first`` on, which keep every constraint.

        Raises:
            GenerationError: Too few draws keep them.
        """
        number, found, drawn = first // BLOCK_ROWS, [], 0
        missing = rows
        for attempt in range(MOST_TRIES):
            wanted = missing if not drawn else min(BLOCK_ROWS, _needed(missing, rows - missing, drawn))
            table = self._draw(wanted, stream(self.seeds, _BLOCKS, number, attempt))
            kept = self._kept(table)
            found.append(kept.head(missing))
            drawn, missing = drawn + wanted, missing - len(found[-1])
            if not missing:
                return self._numbered(pl.concat(found) if len(found) > 1 else found[0], first)
        rules = "; ".join(str(rule) for rule in self.model.constraints)
        message = (
            f"Of {drawn:,} rows drawn only {rows - missing:,} keep the constraints ({rules}). In correlated mode "
            "more do; or widen the domains, or drop a constraint."
        )
        raise GenerationError(message)

    def _draw(self, rows: int, rng: np.random.Generator) -> pl.DataFrame:
        """Rows that may break a constraint; of text and keys, only whether there is a value."""
        names = [coded.column.name for coded in self.model.columns]
        streams = dict(zip(names, rng.spawn(len(names)), strict=True))
        groups: dict[str, np.ndarray] = {}
        for table in self.model.conditionals:
            drawn = draw(
                table.weights, configurations(table.parents, table.sizes[:-1], groups, rows), streams[table.column]
            )
            groups[table.column] = self._decided(table.column, drawn, groups)
        values = {name: self._values(name, groups[name], streams[name]) for name in names}
        for name, decision in self.decisions.items():
            values[name] = self._bound(decision, values)
        return self._typed(values, rng)

    def _values(self, name: str, groups: np.ndarray, rng: np.random.Generator) -> pl.Series:
        asked = self.model.known.get(name)
        coded = self.by_name[name]
        values = axis_values(coded, groups, self.model.bin_rows.get(name), rng, asked.codes if asked else None)
        if asked is None or not len(asked.numbers):
            return values
        even = np.zeros((coded.size, len(asked.numbers)))
        even[asked.number_codes, np.arange(len(asked.numbers))] = asked.likelihoods
        picked = draw(by_group(coded, even), groups, rng)
        return pl.Series(asked.numbers[picked]).set(values.is_null(), None)

    def _decided(self, name: str, drawn: np.ndarray, groups: Mapping[str, np.ndarray]) -> np.ndarray:
        """The groups with those that others decide in place, where there is a value at all."""
        decision = self.decisions.get(name)
        if decision is None:
            return drawn
        bound = np.ones(len(drawn), dtype=bool)
        for other in (name, *decision.rule.by):
            gone = missing_group(self.by_name[other])
            bound &= (drawn if other == name else groups[other]) != (-1 if gone is None else gone)
        return np.where(bound, decision.groups[self._places(decision, groups)], drawn)

    def _places(self, decision: Decision, groups: Mapping[str, np.ndarray]) -> np.ndarray:
        by = decision.rule.by
        return configurations(by, [self.by_name[name].group_count for name in by], groups, len(groups[by[0]]))

    def _bound(self, decision: Decision, values: Mapping[str, pl.Series]) -> pl.Series:
        """The column's values, taken from the decision wherever all columns have one.

        What decides is read off the values: where numbers are so large that bins hold few of them, a bin may draw a
        value that has a code of its own.
        """
        own = values[decision.rule.column]
        bound = own.is_not_null()
        held: dict[str, np.ndarray] = {}
        for name in decision.rule.by:
            bound &= values[name].is_not_null()
            held[name] = self.by_name[name].groups[encode(values[name], self.by_name[name])]
        told = decision.values.gather(self._places(decision, held))
        return told.zip_with(bound & told.is_not_null(), own.cast(told.dtype))

    def _typed(self, values: Mapping[str, pl.Series], rng: np.random.Generator) -> pl.DataFrame:
        found = {
            name: values[name] if coded.column.opaque else typed(coded.column, coded.axis, values[name])
            for name, coded in self.by_name.items()
            if not coded.above
        }
        while len(found) < len(self.by_name):
            for name, coded in self.by_name.items():
                if name not in found and set(coded.above) <= set(found):
                    least = least_below([self.by_name[low] for low in coded.above])
                    found[name] = values_above(coded, values[name], [found[low] for low in coded.above], least, rng)
        return pl.DataFrame({name: found[name].alias(name) for name in self.by_name})

    def _kept(self, table: pl.DataFrame) -> pl.DataFrame:
        broken = [rule.broken() for rule in self.model.constraints if not isinstance(rule, Determined)]
        return table.filter(~pl.any_horizontal(broken)) if broken else table

    def _numbered(self, table: pl.DataFrame, first: int) -> pl.DataFrame:
        opaque = [coded.column for coded in self.model.columns if coded.column.opaque]
        return table.with_columns(numbered(column, table[column.name], first) for column in opaque)


def sampler(model: Model, seeds: np.random.SeedSequence) -> Sampler:
    """A sampler, once it is settled what decided columns hold."""
    decisions = {}
    for place, table in enumerate(model.conditionals):
        rule = model.decided.get(table.column)
        if rule is not None:
            decisions[table.column] = decide(model, table, rule, stream(seeds, _DECIDED, place))
    return Sampler(model, seeds, decisions)


def configurations(
    columns: Sequence[str], sizes: Sequence[int], groups: Mapping[str, np.ndarray], rows: int
) -> np.ndarray:
    """The combination of each row's groups in these columns, as a number; the last column varies fastest."""
    found = np.zeros(rows, dtype=np.int64)
    for name, size in zip(columns, sizes, strict=True):
        found = found * size + groups[name]
    return found


def _needed(missing: int, kept: int, drawn: int) -> int:
    """How many rows to draw so that the missing ones are likely among them."""
    return int(1.2 * missing * drawn / max(kept, 1)) + 16
