"""Find direct identifiers that are still in a table: by a column's name, by NHS number, by postcode.

No value is ever told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

_NAMES = re.compile(
    r"health.?service.?id|nhs.?(no|num|id)|patient.?(id|no|num|name)|\b(fore|sur|first|last|full|family)?.?name\b|"
    r"post.?code|e.?mail|phone|mobile|address|date.?of.?birth|\bdob\b|passport|national.?insurance|\bnino\b",
    re.IGNORECASE,
)
_TEN_DIGITS = r"(?:^|[^0-9])([0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4})(?:$|[^0-9])"
_POSTCODE = r"(?i)\b(?:[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2})\b"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a column that points at a person or an address.

    Attributes:
        column: Where.
        kind: ``name`` of the column, ``NHS number`` or ``postcode`` among its values.
        rows: How many rows; all of them for a name.
    """

    column: str
    kind: str
    rows: int

    def __str__(self) -> str:
        """As a person reads it."""
        if self.kind == "name":
            return f"column {self.column!r} is named like a direct identifier"
        return f"column {self.column!r} holds a {self.kind} in {self.rows} row(s)"


def direct_identifiers(table: pl.DataFrame) -> list[Finding]:
    """Every sign of a direct identifier in a table; an empty list is not proof that there is none."""
    return [finding for name in table.columns for finding in _in_column(table[name])]


def _in_column(values: pl.Series) -> Iterator[Finding]:
    if _NAMES.search(values.name):
        yield Finding(values.name, "name", len(values))
    text = _as_text(values)
    if text is None:
        return
    for kind, rows in (("NHS number", _nhs_numbers(text)), ("postcode", int(text.str.contains(_POSTCODE).sum()))):
        if rows:
            yield Finding(values.name, kind, rows)


def _as_text(values: pl.Series) -> pl.Series | None:
    if values.dtype.is_integer() or isinstance(values.dtype, (pl.Categorical, pl.Enum)):
        return values.cast(pl.String)
    return values if values.dtype == pl.String else None


def _nhs_numbers(text: pl.Series) -> int:
    return int(valid_nhs_numbers(text.drop_nulls()).sum())


def valid_nhs_numbers(text: pl.Series) -> pl.Series:
    """Whether each value holds ten digits, plain or written 3 3 4, whose last is the modulus-11 check digit.

    The rule is that of the NHS Data Dictionary, item NHS NUMBER: digits 1 to 9 are weighted 10 to 2, and 11 less the
    remainder of their sum by 11 is the last digit; 11 counts as 0, and 10 is never valid.

    Args:
        text: Of type String, without missing values, shape (rows,).

    Returns:
        Booleans, shape (rows,).
    """
    digits = text.str.extract(_TEN_DIGITS, 1).str.replace_all("[ -]", "")
    columns = [digits.str.slice(place, 1).cast(pl.Int64, strict=False) for place in range(10)]
    weighted = sum((columns[place] * (10 - place) for place in range(1, 9)), columns[0] * 10)
    check = (11 - weighted % 11).replace(11, 0)
    return (check == columns[9]).fill_null(value=False)
