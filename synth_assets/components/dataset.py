"""What a dataset's YAML says, as values: names, steps, columns, modes. It reads reference lists, but no table."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import dagster as dg
import polars as pl

from synth_assets.components.former import check_former
from synth_assets.components.privacy import PrivacySettings
from synth_assets.describe import NetworkRules
from synth_assets.errors import ProtectionError, SchemaError, SourceError
from synth_assets.policy import Policy
from synth_assets.protect import Hierarchy
from synth_assets.protect.columns import kind_of
from synth_assets.protect.plan import columns_after
from synth_assets.protect.steps import Pseudonymise, Step, Tools
from synth_assets.schema import MODES, Mode, Schema
from synth_assets.source import KINDS, TableSource, source_from_dict

DEFAULT_MAX_PARENTS = 1
MOST_HELD_OUT = 0.5
RESERVED_ENDINGS = ("_description", "_comparison", "_risk", "_release", "_ledger")


@dataclass(frozen=True)
class Dataset:
    """One dataset, as declared.

    Attributes:
        name: Part of every asset's name.
        title: For people.
        source: The asset that holds the sensitive table, or where it stands, as ``source_from_dict`` takes it.
        reference_assets: Look-up tables that are assets.
        reference_files: Look-up tables that are files in ``data/input``: the table's name and the file's.
        steps: How the table is de-identified.
        columns: The columns that are left, as the YAML has them; see ``schema``.
        constraints: Rules between columns that every row keeps, as the YAML has them.
        quasi_identifiers: What the k-anonymity check compares.
        policy: The rules that checks apply.
        minimum_count: No count below it is told; the policy's, or higher.
        minimum_k: Rows that must be alike; the policy's, or higher.
        round_to: Counts are rounded at random to a multiple of it, 1 for exact ones; the policy's, or higher.
        modes: The modes, each with its settings (``rows``, ``max_parents``, ``network``).
        schedule: When tables are regenerated, as cron; ``None`` for never.
        owner: Who answers for the assets.
        privacy: Whose rows they are, and differential privacy where it is asked for.
        hierarchies: How quasi-identifiers may be generalised; without any there is no anonymised table.
        start_from: The table that is described: the de-identified or the anonymised one.
        hold_out: The share of persons whose rows descriptions never see, so that attacks can be measured against them.
        contact: Whom to ask about a release.
        mock: Whether the source is made up, which releases say.
        release_on_schedule: Whether scheduled runs also try to release.
        unreviewed: What of the declaration is a guess that nobody has looked at; with any, nothing is released.
        formerly: Names that it had before, the first one first: budget, rounding and releases go on from them.
    """

    name: str
    title: str
    source: str | Mapping[str, Any]
    reference_assets: tuple[str, ...]
    reference_files: Mapping[str, str]
    steps: tuple[Step, ...]
    columns: tuple[Mapping[str, Any], ...]
    constraints: tuple[Mapping[str, Any], ...]
    quasi_identifiers: tuple[str, ...]
    policy: Policy
    minimum_count: int
    minimum_k: int
    round_to: int
    modes: Mapping[Mode, Mapping[str, Any]]
    schedule: str | None
    owner: str
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    hierarchies: Mapping[str, Hierarchy] = field(default_factory=dict)
    start_from: Literal["deidentified", "anonymised"] = "deidentified"
    hold_out: float = 0.0
    contact: str = ""
    mock: bool = False
    release_on_schedule: bool = False
    unreviewed: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a name that would clash with another asset's, limits below the policy's, and what is not declared."""
        check_name(self.name)
        check_former(self.name, self.formerly)
        self._check_limits()
        if not self.modes:
            message = f"Dataset {self.name!r} names no mode. Name at least one under 'modes': {', '.join(MODES)}."
            raise SchemaError(message)
        names = [column.get("name") for column in self.columns]
        if not self.quasi_identifiers:
            message = f"Dataset {self.name!r} has no quasi-identifier. Give at least one column that role."
            raise SchemaError(message)
        unknown = [name for name in self.quasi_identifiers if name not in names]
        if unknown:
            message = (
                f"Quasi-identifier(s) {', '.join(unknown)} are not declared columns of dataset {self.name!r}. Allowed: "
                f"{', '.join(map(str, names))}."
            )
            raise SchemaError(message)
        self._check_hierarchies()
        for column in self.columns:
            self._check_domain(column)
        if self.release_on_schedule and self.schedule is None:
            message = (
                f"Dataset {self.name!r} has release_on_schedule, but no schedule. Give it one, or release by hand."
            )
            raise SchemaError(message)
        self.privacy.check(self.name, self.modes, self.columns)
        plain = self._schema_of(without_references(column) for column in self.columns)
        for mode, settings in self.modes.items():
            rules = self.network(mode)
            if rules is not None:
                rules.check(plain.names, None, settings.get("max_parents", DEFAULT_MAX_PARENTS))

    def _check_limits(self) -> None:
        policy = self.policy
        for rule, value in (
            (policy.minimum_count, self.minimum_count),
            (policy.minimum_k, self.minimum_k),
            (policy.round_to, self.round_to),
        ):
            if value < rule.limit:
                message = (
                    f"Dataset {self.name!r} sets {rule.name} to {value}. Policy {self.policy.name!r} asks for at least "
                    f"{rule.limit:g} ({rule.source}); a dataset may only ask for more."
                )
                raise SchemaError(message)

    def _check_hierarchies(self) -> None:
        lacking = [name for name in self.quasi_identifiers if name not in self.hierarchies] if self.hierarchies else []
        other = [name for name in self.hierarchies if name not in self.quasi_identifiers]
        if lacking or other:
            message = (
                f"Dataset {self.name!r} declares hierarchies for some columns only. Without one: "
                f"{', '.join(lacking) or '-'}; with one, but no quasi-identifier: {', '.join(other) or '-'}. Give "
                "every quasi-identifier one ('any' suppresses a column, {} leaves it as it is), and no other column."
            )
            raise SchemaError(message)
        if self.start_from == "anonymised" and (not self.hierarchies or self.private_modes):
            why = "its search looks at all rows, which epsilon does not cover" if self.hierarchies else "there is none"
            message = (
                f"Dataset {self.name!r} starts from the anonymised table, but {why}. Start from the de-identified one, "
                "or declare hierarchies and no epsilon."
            )
            raise SchemaError(message)
        if not 0 <= self.hold_out <= MOST_HELD_OUT:
            message = (
                f"hold_out is {self.hold_out}. Allowed: a share of persons from 0 to {MOST_HELD_OUT}; 0.2 is usual."
            )
            raise SchemaError(message)

    def _check_domain(self, column: Mapping[str, Any]) -> None:
        """Refuse a domain that refers to what is not declared; the lists themselves are not read."""
        listed, made = (_reference(column, key) for key in ("categories_from", "pseudonyms_from"))
        if listed is not None:
            self._check_listed(column["name"], listed)
        if made is not None:
            self._check_listed(column["name"], list(self._pseudonymise(made).known))

    def _check_listed(self, column: str, listed: Any) -> None:  # noqa: ANN401 - whatever the YAML says
        if not isinstance(listed, list) or [type(word) for word in listed] != [str, str]:
            message = f"The domain of column {column!r} refers to {listed!r}. Allowed: [reference file's name, column]."
            raise SchemaError(message)
        if listed[0] not in self.reference_files:
            message = (
                f"The domain of column {column!r} refers to the list {listed[0]!r}, which is no reference file of "
                f"dataset {self.name!r}. Allowed: {', '.join(self.reference_files) or 'none is declared'}."
            )
            raise SchemaError(message)

    @property
    def source_asset(self) -> bool:
        """Whether the sensitive table is that of an asset."""
        return isinstance(self.source, str)

    @property
    def source_name(self) -> str:
        """The asset from which the de-identified table is made."""
        return self.source if isinstance(self.source, str) else f"source_{self.name}"

    @property
    def source_kind(self) -> str:
        """Where the table stands, in a word: ``asset``, ``file``, ``duckdb`` or ``postgres``."""
        return "asset" if isinstance(self.source, str) else next(kind for kind in KINDS if self.source.get(kind))

    def table_source(self, folder: Path) -> TableSource:
        """The sensitive table, where it stands.

        Args:
            folder: Where relative paths start.

        Raises:
            SourceError: It is not as declared.
        """
        return source_from_dict({} if isinstance(self.source, str) else self.source, folder)

    def source_fault(self, columns: Mapping[str, pl.DataType]) -> str | None:
        """What the columns of the source lack, for the steps to lead to the declared ones; ``None`` where nothing."""
        person = self.privacy.person_column
        if person is not None and person not in columns:
            return f"person_column is {person!r}, which the source does not have. It has: {', '.join(columns)}."
        kinds = {name: kind_of(dtype) for name, dtype in columns.items()}
        try:
            kinds = columns_after(kinds, self.steps)
        except ProtectionError as error:
            return str(error)
        declared = [column["name"] for column in self.columns]
        left = ", ".join(name for name in kinds if name not in declared)
        lacking = ", ".join(name for name in declared if name not in kinds)
        if left or lacking:
            return (
                f"After the last step there are columns that are not declared: {left or '-'}; and declared ones "
                f"that are not there: {lacking or '-'}. Drop or declare them, each once."
            )
        return None

    @property
    def freshness(self) -> dg.FreshnessPolicy | None:
        """With a schedule, synthetic tables should be no older than two weeks; a warning after eight days."""
        if self.schedule is None:
            return None
        return dg.FreshnessPolicy.time_window(fail_window=timedelta(days=14), warn_window=timedelta(days=8))

    @property
    def first_name(self) -> str:
        """What it was called first: counts are rounded under it, so that a renaming rounds none of them anew."""
        return self.formerly[0] if self.formerly else self.name

    @property
    def deidentified(self) -> str:
        """The asset that holds the de-identified table."""
        return f"deidentified_{self.name}"

    @property
    def private_modes(self) -> list[Mode]:
        """The modes whose descriptions spend from the privacy budget."""
        return self.privacy.private_modes(self.modes)

    @property
    def ledger(self) -> str:
        """The asset that shows the privacy budget; there only with a private mode."""
        return f"{self.name}_ledger"

    @property
    def sensitive(self) -> list[str]:
        """The columns with that role."""
        return [str(column["name"]) for column in self.columns if column.get("role") == "sensitive"]

    @property
    def anonymised(self) -> str:
        """The asset that holds the anonymised table; there only with hierarchies."""
        return f"anonymised_{self.name}"

    @property
    def original(self) -> str:
        """The asset that is described, and that synthetic tables are compared with."""
        return self.anonymised if self.start_from == "anonymised" else self.deidentified

    @property
    def release(self) -> str:
        """The asset that releases what passed."""
        return f"{self.name}_release"

    def risk(self, mode: Mode) -> str:
        """The asset that measures the risk of a mode's table."""
        return f"{self.synthetic(mode)}_risk"

    @property
    def comparison(self) -> str:
        """The asset that compares across modes."""
        return f"{self.name}_comparison"

    def synthetic(self, mode: Mode) -> str:
        """The asset that holds a mode's synthetic table."""
        return f"{mode}_{self.name}"

    def tools(self, input_folder: Path, key: bytes, tables: Mapping[str, pl.DataFrame]) -> Tools:
        """What the steps may use: the reference files, and the reference tables that are given."""
        return Tools(key=key, references={**self._files(input_folder), **tables})

    def schema(self, input_folder: Path, key: bytes) -> Schema:
        """The de-identified table's schema; domains that refer to reference lists are looked up.

        Raises:
            SchemaError: A column is declared wrongly, or refers to a list or step that does not exist.
        """
        tools = Tools(key=key, references=self._files(input_folder))
        return self._schema_of(self._column(column, tools) for column in self.columns)

    def original_schema(self, input_folder: Path, key: bytes, dtypes: Mapping[str, pl.DataType]) -> Schema:
        """The schema of the table that is described; of generalised columns the domain is read from it.

        Args:
            input_folder: With the reference lists.
            key: The project's key.
            dtypes: Of the table's columns.

        Raises:
            SchemaError: As ``schema``.
        """
        schema = self.schema(input_folder, key)
        if self.start_from == "deidentified":
            return schema
        columns = (
            replace(column, type="category", domain=None, domain_source="data")
            if column.name in self.hierarchies and (column.type == "category" or dtypes[column.name] != column.dtype)
            else column
            for column in schema
        )
        return replace(schema, columns=tuple(columns))

    def network(self, mode: Mode) -> NetworkRules | None:
        """What the dataset says about a mode's network; ``None`` where it says nothing.

        Raises:
            DescriptionError: It is of another form.
        """
        said = self.modes[mode].get("network")
        return None if said is None else NetworkRules.from_dict(said)

    def fingerprint(self, schema: Schema, mode: Mode) -> str:
        """A hash of all that a description depends on besides the data: equal where it would come out the same."""
        rules = self.network(mode)
        settings = {
            key: value for key, value in self.modes[mode].items() if key not in {"rows", "network", "epsilon", "delta"}
        }
        settings["network"] = rules.to_dict() if rules else {}
        settings["privacy"] = [*self.privacy.bound(mode), self.privacy.person_column, self.privacy.rows_per_person]
        said = [schema.to_dict(), mode, settings, self.minimum_count, self.round_to]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def _schema_of(self, columns: Iterable[Mapping[str, Any]]) -> Schema:
        return Schema.from_dict({"columns": list(columns), "constraints": list(self.constraints)})

    def _files(self, input_folder: Path) -> dict[str, pl.DataFrame]:
        return {name: _read(input_folder / file, name) for name, file in self.reference_files.items()}

    def _column(self, column: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
        listed, made = (_reference(column, key) for key in ("categories_from", "pseudonyms_from"))
        if listed is not None:
            table, name = listed
            return {**column, "domain": {"categories": tools.reference(table, name)[name].to_list()}}
        if made is not None:
            return {**column, "domain": {"categories": sorted(self._pseudonymise(made).numbers(tools).values())}}
        return dict(column)

    def _pseudonymise(self, into: Any) -> Pseudonymise:  # noqa: ANN401 - whatever the YAML says
        for step in self.steps:
            if isinstance(step, Pseudonymise) and step.into == into:
                return step
        message = (
            f"No step of dataset {self.name!r} makes pseudonyms called {into!r}. Name a pseudonymise step's 'into'."
        )
        raise SchemaError(message)


def check_name(name: str) -> None:
    """Refuse a dataset's name that would clash with another asset's.

    Raises:
        SchemaError: It is not allowed.
    """
    clash = name.startswith(tuple(f"{mode}_" for mode in MODES)) or name.endswith(RESERVED_ENDINGS)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or clash or name in MODES:
        message = (
            f"A dataset cannot be called {name!r}. Allowed: small letters, digits and _, not starting with a "
            f"mode ({', '.join(MODES)}) and not ending in {', '.join(RESERVED_ENDINGS)}."
        )
        raise SchemaError(message)


def without_references(column: Mapping[str, Any]) -> dict[str, Any]:
    """A declared column as a schema takes it, without a domain where that refers to a list."""
    refers = any(_reference(column, key) is not None for key in ("categories_from", "pseudonyms_from"))
    return {**column, "domain": None} if refers else dict(column)


def _reference(column: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - whatever the YAML says
    domain = column.get("domain")
    return domain.get(key) if isinstance(domain, Mapping) else None


def _read(path: Path, name: str) -> pl.DataFrame:
    try:
        return pl.read_csv(path, glob=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        message = (
            f"The reference file {name!r} cannot be read from {path}: {reason}. Put a CSV file in UTF-8 there, or "
            "correct reference_files."
        )
        raise SourceError(message) from error
