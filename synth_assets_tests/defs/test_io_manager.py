import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth_assets.defs.io_manager import WarehouseIOManager, build_io_manager
from synth_assets.describe import Description, describe
from synth_assets.errors import GenerationError, StorageError
from synth_assets.schema import Schema
from synth_assets.storage.tables import as_pandas
from synth_assets.storage.warehouse import TableHandle, Warehouse

FRAME = pl.DataFrame({"n": [2, None, 1], "s": ["b", "ä\n'", None], "t": [datetime(2020, 1, 1, tzinfo=UTC)] * 3})


@dataclass
class Document:
    words: list[str]

    def to_json(self) -> str:
        return json.dumps(self.words)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb", lock_timeout_s=1)


def run(warehouse: Warehouse, *assets: dg.AssetsDefinition, selection: str | None = None) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        list(assets),
        resources={"io_manager": WarehouseIOManager(warehouse)},
        selection=selection,
        raise_on_error=False,
    )


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """What the UI shows for the one step that failed."""
    [event] = [event for event in result.all_events if event.is_step_failure]
    return str(event.step_failure_data.user_failure_data.description)  # pyrefly: ignore[missing-attribute]  # a Failure


def returning(value: Any, **arguments: Any) -> dg.AssetsDefinition:  # noqa: ANN401 - whatever an asset returns
    @dg.asset(name="upstream", **arguments)
    def upstream():  # noqa: ANN202 - whatever an asset returns
        return value

    return upstream


def reading(hint: Any, seen: list) -> dg.AssetsDefinition:  # noqa: ANN401 - any annotation
    @dg.asset(name="downstream", ins={"table": dg.AssetIn("upstream", dagster_type=hint)})
    def downstream(table) -> None:  # noqa: ANN001 - given by the hint
        seen.append(table)

    return downstream


@pytest.mark.parametrize("given", [FRAME, FRAME.lazy(), as_pandas(FRAME)], ids=["polars", "lazy", "pandas"])
@pytest.mark.parametrize("hint", [pl.DataFrame, pl.LazyFrame, pd.DataFrame, TableHandle])
def test_a_table_comes_back_as_its_parameter_is_annotated(warehouse: Warehouse, given: object, hint: type):
    seen: list[Any] = []
    assert run(warehouse, returning(given), reading(hint, seen)).success
    [table] = seen
    assert isinstance(table, hint)
    if isinstance(table, TableHandle):
        table = table.read()
    frame = pl.from_pandas(table) if isinstance(table, pd.DataFrame) else table.lazy().collect()
    assert_frame_equal(frame, FRAME)


def test_annotations_of_functions_are_enough(warehouse: Warehouse):
    @dg.asset(key_prefix="any")
    def first() -> pl.LazyFrame:
        return FRAME.lazy()

    @dg.asset(ins={"first": dg.AssetIn(["any", "first"])})
    def second(first: pl.DataFrame) -> pd.DataFrame:
        return first.to_pandas()

    @dg.asset
    def third(second: TableHandle) -> pl.DataFrame:
        return second.read().select("s", "n")

    assert run(warehouse, first, second, third).success
    assert [(table.name, table.rows) for table in warehouse.tables()] == [("first", 3), ("second", 3), ("third", 3)]
    assert warehouse.read("third").columns == ["s", "n"]


def test_a_description_is_stored_as_its_document_and_comes_back_equal(warehouse: Warehouse):
    frame = pl.DataFrame({"n": list(range(100))})
    made = describe(frame, Schema.infer(frame).assert_public_domain(reason="made up for this test"), mode="independent")
    seen: list[Description] = []
    assert run(warehouse, returning(made), reading(Description, seen)).success
    assert seen == [made]
    assert_frame_equal(warehouse.read("upstream"), pl.DataFrame({"document": [made.to_json()]}))


def test_whatever_has_to_json_is_stored(warehouse: Warehouse):
    assert run(warehouse, returning(Document(["ä", "'"]))).success
    assert json.loads(warehouse.read("upstream").item()) == ["ä", "'"]


def test_none_stores_nothing_and_leaves_what_is_there(warehouse: Warehouse):
    assert run(warehouse, returning(FRAME)).success
    assert run(warehouse, returning(None)).success
    assert warehouse.row_count("upstream") == 3


def metadata_of(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    [event] = result.asset_materializations_for_node("upstream")
    return {key: value.value for key, value in event.metadata.items()}


def test_the_ui_is_told_rows_name_and_columns(warehouse: Warehouse):
    told = metadata_of(run(warehouse, returning(FRAME)))
    assert told["dagster/row_count"] == 3
    assert told["dagster/table_name"] == "warehouse.main.upstream"
    columns = [(column.name, column.type) for column in told["dagster/column_schema"].columns]
    assert columns == [("n", "Int64"), ("s", "String"), ("t", "Datetime")]
    assert "dagster/column_schema" not in metadata_of(run(warehouse, returning(Document([]))))


class Batched:
    """A table that comes in batches, and fails after them where told to."""

    rows = 4

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails

    def batches(self) -> Iterator[pl.DataFrame]:
        yield FRAME
        if self.fails:
            message = "Of 10 rows drawn only 3 keep the constraints."
            raise GenerationError(message)
        yield FRAME.head(1)


def test_a_table_that_comes_in_batches_is_stored_and_told(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        patched.setattr(Warehouse, "read", lambda *_: pytest.fail("read back"))
        told = metadata_of(run(warehouse, returning(Batched())))
    columns = [(column.name, column.type) for column in told["dagster/column_schema"].columns]

    assert told["dagster/row_count"] == 4
    assert columns == [("n", "Int64"), ("s", "String"), ("t", "Datetime")]
    assert told["seconds"] > 0
    assert_frame_equal(warehouse.read("upstream"), pl.concat([FRAME, FRAME.head(1)]))


def test_a_table_that_fails_half_way_leaves_the_old_one(warehouse: Warehouse):
    assert run(warehouse, returning(FRAME)).success
    assert failure_of(run(warehouse, returning(Batched(fails=True)))) == "Of 10 rows drawn only 3 keep the constraints."
    assert_frame_equal(warehouse.read("upstream"), FRAME)


def test_what_the_asset_says_of_its_columns_is_not_overruled(warehouse: Warehouse):
    own = dg.TableSchema([dg.TableColumn("n", "whole number", description="from the register")])
    declared = metadata_of(run(warehouse, returning(FRAME, metadata={"dagster/column_schema": own})))
    assert "dagster/column_schema" not in declared
    said = dg.Output(FRAME, metadata={"dagster/column_schema": own, "dagster/row_count": 7})
    told = metadata_of(run(warehouse, returning(said)))
    assert told["dagster/column_schema"] == own
    assert told["dagster/row_count"] == 7


@pytest.mark.parametrize("hint", [dict, str, list[int], None])
def test_an_annotation_that_is_not_allowed_is_named_with_those_that_are(warehouse: Warehouse, hint: object):
    result = run(warehouse, returning(FRAME), reading(hint, []))
    assert not result.success
    text = failure_of(result)
    assert "Parameter 'table' is annotated with" in text
    for allowed in ("polars.DataFrame", "polars.LazyFrame", "pandas.DataFrame", "TableHandle", "Description"):
        assert allowed in text


def test_an_upstream_that_was_never_materialised_is_named(warehouse: Warehouse):
    result = run(warehouse, returning(FRAME), reading(pl.DataFrame, []), selection="downstream")
    assert "no table 'upstream'" in failure_of(result)
    assert "Materialise the asset 'upstream' first" in failure_of(result)


def test_a_table_that_is_no_description_says_so(warehouse: Warehouse):
    result = run(warehouse, returning(FRAME), reading(Description, []))
    assert "Table 'upstream' does not hold one document" in failure_of(result)
    result = run(warehouse, returning(Document(["cut off"])), reading(Description, []))
    assert "description" in failure_of(result)


@pytest.mark.parametrize("value", [3, "text", {"a": 1}, [FRAME]])
def test_what_is_no_table_is_refused_and_the_old_table_stands(warehouse: Warehouse, value: object):
    warehouse.write("upstream", FRAME)
    result = run(warehouse, returning(value))
    assert "as a table. Allowed: a polars DataFrame or LazyFrame" in failure_of(result)
    assert_frame_equal(warehouse.read("upstream"), FRAME)


def test_a_held_warehouse_fails_the_step_with_the_reason_and_no_retry(warehouse: Warehouse):
    warehouse.write("upstream", FRAME)
    with warehouse.reader():
        result = run(warehouse, returning(FRAME, retry_policy=dg.RetryPolicy(max_retries=3)))
    assert "while this thread reads from it" in failure_of(result)
    assert not [event for event in result.all_events if event.is_step_up_for_retry]


def test_partitions_are_refused(warehouse: Warehouse):
    daily = returning(FRAME, partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
    result = dg.materialize(
        [daily],
        resources={"io_manager": WarehouseIOManager(warehouse)},
        partition_key="a",
        raise_on_error=False,
    )
    assert "'upstream' has partitions, which one table cannot keep apart" in failure_of(result)
    assert warehouse.tables() == []


def test_outputs_that_belong_to_no_asset_are_refused(warehouse: Warehouse):
    @dg.op
    def loose() -> pl.DataFrame:
        return FRAME

    @dg.job(resource_defs={"io_manager": dg.IOManagerDefinition.hardcoded_io_manager(WarehouseIOManager(warehouse))})
    def work() -> None:
        loose()

    assert "'result' belongs to no asset" in failure_of(work.execute_in_process(raise_on_error=False))


def test_a_check_reads_the_same_way(warehouse: Warehouse):
    @dg.asset_check(asset="upstream")
    def has_rows(upstream: TableHandle) -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=upstream.read().height == 3)

    result = dg.materialize(
        [returning(FRAME), has_rows],
        resources={"io_manager": WarehouseIOManager(warehouse)},
    )
    assert [check.passed for check in result.get_asset_check_evaluations()] == [True]


def test_the_path_comes_from_the_environment_and_from_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "data"))
    manager = build_io_manager()
    assert manager.warehouse.path == tmp_path / "data" / "warehouse.duckdb"
    assert not (tmp_path / "data").exists()
    elsewhere = {"warehouse": {"path": str(tmp_path / "elsewhere")}, "path": str(tmp_path / "elsewhere")}
    config = {"resources": {"io_manager": {"config": elsewhere}}}
    dg.materialize([returning(FRAME)], resources={"io_manager": manager}, run_config=config)
    assert manager.warehouse.exists("upstream")
    assert not (tmp_path / "elsewhere").exists()
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", "")
    with pytest.raises(StorageError, match="is set but empty"):
        build_io_manager()
