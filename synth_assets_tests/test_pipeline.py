"""The whole pipeline through ``synth-assets run``: what it makes, says and keeps to itself; and once more."""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth_assets.cli import main
from synth_assets.definitions import defs
from synth_assets.describe import Description
from synth_assets.protect.pseudonyms import pseudonyms
from synth_assets.schema import MODES
from synth_assets.storage.fingerprint import fingerprint
from synth_assets.storage.warehouse import Warehouse
from synth_assets_tests.docs.commands import Documented

ROOT = Path(__file__).parents[1]
REAL = ROOT / ".." / "shared" / "data" / "London postcodes.csv.gz"
KEY = "a key for tests, of at least 32 characters"
ROWS = 500
WITHOUT_REPORTS = ("--select", "not group:reports")
SYNTHETIC = [f"{mode}_ae" for mode in MODES]
DESCRIPTIONS = [f"{name}_description" for name in SYNTHETIC]
COMPARISONS = [f"{name}_comparison" for name in SYNTHETIC]
GLANCED_AT = [
    *("london_postcodes", "mock_ae", "deidentified_ae", "random_ae_description", "independent_ae_description"),
    *SYNTHETIC,
    *(f"{name}_risk" for name in SYNTHETIC),
]
DTYPES = {"category": pl.String, "text": pl.String, "integer": pl.Int64, "float": pl.Float64, "date": pl.Date}


@dataclass(frozen=True)
class Run:
    """What a call of ``synth-assets`` left."""

    arguments: Sequence[str]
    code: int
    out: str
    err: str
    data: Path

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.data / "warehouse.duckdb")

    def fingerprints(self, names: Sequence[str]) -> dict[str, str]:
        return {name: fingerprint(self.warehouse.read(name), KEY.encode()) for name in names}


def run(data: Path, *arguments: str) -> Run:
    """``synth-assets run`` in this process, over a data folder; nothing of it stays in the environment."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("SYNTH_ASSETS_DATA_DIR", str(data))
        patch.setenv("DAGSTER_HOME", str(data / "dagster_home"))
        patch.setenv("SYNTH_ASSETS_KEY", KEY)
        code = main(["run", *arguments])
    return Run(["run", *arguments], code, out.getvalue(), err.getvalue(), data)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Everything, once."""
    return run(tmp_path_factory.mktemp("full") / "data", "--rows", str(ROWS))


@pytest.fixture
def again(full: Run, tmp_path: Path) -> Iterator[Run]:
    """The same without reports, in another folder."""
    yield run(tmp_path / "data", "--rows", str(ROWS), *WITHOUT_REPORTS)
    assert full.code == 0


@pytest.mark.documented("synth-assets run")
def test_it_ends_with_0_and_warnings(full: Run, documented: Documented):
    assert full.arguments == [*documented("synth-assets run")[1:], "--rows", str(ROWS)]
    assert full.code == 0, full.err
    assert full.err == ""
    assert "WARN  london_postcodes: postcodes_are_real" in full.out
    assert "WARN  deidentified_ae: minimum_k_anonymity" in full.out
    assert "k = 1 (limit 5)" in full.out
    assert re.search(r"^17 of 17 assets made; checks: \d+ pass, \d warn, 0 fail, 0 not run$", full.out, re.MULTILINE)


def test_it_says_what_it_does_and_where_everything_is(full: Run):
    lines = full.out.splitlines()

    assert lines[0] == f"Materialising 17 assets into {full.data / 'warehouse.duckdb'}"
    assert sum(bool(re.fullmatch(r"    done  \w+  [0-9.]+ s", line)) for line in lines) == 17 + 11
    assert re.search(r"^mock_ae +500 +[0-9.]+$", full.out, re.MULTILINE)
    assert re.search(r"^random_ae +10,000 +[0-9.]+$", full.out, re.MULTILINE)
    for place in ("warehouse.duckdb", "reports", "snapshot/synthetic.duckdb"):
        assert any(line.endswith(str(full.data / place)) for line in lines)
    assert "synth-assets up, then http://127.0.0.1:3000" in full.out


def test_every_table_has_its_rows(full: Run):
    tables = {table.name: table.rows for table in full.warehouse.tables() if table.schema == "main"}
    left = tables["deidentified_ae"]
    described = int(full.warehouse.read("deidentified_ae_units", "_private")["described"].sum())
    anonymised, risks = tables.pop("anonymised_ae"), [tables.pop(f"{name}_risk") for name in SYNTHETIC]

    assert ROWS * 0.95 < left <= ROWS
    assert tables == {
        "london_postcodes": 20_000,
        "mock_ae": ROWS,
        "deidentified_ae": left,
        **dict.fromkeys(DESCRIPTIONS, 1),
        "random_ae": 10_000,
        "independent_ae": described,
        "correlated_ae": described,
        **dict.fromkeys(COMPARISONS, 8 + 28),
        "ae_comparison": 9,
    }
    assert 0.74 * left < described < 0.86 * left
    assert 0.95 * left <= anonymised <= left
    assert min(risks) > 3


ASSETS = sorted(defs().resolve_all_asset_specs(), key=lambda spec: spec.key)
MADE = [spec for spec in ASSETS if spec.group_name != "releases"]


@pytest.mark.parametrize("spec", MADE, ids=lambda spec: spec.key.to_user_string())
def test_columns_are_those_that_the_ui_is_told(full: Run, spec: dg.AssetSpec):
    table = full.warehouse.read(spec.key.to_user_string())
    told = spec.metadata["dagster/column_schema"].columns

    assert table.columns == [column.name for column in told]
    for column in told:
        kind = column.type.split(" (")[0]
        assert kind in {*DTYPES, "boolean", "datetime"}
        stored = table.schema[column.name].base_type()
        assert stored == DTYPES.get(kind, stored) or "then it is text" in str(column.description)


@pytest.mark.parametrize("spec", MADE, ids=lambda spec: spec.key.to_user_string())
def test_the_ui_says_of_every_asset_what_it_is_and_shows_a_figure(full: Run, spec: dg.AssetSpec):
    with dg.DagsterInstance.from_config(str(full.data / "dagster_home")) as instance:
        [record] = instance.fetch_materializations(spec.key, limit=1).records
    made = record.event_log_entry.asset_materialization
    assert made is not None
    told = {name: value.value for name, value in made.metadata.items()}

    assert spec.description
    assert spec.description[0].isupper()
    assert spec.owners == ["team:data-stewards"]
    assert spec.kinds
    assert any(isinstance(value, str) and value.startswith("![") for value in told.values())
    assert isinstance(told["dagster/row_count"], int)
    assert isinstance(told["seconds"], float)
    assert any(name.startswith("preview") for name in told) == (
        spec.group_name == "synthetic" or spec.key == dg.AssetKey("london_postcodes")
    )


def test_deidentification_is_what_it_says(full: Run):
    original, table = full.warehouse.read("mock_ae"), full.warehouse.read("deidentified_ae")
    kept = original.filter(pl.col("Gender").is_in(["Male", "Female"]))
    hour, age = kept["Arrival Time"].dt.hour(), kept["Age"]
    postcodes = full.warehouse.read("london_postcodes").select("Postcode", "Index of Multiple Deprivation Decile")
    deciles = kept.join(postcodes, on="Postcode", how="left", maintain_order="left")
    numbers = pseudonyms(_hospitals(full), key=KEY.encode(), purpose="Hospital ID")

    for column in ("Time in A&E (mins)", "Treatment", "Gender"):
        assert table[column].to_list() == kept[column].to_list()
    assert table["Arrival Date"].to_list() == kept["Arrival Time"].dt.date().to_list()
    assert table["Arrival hour range"].to_list() == [f"{h // 4 * 4:02d}-{h // 4 * 4 + 3:02d}" for h in hour]
    assert table["Age bracket"].to_list() == [_bracket(years) for years in age]
    assert table["Hospital ID"].to_list() == [numbers[name] for name in kept["Hospital"]]
    decile = "Index of Multiple Deprivation Decile"
    assert table[decile].to_list() == deciles[decile].to_list()


def _hospitals(full: Run) -> list[str]:
    return pl.read_csv(full.data / "input" / "hospitals.csv")["Hospital"].to_list()


def _bracket(years: int) -> str:
    starts = {85: "85+", 65: "65-84", 45: "45-64", 25: "25-44", 18: "18-24", 0: "0-17"}
    return next(label for start, label in starts.items() if years >= start)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_synthetic_tables_look_like_the_deidentified_one(full: Run, name: str):
    table, original = full.warehouse.read(name), full.warehouse.read("deidentified_ae")

    assert table.schema == original.schema
    assert table["Time in A&E (mins)"].is_between(0, 180).all()
    assert table["Hospital ID"].str.contains(r"^[0-9]{6}$").all()
    assert set(table["Gender"]) <= {"Male", "Female"}
    assert table["Arrival Date"].dt.strftime("%Y-%m").unique().to_list() == ["2019-04"]


def test_the_three_are_drawn_apart(full: Run):
    assert len(set(full.fingerprints(SYNTHETIC).values())) == 3


def test_readers_find_the_synthetic_tables_and_nothing_else(full: Run):
    snapshot = Warehouse(full.data / "snapshot" / "synthetic.duckdb")

    assert sorted(table.name for table in snapshot.tables()) == sorted(SYNTHETIC)
    for name in SYNTHETIC:
        assert_frame_equal(snapshot.read(name), full.warehouse.read(name))


def test_figures_are_in_the_reports(full: Run):
    files = {path.relative_to(full.data / "reports").as_posix() for path in (full.data / "reports").rglob("*.png")}

    assert files == {
        "ae_comparison/across_modes.png",
        "anonymised_ae/trade_off.png",
        "correlated_ae_description/network.png",
        *(f"{name}/at_a_glance.png" for name in GLANCED_AT),
        *(f"{name}/{figure}.png" for name in COMPARISONS for figure in ("histograms", "mutual_information")),
    }


def test_nothing_of_a_real_row_is_in_dagsters_home_or_in_what_is_printed(full: Run):
    rows = full.warehouse.read("mock_ae")
    files = [path for path in (full.data / "dagster_home").rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in files) + full.out.encode()
    identifiers = [number.encode() for number in rows["Health Service ID"]]
    moments = [moment.strftime("%Y-%m-%d %H:%M:%S").encode() for moment in rows["Arrival Time"]]

    assert b"minimum_k_anonymity" in written, "the home is where checks are recorded"
    assert not any(secret in written for secret in (*identifiers, *moments))
    assert not re.search(rb"999 [0-9]{3} [0-9]{4}", written)


def test_the_same_seed_makes_byte_identical_tables_anywhere(full: Run, again: Run):
    names = [*SYNTHETIC, *DESCRIPTIONS, "deidentified_ae", "mock_ae", "london_postcodes"]

    assert again.code == 0
    assert again.fingerprints(names) == full.fingerprints(names)


def test_twice_in_one_folder_reuses_descriptions_and_changes_nothing(again: Run):
    names = [*SYNTHETIC, *DESCRIPTIONS]
    before = again.fingerprints(names)
    twice = run(again.data, "--rows", str(ROWS), *WITHOUT_REPORTS)

    assert twice.code == 0
    assert twice.fingerprints(names) == before
    with dg.DagsterInstance.from_config(str(again.data / "dagster_home")) as instance:
        for name in DESCRIPTIONS:
            event = instance.get_latest_materialization_event(dg.AssetKey(name))
            assert event is not None
            assert event.asset_materialization is not None
            assert event.asset_materialization.metadata["reused"].value is True


def test_another_seed_makes_other_tables(full: Run, tmp_path: Path):
    other = run(tmp_path / "data", "--rows", str(ROWS), "--seed", "7", *WITHOUT_REPORTS)
    names = ["mock_ae", *SYNTHETIC]
    theirs, ours = other.fingerprints(names), full.fingerprints(names)

    assert other.code == 0
    assert all(theirs[name] != ours[name] for name in names)


def test_sizes_and_selections_reach_their_assets(again: Run):
    before = again.fingerprints(["mock_ae", *DESCRIPTIONS])
    smaller = run(again.data, "--synthetic-rows", "77", "--select", "group:synthetic")

    assert smaller.code == 0
    assert [again.warehouse.row_count(name) for name in SYNTHETIC] == [77] * 3
    assert "3 of 3 assets made; checks: 3 pass, 0 warn, 0 fail, 0 not run" in smaller.out
    assert again.fingerprints(["mock_ae", *DESCRIPTIONS]) == before
    snapshot = Warehouse(again.data / "snapshot" / "synthetic.duckdb")
    assert [table.rows for table in snapshot.tables()] == [77] * 3


def test_patients_come_back_when_asked(tmp_path: Path):
    done = run(tmp_path / "data", "--rows", "300", "--patients", "50", "--select", "group:source")
    table = done.warehouse.read("mock_ae")

    assert done.code == 0
    assert (table.height, table["Health Service ID"].n_unique()) == (300, 50)
    assert table.select("Health Service ID", "Gender", "Age", "Postcode").n_unique() == 50


def test_ten_thousand_rows_show_the_two_dependences_of_the_mock_and_no_other(tmp_path: Path):
    done = run(tmp_path / "data", "--select", "+key:correlated_ae_comparison")
    described = Description.from_json(done.warehouse.read("correlated_ae_description").item())

    assert done.code == 0
    assert {frozenset((edge.parent, edge.child)) for edge in described.edges} == {
        frozenset(("Time in A&E (mins)", "Age bracket")),
        frozenset(("Arrival Date", "Arrival hour range")),
    }
    assert "pass  correlated_ae_comparison: correlation_preserved" in done.out


@pytest.mark.skipif(not REAL.exists(), reason="the real postcode file is not there (../shared/data)")
def test_with_the_real_postcodes_nothing_is_a_mock(tmp_path: Path):
    folder = tmp_path / "data" / "input"
    folder.mkdir(parents=True)
    (folder / "London postcodes.csv.gz").symlink_to(REAL.resolve())
    done = run(tmp_path / "data", "--rows", str(ROWS), *WITHOUT_REPORTS)
    postcodes = done.warehouse.read("london_postcodes")
    homes = done.warehouse.read("mock_ae").join(postcodes, on="Postcode", how="left")

    assert done.code == 0
    assert "pass  london_postcodes: postcodes_are_real\n      326,610 postcodes from a file." in done.out
    assert "0 of 180,237 postcodes in use lack an LSOA or a rank." in done.out
    assert (postcodes.height, postcodes["LSOA Code"].n_unique()) == (326_610, 4_835)
    assert homes["In Use?"].all()
    assert done.warehouse.read("deidentified_ae")["Index of Multiple Deprivation Decile"].null_count() == 0
