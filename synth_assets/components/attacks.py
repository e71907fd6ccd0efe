"""Attacks on a synthetic table, made on those described and on those held out, and what a policy says of them."""

from contextlib import closing
from dataclasses import dataclass

import numpy as np
import polars as pl

from synth_assets.components.dataset import Dataset
from synth_assets.components.progress import Say
from synth_assets.components.resources import Workplace
from synth_assets.describe import Description
from synth_assets.frames import Frame, in_order, opened
from synth_assets.measure.risk import Attack, Risks, Verdict, decide, risk
from synth_assets.measure.risk.copies import NAME as COPIES
from synth_assets.measure.risk.lookalikes import lookalikes
from synth_assets.policy import Policy, Rule
from synth_assets.report.privacy_tables import AttackLine
from synth_assets.schema import Mode, Schema
from synth_assets.storage.sample import Flags, first_rows, rows_of, rows_where, sample_of, some_of

ATTACK_CHECK, COPY_CHECK = "attack_risk", "copy_risk"
ATTACKS = 2_000
"""Of each kind on either side, if there are as many rows held out."""

MOST_ROWS = 100_000
"""Described, held out and synthetic rows that attacks work on, each; of more a random sample."""


@dataclass(frozen=True)
class Measured:
    """What attacks gain, and against how many people.

    Attributes:
        risks: The attacks.
        held_out: Persons (rows, where no person is named) that no description sees.
    """

    risks: Risks
    held_out: int

    def of(self, rule: Rule) -> tuple[list[Attack], list[str]]:
        """The attacks that a rule judges, copies or all others, and the families of these that were not tried."""
        copies = rule.name == COPY_CHECK
        untried = [str(one) for one in self.risks.untried if (one.family == COPIES) == copies]
        return [attack for attack in self.risks.attacks if (attack.name == COPIES) == copies], untried

    def judged(self, rule: Rule, policy: Policy) -> Verdict:
        """What the attacks say of a rule's limit; without enough people held out they exclude nothing."""
        attacks, gaps = self.of(rule)
        least = policy.least_held_out
        if not least.allows(self.held_out):
            gaps = [*gaps, f"any of them on {least.limit:g} persons held out (there are fewer)"]
        return decide(attacks, rule.limit, gaps=gaps, together=len(self.risks.attacks))


def measure_risk(  # noqa: PLR0913, PLR0917 - whose table, where it is, and what it is compared with
    dataset: Dataset,
    workplace: Workplace,
    original: Frame,
    units: Frame,
    synthetic: Frame,
    told: Description | None,
    rng: np.random.Generator,
    say: Say | None = None,
) -> Measured | None:
    """Attacks on rows described and rows held out; ``None`` where nothing is held out.

    Of more than ``MOST_ROWS`` rows on a side the attacker has a random sample; copies are looked for in all of them.

    Args:
        dataset: As declared.
        workplace: With the reference lists and the key.
        original: The table that was described, in its order.
        units: Whose rows they are, row by row: stored, or a Parquet file.
        synthetic: The table that is attacked.
        told: Its description; ``None`` leaves out the attack on its counts.
        rng: Chooses whom to attack.
        say: Is told each family of attacks before it is made.

    Raises:
        MeasurementError: The tables do not fit each other.
    """
    described, control, held_out = _sides(units)
    if not control.any() or not described.any():
        return None
    kinds = first_rows(original).schema
    schema: Schema = dataset.original_schema(workplace.folder.input, workplace.key, kinds)
    training, held = (rows_where(original, some_of(side, MOST_ROWS, rng)) for side in (described, control))
    made, alike = sample_of(synthetic, MOST_ROWS, rng), None
    if rows_of(synthetic) > MOST_ROWS:
        with closing(in_order(synthetic)) as batches:
            alike = lookalikes(batches, pl.concat([training, held]), schema)
    found = risk(training, held, made, schema, attacks=ATTACKS, rng=rng, description=told, alike=alike, say=say)
    return Measured(found, held_out)


def sampled(rows: int) -> dict[str, str]:
    """What is said where the attacker has but a sample of the table."""
    if rows <= MOST_ROWS:
        return {}
    return {"sample": f"the attacker has {MOST_ROWS:,} random rows of {rows:,}; copies are looked for in all of them"}


def _sides(units: Frame) -> tuple[Flags, Flags, int]:
    """Which rows are described, which are held out and of those that would be, and of how many persons these are."""
    with opened(units) as relation:
        flags = relation.project("described, held_out and counted as control").fetchnumpy()
        [(persons,)] = relation.filter("held_out and counted").aggregate("count(distinct person)").fetchall()
    return np.asarray(flags["described"], dtype=np.bool_), np.asarray(flags["control"], dtype=np.bool_), int(persons)


def lines_of(dataset: Dataset, mode: Mode, table: pl.DataFrame) -> list[AttackLine]:
    """The attacks that a risk asset left, each with the policy's limit."""
    policy = dataset.policy
    return [
        AttackLine(
            mode=mode,
            name=f"{row['name']} ({row['variant']})" if row["variant"] else row["name"],
            attacks=row["attacks"],
            described=row["training_rate"],
            others=row["control_rate"],
            excess=row["excess"],
            lower=row["lower"],
            upper=row["upper"],
            limit=(policy.copy_risk if row["name"] == COPIES else policy.attack_risk).limit,
        )
        for row in table.iter_rows(named=True)
    ]
