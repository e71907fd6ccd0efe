"""Rows of a large synthetic table that some real rows are like, but for one value at most: copies are among them."""

from collections.abc import Iterable, Iterator

import polars as pl

from synth_assets.schema import Schema


def lookalikes(synthetic: Iterable[pl.DataFrame], real: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The synthetic rows that have all values of a real row, or all but one.

    Text and keys are left out, as ``copies`` does.

    Args:
        synthetic: The table in batches, at least one.
        real: The rows that copies are looked for of.
        schema: Of both.

    Returns:
        The rows, each once; as many as the real rows have such neighbours.
    """
    told = [column.name for column in schema if not column.opaque]
    several = len(told) > 2  # noqa: PLR2004 - but for one value there must be several left
    keys = [told, *([[*told[:out], *told[out + 1 :]] for out in range(len(told))] if several else [])]
    types = pl.Schema({column.name: column.dtype for column in schema})
    wanted = [(names, real.cast(types).select(names).unique()) for names in keys if names]
    return pl.concat(list(_near((batch.cast(types) for batch in synthetic), wanted)))


def _near(synthetic: Iterable[pl.DataFrame], wanted: list[tuple[list[str], pl.DataFrame]]) -> Iterator[pl.DataFrame]:
    for batch in synthetic:
        numbered = batch.with_row_index(_PLACE)
        places = [numbered.join(real, on=names, how="semi", nulls_equal=True)[_PLACE] for names, real in wanted]
        yield batch[pl.concat(places).unique().sort()] if places else batch.clear()


_PLACE = "place of the synthetic row"
