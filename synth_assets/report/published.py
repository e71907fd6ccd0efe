"""What a description publishes of each column, as counts with words: from the description alone."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from synth_assets.describe import Description
from synth_assets.describe.coding import Bins, CodedColumn, Levels
from synth_assets.describe.tables import ContingencyTable
from synth_assets.schema import ColumnType

TOGETHER = "rare values together"
MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Published:
    """A column as it is published.

    Attributes:
        name: Of the column.
        type: In the schema.
        domain: What it may hold, in words.
        labels: Of each group that is counted.
        counts: Rows of each, as far as they are told; ``None`` where none is, or nothing is counted.
        partly: Of each, whether further rows may be in cells that are hidden, so that its count is a least number.
        given: The columns that it is counted given.
        hidden: The share of its rows that lie in hidden cells; ``None`` where nothing is counted.
        starts: Where each group begins on the column's axis, in few words; empty where it has no axis.
    """

    name: str
    type: ColumnType
    domain: str
    labels: tuple[str, ...]
    counts: tuple[int | None, ...]
    partly: tuple[bool, ...]
    given: tuple[str, ...]
    hidden: float | None
    starts: tuple[str, ...] = ()

    @property
    def missing(self) -> bool:
        """Whether the last group is of missing values."""
        return bool(self.labels) and self.labels[-1] == MISSING


def published(description: Description) -> list[Published]:
    """Every column of a description, in order."""
    tables = {table.column: table for table in description.tables}
    return [_column(coded, tables.get(coded.column.name)) for coded in description.columns]


def _column(coded: CodedColumn, table: ContingencyTable | None) -> Published:
    labels = _labels(coded)
    counts: tuple[int | None, ...] = (None,) * len(labels)
    partly: tuple[bool, ...] = (False,) * len(labels)
    hidden = None
    if table is not None:
        summed, secret = table.seen.sum(axis=0), table.hidden_groups
        counts = tuple(None if gone and not rows else int(rows) for rows, gone in zip(summed, secret, strict=True))
        partly = tuple(bool(gone and rows) for rows, gone in zip(summed, secret, strict=True))
        known = table.totals > 0
        rows = int(table.totals[known].sum())
        hidden = float((table.totals - table.seen.sum(axis=1))[known].sum() / rows) if rows else 0.0
    given = () if table is None else table.parents
    return Published(
        coded.column.name,
        coded.column.type,
        _domain(coded),
        labels,
        counts,
        partly,
        given,
        hidden,
        _starts(coded),
    )


def _starts(coded: CodedColumn) -> tuple[str, ...]:
    """Where the first of each group's bins begins; an exact value with an equals sign, and rare ones together."""
    coding = coded.coding
    if not isinstance(coding, Bins):
        return ()
    codes = [_said(edge, coded.axis) for edge in coding.edges[:-1]]
    codes += [f"= {_said(value, coded.axis)}" for value in coding.spikes]
    codes += [MISSING] if coded.column.nullable else []
    return tuple(some[0] if len(some) == 1 or coded.merged else "rare" for some in _by_group(codes, coded))


def _labels(coded: CodedColumn) -> tuple[str, ...]:
    """The words of each group: its code's, or of several together."""
    return tuple(one[0] if len(one) == 1 else _together(one, coded) for one in _by_group(_codes(coded), coded))


def _by_group(words: list[str], coded: CodedColumn) -> list[list[str]]:
    """Words on each code, as those of each group."""
    return [[words[code] for code in np.flatnonzero(coded.groups == group)] for group in range(coded.group_count)]


def _together(members: list[str], coded: CodedColumn) -> str:
    if not coded.merged:
        return TOGETHER
    return (
        f"{members[0]} \N{HORIZONTAL ELLIPSIS} {members[-1]}"
        if isinstance(coded.coding, Bins)
        else " or ".join(members)
    )


def _codes(coded: CodedColumn) -> list[str]:
    coding = coded.coding
    if isinstance(coding, Levels):
        said = [_said(value, coded.axis) for value in coding.values]
        if coding.other and said:
            said[-1] = "other"
    elif isinstance(coding, Bins):
        edges = [_said(edge, coded.axis) for edge in coding.edges]
        said = [f"from {low} to below {high}" for low, high in pairwise(edges)]
        if coding.clamp and said:
            said[0] = f"below {edges[1]}"
            said[-1] = f"from {edges[-2]} on" if len(said) > 1 else "any value"
        said += [f"exactly {_said(value, coded.axis)}" for value in coding.spikes]
    else:
        said = ["any value (values are not described)"]
    return [*said, MISSING] if coded.column.nullable else said


def _domain(coded: CodedColumn) -> str:
    coding, words = coded.coding, ""
    if isinstance(coding, Levels):
        words = f"{coding.size} values"
    elif isinstance(coding, Bins):
        words = f"{coding.bins} bins from {_said(coding.edges[0], coded.axis)} to {_said(coding.edges[-1], coded.axis)}"
        exact = len(coding.spikes) + sum(len(atoms) for atoms in coding.atoms)
        words += f", {exact} exact values" if exact else ""
    else:
        words = "only whether there is a value"
    above = f", above {' and '.join(coded.above)}" if coded.above else ""
    source = "from the data" if coded.column.domain_source == "data" else "declared"
    return f"{words}{above}; {source}{'; may be missing' if coded.column.nullable else ''}"


def _said(value: float | str, kind: ColumnType) -> str:
    """A value of the axis as people write it."""
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "date":
        return str(np.datetime64(int(value), "D"))
    if kind == "datetime":
        return str(np.datetime_as_string(np.datetime64(int(value), "us"), unit="m")).replace("T", " ")
    return f"{value:.6g}" if isinstance(value, float) else str(value)
