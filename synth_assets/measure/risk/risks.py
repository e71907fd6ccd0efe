"""The results of all attacks on one synthetic table, as figures and as a table; nothing of any row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from synth_assets.measure.risk.decision import FAMILY_ERROR
from synth_assets.measure.risk.rates import Attack

LEAST_ATTACKS = 20
"""Of fewer attacks, success in every one hardly tells a leak from chance, so they would only ever say that."""


@dataclass(frozen=True, slots=True)
class Untried:
    """A family of attacks that says nothing of a table.

    Attributes:
        family: Which; ``copies`` among them.
        reason: Why not, without a number that tells of few rows.
    """

    family: str
    reason: str

    def __str__(self) -> str:
        """In words."""
        return f"{self.family} ({self.reason})"


_SCHEMA: dict[str, pl.DataType] = {
    "name": pl.String(),
    "variant": pl.String(),
    "attacks": pl.Int64(),
    **{
        name: pl.Float64()
        for name in ("training_rate", "control_rate", "guesses", "excess", "lower", "upper", "detectable")
    },
}


@dataclass(frozen=True)
class Risks:
    """What attacks on a synthetic table gain.

    Attributes:
        attacks: Those that were tried at least ``LEAST_ATTACKS`` times; ``decide`` judges these.
        too_few: Those that could not be tried as often; and, where another attack of the family could, those that
            hardly ever fail on held-out rows, so that the table has nothing to add. They are not judged and have no
            part in ``table``.
        rows: Of the training table, the control table and the synthetic table.
        untried: The families none of whose attacks was tried as often, though they could tell something of such a
            table; what they would find is not excluded.
    """

    attacks: tuple[Attack, ...]
    too_few: tuple[Attack, ...]
    rows: tuple[int, int, int]
    untried: tuple[Untried, ...] = ()

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row an attack, in the order they were made.

        ``excess`` is the gain over the control (see ``Attack.excess``), ``lower`` and ``upper`` its limits, which hold
        for all attacks together but for a chance of ``FAMILY_ERROR`` on either side. ``detectable`` is the smallest
        excess that would have been told from 0 with a chance of 0.8, missing where none would.
        """
        rows = [
            (
                one.name,
                one.variant,
                one.attacks,
                one.training_rate,
                one.control_rate,
                one.guesses,
                one.excess,
                one.lower(self._error),
                one.upper(self._error),
                one.detectable(0, self._error),
            )
            for one in self.attacks
        ]
        return pl.DataFrame(rows, schema=_SCHEMA, orient="row")

    @property
    def worst(self) -> Attack | None:
        """The attack with the largest lower limit; ``None`` where none was tried often enough."""
        return max(self.attacks, key=lambda one: one.lower(self._error), default=None)

    @property
    def _error(self) -> float:
        return FAMILY_ERROR / max(len(self.attacks), 1)


def risks(
    made: Mapping[str, Sequence[Attack]],
    rows: tuple[int, int, int],
    untried: Sequence[Untried] = (),
    idle: Collection[str] = (),
) -> Risks:
    """Attacks that were tried often enough, and the others apart.

    Args:
        made: The attacks of each family, in any order.
        rows: As in ``Risks``.
        untried: Families that are known not to have been tried.
        idle: Families that could find nothing in such a table.
    """
    every = [one for several in made.values() for one in several]
    tried = [one for one in every if one.attacks >= LEAST_ATTACKS]
    open_ones = {one.name for one in tried if _has_room(one)}
    enough = tuple(one for one in tried if _has_room(one) or one.name not in open_ones)
    missing = [
        Untried(family, f"tried fewer than {LEAST_ATTACKS} times" if several else "could not be tried")
        for family, several in made.items()
        if family not in idle and not set(several) & set(tried)
    ]
    few = tuple(one for one in every if one not in enough)
    return Risks(enough, few, rows, (*untried, *missing))


def _has_room(attack: Attack) -> bool:
    """Whether it fails often enough on held-out rows for the table to add something."""
    return attack.attacks - attack.control_hits >= LEAST_ATTACKS
