import dagster as dg
import polars as pl

from synth_assets.components.metadata import column_schema, declared_columns, preview, told_columns
from synth_assets.schema import Categories, Column


def test_columns_say_type_unit_words_and_whether_values_may_be_missing():
    schema = column_schema(
        [Column("Minutes", "integer", unit="min", description="From A"), Column("Ward", "text", nullable=True)]
    )
    told = [(column.name, column.type, column.description) for column in schema.columns]

    assert told == [("Minutes", "integer (min)", "From A."), ("Ward", "text", None)]
    assert [column.constraints.nullable for column in schema.columns] == [False, True]


def test_declared_columns_need_no_list():
    declared = {"name": "Ward", "type": "category", "domain": {"categories_from": ["wards", "Ward"]}}
    plain = Column("Ward", "category", domain=Categories(("North",)))

    assert declared_columns([declared]) == column_schema([plain])


def test_told_columns_keep_their_order():
    schema = told_columns({"tvd": ("float", "Distance. From both"), "ways": ("integer", "1 or 2")})

    assert schema == dg.TableSchema(
        [dg.TableColumn("tvd", "float", "Distance. From both."), dg.TableColumn("ways", "integer", "1 or 2.")]
    )


def test_a_preview_is_a_table_of_a_few_rows_whatever_is_in_them():
    table = pl.DataFrame({"a|b": ["x|y", "two\nlines", None, "", "é", "sixth"], "n": range(6)})
    text = str(preview(table).value)

    assert text.splitlines() == [
        "| a\\|b | n |",
        "| --- | --- |",
        "| x\\|y | 0 |",
        "| two lines | 1 |",
        "|  | 2 |",
        "|  | 3 |",
        "| é | 4 |",
    ]


def test_a_preview_of_no_rows_is_its_header():
    assert preview(pl.DataFrame({"a": []})).value == "| a |\n| --- |"
