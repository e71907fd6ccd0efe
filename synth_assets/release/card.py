"""The release's card: what its tables are, how they were made, what they are good for and what was checked."""

from collections.abc import Iterator
from typing import Final

from synth_assets.describe import Description
from synth_assets.describe.coding import Bins, CodedColumn, Levels
from synth_assets.describe.document import said
from synth_assets.release.bundle import Bundle, ReleasedTable, Verdict
from synth_assets.schema import Mode

MOCK_STAMP: Final = "**MOCK: made from made-up data. It says nothing about real people or services.**"

_MADE: Final[dict[Mode, str]] = {
    "random": "Every value is drawn at random from the column's domain. No count of the original is told.",
    "independent": "Each column is drawn by itself, by counts of the original's values. Columns are unrelated.",
    "correlated": (
        "Columns are drawn from a network in which each depends on few others, by counts of the original's values "
        "together. Relations that the network does not hold are lost."
    ),
}
_SPECTRUM: Final[dict[Mode, str]] = {
    "random": 'between "synthetic structural" and "synthetic valid": formats, types and domains, no distributions',
    "independent": (
        'about "synthetically-augmented plausible": distributions of single columns (univariate), no relations'
    ),
    "correlated": (
        'about "synthetically-augmented multivariate plausible": distributions of single columns and of some columns '
        "together; no claim to the detailed level"
    ),
}
_SPECTRUM_SOURCE: Final = (
    "The levels are those of the synthetic data spectrum in ONS methodology working paper series number 16, *Synthetic "
    "data pilot* (Bates, Špakulová, Dove and Mealor, 2019). Where a table stands on it is the publisher's reading, and "
    "was not judged by the ONS."
)
_USES: Final = """\
Appropriate: writing and testing programs, teaching, demonstrations, planning an analysis before access to the original.

Forbidden: conclusions, statistics or decisions about real people, places or services; attempts to find out about a
person, or to join the tables with other data in order to; publishing results as if they were of the original.
"""
_VERIFY: Final = """\
`python verify.py --digest HEX` (Python 3.11 or later, with `duckdb`) checks every file of this folder, and the tables
against what is said of them. HEX is the SHA-256 of `manifest.json`, as the publisher told it by another way; without
it, a change of the manifest goes unnoticed. A changed `verify.py` proves nothing: use one that you trust.
"""


def card(bundle: Bundle) -> str:
    """The text, in Markdown.

    Args:
        bundle: The release.
    """
    parts = [*_heading(bundle), *(part for table in bundle.tables for part in _table(table)), *_rest(bundle)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _heading(bundle: Bundle) -> Iterator[str]:
    yield f"# {_line(bundle.title)}"
    if bundle.mock:
        yield MOCK_STAMP
    yield (
        f"Synthetic tables of the dataset `{bundle.dataset}`, release `{bundle.release_id}`, made on "
        f"{bundle.created_utc:%Y-%m-%d} under the policy `{_line(bundle.policy)}`. Rows are drawn from a description "
        "of the original, and from nothing else; none is copied, and one may be like a person's by chance."
    )
    yield f"Contact: {_line(bundle.contact)}"


def _table(table: ReleasedTable) -> Iterator[str]:
    yield f"## {table.name}: {table.mode} mode"
    yield f"Files: `{table.name}.parquet` and `{table.name}.csv` (the same rows), `{table.name}_description.json`."
    yield f"How made: {_MADE[table.mode]}"
    yield f"Level: {_SPECTRUM[table.mode]}."
    yield f"Privacy: {privacy_words(table.description)}"
    yield _grid(
        ("Column", "Type", "Unit", "May be missing", "Domain", "Meaning"), map(_column, table.description.columns)
    )
    yield _checks(table)


def privacy_words(description: Description) -> str:
    """What protects the people in the original, and what that covers.

    Args:
        description: From which the table was drawn.
    """
    privacy = description.privacy
    if privacy is None:
        return f"no differential privacy. {_counts_words(description)}"
    if description.mode == "random":
        return "no row of the original was read; the domains are declared or asserted to be public."
    return (
        f"differential privacy with epsilon = {privacy.epsilon:g} and delta = {privacy.delta:g}, for "
        f"{privacy.protects}. It covers the counts in the description and all that is made from it. It does not cover "
        "the columns' domains, which are declared or asserted to be public, nor what was or will be told of the same "
        "people elsewhere; there the epsilons add up."
    )


def _counts_words(description: Description) -> str:
    if description.mode == "random":
        return f"No counts are told. {_domain_words(description)}"
    rounding = f" Others are rounded to multiples of {description.round_to}." if description.round_to > 1 else ""
    return (
        f"Counts from 1 to {description.minimum_count - 1} are not told.{rounding} That does not cover what several "
        "releases tell together, nor what follows from the rules by which counts are hidden. "
        f"{_domain_words(description)}"
    )


def _domain_words(description: Description) -> str:
    """Where the domains come from, and what those that were read tell of rows."""
    read = ", ".join(description.domains_from_data)
    if not read:
        row = " No row was read." if description.mode == "random" else ""
        return f"The domains are declared or asserted to be public.{row}"
    return (
        f"The domains of {read} were read from the original and coarsened: a value is named, and an outermost bin "
        f"told, only where at least {description.minimum_count} rows hold it. Others are declared or asserted to be "
        "public."
    )


def _column(coded: CodedColumn) -> tuple[str, ...]:
    column = coded.column
    missing = "yes" if column.nullable else "no"
    return column.name, column.type, column.unit or "", missing, _domain(coded), column.description or ""


def _domain(coded: CodedColumn) -> str:
    coding = coded.coding
    if coded.above:
        return f"not below {', '.join(coded.above)}"
    if isinstance(coding, Levels):
        return f"{coding.size} values"
    if isinstance(coding, Bins):
        first, last = (said(coding.edges[end], coded.column.type) for end in (0, -1))
        return f"from {first} to {'' if coded.column.type == 'float' else 'before '}{last}"
    return "placeholders, counted off"


def _checks(table: ReleasedTable) -> str:
    if not table.told:
        return "No check of this table is listed."
    note = (
        "Figures that compare with the original stay with the publisher."
        if table.description.privacy is None
        else "With epsilon only checks that do not read the original are listed: others would spend more of it."
    )
    if table.not_excluded:
        note += (
            " **Not excluded** is no pass: attacks found nothing above the limit, but were too few or not all tried, "
            "and an excess as large as is told may be there. Excess: how much more often an attack succeeds on people "
            "who were described than on others, as a share of what is left to gain."
        )
    headings = ("Check", "Rule", "Of", "Figure", "Limit", "Verdict", "Source of the rule")
    return f"{_grid(headings, map(_verdict, table.told))}\n\n{note}"


def _verdict(verdict: Verdict) -> tuple[str, ...]:
    figure = "kept inside" if verdict.reads_original else _number(verdict.figure)
    limit = _number(verdict.limit)
    return verdict.check, verdict.rule, verdict.object, figure, limit, verdict.word, verdict.source


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:.10g}"


def _rest(bundle: Bundle) -> Iterator[str]:
    yield "## Levels"
    yield _SPECTRUM_SOURCE
    yield "## Use"
    yield _USES
    yield "## Verify"
    yield _VERIFY
    yield f"Made with synth-assets, code version `{_line(bundle.code_version)}`."


def _grid(headings: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return "\n".join("| " + " | ".join(map(_line, line)) + " |" for line in lines)


def _line(text: str) -> str:
    """Text in one line, with nothing that ends a cell of a table or begins a tag."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
