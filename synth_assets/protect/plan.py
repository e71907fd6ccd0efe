"""The columns that steps leave, known before any is taken. It reads no table."""

from collections.abc import Sequence

from synth_assets.errors import ProtectionError
from synth_assets.protect.columns import Kinds
from synth_assets.protect.steps import Step


def columns_after(columns: Kinds, steps: Sequence[Step]) -> dict[str, str]:
    """The columns after the last step, with their kinds.

    Args:
        columns: Their kinds by name, before the first.
        steps: In order.

    Returns:
        Their kinds by name; ``any`` of columns that are looked up.

    Raises:
        ProtectionError: A step does not fit the columns that it would meet; the message says which step.

    >>> from synth_assets.protect.steps import Drop
    >>> columns_after({"Name": "text", "Age": "integer"}, [Drop(("Name",), "names the person")])
    {'Age': 'integer'}
    """
    held = dict(columns)
    for place, step in enumerate(steps, start=1):
        try:
            held = step.after(held)
        except ProtectionError as error:
            message = f"Step {place} ({type(step).__name__}) cannot be taken. {error}"
            raise ProtectionError(message) from error
    return held
