"""What can be wrong with a postcode file, and the sentences that say so. Postcodes are public, so values are shown.

It reads a table of text and returns sentences. It must not read files or repair anything.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from synth_assets.source.deprivation import LSOA_CODE, RANK

POSTCODE_PATTERN = r"^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2}$"
"""A UK unit postcode with one space; the last two letters are never C, I, K, M, O or V (BS 7666)."""
LSOA_PATTERN = r"^E01[0-9]{6}$"
"""The code of an LSOA of England."""
DATE_FORMAT = "%Y-%m-%d"
LINE = "__line__"
"""The added column with the line of the file, the header being line 1."""

NEEDED_COLUMNS = ("Postcode", "In Use?", LSOA_CODE, RANK)
_SHOWN_ROWS = 3
_SHOWN_COLUMNS = 60
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class _Rule:
    """Values of ``column`` where ``broken`` holds are at fault; ``fault`` follows their number, ``allowed`` ends it."""

    column: str
    broken: pl.Expr
    fault: str
    allowed: str


def header_faults(names: Sequence[str], wanted: Iterable[str]) -> Iterator[str]:
    """One sentence if the header lacks needed columns, one if it has a wanted column twice.

    Args:
        names: Of the file's columns; a name's second use ends in ``_duplicated_0``, as polars has it.
        wanted: The columns that are read.
    """
    missing = [name for name in NEEDED_COLUMNS if name not in names]
    if missing:
        has = ", ".join(_shown(name) for name in names[:_SHOWN_COLUMNS]) or "none"
        yield f"Missing columns: {', '.join(missing)}. The file has: {has}."
    twice = [name for name in wanted if f"{name}_duplicated_0" in names]
    if twice:
        yield f"Columns that are there more than once: {', '.join(twice)}. Allowed: each once."


def row_faults(rows: pl.DataFrame, lsoas: int, imd_edition: str) -> Iterator[str]:
    """One sentence for each rule that rows break, with how many and the first few lines.

    Args:
        rows: Text columns, postcodes in standard form, empty cells null, and ``LINE``. Rules on a column that is not
            there are passed over.
        lsoas: The largest rank allowed.
        imd_edition: For the sentences.
    """
    if not rows.height:
        yield "There are no rows under the header."
    for rule in _rules(lsoas, imd_edition):
        if rule.column in rows.columns:
            yield from _sentence(rule, rows.filter(rule.broken))
    if {LSOA_CODE, RANK} <= set(rows.columns):
        yield from _ambiguous_ranks(rows)


def _rules(lsoas: int, imd_edition: str) -> Iterator[_Rule]:
    postcode, in_use, lsoa = pl.col("Postcode"), pl.col("In Use?"), pl.col(LSOA_CODE)
    rank = pl.col(RANK).cast(pl.Int64, strict=False)
    well_formed = postcode.fill_null("").str.contains(POSTCODE_PATTERN)
    yield _Rule("Postcode", ~well_formed, "not a postcode", "the form AA9A 9AA")
    yield _Rule(
        "Postcode", well_formed & ~postcode.is_first_distinct(), "the postcode of an earlier row", "each postcode once"
    )
    yield _Rule("In Use?", ~in_use.is_in(["Yes", "No"]).fill_null(value=False), "neither Yes nor No", "Yes or No")
    yield _Rule(LSOA_CODE, ~lsoa.str.contains(LSOA_PATTERN), "not an LSOA code of England", "E01 and six digits")
    yield _Rule(RANK, pl.col(RANK).is_not_null() & rank.is_null(), "not a rank", "a whole number or nothing")
    yield _Rule(
        RANK,
        ~rank.is_between(1, lsoas),
        f"outside the ranks of IMD {imd_edition}",
        f"1 to {lsoas:,}; if the file has another edition's ranks, say which edition",
    )
    for column in ("Introduced", "Terminated"):
        date = pl.col(column).str.to_date(DATE_FORMAT, strict=False)
        yield _Rule(column, pl.col(column).is_not_null() & date.is_null(), "not a date", "the form 2019-04-07")


def _sentence(rule: _Rule, broken: pl.DataFrame) -> Iterator[str]:
    if broken.height:
        first = broken.head(_SHOWN_ROWS).select(LINE, rule.column).iter_rows()
        places = ", ".join(f"line {line} {_shown(value)}" for line, value in first)
        more = ", ..." if broken.height > _SHOWN_ROWS else ""
        values = "1 value is" if broken.height == 1 else f"{broken.height:,} values are"
        yield f"{rule.column}: {values} {rule.fault} ({places}{more}). Allowed: {rule.allowed}."


def _ambiguous_ranks(rows: pl.DataFrame) -> Iterator[str]:
    ranks = (
        rows.drop_nulls([LSOA_CODE, RANK])
        .group_by(LSOA_CODE, maintain_order=True)
        .agg(pl.col(RANK).unique(maintain_order=True), pl.col(LINE).first())
        .filter(pl.col(RANK).list.len() > 1)
    )
    if ranks.height:
        first = ", ".join(
            f"{_shown(code)} from line {line} ({', '.join(_shown(rank) for rank in values[:_SHOWN_ROWS])})"
            for code, values, line in ranks.head(_SHOWN_ROWS).iter_rows()
        )
        more = ", ..." if ranks.height > _SHOWN_ROWS else ""
        many = "1 LSOA has" if ranks.height == 1 else f"{ranks.height:,} LSOAs have"
        yield f"{RANK}: {many} more than one rank ({first}{more}). Allowed: one rank an LSOA."


def _shown(value: str | None) -> str:
    """The value with what cannot be printed escaped, cut to a readable length."""
    if value is None:
        return "(empty)"
    escaped = value.encode("unicode_escape").decode("ascii") if not value.isprintable() else value
    return repr(escaped if len(escaped) <= _SHOWN_CHARACTERS else escaped[:_SHOWN_CHARACTERS] + "...").replace(
        "\\\\", "\\"
    )
