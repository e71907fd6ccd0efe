"""What can be wrong in what a dataset's YAML says of differential privacy."""

from collections.abc import Iterator
from typing import Any

from synth_assets.components.faults.fault import Problem, YamlPath
from synth_assets.components.faults.said import Said
from synth_assets.components.privacy import is_declared
from synth_assets.errors import SynthAssetsError
from synth_assets.ledger.accounting import MOST_EPSILON, check_delta, check_epsilon
from synth_assets.schema import Mode


def budget_problems(said: Said) -> Iterator[Problem]:
    """Bounds that do not exist, lack a budget or do not fit in it, and what epsilon does not go with."""
    yield from _numbers(said)
    asked = {mode: path for mode in said.modes if (path := _epsilon_path(said, mode)) is not None}
    private = {mode: path for mode, path in asked.items() if mode != "random"}
    if not asked:
        return
    if private and not said.misfits_at("privacy") and (said.attributes.get("privacy") or {}).get("budget") is None:
        message = (
            "'epsilon' is asked for without a budget. Name one under 'privacy': the epsilon of all descriptions "
            "together, e.g. budget: 3."
        )
        yield Problem(next(iter(private.values())), message)
    budget = _number(said("privacy", "budget"))
    for mode, path in private.items():
        epsilon = _number(said(*path))
        if budget is not None and epsilon is not None and budget < epsilon <= MOST_EPSILON:
            message = (
                f"'epsilon' is {epsilon:g} in {mode} mode, and the budget of all descriptions together is {budget:g}."
            )
            yield Problem(path, f"{message} Ask for less, or declare a larger budget.")
    if said("start_from") == "anonymised" and private:
        message = (
            "'start_from' is 'anonymised', but its search looks at all rows, which epsilon does not cover. Start from "
            "'deidentified', or ask for no epsilon."
        )
        yield Problem(("start_from",), message)
    yield from _undeclared(said)


def _undeclared(said: Said) -> Iterator[Problem]:
    for place, name in enumerate(said.names):
        column = said("columns", place)
        if column is not None and not is_declared(column):
            message = (
                f"With epsilon, column {name!r} must declare its domain: a bound that is read from the data is not "
                "covered by any noise. Declare its categories, or minimum and maximum."
            )
            key = (
                "domain_source" if column.get("domain_source") == "data" else "domain" if "domain" in column else "name"
            )
            yield Problem(("columns", place, key), message)


def _numbers(said: Said) -> Iterator[Problem]:
    """Numbers out of range; YAML reads 1e-9, without a point, as text."""
    owners: list[tuple[str, ...]] = [("privacy",), *(("modes", mode) for mode in said.modes)]
    for owner in owners:
        for key, check in (("epsilon", check_epsilon), ("budget", check_epsilon), ("delta", check_delta)):
            number = _number(said(*owner, key))
            if number is None or (key == "delta" and number == 0 and owner[-1] == "independent"):
                continue
            try:
                check(number)
            except SynthAssetsError as error:
                said_of_it = str(error).removeprefix("epsilon").removeprefix("delta")
                yield Problem((*owner, key), f"{key!r}{said_of_it}")


def _epsilon_path(said: Said, mode: Mode) -> YamlPath | None:
    """Where the epsilon of a mode is written; ``None`` where there is none."""
    for path in (("modes", mode, "epsilon"), ("privacy", "epsilon")):
        if said(*path) is not None:
            return path
    return None


def _number(value: Any) -> float | None:  # noqa: ANN401 - whatever the YAML says
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None
