"""Whether the attacks' excess keeps to a limit: the rule that a policy applies to the risks of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from synth_assets.errors import MeasurementError
from synth_assets.measure.risk.rates import Attack

FAMILY_ERROR = 0.001
"""The chance that any of the lower limits of a table's attacks is wrong, or any of the upper ones."""

Outcome: TypeAlias = Literal["pass", "fail", "not enough evidence"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the attacks say of a limit.

    Attributes:
        outcome: ``fail`` where the lower limit of any attack's excess is above the limit, and where there is no attack
            at all; ``pass`` where no upper limit is and nothing was left untried; else ``not enough evidence``.
        limit: On the excess, from 0 on and below 1.
        family_error: As asked.
        attack: The one that decides: of the largest lower limit where it fails, else of the largest upper limit;
            ``None`` where there is none.
        lower: Its lower limit, simultaneous over all attacks.
        upper: Its upper limit, simultaneous over all attacks.
        detectable: The smallest excess over which it would have failed, by any attack, with a chance of ``POWER``:
            of the attack for which this is largest. ``None`` where some attack could not fail at all.
        gaps: As asked.
    """

    outcome: Outcome
    limit: float
    family_error: float
    attack: Attack | None
    lower: float | None
    upper: float | None
    detectable: float | None
    gaps: tuple[str, ...] = ()


def decide(
    attacks: Sequence[Attack],
    limit: float,
    family_error: float = FAMILY_ERROR,
    gaps: Sequence[str] = (),
    together: int | None = None,
) -> Verdict:
    """Judge attacks on a table together.

    Args:
        attacks: Such as ``Risks.attacks``.
        limit: Of the excess, from 0 on and below 1.
        family_error: Above 0 and below 1. Divided by the number of attacks (Bonferroni): the chance that a table of
            which no attack's excess is above the limit fails is at most this.
        gaps: What was not tried, or not often enough, in words such as those of ``Risks.untried``. With any the table
            does not pass: what nobody tried is not excluded.
        together: How many attacks on the table there are, where others are judged by another limit: the limits of all
            of them hold together. By default these are all.

    Raises:
        MeasurementError: A number is out of range.
    """
    _check(limit, family_error)
    left = tuple(gaps)
    if not attacks:
        return Verdict("fail", limit, family_error, None, None, None, None, left)
    error = family_error / max(len(attacks), together or 0)
    limits = [(one.lower(error), one.upper(error)) for one in attacks]
    outcome = _outcome(max(lower for lower, _ in limits), max(upper for _, upper in limits), limit)
    outcome = "not enough evidence" if left and outcome == "pass" else outcome
    side = 0 if outcome == "fail" else 1
    decisive = max(range(len(attacks)), key=lambda place: limits[place][side])
    found = [one.detectable(limit, error) for one in attacks]
    known = [one for one in found if one is not None]
    detectable = max(known) if len(known) == len(found) else None
    return Verdict(outcome, limit, family_error, attacks[decisive], *limits[decisive], detectable, left)


def _outcome(lower: float, upper: float, limit: float) -> Outcome:
    if lower > limit:
        return "fail"
    return "pass" if upper <= limit else "not enough evidence"


def _check(limit: float, family_error: float) -> None:
    if not 0 <= limit < 1:
        message = f"The limit on the excess is {limit!r}. Allowed: from 0 on and below 1, e.g. 0.05."
        raise MeasurementError(message)
    if not 0 < family_error < 1:
        message = f"family_error is {family_error!r}. Allowed: above 0 and below 1; {FAMILY_ERROR} is usual."
        raise MeasurementError(message)
