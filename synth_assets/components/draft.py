"""A dataset's YAML, drafted from a profile of its table, with every guess marked for review.

Of the table's values only categories that many rows hold are in it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from synth_assets.protect.profile import ColumnProfile, Profile

REVIEW = "REVIEW"
"""Marks a guess, in a comment."""

RANDOM_ROWS = 10_000
_MOST_CATEGORIES = 60
"""Longer lists stay out of the draft: the domain is then read from the data, with rare values pooled."""

_INSTEAD = {
    "age": "band_numbers keeps ages as brackets",
    "postcode": "look_up puts an area in the place of a postcode",
    "birth": "truncate keeps the year of a date",
}


def draft(name: str, source: Mapping[str, Any], found: Profile, *, place: str) -> str:
    """The text of ``defs.yaml``.

    Args:
        name: The dataset's.
        source: What the YAML says of where the table is.
        found: Of the table.
        place: The same for people.

    Returns:
        YAML that can be run as it is, and that nothing is released from until its list ``unreviewed`` is empty.
    """
    body = [
        f"name: {name}",
        f"title: {_text(name.replace('_', ' ').capitalize())}",
        "owner: team:data-stewards",
        *_block("source", source),
        "",
        *_steps(found.with_role("direct_identifier")),
        "",
        *_columns(found),
        "",
        *_rest(found),
        "",
        *_unreviewed(found),
    ]
    return "\n".join([*_head(name, found, place), *(f"  {line}".rstrip() for line in body)]) + "\n"


def _head(name: str, found: Profile, place: str) -> list[str]:
    return [
        f"# The dataset {name}, drafted from {_comment(place)}, {len(found.columns)} columns.",
        f"# Each line marked {REVIEW} is a guess. Read it, put it right, and take its line out of 'unreviewed' at the",
        "# end: until that list is empty nothing is released. docs/own_table.md goes through the whole of it.",
        "type: synth_assets.components.SyntheticDataset",
        "",
        "attributes:",
    ]


def _block(key: str, said: Mapping[str, Any]) -> Iterator[str]:
    yield f"{key}:"
    for inner, value in said.items():
        if isinstance(value, Mapping):
            yield f"  {inner}:"
            yield from (f"    {_text(one)}: {_text(two)}" for one, two in value.items())
        else:
            yield f"  {inner}: {_flow(value)}"


def _steps(identifiers: Iterable[ColumnProfile]) -> Iterator[str]:
    yield "# What is done to each row before anything is described, in order. docs/steps.md lists all steps."
    dropped = list(identifiers)
    if not dropped:
        yield f"# {REVIEW}: no column looks like a direct identifier. Is that so?"
        yield "steps: []"
        return
    yield "steps:"
    for column in dropped:
        yield f"  # {REVIEW}: {_comment(column.why)}.{_instead(column.name)}"
        yield "  - step: drop"
        yield f"    columns: [{_text(column.name)}]"
        yield f"    reason: {_text(f'It may point at one person ({column.why})')}"


def _instead(name: str) -> str:
    said = [what for word, what in _INSTEAD.items() if word in name.lower()]
    return f" Instead of dropping it: {said[0]}." if said else ""


def _columns(found: Profile) -> Iterator[str]:
    yield "# What is left. Roles: quasi_identifier: others may know it of a person; sensitive; other."
    yield "# A domain says what is public, and nothing is then read from the data: 'domain: {minimum: 0, maximum: 120}'"
    yield "# or 'domain: {categories: [...]}'. Without one bounds are rounded outward and rare categories are pooled."
    yield "columns:"
    for column in found.columns:
        if column.role != "direct_identifier":
            yield from _column(column)


def _column(column: ColumnProfile) -> Iterator[str]:
    yield f"  - name: {_text(column.name)}"
    yield f"    type: {column.type}"
    yield f"    role: {column.role}  # {REVIEW}: {_comment(column.why)}"
    if column.missing:
        yield "    nullable: true"
    if column.type == "text":
        yield "    # Text is never looked at: synthetic text is counted off. Drop it if nobody needs the column."
    if column.type == "datetime":
        yield "    # A moment to the minute may single a person out: the step truncate keeps less of it."
    if not column.categories or len(column.categories) > _MOST_CATEGORIES:
        return
    if column.rare:
        yield f"    # Read from the data, with rarer values pooled. The frequent ones: {_flow(column.categories)}"
    else:
        yield f"    domain: {{categories: {_flow(column.categories)}}}  # {REVIEW}: are these all, and public?"


def _rest(found: Profile) -> Iterator[str]:
    yield "# random knows only domains, independent each column's counts, correlated a network between columns."
    yield "modes:"
    yield f"  random: {{rows: {RANDOM_ROWS}}}"
    yield "  independent: {}"
    yield "  correlated: {max_parents: 1}"
    yield ""
    yield "# The policy sets the limits; a dataset may only tighten them: minimum_count, minimum_k, round_to."
    yield "policy: internal"
    yield ""
    yield "# Of each person so many rows are described. docs/privacy.md: differential privacy."
    person = found.person_column
    if person is None:
        yield f"# {REVIEW}: no column says whose row each is, so every row counts as another person's."
        yield "privacy: {epsilon: null}"
    else:
        yield f"# {REVIEW}: does this column say whose row each is, and is one row of each person enough?"
        yield f"privacy: {{person_column: {_flow(person)}, max_rows_per_person: 1, epsilon: null}}"
    yield ""
    yield "# Persons whom no description sees, to measure attacks against."
    yield "hold_out: 0.2"
    yield ""
    yield "# Made-up data? Then say so, and releases will: mock: true"
    yield '# Drawn anew every Monday at three, once switched on in the UI: schedule: "0 3 * * 1"'


def _unreviewed(found: Profile) -> Iterator[str]:
    yield "# Take out what you have reviewed."
    yield "unreviewed:"
    dropped = [column.name for column in found.with_role("direct_identifier")]
    yield f"  - {_text('that no other column points at a person than ' + (', '.join(dropped) or 'none'))}"
    yield f"  - {_text('whose row each is: ' + (found.person_column or 'every row is another person'))}"
    for column in found.columns:
        if column.role != "direct_identifier":
            told = " and categories" if column.categories and not column.rare else ""
            yield f"  - {_text(f'{column.name}: role {column.role}{told}')}"


def _flow(value: object) -> str:
    """A value on one line."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_text(one, inside=True) for one in value)}]"
    return _text(value, inside=True)


def _text(value: object, *, inside: bool = False) -> str:
    """A scalar as YAML reads it back, quoted where it must be.

    Args:
        value: Text, a number, true or false, or null.
        inside: Of a list or mapping on one line.
    """
    if not isinstance(value, str):
        return json.dumps(value)
    held = [value] if inside else value
    plain = yaml.safe_dump(held, allow_unicode=True, width=1_000_000, default_flow_style=inside or None)
    plain = plain.removesuffix("\n").removesuffix("\n...")
    plain = plain[1:-1] if inside else plain
    odd = "\n" in plain or "#" in plain or plain.isdecimal()  # a later YAML would read 009 as a number
    return json.dumps(value) if odd else plain


def _comment(text: str) -> str:
    """Text that cannot end a comment."""
    return " ".join(text.split())
