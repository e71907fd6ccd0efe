"""Domains: the values that a column may hold."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from synth_assets.errors import SchemaError
from synth_assets.schema.bounds import typed_bound
from synth_assets.schema.vocabulary import DEFAULT_BINS, MOST_BINS, ORDERED_TYPES, Bound, ColumnType, is_text, one_of


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
        odd = [value for value in self.values if not is_text(value)]
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


def domain_to_dict(domain: Domain | None) -> dict[str, Any] | None:
    """A domain as plain values."""
    if domain is None:
        return None
    if isinstance(domain, Categories):
        return {"categories": list(domain.values), "ordered": domain.ordered}
    bounds = [bound.isoformat() if isinstance(bound, date) else bound for bound in (domain.minimum, domain.maximum)]
    return {"minimum": bounds[0], "maximum": bounds[1], "bins": domain.bins}


def domain_from_dict(name: str, kind: ColumnType, document: object, *, zoned: bool) -> Domain | None:
    """The domain that plain values tell of.

    Args:
        name: The column's, for the message.
        kind: The column's type.
        document: The plain values; ``None`` for no domain.
        zoned: Whether the column's times have a zone.

    Raises:
        SchemaError: They are of another form.
    """
    if document is None or isinstance(document, (Categories, Interval)):
        return document
    if isinstance(document, Mapping) and isinstance(document.get("categories"), list):
        for key in document:
            one_of("domain key", name, key, ("categories", "ordered"))
        if not isinstance(document.get("ordered", False), bool):
            message = f"Column {name!r} has ordered {document['ordered']!r}. Allowed: true or false."
            raise SchemaError(message)
        return Categories(tuple(document["categories"]), document.get("ordered", False))
    if isinstance(document, Mapping) and {"minimum", "maximum"} <= set(document) and kind in ORDERED_TYPES:
        for key in document:
            one_of("domain key", name, key, ("minimum", "maximum", "bins"))
        bounds = [typed_bound(name, kind, document[end], zoned=zoned) for end in ("minimum", "maximum")]
        return Interval(bounds[0], bounds[1], document.get("bins", DEFAULT_BINS))
    message = (
        f"Column {name!r} of type {kind} has domain {document!r}. Allowed: 'categories: [...]' for a category, and "
        "'minimum:' and 'maximum:' for numbers, dates and datetimes."
    )
    raise SchemaError(message)
