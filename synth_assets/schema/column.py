"""One column: what it is called, what it may hold and what it could give away."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self, TypeAlias, get_args

import polars as pl

from synth_assets.errors import SchemaError
from synth_assets.schema.bounds import typed_bound
from synth_assets.schema.domain import Categories, Domain, Interval, domain_from_dict, domain_to_dict
from synth_assets.schema.vocabulary import (
    COLUMN_TYPES,
    KEY_TYPES,
    ORDERED_TYPES,
    ROLES,
    ColumnType,
    DomainSource,
    Role,
    is_text,
    one_of,
)

Words: TypeAlias = tuple[str | None, str | None]
"""What people are told of a column: its description and its unit."""


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
        if not is_text(self.name):
            message = f"A column's name is {self.name!r}. Allowed: text, in characters that Unicode allows alone."
            raise SchemaError(message)
        one_of("type", self.name, self.type, COLUMN_TYPES)
        one_of("role", self.name, self.role, ROLES)
        one_of("domain_source", self.name, self.domain_source, get_args(DomainSource))
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
        bounds = [typed_bound(self.name, self.type, bound, zoned=zoned) for bound in (domain.minimum, domain.maximum)]
        return Interval(bounds[0], bounds[1], domain.bins)

    @property
    def words(self) -> Words:
        """What people are told of it."""
        return self.description, self.unit

    def with_words(self, words: Mapping[str, Words]) -> Self:
        """The same column with other words, where there are any under its name."""
        description, unit = words.get(self.name, self.words)
        return replace(self, description=description, unit=unit)

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
            "domain": domain_to_dict(self.domain),
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
            one_of("key", str(name), key, allowed)
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
        one_of("type", str(name), document["type"], COLUMN_TYPES)
        zoned = document.get("time_zone") is not None
        try:
            domain = domain_from_dict(str(name), document["type"], document.get("domain"), zoned=zoned)
        except SchemaError as error:
            message = f"The domain of column {name!r} cannot be used. {error}"
            raise SchemaError(message) from error
        checked: dict[str, Any] = {**document, "domain": domain}
        return cls(**checked)
