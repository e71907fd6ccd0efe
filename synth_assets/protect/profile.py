"""What a table that nobody has declared seems to hold: types, gaps, and which columns may point at a person.

Everything here is a guess for a person to review. Of values, only categories that many rows hold are kept.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.identifiers import direct_identifiers, spoken
from synth_assets.schema import ColumnType, Role
from synth_assets.schema.inference import column_type, may_be_category

COUNTED_VALUES = 10_000
"""A column with more values than these is not counted further: it is no category, and may be a key."""

LOOKED_THROUGH_ROWS = 1_000_000
"""Repeats of values, and identifiers among values, are looked for in so many rows from the first."""

_REPEATS_BY_CHANCE = 8
"""A column of whole numbers is a key where chance would have repeated so many numbers, and none is repeated."""

_KNOWN = re.compile(
    r"\bage\b|\bsex\b|gender|\brace\b|ethnic|marital|civil status|relationship|household|nationalit|citizen|country|"
    r"region|count(y|ies)\b|\bcity|town|village|borough|district|\bward\b|\bl?soa\b|\bmsoa\b|\barea\b|\bstate\b|"
    r"education|school|qualif|occupation|\bjob\b|profession|employ|work ?class|industry|language|birth|born|"
    r"\byear\b|\bmonth\b|\bday\b|\bdate\b|admi(t|ssion)|arriv|discharg|hospital|\bsite\b|\bclinic\b|provider|\bheight\b",
    re.IGNORECASE,
)
_SENSITIVE = re.compile(
    r"diagnos|\bicd|disease|illness|condition|symptom|treat|therap|drug|medic|\bhiv\b|cancer|tumou?r|\bstage\b|"
    r"income|salar|\bwage|earning|benefit|debt|credit|religio|belief|sexual|orientation|politic|\bvote|crim|offen[cs]e|"
    r"mental|disab|pregnan|death|died|mortal|surviv|outcome|status|abuse|affair|genetic|result",
    re.IGNORECASE,
)
_KEYS = re.compile(r"\bids?\b|identif|\b(no|num|number|ref|reference|key|uuid|guid)$|^index$|\brecord\b", re.IGNORECASE)
_TELEPHONE = r"^(\+|00|0|\(0)[0-9][0-9 ()./-]{7,15}[0-9]$"
"""As people write telephone numbers; where most values of a column are written so, that is what they may be."""

_BARE_KEYS = re.compile(r"(row |case |record )?(ids?|identifier|index|uuid|guid|key)", re.IGNORECASE)
_PEOPLE = re.compile(
    r"patient|person|client|customer|member|pupil|student|staff|employee|resident|subject|participant", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column, as far as its values and its name tell.

    Attributes:
        name: As in the table.
        type: What the values look like.
        role: A guess at what the column could give away.
        why: What the guess at the role rests on, for people; no value is told.
        missing: The share of rows without a value, from 0 to 1.
        categories: Of a category: the values that enough rows hold, in order; empty for every other type.
        rare: Of a category: whether there are others, which fewer rows hold.
        person: Whether it seems to say whose row it is.
    """

    name: str
    type: ColumnType
    role: Role
    why: str
    missing: float
    categories: tuple[str, ...] = ()
    rare: bool = False
    person: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """A table, as far as its values and names tell.

    Attributes:
        rows: How many rows.
        columns: In the table's order.
    """

    rows: int
    columns: tuple[ColumnProfile, ...]

    def with_role(self, role: Role) -> list[ColumnProfile]:
        """The columns for which this role is proposed."""
        return [column for column in self.columns if column.role == role]

    @property
    def person_column(self) -> str | None:
        """The column that seems to say whose row each is, and has no gaps; of several one that names people."""
        found = [column.name for column in self.columns if column.person and not column.missing]
        return next((name for name in found if _PEOPLE.search(spoken(name))), found[0] if found else None)


def profile(batches: Iterable[pl.DataFrame], *, minimum_count: int) -> Profile:
    """Look through a table once.

    A direct identifier is a column that is named like one, in which an NHS number, a postcode, an e-mail address or a
    National Insurance number is found, of which most values are written like telephone numbers, or that is a key: no
    value is repeated, though chance would have repeated some (whole numbers), or though there are many (text). Of the
    others, quasi-identifiers and sensitive columns are told by name alone; where no name sounds like what others may
    know of a person, every category, date and moment is proposed as a quasi-identifier, for that is the cautious guess.

    Args:
        batches: The rows; at least one batch, all with the same columns.
        minimum_count: A category that fewer rows hold is not kept.

    Raises:
        ProtectionError: The table has no rows.
        SchemaError: A column is of a type that is not supported.
    """
    counts: dict[str, _Counts] = {}
    rows = 0
    for batch in batches:
        for values in batch.get_columns():
            if values.name not in counts:
                counts[values.name] = _Counts(values.name, column_type(values.name, values.dtype))
            counts[values.name].add(values, rows)
        rows += len(batch)
    if not rows:
        message = "The table has no rows, so nothing can be guessed of it. Give one with rows."
        raise ProtectionError(message)
    columns = [one.profile(rows, minimum_count) for one in counts.values()]
    if not any(column.role == "quasi_identifier" for column in columns):
        columns = [_cautious(column) for column in columns]
    return Profile(rows, tuple(columns))


@dataclass
class _Counts:
    """What was seen of one column so far.

    Attributes:
        name: The column's.
        type: What its polars type says.
        missing: Rows without a value.
        values: Rows by value, while there are no more values than are counted.
        many: Whether there are more.
        repeated: Whether a value came twice in the rows that were looked through.
        first: Distinct values of those rows, while none is repeated.
        found: Kinds of direct identifiers that were found among the values.
        span: Smallest and largest whole number.
    """

    name: str
    type: ColumnType
    missing: int = 0
    values: pl.DataFrame | None = None
    many: bool = False
    repeated: bool = False
    first: list[pl.Series] = field(default_factory=list)
    found: set[str] = field(default_factory=set)
    span: tuple[int, int] | None = None

    def add(self, values: pl.Series, before: int) -> None:
        """The column's next values, which come after so many rows."""
        held = values.fill_nan(None).drop_nulls() if values.dtype.is_float() else values.drop_nulls()
        self.missing += len(values) - len(held)
        if isinstance(held.dtype, (pl.Categorical, pl.Enum)):
            held = held.cast(pl.String)
        if not self.many:
            self._count(held)
        if before < LOOKED_THROUGH_ROWS:
            self.found |= {one.kind for one in direct_identifiers(held.to_frame(self.name)) if one.kind != "name"}
            if held.dtype == pl.String and len(held) and held.str.contains(_TELEPHONE).mean() > 1 / 2:  # pyrefly: ignore[unsupported-operation]  # of booleans
                self.found.add("telephone number")
            if not self.repeated:
                self.first.append(held)
                together = pl.concat(self.first)
                self.repeated = together.n_unique() < len(together)
                self.first = [] if self.repeated else [together]
        if held.dtype.is_integer() and len(held):
            ends = (int(held.min()), int(held.max()))  # pyrefly: ignore[bad-argument-type]  # of integers
            self.span = ends if self.span is None else (min(self.span[0], ends[0]), max(self.span[1], ends[1]))

    def _count(self, held: pl.Series) -> None:
        seen = held.rename("value").value_counts(name="rows").cast({"rows": pl.Int64})
        known = seen if self.values is None else pl.concat([self.values, seen])
        self.values = known.group_by("value").agg(pl.col("rows").sum())
        if len(self.values) > COUNTED_VALUES:
            self.values, self.many = None, True

    def profile(self, rows: int, minimum_count: int) -> ColumnProfile:
        """What all of it says."""
        distinct = COUNTED_VALUES + 1 if self.values is None else len(self.values)
        kind = self.type
        if kind == "text" and distinct and may_be_category(distinct, rows):
            kind = "category"
        role, why = self._role(kind, rows)
        kept = pl.DataFrame() if self.values is None else self.values.filter(pl.col("rows") >= minimum_count)
        told = kind == "category" and role != "direct_identifier"
        return ColumnProfile(
            self.name,
            kind,
            role,
            why,
            self.missing / rows,
            tuple(kept["value"].sort().to_list()) if told else (),
            rare=told and len(kept) < distinct,
            person=role == "direct_identifier" and self._names_person(),
        )

    def _role(self, kind: ColumnType, rows: int) -> tuple[Role, str]:
        name = spoken(self.name)
        if any(one.kind == "name" for one in direct_identifiers(pl.DataFrame({self.name: []}))):
            return "direct_identifier", "named like a direct identifier"
        if self.found:
            return "direct_identifier", f"values look like: {', '.join(sorted(self.found))}"
        if self._is_key(kind, rows):
            return "direct_identifier", "no two rows hold the same value"
        if kind in {"integer", "text", "category"} and (
            _BARE_KEYS.fullmatch(name) or (_PEOPLE.search(name) and _KEYS.search(name))
        ):
            return "direct_identifier", "named like a person's number"
        for pattern, role, why in (
            (_KNOWN, "quasi_identifier", "named like something that others may know of a person"),
            (_SENSITIVE, "sensitive", "named like something that people keep to themselves"),
        ):
            if pattern.search(name) and kind != "text":
                return role, why
        return "other", "nothing in its name or values says more"

    def _names_person(self) -> bool:
        named = self.type == "integer" or bool(_PEOPLE.search(spoken(self.name)))
        return (named and not self.repeated) or bool(_KEYS.search(spoken(self.name))) or "NHS number" in self.found

    def _is_key(self, kind: ColumnType, rows: int) -> bool:
        """Whether no value is repeated, and that is no accident."""
        held = min(rows, LOOKED_THROUGH_ROWS) - self.missing
        if self.repeated or kind not in {"integer", "text"} or held < 2:  # noqa: PLR2004 - one value repeats nothing
            return False
        if _KEYS.search(spoken(self.name)):
            return True
        if self.span is None:
            return held >= _LEAST_TEXTS
        return held**2 / (2 * (self.span[1] - self.span[0] + 1)) >= _REPEATS_BY_CHANCE


_LEAST_TEXTS = 100
"""Fewer texts may all differ and be no key."""


def _cautious(column: ColumnProfile) -> ColumnProfile:
    if column.role != "other" or column.type not in {"category", "date", "datetime", "boolean"}:
        return column
    return replace(column, role="quasi_identifier", why="others may know it, for all that its name says")
