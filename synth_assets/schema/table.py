"""The schema: the columns of a table, in order, and the constraints between them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import polars as pl
import yaml

from synth_assets.constraints import Constraint, constraint_from_dict
from synth_assets.errors import SchemaError
from synth_assets.frames import Frame, to_polars
from synth_assets.schema.agreement import check_constraint, check_together
from synth_assets.schema.column import Column, Words
from synth_assets.schema.inference import infer_column
from synth_assets.schema.vocabulary import Role, one_of


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
            check_constraint(constraint, self.__getitem__)
        check_together(self.constraints)

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

    @property
    def words(self) -> dict[str, Words]:
        """What people are told of each column."""
        return {column.name: column.words for column in self.columns}

    def with_words(self, words: Mapping[str, Words]) -> Self:
        """The same schema, with what people are told of columns, by name."""
        return replace(self, columns=tuple(column.with_words(words) for column in self.columns))

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
        if not isinstance(text, str):
            message = (
                f"A schema is read from YAML text, and this is a {type(text).__name__}. Read the file's text first."
            )
            raise SchemaError(message)
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
            one_of("key", "schema", key, ("columns", "public_domain_reason", "constraints"))
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
        return cls(tuple(infer_column(table[name]) for name in table.columns))

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
