"""The pictures that belong to a comparison: drawn once, written to a folder, and small ones handed back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from synth_assets.frames import Frame
from synth_assets.measure import Comparison
from synth_assets.report.across_modes import across_modes
from synth_assets.report.bars import MINIMUM_COUNT
from synth_assets.report.heatmap import heat_map, most_changed
from synth_assets.report.histograms import histogram, histograms
from synth_assets.report.preview import Picture
from synth_assets.report.ranking import furthest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_HISTOGRAMS = 8
_MOST_DEPENDENCES = 12


@dataclass(frozen=True, slots=True)
class WrittenPicture:
    """A picture that is in a file.

    Attributes:
        path: Of the PNG file.
        preview: The same, or its most telling columns, as Markdown below 100 kB.
    """

    path: Path
    preview: str

    @classmethod
    def of(cls, figure: "Figure", path: Path, description: str) -> Self:
        """Draw a figure once, for the file and for the preview.

        Args:
            figure: What is drawn.
            path: Of the PNG file; its folder is made.
            description: Read out in place of the preview.

        Raises:
            StorageError: The file cannot be written.
        """
        picture = Picture.of(figure)
        return cls(picture.save(path), picture.markdown(description))


def write_comparison(
    comparison: Comparison, folder: Path, *, name: str, minimum_count: int = MINIMUM_COUNT
) -> dict[str, WrittenPicture]:
    """Write the figures of one comparison.

    Args:
        comparison: Of a synthetic table with its original.
        folder: Of the files; it is made. Files of the same name are replaced.
        name: Of the synthetic table, as in titles.
        minimum_count: Original counts below it are not drawn.

    Returns:
        ``histograms``, and ``mutual_information`` unless the table has one column. Where a table has more columns than
        a preview can show, its preview has those that are furthest from the original.

    Raises:
        StorageError: A file cannot be written.
    """
    title = f"{name}: how each column is distributed (share of rows)"
    page = Picture.of(histograms(comparison, title=title, minimum_count=minimum_count))
    small = page
    if comparison.columns.height > _MOST_HISTOGRAMS:
        some = furthest(comparison, _MOST_HISTOGRAMS)
        title = f"{name}: the {len(some)} columns that are furthest from the original (share of rows)"
        small = Picture.of(histograms(comparison, title=title, columns=some, minimum_count=minimum_count))
    written = {"histograms": _write(page, small, folder / "histograms.png", f"Histograms of {name}")}
    if comparison.pairs.height:
        written["mutual_information"] = _write_dependence(comparison, folder, name)
    return written


def write_columns(comparison: Comparison, folder: Path, *, minimum_count: int = MINIMUM_COUNT) -> dict[str, Path]:
    """Write each column's histogram to a file of its own; see ``write_comparison``.

    Returns:
        The file of each column; its name is the column's place in the schema and its name in plain letters.

    Raises:
        StorageError: A file cannot be written.
    """
    paths = {}
    for place, column in enumerate(comparison.columns["column"], start=1):
        plain = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")[:40] or "column"
        picture = Picture.of(histogram(comparison, column, minimum_count=minimum_count))
        paths[column] = picture.save(folder / f"{place:02d}_{plain}.png")
    return paths


def write_across_modes(measurements: Mapping[str, Frame], folder: Path) -> WrittenPicture:
    """Write the figure that lays the modes beside each other.

    Args:
        measurements: Of each mode; see ``mode_table``.
        folder: Of the file; it is made.

    Raises:
        MeasurementError: There is no mode, or a table does not hold measurements.
        StorageError: The file cannot be written.
    """
    words = "Closeness of each mode to the original"
    return WrittenPicture.of(across_modes(measurements), folder / "across_modes.png", words)


def _write_dependence(comparison: Comparison, folder: Path, name: str) -> WrittenPicture:
    title = f"{name}: which columns depend on each other"
    page = small = Picture.of(heat_map(comparison, title=title))
    if comparison.columns.height > _MOST_DEPENDENCES:
        some = most_changed(comparison, _MOST_DEPENDENCES)
        title = f"{name}: the {len(some)} columns whose dependence differs most"
        small = Picture.of(heat_map(comparison, title=title, columns=some))
    return _write(page, small, folder / "mutual_information.png", f"Mutual information of {name} and its original")


def _write(page: Picture, small: Picture, path: Path, description: str) -> WrittenPicture:
    return WrittenPicture(page.save(path), small.markdown(description))
