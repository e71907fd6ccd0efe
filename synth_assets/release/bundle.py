"""What a release is made of: tables, their descriptions, the verdicts on them, and where they come from.

It decides nothing: whether a table may leave was settled before.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from synth_assets.describe import Description
from synth_assets.errors import ReleaseError
from synth_assets.frames import BatchedTable, Frame
from synth_assets.schema import MODES, Mode

OPEN_OBJECTS: Final = frozenset({"description", "schema", "ledger"})
"""With epsilon only checks of these are told of: what compares with the original would spend more than was booked."""

PASSED: Final = "passed"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_RELEASE_ID = re.compile(r"\d{4}-\d{2}-\d{2}T\d{4}Z-[0-9a-f]{4,16}")
_SUFFIX = re.compile(r"[0-9a-f]{4,16}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule of a policy says of a table.

    Attributes:
        check: The check's name.
        rule: The rule that it applied.
        object: What the rule is about: ``description``, ``schema``, ``ledger``, ``synthetic table``, ...
        figure: What was measured; ``None`` where the check has no number.
        limit: What the rule allows; as above.
        passed: Whether the rule lets the table leave.
        sentence: To be read out; it may hold the figure.
        source: Whom the rule quotes.
        reads_original: Whether the check compares with the original; then its figure and sentence stay inside.
        not_excluded: Where the evidence was too little to pass, and the rule lets the table leave nevertheless: what it
            leaves open, in words for the readers of a release.
    """

    check: str
    rule: str
    object: str
    figure: float | None
    limit: float | None
    passed: bool
    sentence: str
    source: str
    reads_original: bool = True
    not_excluded: str = ""

    @property
    def word(self) -> str:
        """What a reader is told: ``passed``, ``not passed``, or what is not excluded."""
        if not self.passed:
            return "not passed"
        return f"not excluded: {self.not_excluded}" if self.not_excluded else PASSED


@dataclass(frozen=True, slots=True)
class Made:
    """What the rows of a table are to be.

    Attributes:
        fingerprint: Of the table as it was drawn from its description; see ``storage.fingerprint``.
        key: That it was made with.
    """

    fingerprint: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, eq=False)
class ReleasedTable:
    """One synthetic table of a release.

    Attributes:
        mode: In which it was made.
        name: Of its files: letters, digits, ``_`` and ``-``.
        table: Any frame, or a table that comes in batches.
        description: What it was drawn from.
        verdicts: On it and its description.
        made: What must be in the files that are written; ``None`` where that is not known.

    Raises:
        ReleaseError: The name cannot be one of a file, or the mode is another than the description's.
    """

    mode: Mode
    name: str
    table: Frame | BatchedTable
    description: Description
    verdicts: tuple[Verdict, ...] = ()
    made: Made | None = None

    def __post_init__(self) -> None:
        """Refuse a name or mode that cannot be."""
        check_name("table", self.name)
        if self.mode not in MODES or self.mode != self.description.mode:
            message = (
                f"Table {self.name!r} has mode {self.mode!r} and its description {self.description.mode!r}. Allowed: "
                f"the same one of {', '.join(MODES)}."
            )
            raise ReleaseError(message)

    @property
    def not_excluded(self) -> list[str]:
        """What the checks that are told leave open, as words."""
        return [f"{one.check}: {one.not_excluded}" for one in self.told if one.passed and one.not_excluded]

    @property
    def told(self) -> tuple[Verdict, ...]:
        """The verdicts that may be published: all, but with epsilon those on what is public by itself."""
        if self.description.privacy is None:
            return self.verdicts
        return tuple(one for one in self.verdicts if one.object in OPEN_OBJECTS and not one.reads_original)


@dataclass(frozen=True, eq=False)
class Bundle:
    """All that goes into one release.

    Attributes:
        dataset: Whose tables they are; names the folder.
        title: For people.
        release_id: From ``release_id``.
        created: When, in any zone; written in UTC.
        policy: Under which the tables passed.
        tables: At least one, with names of their own.
        mock: Whether the original was made up.
        contact: Whom to ask.
        code_version: Of this program.
        config: What the dataset's YAML says, as JSON can hold it.
        inputs: What the tables were made from: names, and keyed hashes (HMAC), never plain ones.

    Raises:
        ReleaseError: A name, the id or the time cannot be used, or tables are missing or named alike.
    """

    dataset: str
    title: str
    release_id: str
    created: datetime
    policy: str
    tables: tuple[ReleasedTable, ...]
    mock: bool
    contact: str
    code_version: str
    config: Mapping[str, Any]
    inputs: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse what cannot be released."""
        check_name("dataset", self.dataset)
        check_id(self.release_id)
        for problem in self._problems():
            message = f"Release {self.release_id} cannot be made: {problem}."
            raise ReleaseError(message)

    @property
    def created_utc(self) -> datetime:
        """When, in UTC."""
        return self.created.astimezone(UTC)

    def _problems(self) -> Iterator[str]:
        names = [released.name.lower() for released in self.tables]
        if not names or len(set(names)) < len(names):
            yield f"its tables are {', '.join(names) or 'none'}; give one or more, each with a name of its own"
        if self.created.tzinfo is None:
            yield "the time of its creation has no zone; give it one"
        try:
            json.dumps([dict(self.config), dict(self.inputs)], allow_nan=False)
        except (TypeError, ValueError):
            yield "its config or inputs hold what JSON cannot; give text, numbers, lists and mappings"


def release_id(when: datetime, suffix: str) -> str:
    """The name of a release, which sorts by time.

    Args:
        when: With a zone.
        suffix: 4 to 16 random hexadecimal characters, so that no two releases of a minute are named alike.

    Raises:
        ReleaseError: The time has no zone, or the suffix is of another form.

    >>> release_id(datetime(2026, 11, 26, 13, 0, tzinfo=UTC), "3f2a")
    '2026-11-26T1300Z-3f2a'
    """
    if when.tzinfo is None or not _SUFFIX.fullmatch(suffix):
        message = (
            f"A release's id is made from {when} and {suffix!r}. Allowed: a time with a zone, and 4 to 16 of 0-9, a-f."
        )
        raise ReleaseError(message)
    return f"{when.astimezone(UTC):%Y-%m-%dT%H%MZ}-{suffix}"


def check_id(identifier: str) -> None:
    """Refuse what is no release's id.

    Raises:
        ReleaseError: It is not as ``release_id`` makes them.
    """
    if not _RELEASE_ID.fullmatch(identifier):
        message = f"{identifier!r} is no release's id. Allowed: one like 2026-11-26T1300Z-3f2a, as release_id makes it."
        raise ReleaseError(message)


def check_name(what: str, name: str) -> None:
    """Refuse a name that is none for a file.

    Raises:
        ReleaseError: It holds other characters than letters, digits, ``_`` and ``-``, or begins with one of the last.
    """
    if not _NAME.fullmatch(name):
        message = f"A {what} to release is called {name!r}. Allowed: letters, digits, _ and -, a letter or digit first."
        raise ReleaseError(message)
