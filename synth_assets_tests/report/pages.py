"""Pages of a table that is made for them, with every kind of column and rare values that no report may tell."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from synth_assets.describe import Description, describe
from synth_assets.generate import generate
from synth_assets.measure import Comparison, compare
from synth_assets.measure.utility import utility
from synth_assets.report import write_across_modes, write_columns, write_comparison
from synth_assets.report.across_report import AcrossEvidence, across_report
from synth_assets.report.description_report import description_report
from synth_assets.report.drift import DRIFT_SCHEMA, drift_section
from synth_assets.report.mode_report import ModeEvidence, mode_report
from synth_assets.report.network import write_network
from synth_assets.report.page import Fact, write_page
from synth_assets.report.privacy_tables import AttackLine, Clause
from synth_assets.schema import MODES, Mode, Schema

RARE = ("Zebrafish pox", "987654", "918273.64", "2044-07-29", "77.125", "2031-03-05", "note of one person")
"""What one or two rows of the original hold, as it would be written."""


def sensitive(rows: int, seed: int = 1) -> pl.DataFrame:
    """Skewed numbers, dates, times, categories and text; with rare values in each, of one or two rows."""
    rng = np.random.Generator(np.random.PCG64(seed))
    kind = rng.integers(0, 4, rows)
    start, day = datetime(2020, 1, 1), date(2020, 1, 1)  # noqa: DTZ001 - a local time without zone
    columns: dict[str, list] = {
        "disease": [f"disease {one}" for one in kind.tolist()],
        "cost": [int(one) for one in rng.lognormal(5, 1, rows) + 50 * kind],
        "dose": [round(one, 3) for one in rng.normal(100, 9, rows).tolist()],
        "born": [day + timedelta(days=one) for one in rng.integers(0, 300, rows).tolist()],
        "seen": [start + timedelta(minutes=one) for one in rng.integers(0, 90_000, rows).tolist()],
        "score": rng.choice([0.5, 1.5, 2.5], rows).tolist(),
        "note": [None] * rows,
    }
    columns["disease"][:2] = ["Zebrafish pox"] * 2
    columns["cost"][2], columns["dose"][3], columns["score"][6] = 987654, 918273.64, 77.125
    columns["born"][4] = date(2044, 7, 29)
    columns["seen"][5] = datetime(2031, 3, 5, 1, 2)  # noqa: DTZ001 - as above
    columns["note"][7] = "note of one person"
    return pl.DataFrame(columns, schema_overrides={"note": pl.String})


def compared(original: pl.DataFrame, mode: Mode = "correlated") -> tuple[Comparison, Description, Schema, pl.DataFrame]:
    """The original beside a table drawn from its description."""
    schema = Schema.infer(original)
    description = describe(original, schema, mode=mode)
    table = generate(description, rows=len(original), rng=np.random.Generator(np.random.PCG64(3)))
    return compare(original, table, schema), description, schema, table


def evidence(original: pl.DataFrame, mode: Mode = "correlated", *, measured: bool = False) -> ModeEvidence:
    """What the report of one mode is made from."""
    found, description, schema, table = compared(original, mode)
    rng = np.random.Generator(np.random.PCG64(4))
    return ModeEvidence(
        name=f"{mode}_things",
        title="Things",
        mode=mode,
        comparison=found,
        utility=utility(original, table, schema, rng=rng).summary if measured else None,
        description=description,
        clauses=clauses(mode),
        attacks=attacks(mode),
        privacy=("Differential privacy: none.",),
        links=(("all modes", "things_comparison.html"),),
        provenance=(Fact("Seed", "20190401"), Fact("Original, keyed hash", "a1" * 32)),
    )


GAINS: dict[Mode, float] = {"random": 0.0, "independent": 0.01, "correlated": 0.13}
"""What attacks gain from the table of each mode; made up."""


def attacks(mode: Mode) -> tuple[AttackLine, ...]:
    """Attacks of that gain."""
    gain = GAINS[mode]
    names = [f"singling out ({place} attributes)" for place in (3, 5)]
    return tuple(AttackLine(mode, name, 2000, 0.1 + gain, 0.1, gain, gain - 0.02, gain + 0.02, 0.1) for name in names)


def clauses(mode: Mode) -> tuple[Clause, ...]:
    """What a policy makes of it."""
    gain = GAINS[mode]
    outcome = "kept" if gain < 0.1 else "not kept"
    figures = (0.1, gain, gain - 0.02, gain + 0.02)
    words = "The worst attack is singling out."
    return (Clause(mode, "risk", "attack risk: at most 0.1", "house rule", *figures, outcome, words),)


START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def drawings(values: list[float], mode: Mode = "correlated", changed: list[bool | None] | None = None) -> pl.DataFrame:
    """One drawing a week, with these distances of pairs of columns; made up."""
    rows = [
        (mode, place, START + timedelta(weeks=place), place - 1, known, measure, value * times, 0.045 * times)
        for place, (value, known) in enumerate(zip(values, changed or [False] * len(values), strict=True), start=1)
        for measure, times in (("tvd_1", 0.1), ("tvd_2", 1.0), ("nmi_error", 0.02))
    ]
    return pl.DataFrame(rows, schema=DRIFT_SCHEMA, orient="row")


def across(found: dict[Mode, ModeEvidence]) -> AcrossEvidence:
    """What the report across modes is made from; attacks are made up."""
    measurements = {mode: one.comparison.measurements for mode, one in found.items()}
    return AcrossEvidence(
        name="things",
        title="Things",
        measurements=measurements,
        clauses=tuple(clause for mode in found for clause in clauses(mode)),
        attacks=tuple(attack for mode in found for attack in attacks(mode)),
        limit=0.1,
        privacy=tuple(f"{mode}: none" for mode in found),
        links={mode: (("comparison", f"{mode}_things_comparison.html"),) for mode in found},
        drawn={mode: (Fact("Seed", "20190401"),) for mode in measurements},
        provenance=(Fact("Policy", "internal"),),
        minimum_count=5,
    )


def write_all(original: pl.DataFrame, folder: Path) -> list[Path]:
    """Every page and figure of a table, as its assets write them; the pages."""
    found: dict[Mode, ModeEvidence] = {mode: evidence(original, mode) for mode in MODES}
    pages = []
    for mode, one in found.items():
        name = f"{mode}_things"
        write_comparison(one.comparison, folder / f"{name}_comparison", name=name)
        write_columns(one.comparison, folder / f"{name}_comparison")
        drift = drift_section(drawings([0.05, 0.06, 0.055], mode, [None, False, True]), len(original), 5)
        pages.append(write_page(mode_report(one, [drift]), folder / f"{name}_comparison.html"))
        assert one.description is not None
        if mode == "correlated":
            write_network(one.description, folder / f"{name}_description", name=name)
        page = description_report(one.description, name=f"{name}_description", title="Things")
        pages.append(write_page(page, folder / f"{name}_description.html"))
    write_across_modes({str(mode): one.comparison.measurements for mode, one in found.items()}, folder / "things")
    return [*pages, write_page(across_report(across(found)), folder / "things_comparison.html")]
