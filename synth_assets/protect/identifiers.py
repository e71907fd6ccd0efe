"""Find direct identifiers that are still in a table: by a column's name, by NHS number, by postcode.

No value is ever told.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

_WORDS = (
    r"health ?service ?id|nhs ?(no|num|id)|^nhs$|patient ?(id|no|num|ref)|medical ?record|\bmrn\b",
    r"\b(hospital|record|chi|case) ?(no|number)\b",
    r"^names?$|\b(fore|sur|first|last|middle|full|family|given|maiden|nick|user|contact) ?names?\b",
    r"\b(patient|person|client|customer|doctor|gp|nurse|staff|employee|member) ?names?\b",
    r"\b(mother|father|parent|child|kin|partner|spouse) ?names?\b",
    r"post ?code|\bpcds?[78]?\b|\bzip\b|zip ?code|address|\bstreet\b",
    r"\buprn\b|latitude|longitude|\b(lat|lon|lng)\b|\beasting|\bnorthing",
    r"e ?mail|(tele)?phone|\bmobile\b|mobile ?(no|num)|\bfax\b",
    r"date ?of ?birth|birth ?(date|day)|\bdob\b",
    r"passport|national ?insurance|\bnino\b|social ?security|\bssn\b|driv(er|ing).*licen[cs]e",
    r"\biban\b|account ?(no|num)|card ?(no|num)",
)
_NAMES = re.compile("|".join(_WORDS), re.IGNORECASE)
_GAP = r"[ \t./_-]{0,2}"
_TEN_DIGITS = rf"\b([0-9]{{3}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{4}})\b"
_POSTCODE = r"(?i)\b(?:(?:[A-Z]{1,2}[0-9][A-Z0-9]?|GIR)[ _-]{0,3}[0-9][ABD-HJLNP-UW-Z]{2})\b"
_EMAIL = r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}"
_INSURANCE = r"(?i)\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b"


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
    """Every sign of a direct identifier in a table; an empty list is not proof that there is none.

    Text, categories and numbers are searched, and lists and records of them. About one in eleven numbers of ten digits
    passes for an NHS number.
    """
    return [finding for name in table.columns for finding in _in_column(table[name])]


def together(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of all batches of a table: one a column and kind, in the order in which they were found first."""
    rows: dict[tuple[str, str], int] = {}
    for one in findings:
        rows[one.column, one.kind] = rows.get((one.column, one.kind), 0) + one.rows
    return tuple(Finding(column, kind, count) for (column, kind), count in rows.items())


def spoken(name: str) -> str:
    """A column's name as words.

    >>> spoken("patientId_no")
    'patient Id no'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+", " ", name)


def _in_column(values: pl.Series) -> Iterator[Finding]:
    if _NAMES.search(spoken(values.name)):
        yield Finding(values.name, "name", len(values))
    text = _as_text(values)
    if text is None:
        return
    held = text.drop_nulls().rename("text").value_counts(name="rows")
    distinct = held["text"].str.normalize("NFKC")
    kinds = {"NHS number": _any_nhs_number(distinct)}
    kinds |= {kind: distinct.str.contains(sign) for kind, sign in _SIGNS.items()}
    for kind, found in kinds.items():
        if rows := int(held["rows"].filter(found).sum()):
            yield Finding(values.name, kind, rows)


_SIGNS = {"postcode": _POSTCODE, "e-mail address": _EMAIL, "National Insurance number": _INSURANCE}


def _as_text(values: pl.Series) -> pl.Series | None:
    """The values as text; ``None`` for kinds that cannot hold an identifier."""
    dtype = values.dtype
    if dtype.is_float() or dtype.is_decimal():
        numbers = values.cast(pl.Float64)
        whole = numbers.is_finite() & (numbers.abs() < _TOO_LONG) & (numbers == numbers.floor())
        return numbers.filter(whole.fill_null(value=False)).cast(pl.Int64).cast(pl.String)
    if dtype.is_nested():
        return pl.DataFrame({"values": values}).select(pl.struct("values").struct.json_encode()).to_series()
    readable = dtype.is_integer() or dtype == pl.String or isinstance(dtype, (pl.Categorical, pl.Enum))
    return values.cast(pl.String) if readable else None


_TOO_LONG = 10**10


def _any_nhs_number(text: pl.Series) -> pl.Series:
    """Whether each text has an NHS number anywhere, whatever stands before and after; booleans, shape as ``text``."""
    bare = text.str.replace_all(r"[^0-9 \t./_-]", "|").str.replace_all("_", "-")
    candidates = pl.DataFrame({"row": range(len(bare)), "digits": bare.str.extract_all(_TEN_DIGITS)})
    candidates = candidates.explode("digits").drop_nulls()
    valid = candidates.filter(valid_nhs_numbers(candidates["digits"]))["row"]
    return pl.Series(range(len(text)), dtype=pl.Int64).is_in(valid.cast(pl.Int64).unique().to_list())


def valid_nhs_numbers(text: pl.Series) -> pl.Series:
    """Whether each value holds ten digits, plain or written 3 3 4, whose last is the modulus-11 check digit.

    The rule is that of the NHS Data Dictionary, item NHS NUMBER: digits 1 to 9 are weighted 10 to 2, and 11 less the
    remainder of their sum by 11 is the last digit; 11 counts as 0, and 10 is never valid.

    Args:
        text: Of type String, without missing values, shape (rows,).

    Returns:
        Booleans, shape (rows,).
    """
    digits = text.str.extract(_TEN_DIGITS, 1).str.replace_all("[^0-9]", "")
    columns = [digits.str.slice(place, 1).cast(pl.Int64, strict=False) for place in range(10)]
    weighted = sum((columns[place] * (10 - place) for place in range(1, 9)), columns[0] * 10)
    check = (11 - weighted % 11).replace(11, 0)
    return (check == columns[9]).fill_null(value=False)
