"""The asset ``london_postcodes`` and its checks."""

import os
import time
from collections.abc import Iterator
from typing import Any, Literal

import dagster as dg
import polars as pl
from pydantic import Field

from synth_assets.components.failure import say_what_to_do
from synth_assets.components.metadata import column_schema, preview
from synth_assets.components.portraits import of_inside
from synth_assets.components.resources import Randomness, Workplace
from synth_assets.components.run_config import CheckedConfig, takes
from synth_assets.schema import Column, Interval, Schema
from synth_assets.source.deprivation import DECILE, LSOA_CODE, RANK, lsoa_deprivation
from synth_assets.source.download import LONDON_POSTCODES_URL
from synth_assets.source.london_postcodes import LondonPostcodes, find_postcodes
from synth_assets.source.mock_postcodes import MAXIMUM_ROWS, check_size
from synth_assets.source.postcodes import POSTCODE_PATTERN, POSTCODE_SCHEMA

URL_VARIABLE = "SYNTH_ASSETS_POSTCODES_URL"
OWNER = "team:data-stewards"
DRAWN = ("In Use?", "District", RANK, DECILE)
PREVIEWED = ("Postcode", "In Use?", "District", LSOA_CODE, RANK, DECILE)
SHOWN_EVERY_BYTES = 10_000_000
DECILE_COLUMN = Column(
    DECILE,
    "integer",
    "other",
    Interval(1, 10),
    nullable=True,
    description="Tenth of the LSOA's rank, 1 = most deprived. Computed from the rank",
)


class PostcodeConfig(CheckedConfig):
    """Where postcodes may come from, and how their deprivation ranks are read."""

    download: bool = Field(default=False, description="Download the directory where there is no file in data/input.")
    imd_edition: Literal["2004", "2007", "2010", "2015", "2019", "2025"] = Field(
        default="2019", description="The edition of the Index of Multiple Deprivation whose ranks the file has."
    )
    deciles_over: Literal["national", "london"] = Field(
        default="national", description="Tenths of all areas of England, or of those of London, as in the tutorial."
    )
    mock_rows: int = Field(default=20_000, description=f"Size of the mock directory: 1 to {MAXIMUM_ROWS:,}.")

    def check(self) -> None:
        """Refuse a mock directory that cannot be made.

        Raises:
            SourceError: See ``check_size``.
        """
        check_size(self.mock_rows)


takes("london_postcodes", PostcodeConfig)


@dg.asset(
    group_name="source",
    owners=[OWNER],
    kinds={"python", "polars", "csv", "duckdb"},
    description=(
        "London postcodes with their LSOA and deprivation rank: the file in data/input, else a download where the "
        "config says so, else a mock directory made in code."
    ),
    metadata={"dagster/column_schema": column_schema([*POSTCODE_SCHEMA, DECILE_COLUMN])},
    hooks={say_what_to_do},
    check_specs=[
        dg.AssetCheckSpec(
            "postcodes_are_real",
            asset="london_postcodes",
            description="Asks that the directory is a real one, not a mock made in code.",
        )
    ],
)
def london_postcodes(
    context: dg.AssetExecutionContext, config: PostcodeConfig, workplace: Workplace, randomness: Randomness
) -> Iterator[Any]:
    """Find the directory, add each LSOA's decile, say where it came from."""
    started = time.perf_counter()
    found = find_postcodes(
        workplace.folder.input,
        randomness.rng("london_postcodes"),
        download_url=os.environ.get(URL_VARIABLE, LONDON_POSTCODES_URL) if config.download else None,
        imd_edition=config.imd_edition,
        mock_rows=config.mock_rows,
        progress=_logged(context),
    )
    deciles = lsoa_deprivation(found.table, over=config.deciles_over, imd_edition=config.imd_edition)
    table = found.table.join(deciles.select(LSOA_CODE, DECILE), on=LSOA_CODE, how="left", maintain_order="left")
    told = _told(found, table, config)
    shown = Schema(tuple(column for column in (*POSTCODE_SCHEMA, DECILE_COLUMN) if column.name in DRAWN))
    told |= of_inside(table.select(shown.names), shown, 1, "london_postcodes", workplace.folder.reports)
    yield dg.Output(table, metadata=told | {"seconds": round(time.perf_counter() - started, 3)})
    yield _reality(found)


def _logged(context: dg.AssetExecutionContext) -> Any:  # noqa: ANN401 - a progress callback
    said = 0

    def progress(done: int, total: int | None) -> None:
        nonlocal said
        if done - said >= SHOWN_EVERY_BYTES or done == total:
            said = done
            context.log.info("Downloaded %d of %s bytes", done, total or "an unknown number of")

    return progress


def _told(found: LondonPostcodes, table: pl.DataFrame, config: PostcodeConfig) -> dict[str, Any]:
    return {
        "origin": found.origin if found.origin != "mock" else "MOCK: made up in code, not real postcodes",
        "file": str(found.path) if found.path else "none",
        "SHA-256 of the file": found.sha256 or "none",
        "postcodes": found.rows,
        "in use": int(table["In Use?"].sum()),
        "LSOAs": table[LSOA_CODE].n_unique(),
        "deciles": f"{config.deciles_over}, IMD {config.imd_edition}",
        "preview (public or mock)": preview(table.select(PREVIEWED)),
    }


def _reality(found: LondonPostcodes) -> dg.AssetCheckResult:
    mock = found.origin == "mock"
    return dg.AssetCheckResult(
        check_name="postcodes_are_real",
        passed=not mock,
        severity=dg.AssetCheckSeverity.WARN,
        description=(
            "These postcodes are a mock, made up in code. Put 'London postcodes.csv' into data/input for real ones."
            if mock
            else f"{found.rows:,} postcodes from a {found.origin}."
        ),
        metadata={"origin": found.origin, "postcodes": found.rows},
    )


@dg.asset_check(
    asset=london_postcodes,
    blocking=True,
    description="Asks that every postcode is of the UK's format and listed once.",
)
def postcodes_well_formed(postcodes: pl.DataFrame) -> dg.AssetCheckResult:
    """Counts malformed and repeated postcodes."""
    malformed = int((~postcodes["Postcode"].str.contains(POSTCODE_PATTERN)).fill_null(value=True).sum())
    repeated = len(postcodes) - postcodes["Postcode"].n_unique()
    return dg.AssetCheckResult(
        passed=malformed == repeated == 0,
        description=(
            f"{malformed} malformed and {repeated} repeated among {len(postcodes):,} postcodes."
            + ("" if malformed == repeated == 0 else " Mend the file in data/input, or take it away for a mock.")
        ),
        metadata={"malformed": malformed, "repeated": repeated, "postcodes": len(postcodes)},
    )


@dg.asset_check(
    asset=london_postcodes,
    description="Asks that every postcode in use has an LSOA and a deprivation rank, so that no row lacks them.",
)
def postcodes_in_use_have_lsoa_and_imd(postcodes: pl.DataFrame) -> dg.AssetCheckResult:
    """Counts postcodes in use that lack either; without them the decile of such patients is missing."""
    used = postcodes.filter(pl.col("In Use?"))
    lacking = used.filter(pl.col(LSOA_CODE).is_null() | pl.col(RANK).is_null()).height
    return dg.AssetCheckResult(
        passed=lacking == 0 and used.height > 0,
        severity=dg.AssetCheckSeverity.WARN if used.height else dg.AssetCheckSeverity.ERROR,
        description=(
            f"{lacking:,} of {used.height:,} postcodes in use lack an LSOA or a rank."
            + ("" if lacking == 0 else " The decile of patients there will be missing; a newer file may have them.")
            + ("" if used.height else " Put a file with postcodes in use into data/input.")
        ),
        metadata={"lacking": lacking, "in use": used.height},
    )
