"""What is out already of a dataset: whether a further release tells more beside it than may be told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from synth_assets.describe import Description
from synth_assets.errors import ReleaseError
from synth_assets.release.differences import Differences, differences, within_caps
from synth_assets.release.kept import Record, elsewhere, keep, recorded
from synth_assets.release.sameness import same_content, told_otherwise
from synth_assets.release.withdraw import place_of, releases

VERSION_KEY: Final = "original_version"
STAYS: Final = "Withdrawing does not help: what was told stays told."


@dataclass(frozen=True, eq=False)
class Earlier:
    """The releases of a dataset so far.

    Attributes:
        descriptions: That are out, and those of withdrawn releases: what was told stays told.
        count: How many releases there were; withdrawn ones count, for they were seen.
        rows: Synthetic rows of all of them, random ones apart.
        elsewhere: What releases of other datasets told; it matters where it is of the same data.
    """

    descriptions: tuple[Description, ...]
    count: int
    rows: int
    elsewhere: tuple[Description, ...] = ()

    @classmethod
    def of(
        cls,
        published: Path,
        dataset: str,
        kept: Path,
        made: Mapping[str, str] = MappingProxyType({}),
        formerly: Sequence[str] = (),
    ) -> Self:
        """All releases that there are or were, by what is kept of them. One that is not recorded yet is.

        Args:
            published: The folder of all releases.
            dataset: Whose.
            kept: The folder, inside, with the records of releases.
            made: Digests of manifests by release, as another history has them.
            formerly: Names that the dataset had before; what was released under them counts.

        Raises:
            ReleaseError: A release, its tombstone or its record is gone, or is not as it was made.
            DescriptionError: A description cannot be read.
        """
        parts = [cls._under(published, name, kept, made if name == dataset else {}) for name in (dataset, *formerly)]
        records = [record for part in parts for record in part]
        told = tuple(description for record in records for description in record.descriptions)
        others = tuple(one for one in elsewhere(kept, dataset) if one not in told)
        return cls(told, len(records), sum(one.rows for one in records), others)

    @classmethod
    def _under(cls, published: Path, dataset: str, kept: Path, made: Mapping[str, str]) -> list[Record]:
        """The records of the releases under one name."""
        standing = {one.id: one for one in releases(published, dataset)}
        for one in standing.values():
            if not one.withdrawn:
                keep(one.path, one.path, kept)
        records = []
        for release in sorted({*standing, *recorded(kept, dataset), *made}):
            place = place_of(published, dataset, release)
            if release not in standing:
                raise ReleaseError(_gone(place, kept, known=release in recorded(kept, dataset)))
            record = Record.of(place, kept)
            if {record.digest} != {standing[release].manifest_digest, made.get(release, record.digest)}:
                message = (
                    f"The manifest of release {release} is not the one that was recorded when it was made. Put back "
                    f"{place}, or {kept / dataset / release}, as it was."
                )
                raise ReleaseError(message)
            records.append(record)
        return records

    def differences(self, new: Sequence[Description], minimum_count: int) -> tuple[bool, str]:
        """Whether the new descriptions can be told beside those that are or were out, and a sentence.

        Args:
            new: That would be released.
            minimum_count: The smallest count that may be told.
        """
        exact, out = _counting(new), _counting(self.descriptions)
        if len(exact) > 1:
            modes = " and ".join(one.mode for one in exact)
            return False, f"{modes} would go together, and both count exactly. Release one, or ask for epsilon."
        if all(any(same_content(one, other) for other in out) for one in exact):
            return True, "No count is told that is or was not out already."
        others = [one for one in _counting(self.elsewhere) if any(_same_version(one, made) for made in exact)]
        return _beside(exact[0], [*out, *others], minimum_count)

    def caps(
        self, new: Sequence[tuple[Description, int]], *, most_releases: int, most_rows_per_row: float
    ) -> tuple[bool, str]:
        """Whether a further release stays within the caps, and a sentence.

        Args:
            new: Descriptions with the rows of their tables.
            most_releases: That there may ever be, this one included.
            most_rows_per_row: Synthetic rows per row described, over all releases and this one.
        """
        counted = [(one, rows) for one, rows in new if one.rows is not None]
        described = min((one.rows or 0 for one, _ in counted), default=0) or None
        rows = self.rows + sum(rows for _, rows in counted)
        kept = within_caps(self.count + 1, rows, described, most_releases, most_rows_per_row).passed
        releases = f"This is release {self.count + 1} of at most {most_releases}"
        if described is None:
            return kept, f"{releases}. Its tables are made from no count, so how many rows they have is not limited."
        ratio = f"{rows:,} synthetic rows of {described:,} described, {rows / described:.3g} a row"
        return kept, f"{releases}. With it {ratio} (at most {most_rows_per_row:g})."


def _gone(place: Path, kept: Path, *, known: bool) -> str:
    start = f"Release {place.name} of {place.parent.name!r} was made, but {place} is gone. What it told stays told. "
    if known:
        return (
            f"{start}Put the folder back from a backup, or take the release back: synth-assets withdraw "
            f"{place.parent.name} {place.name} --reason ..."
        )
    return f"{start}Nor is its record in {kept}: put that, or the release's folder, back from a backup or a copy."


def _counting(descriptions: Iterable[Description]) -> list[Description]:
    """Those whose counts no noise covers."""
    return [one for one in descriptions if one.privacy is None and one.mode != "random"]


def _same_version(first: Description, second: Description) -> bool:
    version = first.provenance.get(VERSION_KEY)
    return version is not None and version == second.provenance.get(VERSION_KEY)


def _beside(new: Description, out: Sequence[Description], minimum_count: int) -> tuple[bool, str]:
    """A description that tells something new, beside each that is or was out."""
    compared: list[Differences] = []
    for other in out:
        if same_content(new, other):
            continue
        compared.append(differences(new, [other], minimum_count))
        if _same_version(new, other) or not compared[-1].changed:
            return False, (
                f"The same data are out already, or were until withdrawn, in another mode than {new.mode} or told by "
                "other columns, groups, parents or limits, and exact counts told in two ways give hidden ones away. "
                f"Release the description that is out, or ask for epsilon. {STAYS}"
            )
        if found := told_otherwise(new, other):
            return False, (
                f"Counts of {', '.join(found)} are grouped otherwise than in what is or was out, so that nobody can "
                "say what both tell together. Declare columns and domains as they were (bins may be split, values "
                f"and columns added), or ask for epsilon. {STAYS}"
            )
    cells, telling = sum(one.compared for one in compared), sum(one.failing for one in compared)
    if telling:
        return False, (
            f"{telling} of {cells} counts differ from what is or was out by so little that it tells of fewer than "
            f"{minimum_count} people. Round counts, ask for epsilon, or wait until more has changed. {STAYS}"
        )
    told = f"{len(out)} descriptions that are or were out"
    return True, f"{cells} counts were compared with {told}; none tells of a few people."
