"""What is out already of a dataset: whether a further release tells more beside it than may be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from synth_assets.describe import Description
from synth_assets.release.differences import differences, within_caps
from synth_assets.release.kept import SUFFIX, kept_descriptions
from synth_assets.release.withdraw import releases

VERSION_KEY = "original_version"


@dataclass(frozen=True, eq=False)
class Earlier:
    """The releases of a dataset so far.

    Attributes:
        descriptions: That are out, and those of withdrawn releases: what was told stays told.
        count: How many releases there were; withdrawn ones count, for they were seen.
        rows: Synthetic rows that are out, over all releases that stand, random ones apart.
    """

    descriptions: tuple[Description, ...]
    count: int
    rows: int

    @classmethod
    def of(cls, published: Path, dataset: str, kept: Path, formerly: Sequence[str] = ()) -> Self:
        """The releases in a folder.

        Args:
            published: The folder of all releases.
            dataset: Whose.
            kept: The folder, inside, with the descriptions of withdrawn releases.
            formerly: Names that the dataset had before; what was released under them counts.

        Raises:
            ReleaseError: A release cannot be read, or a description of a withdrawn one is not there as it was.
            DescriptionError: As above.
        """
        known = [one for name in (dataset, *formerly) for one in releases(published, name)]
        files = [file for one in known if not one.withdrawn for file in sorted(one.path.glob(f"*{SUFFIX}"))]
        files += [file for one in known if one.withdrawn for file in kept_descriptions(one.path, kept)]
        held = {file: Description.from_json(file.read_text(encoding="utf-8")) for file in files}
        counted = [file for file, description in held.items() if description.rows is not None]
        rows = sum(_rows(file.with_name(file.name.removesuffix(SUFFIX) + ".parquet")) for file in counted)
        return cls(tuple(held.values()), len(known), rows)

    def differences(self, new: Sequence[Description], minimum_count: int) -> tuple[bool, str]:
        """Whether the new descriptions can be told beside those that are or were out, and a sentence.

        Args:
            new: That would be released.
            minimum_count: The smallest count that may be told.
        """
        exact = [one for one in new if one.privacy is None and one.mode != "random"]
        out = [one for one in self.descriptions if one.privacy is None and one.mode != "random"]
        beside = [
            one
            for one in exact
            for other in out
            if other.mode != one.mode and other.provenance.get(VERSION_KEY) == one.provenance.get(VERSION_KEY)
        ]
        if beside:
            return False, (
                f"The same data are out in another mode than {beside[0].mode} already, or were until withdrawn, and "
                "the exact counts of two modes side by side tell hidden ones. Release the mode that is out, or ask for "
                "epsilon. Withdrawing does not help: what was told stays told."
            )
        compared = [differences(one, out, minimum_count) for one in exact]
        cells, telling = sum(one.compared for one in compared), sum(one.failing for one in compared)
        if telling:
            return False, (
                f"{telling} of {cells} counts differ from what is or was out by so little that it tells of fewer than "
                f"{minimum_count} people. Round counts, ask for epsilon, or wait until more has changed. Withdrawing "
                "does not help: what was told stays told."
            )
        told = f"{len(out)} descriptions that are or were out"
        return True, f"{cells} counts were compared with {told}; none tells of a few people."

    def caps(
        self, new: Sequence[tuple[Description, int]], *, most_releases: int, most_rows_per_row: float
    ) -> tuple[bool, str]:
        """Whether a further release stays within the caps, and a sentence.

        Args:
            new: Descriptions with the rows of their tables.
            most_releases: That may stand, this one included.
            most_rows_per_row: Synthetic rows per row described, over all releases that stand and this one.
        """
        counted = [(one, rows) for one, rows in new if one.rows is not None]
        described = min((one.rows or 0 for one, _ in counted), default=0) or None
        rows = self.rows + sum(rows for _, rows in counted)
        kept = within_caps(self.count + 1, rows, described, most_releases, most_rows_per_row).passed
        said = (
            f"{self.count + 1} release(s), at most {most_releases}; {rows:,} synthetic rows of "
            f"{described or 0:,} described, at most {most_rows_per_row:g} a row."
        )
        return kept, said


def _rows(path: Path) -> int:
    import polars as pl  # noqa: PLC0415 - only where something is out

    return int(pl.scan_parquet(path).select(pl.len()).collect().item()) if path.exists() else 0
