"""Descriptions with differential privacy: noisy tables of a declared domain, a network chosen privately, a fit.

Everything after the noise is post-processing; nothing here may look at a count that no noise has been added to, but to
add it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from synth_assets.describe.coded_table import CodedTable, coded_publicly
from synth_assets.describe.correlated import with_decisions
from synth_assets.describe.description import Description
from synth_assets.describe.privacy import LedgerMark, Privacy
from synth_assets.describe.private.correlated import Task, describe_correlated_privately
from synth_assets.describe.private.domain import check_declared, public_codings
from synth_assets.describe.private.independent import describe_independent_privately
from synth_assets.describe.private.mechanism import Mechanism
from synth_assets.describe.private.noise import Noise, OpenDPNoise
from synth_assets.describe.private.request import Request
from synth_assets.describe.reader import reading
from synth_assets.describe.rules import NetworkRules
from synth_assets.frames import Frame
from synth_assets.schema import Mode, Schema

__all__ = ["Asked", "Noise", "OpenDPNoise", "Request", "check_declared", "describe_privately"]


@dataclass(frozen=True)
class Asked:
    """What kind of description is asked for.

    Attributes:
        mode: ``independent`` or ``correlated``.
        rules: What must hold of the network.
        max_parents: The most parents a column may have.
        minimum_count: Noisy counts below it are not told apart where columns meet.
    """

    mode: Mode
    rules: NetworkRules
    max_parents: int
    minimum_count: int


def describe_privately(  # noqa: PLR0913, PLR0917 - what, how, how privately, by what, and on whose account
    frame: Frame,
    schema: Schema,
    asked: Asked,
    request: Request,
    noise: Noise,
    book: Callable[[Privacy], LedgerMark] | None = None,
) -> Description:
    """A description that keeps the request's bound.

    Args:
        frame: No unit of privacy has more rows than the request says.
        schema: Every domain declared or asserted.
        asked: The kind of description.
        request: The bound.
        noise: Where noise comes from. ``describe`` gives ``OpenDPNoise``; nothing but a test gives another.
        book: Called once when the table has been found to fit, and before any noise is drawn; where it raises, nothing
            is described.

    Raises:
        SchemaError: The table does not fit the schema.
        DescriptionError: The network's rules cannot be kept, or epsilon is too small for so many columns.
    """
    with reading(frame, schema) as reader:
        table = coded_publicly(reader, public_codings(schema, reader.above))
    mark = None if book is None else book(request.privacy)
    described = _described(table, schema, asked, Mechanism(request, noise))
    return described if mark is None else described.with_ledger(mark)


def _described(table: CodedTable, schema: Schema, asked: Asked, mechanism: Mechanism) -> Description:
    if asked.mode == "independent":
        return describe_independent_privately(table, mechanism, asked.minimum_count)
    rules = with_decisions(asked.rules, schema.constraints, table, asked.max_parents)
    task = Task(schema.constraints, rules, asked.max_parents, asked.minimum_count, mechanism)
    return describe_correlated_privately(table, task)
