"""Every attack on one synthetic table, from one coding of the three tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from synth_assets.describe import Description
from synth_assets.frames import Frame
from synth_assets.measure.risk.codes import Coded, encode
from synth_assets.measure.risk.copies import NAME as COPIES
from synth_assets.measure.risk.copies import copies
from synth_assets.measure.risk.disclosure import disclosure
from synth_assets.measure.risk.inference import inference
from synth_assets.measure.risk.leave_one_out import leave_one_out
from synth_assets.measure.risk.linkability import linkability
from synth_assets.measure.risk.membership import density_ratio
from synth_assets.measure.risk.rates import Attack
from synth_assets.measure.risk.risks import Risks, Untried, risks
from synth_assets.measure.risk.singling_out import singling_out
from synth_assets.schema import Schema

USUAL_ATTACKS = 500

LEAVE_ONE_OUT: Final = "membership by leave one out"


@dataclass(frozen=True, slots=True)
class _Family:
    """Attacks of one kind.

    Attributes:
        name: Of the family.
        make: Makes them.
        could_find: Whether a table has anything that they could find; where not, it is no lack that they are few.
    """

    name: str
    make: Callable[[Coded, np.random.Generator], list[Attack]]
    could_find: Callable[[Coded], bool] = lambda _: True


def _stands_out(coded: Coded) -> bool:
    """Whether a synthetic row is unlike all others: else no statement holds for one row alone."""
    return bool((np.unique(coded.synthetic_exact, axis=0, return_counts=True)[1] == 1).any())


def _has_relations(coded: Coded) -> bool:
    return len(coded.names) > 1


_FAMILIES: tuple[_Family, ...] = (
    _Family("singling out", singling_out, _stands_out),
    _Family("linkability", linkability, _has_relations),
    _Family("inference", inference, _has_relations),
    _Family("disclosure", disclosure, _has_relations),
    _Family("membership by density ratio", density_ratio),
    _Family(COPIES, copies),
)


def risk(  # noqa: PLR0913 - three tables and their schema, as every attack has them
    training: Frame,
    control: Frame,
    synthetic: Frame,
    schema: Schema,
    *,
    attacks: int = USUAL_ATTACKS,
    rng: np.random.Generator,
    secrets: Sequence[str] | None = None,
    description: Description | None = None,
    alike: Frame | None = None,
    say: Callable[[str], None] | None = None,
) -> Risks:
    """Attack rows that the description saw and rows that it did not, by what the synthetic table tells of them.

    Both must be drawn from the same people at random: what an attack gains on the former over the latter is then the
    synthetic table's doing. Nothing of any row is in the result.

    Args:
        training: Rows that the description saw, shape (n, columns).
        control: Rows that it did not see, shape (m, columns).
        synthetic: Shape (s, columns).
        schema: Of all three.
        attacks: How many of each on either side, at least 1; fewer where a table has fewer rows, or where fewer
            statements can be made.
        rng: Draws the rows that are attacked, and decides where an attack has a choice.
        secrets: Columns to be guessed, neither text nor keys. Where ``None``, the sensitive ones, or else the five of
            the most values.
        alike: Where ``synthetic`` is but a sample of a large table: all rows of the table that are like one of the
            real rows (see ``lookalikes``), among which copies are looked for.
        description: What the synthetic table was drawn from: where it counts and has no epsilon, its own counts are
            attacked too. Without it that family is among the untried ones.
        say: Is told each family of attacks before it is made.

    Raises:
        MeasurementError: The tables do not fit each other, or an argument is not allowed.
        SchemaError: The description is of other columns.
    """
    coded = encode(training, control, synthetic, schema, attacks=attacks, secrets=secrets)
    whole = coded if alike is None or not len(alike) else encode(training, control, alike, schema, attacks=attacks)
    made = {}
    for one in _FAMILIES:
        if say is not None:
            say(f"Attacking: {one.name}")
        made[one.name] = one.make(whole if one.name == COPIES else coded, rng)
    idle = [one.name for one in _FAMILIES if not one.could_find(coded)]
    untried = [Untried(LEAVE_ONE_OUT, "no description is given")] if description is None else []
    if description is not None and description.tables and description.privacy is None:
        made[LEAVE_ONE_OUT] = leave_one_out(description, training, control, rng)
    return risks(made, (len(coded.training), len(coded.control), len(coded.synthetic)), untried, idle)
