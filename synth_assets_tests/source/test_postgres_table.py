"""Tables of a real Postgres server, started for these tests alone; skipped where its programs are not installed."""

from pathlib import Path

import polars as pl
import pytest

from synth_assets.errors import SourceError
from synth_assets.frames import BATCH_ROWS
from synth_assets.source import source_from_dict
from synth_assets_tests.source.postgres import NEEDED

VARIABLE = "SYNTH_ASSETS_TEST_POSTGRES"
ROWS = BATCH_ROWS + 7

pytestmark = NEEDED


@pytest.fixture(scope="module")
def server(postgres: str) -> str:
    """The address of a server with one table."""
    fill(postgres)
    return postgres


def fill(address: str) -> None:
    from adbc_driver_postgresql import dbapi  # noqa: PLC0415 - only where there is a server

    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(
            "create table people as select i::int as id, lpad((i % 90)::text, 4, '0') as code, i % 7 = 0 as flag, "
            "(i / 4.0)::numeric(12, 2) as cost, date '2024-01-01' + (i % 300)::int as day, "
            "timestamp '2024-01-01 10:00' as seen, case when i % 2 = 0 then 'x' end as kind, array[i] as several, "
            "(9000000000000000 + i)::numeric(18) as number "
            "from generate_series(1, $1::int) i",
            (ROWS,),
        )
        cursor.execute("create schema other")
        cursor.execute("create view other.few as select id from public.people where id < 4")
        connection.commit()


@pytest.fixture
def connected(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, server)


@pytest.mark.usefixtures("connected")
def test_rows_come_in_batches_with_their_types():
    found = source_from_dict({"postgres": VARIABLE, "table": "people"}, Path())
    table = pl.concat(found.table().batches())

    assert found.table().rows == len(table) == ROWS
    assert table.schema == found.columns()
    assert dict(table.schema) == {
        "id": pl.Int32,
        "code": pl.String,
        "flag": pl.Boolean,
        "cost": pl.Float64,
        "day": pl.Date,
        "seen": pl.Datetime("us"),
        "kind": pl.String,
        "several": pl.String,
        "number": pl.Int64,
    }
    assert table["code"][0] == "0001"
    assert table["cost"].sum() == pytest.approx(ROWS * (ROWS + 1) / 8)
    assert table["number"].to_list() == [9_000_000_000_000_000 + i for i in range(1, ROWS + 1)]
    assert table["kind"].null_count() == (ROWS + 1) // 2
    assert table["id"].to_list() == list(range(1, ROWS + 1))


@pytest.mark.usefixtures("connected")
def test_a_view_of_another_schema_is_read():
    found = source_from_dict({"postgres": VARIABLE, "table": "other.few"}, Path())
    assert pl.concat(found.table().batches())["id"].to_list() == [1, 2, 3]


@pytest.mark.usefixtures("connected")
def test_a_table_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(SourceError, match=r"There is no table 'nobody' .* Allowed: other.few, public.people"):
        source_from_dict({"postgres": VARIABLE, "table": "nobody"}, Path()).columns()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("secret-word", "wrong-word", "the server does not accept the user or the password"),
        ("/postgres", "/nowhere", "the server has no such user, database or table"),
        ("127.0.0.1:", "127.0.0.1:1", "Cannot read the Postgres table people"),
        ("postgresql://", "", "the connection is not of the form postgresql://"),
    ],
)
def test_a_connection_that_cannot_be_had_is_never_told(
    server: str, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
):
    monkeypatch.setenv(VARIABLE, server.replace(old, new))
    with pytest.raises(SourceError) as told:
        source_from_dict({"postgres": VARIABLE, "table": "people"}, Path()).columns()
    assert said in str(told.value)
    assert VARIABLE in str(told.value)
    assert not any(word in str(told.value) for word in ("secret", "wrong-word", "steward", "127.0.0.1"))
