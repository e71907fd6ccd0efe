"""The steps about single values: keep the rows that hold them, or put labels or keyed hashes in their place."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.columns import Kinds, kind_of, put, replaced, taken, values_of
from synth_assets.protect.steps import Tools
from synth_assets.storage.key import keyed_hash

Others: TypeAlias = Literal["missing", "keep", "remove", "error"]
_LEAST_LENGTH, _MOST_LENGTH = 8, 64
_WHOLE = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class KeepOnly:
    """Keep the rows with one of these values; the others, missing ones too, are removed, and counted.

    Attributes:
        column: Text, whole numbers or booleans.
        values: Those that stay.
        reason: Why.
    """

    column: str
    values: tuple[str | int | bool, ...]
    reason: str

    @property
    def removes_rows(self) -> bool:
        """It may."""
        return True

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The rows with one of the values, in their order.

        Raises:
            ProtectionError: The column is of another kind.
        """
        held = values_of(table, self.column, "text", "integer", "boolean")
        wanted = _texts(self.values, kind_of(held.dtype), self.column)
        return table.filter(held.cast(pl.String).is_in(wanted).fill_null(value=False))

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        _texts(self.values, taken(columns, self.column, "text", "integer", "boolean"), self.column)
        return dict(columns)


@dataclass(frozen=True, slots=True)
class MapCategories:
    """Put labels in the place of codes or categories.

    Attributes:
        column: Text, whole numbers or booleans.
        mapping: The label of each value.
        reason: Why.
        others: What becomes of values that are not in the mapping: ``missing``, ``keep`` (as text), ``remove`` (the
            row goes, and is counted) or ``error``. Missing values stay missing.
        into: A new name; the old column goes.
    """

    column: str
    mapping: Mapping[Any, str]
    reason: str
    others: Others = "error"
    into: str | None = None

    def __post_init__(self) -> None:
        """Refuse an empty mapping, labels that are no text, and an ``others`` that does not exist."""
        labels = self.mapping.values() if isinstance(self.mapping, Mapping) else [None]
        if not self.mapping or not all(isinstance(label, str) for label in labels):
            message = f"mapping is {self.mapping!r}. Allowed: values with texts; quote yes, no and numbers."
            raise ProtectionError(message)
        if self.others not in get_args(Others):
            message = f"others is {self.others!r}. Allowed: {', '.join(get_args(Others))}."
            raise ProtectionError(message)

    @property
    def removes_rows(self) -> bool:
        """Whether the step may remove rows, as it declares."""
        return self.others == "remove"

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with labels.

        Raises:
            ProtectionError: The column is of another kind, or holds values that are not in the mapping where that is an
                error.
        """
        values = values_of(table, self.column, "text", "integer", "boolean")
        texts, keys = values.cast(pl.String), _texts(self.mapping, kind_of(values.dtype), self.column)
        labels = texts.replace_strict(keys, list(self.mapping.values()), default=None, return_dtype=pl.String)
        odd = labels.is_null() & texts.is_not_null()
        if self.others == "error" and odd.any():
            message = (
                f"{int(odd.sum())} row(s) have a {self.column!r} that is not in the mapping. Add it, or declare "
                "others: missing, keep or remove."
            )
            raise ProtectionError(message)
        kept = labels if self.others != "keep" else labels.zip_with(~odd, texts)
        made = put(table, self.column, self.into or self.column, kept)
        return made.filter(~odd) if self.removes_rows else made

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        _texts(self.mapping, taken(columns, self.column, "text", "integer", "boolean"), self.column)
        return replaced(columns, self.column, self.into or self.column, "text")


@dataclass(frozen=True, slots=True)
class KeyedHash:
    """Put a keyed hash in the place of a value: the same for the same value, and unrelated under another name or key.

    HMAC-SHA256 under the project's key, as hexadecimal digits. Without the key nobody can tell which value it stands
    for, or try values; with it everybody can.

    Attributes:
        column: Text or whole numbers.
        reason: Why.
        into: A new name; the old column goes. The hash depends on it.
        length: Digits that are kept, from 8 to 64; 16 leave one clash in about 4 billion values.
    """

    column: str
    reason: str
    into: str | None = None
    length: int = 16

    def __post_init__(self) -> None:
        """Refuse a length that is out of range."""
        whole = isinstance(self.length, int) and not isinstance(self.length, bool)
        if not whole or not _LEAST_LENGTH <= self.length <= _MOST_LENGTH:
            message = f"length is {self.length!r}. Allowed: whole numbers from {_LEAST_LENGTH} to {_MOST_LENGTH}."
            raise ProtectionError(message)

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:
        """The table with hashes; missing values stay missing."""
        texts = values_of(table, self.column, "text", "integer").cast(pl.String)
        into = self.into or self.column
        known = texts.drop_nulls().unique()
        hashes = [keyed_hash(tools.key, f"hash of {into}", text).hex()[: self.length] for text in known]
        made = texts.replace_strict(known, pl.Series(hashes, dtype=pl.String), default=None, return_dtype=pl.String)
        return put(table, self.column, into, made)

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        taken(columns, self.column, "text", "integer")
        return replaced(columns, self.column, self.into or self.column, "text")


def _texts(asked: Iterable[Any], kind: str, column: str) -> list[str]:
    """Values of a step's settings as a column of that kind is cast to text.

    Raises:
        ProtectionError: Such a column never holds one of them, or two of them are the same to it.
    """
    values = list(asked)
    texts = [_as_text(value, kind) for value in values]
    odd = [repr(value) for value, text in zip(values, texts, strict=True) if text is None]
    if odd:
        message = (
            f"Column {column!r} holds {kind}, and never {', '.join(odd)}, which the step names. Give values of that "
            "kind; put quotes around yes and no, which YAML reads as true and false."
        )
        raise ProtectionError(message)
    found = [text for text in texts if text is not None]
    if len(set(found)) < len(found):
        twice = sorted({text for text in found if found.count(text) > 1})
        message = f"Of column {column!r} the step names {', '.join(twice)} twice. Name each value once."
        raise ProtectionError(message)
    return found


def _as_text(key: object, kind: str) -> str | None:
    """A value as polars writes those of a column of that kind; ``None`` where it is none of them."""
    if isinstance(key, bool):
        return str(key).lower() if kind in {"boolean", "any"} else None
    if isinstance(key, int):
        return str(key) if kind != "boolean" else None
    if not isinstance(key, str) or kind == "boolean":
        return None
    if kind == "integer":
        return str(int(key)) if _WHOLE.fullmatch(key) else None
    return key
