"""What can be wrong in a dataset's own settings: its name, owner, policy, limits, schedule, source and hold-out."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from dagster._core.definitions.utils import is_valid_owner
from dagster._utils.schedules import is_valid_cron_string

from synth_assets.components.dataset import MOST_HELD_OUT, check_name
from synth_assets.components.faults.fault import Problem
from synth_assets.components.faults.narrow import narrowed
from synth_assets.components.faults.said import Said
from synth_assets.components.former import check_former
from synth_assets.errors import SynthAssetsError
from synth_assets.policy import Policy, load_policy
from synth_assets.schema import MODES
from synth_assets.source import BESIDE, KINDS


def general_problems(said: Said) -> Iterator[Problem]:
    """What is wrong in the settings of the dataset as a whole."""
    name, owner = said("name"), said("owner")
    if isinstance(name, str):
        try:
            check_name(name)
        except SynthAssetsError as error:
            yield Problem(("name",), str(error))
    yield from _formerly(said)
    if isinstance(owner, str) and not is_valid_owner(owner):
        yield Problem(("owner",), f"'owner' is {owner!r}. Allowed: an e-mail address, or team: and the team's name.")
    for mode in MODES:
        if mode in (said("modes") or {}) and mode not in said.modes:
            message = f"{mode!r} is empty (null), so it is not made. Write {mode}: {{}} to make it, or leave it out."
            yield Problem(("modes", mode), message)
    yield from _limits(said)
    yield from _schedule(said)
    yield from _source(said)
    yield from _references(said)
    hold_out = said("hold_out")
    if isinstance(hold_out, int | float) and hold_out > MOST_HELD_OUT:
        allowed = f"a share of persons from 0 to {MOST_HELD_OUT}; 0.2 is usual"
        yield Problem(("hold_out",), f"'hold_out' is {hold_out}. Allowed: {allowed}.")


def _formerly(said: Said) -> Iterator[Problem]:
    """Former names that cannot have been any, each where it stands."""
    name, names = said("name"), said("formerly") or []
    for place, former in enumerate(names):
        try:
            check_former(str(name), [former, *([former] if former in names[:place] else [])])
        except SynthAssetsError as error:
            yield Problem(("formerly", place), str(error))


def _limits(said: Said) -> Iterator[Problem]:
    """The policy, and limits that are below its own."""
    try:
        policy: Policy = load_policy(said("policy") or "internal")
    except SynthAssetsError as error:
        yield Problem(("policy",), str(error))
        return
    for rule in (policy.minimum_count, policy.minimum_k, policy.round_to):
        value = said(rule.name)
        if isinstance(value, int) and value < rule.limit:
            message = (
                f"{rule.name!r} is {value}. Policy {policy.name!r} asks for at least {rule.limit:g} ({rule.source}); a "
                "dataset may only ask for more."
            )
            yield Problem((rule.name,), message)


def _schedule(said: Said) -> Iterator[Problem]:
    cron = said("schedule")
    if isinstance(cron, str) and not is_valid_cron_string(cron):
        allowed = 'cron with five parts (minute, hour, day, month, weekday), such as "0 3 * * 1"'
        yield Problem(("schedule",), f"'schedule' is {cron!r}. Allowed: {allowed}.")
    if said("release_on_schedule") is True and said.attributes.get("schedule") is None:
        message = "'release_on_schedule' is true, but there is no schedule. Give one, or release by hand."
        yield Problem(("release_on_schedule",), message)


def _source(said: Said) -> Iterator[Problem]:
    """Keys that do not go together; whether the table is there is the source asset's to say."""
    source = said("source")
    if not isinstance(source, Mapping):
        return
    kinds = [kind for kind in KINDS if source.get(kind) is not None]
    if len(kinds) != 1:
        found = ", ".join(map(repr, kinds)) or "no place"
        message = f"'source' has {found}. Allowed: exactly one of {', '.join(map(repr, KINDS))}."
        yield Problem(("source", kinds[1]) if kinds else ("source",), message, at_key=True)
        return
    kind = kinds[0]
    allowed = ", ".join(map(repr, BESIDE[kind]))
    for key, value in source.items():
        if key not in {kind, *BESIDE[kind]} and value is not None:
            message = f"A source with {kind!r} has no {key!r}. Allowed besides it: {allowed}."
            yield Problem(("source", key), message, at_key=True)
    for key, value in source.items():
        if key in {kind, "table", "package"} and isinstance(value, str) and not value.strip():
            yield Problem(("source", key), f"{key!r} is {value!r}. Give text.")
    if "table" in BESIDE[kind] and source.get("table") is None:
        yield Problem(("source",), f"A source with {kind!r} lacks 'table'. Give it.", at_key=True)
    delimiter = source.get("delimiter")
    if isinstance(delimiter, str) and len(delimiter) != 1:
        message = f"'delimiter' is {delimiter!r}. Allowed: one character; left out, it is found."
        yield Problem(("source", "delimiter"), message)


def _references(said: Said) -> Iterator[Problem]:
    files, assets = said("reference_files") or {}, said("reference_assets") or []
    for place, name in enumerate(assets):
        if name in files:
            message = f"{name!r} is a reference file too. Give one of the two another name."
            yield Problem(("reference_assets", place), message)
    for name, file in files.items():
        if Path(file).suffix.lower() != ".csv":
            yield Problem(("reference_files", name), f"{name!r} is {file!r}. Allowed: a CSV file in data/input.")


def fallback_problem(said: Said, error: Exception) -> Problem:
    """What the dataset itself refuses, at the value that its message names."""
    message = str(error)
    return Problem(narrowed((), dict(said.attributes), message), message)
