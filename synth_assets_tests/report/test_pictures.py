"""The files that belong to a comparison."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl

from synth_assets.measure import Comparison, compare
from synth_assets.report import write_across_modes, write_columns, write_comparison
from synth_assets.report.preview import PREVIEW_LIMIT
from synth_assets.schema import Column, Schema


def test_a_comparison_has_two_files_with_previews(comparison: Comparison, tmp_path: Path):
    written = write_comparison(comparison, tmp_path, name="correlated_ae")
    assert {name: one.path.name for name, one in written.items()} == {
        "histograms": "histograms.png",
        "mutual_information": "mutual_information.png",
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["histograms.png", "mutual_information.png"]
    for one in written.values():
        assert one.preview.startswith("![")
        assert (
            "correlated_ae](data:image/png;base64," in one.preview or "correlated_ae and its original](" in one.preview
        )
        assert len(one.preview) < PREVIEW_LIMIT


def test_a_table_of_one_column_has_no_heat_map(compared: Callable[..., Comparison], tmp_path: Path):
    written = write_comparison(compared([1, 2], [1], Column("x", "integer")), tmp_path, name="x")
    assert list(written) == ["histograms"]


def test_a_wide_table_has_a_preview_of_some_columns(tmp_path: Path):
    table = pl.DataFrame({f"column {place}": [place, 1, 2, 3] * 5 for place in range(15)})
    written = write_comparison(compare(table, table.head(7), Schema.infer(table)), tmp_path, name="wide")
    assert all(len(one.preview) < PREVIEW_LIMIT for one in written.values())


def test_each_column_has_a_file_of_its_own(tmp_path: Path):
    table = pl.DataFrame({"A/B": [1], "A:B": [1], "../up": [1], "名": [1], "x" * 90: [1]})
    paths = write_columns(compare(table, table, Schema.infer(table)), tmp_path)
    assert [path.name for path in paths.values()] == [
        "01_a_b.png",
        "02_a_b.png",
        "03_up.png",
        "04_column.png",
        f"05_{'x' * 40}.png",
    ]
    assert sorted(tmp_path.iterdir()) == sorted(paths.values())


def test_the_modes_have_one_file(comparison: Comparison, tmp_path: Path):
    written = write_across_modes({"random": comparison.measurements}, tmp_path)
    assert written.path == tmp_path / "across_modes.png"
    assert written.path.exists()


def test_importing_the_package_does_not_import_matplotlib():
    code = "import sys, synth_assets.report; print({'matplotlib', 'PIL'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
