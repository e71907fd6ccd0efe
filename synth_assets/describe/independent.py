"""Independent mode: each column's own counts, and no dependence between columns."""

from synth_assets.describe.coded_table import CodedTable
from synth_assets.describe.description import Description
from synth_assets.describe.tables import single


def describe_independent(table: CodedTable, minimum_count: int) -> Description:
    """The columns, each with its protected counts."""
    tables = {name: single(name, table.counted((name,))) for name in table.columns}
    return Description(
        "independent",
        table.published(tables, minimum_count),
        rows=table.rows,
        tables=tuple(tables.values()),
        minimum_count=minimum_count,
    )
