"""Random mode: the declared domain and nothing else. With a fully declared schema the table is never opened."""

from collections.abc import Callable

import polars as pl

from synth_assets.describe.coding import CodedColumn
from synth_assets.describe.description import Description
from synth_assets.describe.domain import declared, from_data, has_public_domain
from synth_assets.schema import Schema


def describe_random(read: Callable[[], pl.DataFrame], schema: Schema, minimum_count: int) -> Description:
    """The columns and their domains.

    Args:
        read: Gives the table; called only where the schema leaves a domain open.
        schema: The table's schema.
        minimum_count: What a domain from data is coarsened to.
    """
    columns: list[CodedColumn] = []
    for column in schema:
        if has_public_domain(column):
            columns.append(declared(column))
        else:
            columns.append(from_data(column, read()[column.name], minimum_count))
    return Description("random", tuple(columns), rows=None, minimum_count=minimum_count)
