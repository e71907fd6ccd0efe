"""Steps by the names that a dataset's YAML uses."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, get_origin

from synth_assets.errors import ProtectionError
from synth_assets.protect.bound import BottomCode, TopCode
from synth_assets.protect.coarsen import BandHours, BandNumbers, TruncateToDate
from synth_assets.protect.recode import KeepOnly, KeyedHash, MapCategories
from synth_assets.protect.reduce import Round, Truncate
from synth_assets.protect.steps import Drop, LookUp, Pseudonymise, Step

CATALOGUE: Mapping[str, type[Step]] = {
    "drop": Drop,
    "look_up": LookUp,
    "pseudonymise": Pseudonymise,
    "truncate_to_date": TruncateToDate,
    "band_hours": BandHours,
    "band_numbers": BandNumbers,
    "truncate": Truncate,
    "round": Round,
    "top_code": TopCode,
    "bottom_code": BottomCode,
    "map_categories": MapCategories,
    "keyed_hash": KeyedHash,
    "keep_only": KeepOnly,
}
"""Every step there is."""


def step_from_dict(entry: Mapping[str, Any]) -> Step:
    """A step from its plain form: the key ``step`` names it, the others are its settings.

    Raises:
        ProtectionError: There is no such step, or a setting is unknown, missing or empty.

    >>> step_from_dict({"step": "drop", "columns": ["Name"], "reason": "names the person"})
    Drop(columns=('Name',), reason='names the person')
    """
    if not isinstance(entry, Mapping):
        message = f"A step is written as keys and values (step, reason, ...), but {entry!r} is not."
        raise ProtectionError(message)
    name = entry.get("step")
    if not isinstance(name, str) or name not in CATALOGUE:
        message = f"There is no step {name!r}. Allowed: {', '.join(CATALOGUE)}."
        raise ProtectionError(message)
    kind: Any = CATALOGUE[name]
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items() if key != "step"}
    known = {field.name: field for field in fields(kind)}
    unknown = [key for key in given if key not in known]
    missing = [key for key, field in known.items() if field.default is MISSING and given.get(key) in (None, "", ())]
    if unknown or missing:
        message = (
            f"Step {name!r} has unknown setting(s) {', '.join(unknown) or '-'} and lacks {', '.join(missing) or '-'}. "
            f"Allowed: {', '.join(known)}."
        )
        raise ProtectionError(message)
    _refuse_forms(name, given, known)
    return kind(**given)


def _refuse_forms(name: str, given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Refuse text where a list is due, which would be read letter by letter, and what is no text where text is due."""
    for key, value in given.items():
        listed = get_origin(known[key].type) is tuple
        if (listed and not isinstance(value, tuple)) or (known[key].type is str and not isinstance(value, str)):
            message = f"Step {name!r} has {key}: {value!r}. Allowed: {'a list' if listed else 'text'}."
            raise ProtectionError(message)
