"""Batches from DuckDB, and what it says when it cannot read, without values."""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import duckdb
import polars as pl

from synth_assets.errors import SourceError
from synth_assets.frames import BATCH_ROWS


@contextmanager
def told(place: str) -> Generator[None]:
    """DuckDB's errors as ours: what is wrong and where, and no value.

    Raises:
        SourceError: DuckDB could not read.
    """
    try:
        yield
    except duckdb.Error as error:
        message = f"Cannot read {place}: {said(str(error))}"
        raise SourceError(message) from None  # what DuckDB says quotes lines


def said(text: str) -> str:
    """What DuckDB says, in our words: the kind of fault and the line, and nothing that it quotes."""
    line = re.search(r"CSV Error on Line: (\d+)", text)
    where = f" (line {int(line.group(1)):,})" if line else ""
    for sign, words in _FAULTS:
        if re.search(sign, text, re.IGNORECASE):
            return words + where + "."
    return f"its contents are not of the kind that its name says{where}."


_FAULTS = (
    (r"Expected Number of Columns|too many columns|columns? (were|was) found", "a line has too many or too few values"),
    (r"unterminated quote", "a quote is opened and not closed"),
    (r"state machine", "its lines end in different ways; end all of them alike"),
    (r"not utf-8 encoded|invalid unicode", "it is not in UTF-8; save it in that encoding"),
    (r"Could not set lock|lock on file", "another process has it open for writing; try again when it has ended"),
    (r"not a valid DuckDB database|in-memory database in read-only", "it is no DuckDB file"),
    (r"too small to be a Parquet|No magic bytes|Parquet", "it is not a whole Parquet file"),
    (r"Permission denied", "this user may not read it"),
    (r"No such file|does not exist", "it is not there, or a table or column of that name is not"),
)


def streamed(relation: duckdb.DuckDBPyRelation) -> Iterator[pl.DataFrame]:
    """The rows of a relation in order, in batches; one batch without rows where there are none."""
    found = False
    with relation.to_arrow_reader(BATCH_ROWS) as reader:
        for batch in reader:
            found = True
            yield pl.DataFrame(batch)
    if not found:
        yield pl.DataFrame(relation.limit(0).to_arrow_table())


def counted(relation: duckdb.DuckDBPyRelation) -> int:
    """How many rows a relation has."""
    [(rows,)] = relation.aggregate("count(*)").fetchall()
    return int(rows)
