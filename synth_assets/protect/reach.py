"""What can be asked of a table and what can be reached, checked before and said after. It searches nothing."""

from collections.abc import Sequence

import numpy as np

from synth_assets.errors import ProtectionError
from synth_assets.protect.lattice import Lattice
from synth_assets.protect.search import Evaluator
from synth_assets.protect.suppress import CLOSE, Requirement, kept


def rows_allowed(lattice: Lattice, limit: float) -> int:
    """How many rows may be suppressed at a limit, which is a share of them."""
    return int(limit * lattice.total + CLOSE)


def check_limit(limit: float) -> None:
    """Make sure that a suppression limit is a share of rows that leaves some.

    Raises:
        ProtectionError: It is not.
    """
    if not 0 <= limit < 1:
        message = f"The suppression limit is {limit}. Allowed: a share of rows from 0 to below 1."
        raise ProtectionError(message)


def required(k: int, l: int | None, t: float | None, sensitive: Sequence[str]) -> Requirement:  # noqa: E741 - as in ``generalise``
    """What every class has to have.

    Args:
        k: As for ``generalise``, like the others.
        l: Or ``None``.
        t: Or ``None``.
        sensitive: The sensitive columns.

    Raises:
        ProtectionError: A number cannot be, or there is no sensitive column to have it.
    """
    problem = None
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        problem = f"k is {k!r}. Allowed: a whole number of rows, at least 1"
    elif l is not None and (isinstance(l, bool) or not isinstance(l, int) or l < 1):
        problem = f"l is {l!r}. Allowed: a whole number of values, at least 1"
    elif t is not None and not 0 <= t <= 1:
        problem = f"t is {t!r}. Allowed: a distance from 0 to 1"
    elif (l is not None or t is not None) and not sensitive:
        problem = "There is an l or t, but no sensitive column. Name the columns that must not be learnt"
    if problem:
        message = f"{problem}."
        raise ProtectionError(message)
    return Requirement(k, l, t)


def check_reach(lattice: Lattice, requirement: Requirement, sensitive: Sequence[str]) -> None:
    """Refuse what no table of these rows can have.

    Raises:
        ProtectionError: k is larger than the table, or l than the number of values of a sensitive column.
    """
    if requirement.k > lattice.total:
        message = f"k is {requirement.k}, but the table has {lattice.total} rows. Allowed: at most that many."
        raise ProtectionError(message)
    for name, column in zip(sensitive, lattice.sensitive, strict=True):
        held = len(np.unique(column.values))
        if requirement.l is not None and requirement.l > held:
            message = (
                f"l is {requirement.l}, but the sensitive column {name!r} has {held} value(s). Allowed: up to that."
            )
            raise ProtectionError(message)


def check_top(evaluator: Evaluator, limit: float) -> None:
    """Refuse where not even the highest levels get there, and say what would.

    Args:
        evaluator: Of nodes.
        limit: The share of rows that may be suppressed.

    Raises:
        ProtectionError: They do not.
    """
    lattice, wanted = evaluator.lattice, evaluator.requirement
    suppressed, allowed = evaluator.points(lattice.heights)[0].suppressed, rows_allowed(lattice, limit)
    if suppressed <= allowed:
        return
    grouping = lattice.grouping(lattice.heights)
    sizes = sorted({int(size) for size in grouping.class_rows if 1 < size < wanted.k}, reverse=True)
    reachable = next((k for k in sizes if _gone(lattice, Requirement(k, wanted.l, wanted.t)) <= allowed), None)
    least = np.ceil(suppressed / lattice.total * 10_000) / 10_000
    remedies = [f"raise the suppression limit to {least:.4g}"] if suppressed < lattice.total and least < 1 else []
    remedies += [f"ask for k = {reachable}"] if reachable else []
    fixed = [one.column for one in lattice.ladders if not one.suppresses]
    remedies += [f"declare any: true for some of: {', '.join(fixed)}"] if fixed else []
    also = "".join(f", {name} = {value}" for name, value in (("l", wanted.l), ("t", wanted.t)) if value is not None)
    message = (
        f"No combination of levels reaches k = {wanted.k}{also} with at most {limit:.2%} of the rows suppressed: "
        f"at every column's highest level it takes {suppressed / lattice.total:.2%}. What would reach it: "
        f"{'; or '.join(remedies) or 'nothing, for this table'}."
    )
    raise ProtectionError(message)


def _gone(lattice: Lattice, requirement: Requirement) -> int:
    stay = kept(lattice, lattice.grouping(lattice.heights), requirement)
    return lattice.total - int(lattice.rows[stay].sum())
