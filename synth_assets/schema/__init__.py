"""The vocabulary: columns with their types, roles and domains, and the schema that holds them.

It says what a table may contain. It must not hold counts, and nothing here is published by itself.
"""

from synth_assets.schema.column import Column, Words
from synth_assets.schema.domain import Categories, Domain, Interval
from synth_assets.schema.table import Schema
from synth_assets.schema.vocabulary import (
    COLUMN_TYPES,
    DEFAULT_BINS,
    KEY_TYPES,
    LEAST_INTEGER,
    MODES,
    MOST_BINS,
    MOST_INTEGER,
    ORDERED_TYPES,
    ROLES,
    Bound,
    ColumnType,
    DomainSource,
    Mode,
    Role,
)

__all__ = [
    "COLUMN_TYPES",
    "DEFAULT_BINS",
    "KEY_TYPES",
    "LEAST_INTEGER",
    "MODES",
    "MOST_BINS",
    "MOST_INTEGER",
    "ORDERED_TYPES",
    "ROLES",
    "Bound",
    "Categories",
    "Column",
    "ColumnType",
    "Domain",
    "DomainSource",
    "Interval",
    "Mode",
    "Role",
    "Schema",
    "Words",
]
