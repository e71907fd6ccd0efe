"""The vocabulary: columns with their types, roles and domains, and the schema that holds them.

It says what a table may contain. It must not hold counts, and nothing here is published by itself.
"""

import math
import operator
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any, Literal, Self, TypeAlias, get_args

import polars as pl
import yaml

from synth_assets.constraints import Constraint, Determined, Forbidden, Ordered, constraint_from_dict
from synth_assets.errors import SchemaError
from synth_assets.frames import Frame, to_polars

Mode: TypeAlias = Literal["random", "independent", "correlated"]
ColumnType: TypeAlias = Literal["integer", "float", "category", "boolean", "date", "datetime", "text"]
Role: TypeAlias = Literal["direct_identifier", "quasi_identifier", "sensitive", "other"]
DomainSource: TypeAlias = Literal["declared", "asserted", "data"]
Bound: TypeAlias = int | float | date | datetime

MODES: tuple[Mode, ...] = get_args(Mode)
COLUMN_TYPES: tuple[ColumnType, ...] = get_args(ColumnType)
ROLES: tuple[Role, ...] = get_args(Role)
ORDERED_TYPES: tuple[ColumnType, ...] = ("integer", "float", "date", "datetime")
KEY_TYPES: tuple[ColumnType, ...] = ("integer", "text")
DEFAULT_BINS = 40
MOST_BINS = 10_000
LEAST_INTEGER, MOST_INTEGER = -(2**63), 2**63 - 1

_MOST_INFERRED_CATEGORIES = 1_000
_LEAST_ROWS_A_CATEGORY = 10
_LEAST_ROWS_OF_A_KEY = 100


@dataclass(frozen=True, slots=True)
class Categories:
    """A finite domain: the values a column may hold, missing apart.

    Attributes:
        values: Distinct, in the order in which they are shown.
        ordered: Whether that order means something (age brackets do, treatments do not).
    """

    values: tuple[str, ...]
    ordered: bool = False

    def __post_init__(self) -> None:
        """Refuse an empty list, what is not text, and a value that is listed twice."""
        odd = [value for value in self.values if not _is_text(value)]
        if odd or not self.values:
            message = f"Categories must be text, and at least one; not text: {odd}. Put them in quotes."
            raise SchemaError(message)
        repeated = [value for value, times in Counter(self.values).items() if times > 1]
        if repeated:
            message = f"Categories are listed more than once: {', '.join(repeated)}. List each once."
            raise SchemaError(message)


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of numbers, dates or times; both ends are inside it.

    Attributes:
        minimum: Smallest value allowed.
        maximum: Largest value allowed.
        bins: How many bins of equal width a description cuts it into, from 1 to ``MOST_BINS``.
    """

    minimum: Bound
    maximum: Bound
    bins: int = DEFAULT_BINS

    def __post_init__(self) -> None:
        """Refuse a range that is empty, not finite or not comparable."""
        for bound in (self.minimum, self.maximum):
            if isinstance(bound, float) and not math.isfinite(bound):
                message = f"A bound is {bound}. Bounds must be finite."
                raise SchemaError(message)
        try:
            empty = self.minimum > self.maximum  # pyrefly: ignore[unsupported-operation]  # mixed types raise, as meant
        except TypeError as error:
            message = f"Bounds {self.minimum!r} and {self.maximum!r} are of two kinds. Give both in the column's type."
            raise SchemaError(message) from error
        if empty:
            message = f"The minimum {self.minimum} is above the maximum {self.maximum}. Swap or correct them."
            raise SchemaError(message)
        if isinstance(self.bins, bool) or not isinstance(self.bins, int) or not 1 <= self.bins <= MOST_BINS:
            message = f"bins is {self.bins!r}. Allowed: whole numbers from 1 to {MOST_BINS:,}."
            raise SchemaError(message)


Domain: TypeAlias = Categories | Interval


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, what it may hold and what it could give away.

    Attributes:
        name: As in the table.
        type: One of ``COLUMN_TYPES``. Categories are strings; an integer code is an ``integer``.
        role: What the column could give away; see the README's glossary.
        domain: ``Categories`` for a category, ``Interval`` for integer, float, date and datetime, ``None`` where
            unknown (or for text, and for boolean, where it goes without saying).
        domain_source: ``declared`` by the user, ``asserted`` public by the user, or read from the ``data``. A domain
            from data is for inside only: a description publishes a protected form of it.
        nullable: Whether values may be missing.
        unit: For people, e.g. ``min``.
        description: For people.
        time_zone: Of a datetime, e.g. ``Europe/London``; ``None`` is a local time without zone. Bounds of a zoned
            column are in UTC where they name no zone.
        unique: Whether it is a candidate key, of which no two rows hold the same value: text or integer. Nothing is
            described of its values; synthetic ones are counted off.
    """

    name: str
    type: ColumnType
    role: Role = "other"
    domain: Domain | None = None
    domain_source: DomainSource = "declared"
    nullable: bool = False
    unit: str | None = None
    description: str | None = None
    time_zone: str | None = None
    unique: bool = False

    def __post_init__(self) -> None:
        """Refuse a type, role or domain that does not exist or does not fit."""
        if not _is_text(self.name):
            message = f"A column's name is {self.name!r}. Allowed: text, in characters that Unicode allows alone."
            raise SchemaError(message)
        _one_of("type", self.name, self.type, COLUMN_TYPES)
        _one_of("role", self.name, self.role, ROLES)
        _one_of("domain_source", self.name, self.domain_source, get_args(DomainSource))
        self._check_time_zone()
        if self.unique and (self.type not in KEY_TYPES or self.domain is not None):
            message = (
                f"Column {self.name!r} of type {self.type} is declared unique. Allowed for: {', '.join(KEY_TYPES)}, "
                "without a domain, for nothing is described of a key's values."
            )
            raise SchemaError(message)
        if self.domain is None:
            return
        wanted = {"category": Categories}.get(self.type, Interval if self.type in ORDERED_TYPES else type(None))
        if not isinstance(self.domain, wanted):
            allowed = {Categories: "categories", Interval: "minimum and maximum", type(None): "no domain"}[wanted]
            message = f"Column {self.name!r} of type {self.type} cannot have this domain. Allowed: {allowed}."
            raise SchemaError(message)
        if isinstance(self.domain, Interval):
            object.__setattr__(self, "domain", self._bounds_of_type(self.domain))

    def _check_time_zone(self) -> None:
        if self.time_zone is None:
            return
        message = (
            f"Column {self.name!r} has time_zone {self.time_zone!r}. Allowed: a zone's name, and for a datetime only."
        )
        try:
            pl.Series([0]).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(self.time_zone)
        except (pl.exceptions.PolarsError, TypeError) as error:
            raise SchemaError(message) from error
        if self.type != "datetime":
            raise SchemaError(message)

    def _bounds_of_type(self, domain: Interval) -> Interval:
        zoned = self.time_zone is not None
        bounds = [_bound(self.name, self.type, bound, zoned=zoned) for bound in (domain.minimum, domain.maximum)]
        return Interval(bounds[0], bounds[1], domain.bins)

    @property
    def opaque(self) -> bool:
        """Whether nothing is described of its values: text, keys and direct identifiers."""
        return self.type == "text" or self.unique or self.role == "direct_identifier"

    @property
    def ordered(self) -> bool:
        """Whether the values have an order: numbers, dates, times, and categories declared as ordered."""
        return self.type in ORDERED_TYPES or (isinstance(self.domain, Categories) and self.domain.ordered)

    @property
    def dtype(self) -> pl.DataType:
        """The polars type of the column in every table this project writes."""
        return {
            "integer": pl.Int64(),
            "float": pl.Float64(),
            "category": pl.String(),
            "boolean": pl.Boolean(),
            "date": pl.Date(),
            "datetime": pl.Datetime("us", self.time_zone),
            "text": pl.String(),
        }[self.type]

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON and YAML can hold; ``from_dict`` gives the same column back."""
        return {
            "name": self.name,
            "type": self.type,
            "role": self.role,
            "domain": _domain_to_dict(self.domain),
            "domain_source": self.domain_source,
            "nullable": self.nullable,
            "unit": self.unit,
            "description": self.description,
            "time_zone": self.time_zone,
            "unique": self.unique,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """A column from its plain form.

        Raises:
            SchemaError: A key is unknown or missing, or a value is not allowed.
        """
        if not isinstance(document, Mapping):
            message = f"A column is written as keys and values (name, type, ...), but {document!r} is not."
            raise SchemaError(message)
        name, allowed = document.get("name"), tuple(cls.__dataclass_fields__)
        for key in document:
            _one_of("key", str(name), key, allowed)
        for key in ("name", "type"):
            if not isinstance(document.get(key), str):
                message = f"Column {name!r} has {key} {document.get(key)!r}. Every column needs a {key}, as text."
                raise SchemaError(message)
        for key in ("nullable", "unique"):
            if not isinstance(document.get(key, False), bool):
                message = f"Column {name!r} has {key} {document[key]!r}. Allowed: true or false."
                raise SchemaError(message)
        for key in ("unit", "description", "time_zone"):
            if not isinstance(document.get(key), str | None):
                message = f"Column {name!r} has {key} {document[key]!r}. Allowed: text."
                raise SchemaError(message)
        _one_of("type", str(name), document["type"], COLUMN_TYPES)
        zoned = document.get("time_zone") is not None
        try:
            domain = _domain_from_dict(str(name), document["type"], document.get("domain"), zoned=zoned)
        except SchemaError as error:
            message = f"The domain of column {name!r} cannot be used. {error}"
            raise SchemaError(message) from error
        checked: dict[str, Any] = {**document, "domain": domain}
        return cls(**checked)


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in order.

    Attributes:
        columns: At least one; no two of a name.
        public_domain_reason: Why the domains that came from data are public, where the user said so.
        constraints: Rules between columns that every row keeps, in the original and in synthetic tables.
    """

    columns: tuple[Column, ...]
    public_domain_reason: str | None = None
    constraints: tuple[Constraint, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an empty schema and names that are used twice."""
        names = [column.name for column in self.columns]
        if not names:
            message = "A schema needs at least one column; this one has none."
            raise SchemaError(message)
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            message = f"Columns are declared more than once: {', '.join(repeated)}. Declare each once."
            raise SchemaError(message)
        for constraint in self.constraints:
            _check_constraint(constraint, self)
        _check_together(self.constraints)

    def __iter__(self) -> Iterator[Column]:
        """The columns, in order."""
        return iter(self.columns)

    def __len__(self) -> int:
        """How many columns there are."""
        return len(self.columns)

    def __getitem__(self, name: str) -> Column:
        """The column of that name.

        Raises:
            SchemaError: There is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        message = f"There is no column {name!r}. Allowed: {', '.join(self.names)}."
        raise SchemaError(message)

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        return [column.name for column in self.columns]

    @property
    def dtypes(self) -> dict[str, pl.DataType]:
        """The polars type of each column."""
        return {column.name: column.dtype for column in self.columns}

    def with_role(self, *roles: Role) -> list[str]:
        """The names of the columns with one of these roles."""
        return [column.name for column in self.columns if column.role in roles]

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """A schema from YAML: a list ``columns``, each with the keys of ``Column``, and a list ``constraints``.

        Raises:
            SchemaError: The text is not YAML of that form.

        >>> Schema.from_yaml("columns: [{name: sex, type: category, domain: {categories: [F, M]}}]").names
        ['sex']
        """
        try:
            document = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            message = f"The schema is not valid YAML: {error}. Correct it there."
            raise SchemaError(message) from error
        return cls.from_dict(document)

    @classmethod
    def from_dict(cls, document: Any) -> Self:  # noqa: ANN401 - what a YAML or JSON file holds is known only after this
        """A schema from its plain form.

        Raises:
            SchemaError: The document is not of that form.
        """
        if not isinstance(document, Mapping) or not isinstance(document.get("columns"), list):
            message = "A schema is written as 'columns:' and a list of columns; this document is not."
            raise SchemaError(message)
        for key in document:
            _one_of("key", "schema", key, ("columns", "public_domain_reason", "constraints"))
        reason = document.get("public_domain_reason")
        if not isinstance(reason, str | None):
            message = f"public_domain_reason is {reason!r}. Allowed: text."
            raise SchemaError(message)
        rules = document.get("constraints", [])
        if not isinstance(rules, list):
            message = f"constraints is {rules!r}. Allowed: a list."
            raise SchemaError(message)
        columns = tuple(Column.from_dict(column) for column in document["columns"])
        return cls(columns, reason, tuple(constraint_from_dict(rule) for rule in rules))

    def to_dict(self) -> dict[str, Any]:
        """As plain values; ``from_dict`` gives the same schema back."""
        return {
            "columns": [column.to_dict() for column in self.columns],
            "public_domain_reason": self.public_domain_reason,
            "constraints": [constraint.to_dict() for constraint in self.constraints],
        }

    @classmethod
    def infer(cls, frame: Frame) -> Self:
        """A schema read from a table; every domain says ``domain_source="data"``.

        Text that repeats (at least 10 rows a value, at most 1,000 values) becomes ``category``, other text ``text``.
        Text and integers of which at least 100 rows hold a value, and no two the same, become ``unique``.

        Raises:
            SchemaError: The table has no columns, or a column of a type that is not supported.
        """
        table = to_polars(frame)
        return cls(tuple(_infer_column(table[name]) for name in table.columns))

    def assert_public_domain(self, *, reason: str) -> Self:
        """The same schema, with the user's word that its domains from data are public knowledge.

        Args:
            reason: Why, e.g. ``"code lists published in the NHS Data Dictionary"``; stored and reported.

        Raises:
            SchemaError: The reason is empty.
        """
        if not reason.strip():
            message = "The reason why these domains are public is empty. Say where they are published."
            raise SchemaError(message)
        columns = (
            replace(column, domain_source="asserted") if column.domain_source == "data" else column
            for column in self.columns
        )
        return replace(self, columns=tuple(columns), public_domain_reason=reason)


def _check_constraint(constraint: Constraint, schema: Schema) -> None:
    """Refuse a rule about columns that are not there, or that it cannot be about."""
    columns = [schema[name] for name in constraint.columns]
    allowed: Iterable[str] = COLUMN_TYPES[:-1]
    if isinstance(constraint, Ordered):
        allowed = ORDERED_TYPES
    elif isinstance(constraint, Forbidden):
        allowed = ("category", "boolean", "integer")
    for column in columns if not isinstance(constraint, Determined) else columns[-1:]:
        if column.type not in allowed or column.opaque:
            kind = f"of type {column.type}" if column.type not in allowed else "a key or direct identifier"
            message = f"The constraint '{constraint}' names {column.name!r}, {kind}. Allowed: {', '.join(allowed)}."
            raise SchemaError(message)
    if isinstance(constraint, Ordered) and len({(column.type, column.time_zone is None) for column in columns}) > 1:
        message = f"The constraint '{constraint}' compares columns of several types. Allowed: columns of one type."
        raise SchemaError(message)
    if isinstance(constraint, Determined) and constraint.column in constraint.by:
        message = f"In the constraint '{constraint}', a column decides itself. Allowed: other columns."
        raise SchemaError(message)
    if isinstance(constraint, Forbidden):
        for name, values in constraint.values:
            _check_values(constraint, schema[name], values)


def _check_values(constraint: Forbidden, column: Column, values: Iterable[object]) -> None:
    wanted = {"category": str, "boolean": bool, "integer": int}[column.type]
    domain = column.domain.values if isinstance(column.domain, Categories) else None
    for value in values:
        fits = value is None or (type(value) is wanted and (domain is None or value in domain))
        if not fits:
            allowed = f"a value of type {column.type}" if domain is None else ", ".join(domain)
            message = (
                f"The constraint '{constraint}' gives {column.name!r} the value {value!r}. Allowed: {allowed}, null."
            )
            raise SchemaError(message)


def _check_together(constraints: Iterable[Constraint]) -> None:
    """Refuse rules that cannot be kept together: decided twice, decided or ordered in a circle, decided and ordered."""
    decided = [rule for rule in constraints if isinstance(rule, Determined)]
    before = {rule.column: set(rule.by) for rule in decided}
    twice = [name for name, times in Counter(rule.column for rule in decided).items() if times > 1]
    larger: dict[str, set[str]] = {}
    for rule in constraints:
        if isinstance(rule, Ordered):
            for low, high in pairwise(rule.columns):
                larger.setdefault(high, set()).add(low)
    bound = {name for rule in decided for name in rule.columns}
    both = sorted((bound & set(larger)) | (set(before) & {low for lows in larger.values() for low in lows}))
    circle = _circle(before) or _circle(larger)
    problems = (
        (twice, "decided by more than one constraint"),
        (both, "both decided and ordered, or decide another and lie above one"),
        (circle, "decided or ordered in a circle"),
    )
    for names, what in problems:
        if names:
            message = f"Column(s) {', '.join(names)} are {what}. Leave one of the constraints out."
            raise SchemaError(message)


def _circle(before: Mapping[str, set[str]]) -> list[str]:
    """The columns that cannot be put after all that come before them."""
    left = {name: set(names) for name, names in before.items()}
    while free := [name for name, names in left.items() if not names & set(left)]:
        for name in free:
            del left[name]
    return sorted(left)


def _one_of(what: str, owner: str, value: object, allowed: Iterable[str]) -> None:
    choices = tuple(allowed)
    if value not in choices:
        message = f"{owner!r} has {what} {value!r}. Allowed: {', '.join(choices)}."
        raise SchemaError(message)


def _is_text(value: object) -> bool:
    """Whether it is text that can be written as UTF-8: half of a surrogate pair cannot."""
    return isinstance(value, str) and value.encode("utf-8", "replace").decode("utf-8") == value


def _bound(name: str, kind: ColumnType, bound: object, *, zoned: bool) -> Bound:
    """The bound in the column's own type; YAML gives dates as text or as dates."""
    try:
        match kind:
            case "integer":
                return _as_integer(bound)
            case "float":
                return _as_float(bound)
            case "date":
                return _as_date(bound)
            case "datetime":
                return _as_datetime(bound, zoned=zoned)
    except (TypeError, ValueError, OverflowError):
        pass
    message = f"Column {name!r} has bound {bound!r}. Allowed: a value of type {kind}."
    raise SchemaError(message)


def _as_integer(bound: object) -> int:
    whole = int(bound) if isinstance(bound, float) and bound.is_integer() else operator.index(bound)  # pyrefly: ignore[bad-argument-type]  # what is no number raises TypeError, as meant
    if isinstance(bound, bool) or not LEAST_INTEGER <= whole <= MOST_INTEGER:
        raise ValueError
    return whole


def _as_float(bound: object) -> float:
    if isinstance(bound, (bool, str)):
        raise TypeError
    return float(bound)  # pyrefly: ignore[bad-argument-type]  # what is no number raises TypeError, as meant


def _as_date(bound: object) -> date:
    if isinstance(bound, datetime) or not isinstance(bound, (date, str)):
        raise TypeError
    return bound if isinstance(bound, date) else date.fromisoformat(bound)


def _as_datetime(bound: object, *, zoned: bool) -> datetime:
    """Times with a zone are kept in UTC, so that two ways of writing one moment are one bound."""
    if isinstance(bound, date) and not isinstance(bound, datetime):
        bound = datetime(bound.year, bound.month, bound.day)  # noqa: DTZ001 - its zone, if any, is the column's
    if not isinstance(bound, (datetime, str)):
        raise TypeError
    moment = bound if isinstance(bound, datetime) else datetime.fromisoformat(bound)
    if moment.tzinfo and not zoned:
        raise ValueError
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _domain_to_dict(domain: Domain | None) -> dict[str, Any] | None:
    if domain is None:
        return None
    if isinstance(domain, Categories):
        return {"categories": list(domain.values), "ordered": domain.ordered}
    bounds = [bound.isoformat() if isinstance(bound, date) else bound for bound in (domain.minimum, domain.maximum)]
    return {"minimum": bounds[0], "maximum": bounds[1], "bins": domain.bins}


def _domain_from_dict(name: str, kind: ColumnType, document: object, *, zoned: bool) -> Domain | None:
    if document is None or isinstance(document, (Categories, Interval)):
        return document
    if isinstance(document, Mapping) and isinstance(document.get("categories"), list):
        for key in document:
            _one_of("domain key", name, key, ("categories", "ordered"))
        if not isinstance(document.get("ordered", False), bool):
            message = f"Column {name!r} has ordered {document['ordered']!r}. Allowed: true or false."
            raise SchemaError(message)
        return Categories(tuple(document["categories"]), document.get("ordered", False))
    if isinstance(document, Mapping) and {"minimum", "maximum"} <= set(document) and kind in ORDERED_TYPES:
        for key in document:
            _one_of("domain key", name, key, ("minimum", "maximum", "bins"))
        bounds = [_bound(name, kind, document[end], zoned=zoned) for end in ("minimum", "maximum")]
        return Interval(bounds[0], bounds[1], document.get("bins", DEFAULT_BINS))
    message = (
        f"Column {name!r} of type {kind} has domain {document!r}. Allowed: 'categories: [...]' for a category, and "
        "'minimum:' and 'maximum:' for numbers, dates and datetimes."
    )
    raise SchemaError(message)


def _infer_column(values: pl.Series) -> Column:
    if values.dtype.is_float():
        values = values.fill_nan(None)
    kind, zone = _infer_type(values)
    domain: Domain | None = None
    if kind == "category":
        held = tuple(values.cast(pl.String).drop_nulls().unique().sort().to_list())
        domain = Categories(held) if held else None
    elif kind in ORDERED_TYPES:
        domain = _observed_range(values, kind)
    nullable, unique = values.null_count() > 0, kind in KEY_TYPES and _is_key(values)
    return Column(
        values.name,
        kind,
        domain=None if unique else domain,
        domain_source="data",
        nullable=nullable,
        time_zone=zone,
        unique=unique,
    )


def _is_key(values: pl.Series) -> bool:
    present = values.drop_nulls()
    return len(present) >= _LEAST_ROWS_OF_A_KEY and present.n_unique() == len(present)


def _observed_range(values: pl.Series, kind: ColumnType) -> Interval | None:
    """From the smallest value to the largest; ``None`` where there is none or one is beyond what a bound may be."""
    if kind == "datetime" and isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone:
        values = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    try:
        low, high = (_bound(values.name, kind, bound, zoned=False) for bound in (values.min(), values.max()))
        return Interval(low, high)
    except (SchemaError, ValueError, OverflowError):
        return None


def _infer_type(values: pl.Series) -> tuple[ColumnType, str | None]:
    dtype = values.dtype
    zone = dtype.time_zone if isinstance(dtype, pl.Datetime) else None
    kinds: tuple[tuple[bool, ColumnType], ...] = (
        (dtype == pl.Boolean, "boolean"),
        (dtype.is_integer(), "integer"),
        (dtype.is_float() or dtype.is_decimal(), "float"),
        (dtype == pl.Date, "date"),
        (dtype == pl.Datetime, "datetime"),
        (isinstance(dtype, (pl.Categorical, pl.Enum)), "category"),
        (dtype == pl.String and _repeats(values), "category"),
        (dtype in {pl.String, pl.Null}, "text"),
    )
    for fits, kind in kinds:
        if fits:
            return kind, zone
    message = (
        f"Column {values.name!r} has type {dtype}. Allowed: integers, floats, text, categories, booleans, dates and "
        "datetimes. Convert or drop it."
    )
    raise SchemaError(message)


def _repeats(values: pl.Series) -> bool:
    distinct = values.n_unique()
    return distinct <= _MOST_INFERRED_CATEGORIES and distinct * _LEAST_ROWS_A_CATEGORY <= max(len(values), 200)
