"""Every attack on one synthetic table, from one coding of the three tables."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from synth_assets.describe import Description
from synth_assets.frames import Frame
from synth_assets.measure.risk.codes import Coded, encode
from synth_assets.measure.risk.copies import copies
from synth_assets.measure.risk.disclosure import disclosure
from synth_assets.measure.risk.inference import inference
from synth_assets.measure.risk.leave_one_out import leave_one_out
from synth_assets.measure.risk.linkability import linkability
from synth_assets.measure.risk.membership import density_ratio
from synth_assets.measure.risk.rates import Attack
from synth_assets.measure.risk.risks import Risks, risks
from synth_assets.measure.risk.singling_out import singling_out
from synth_assets.schema import Schema

_Family: TypeAlias = Callable[[Coded, np.random.Generator], list[Attack]]

USUAL_ATTACKS = 500

_FAMILIES: tuple[_Family, ...] = (singling_out, linkability, inference, disclosure, density_ratio, copies)


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
            attacked too.

    Raises:
        MeasurementError: The tables do not fit each other, or an argument is not allowed.
        SchemaError: The description is of other columns.
    """
    coded = encode(training, control, synthetic, schema, attacks=attacks, secrets=secrets)
    made = [attack for family in _FAMILIES if alike is None or family is not copies for attack in family(coded, rng)]
    if alike is not None:
        whole = encode(training, control, alike, schema, attacks=attacks, secrets=secrets) if len(alike) else coded
        made += copies(whole, rng)
    if description is not None:
        made += leave_one_out(description, training, control, rng)
    return risks(made, (len(coded.training), len(coded.control), len(coded.synthetic)))
