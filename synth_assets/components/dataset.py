"""What a dataset's YAML says, as values: names, steps, columns, modes. It reads reference lists, but no table."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from synth_assets.errors import SchemaError
from synth_assets.policy import Policy
from synth_assets.protect.steps import Pseudonymise, Step, Tools
from synth_assets.schema import MODES, Mode, Schema

RESERVED_ENDINGS = ("_description", "_comparison", "_risk", "_release")


@dataclass(frozen=True)
class Dataset:
    """One dataset, as declared.

    Attributes:
        name: Part of every asset's name.
        title: For people.
        source: The asset that holds the sensitive table.
        reference_assets: Look-up tables that are assets.
        reference_files: Look-up tables that are files in ``data/input``: the table's name and the file's.
        steps: How the table is de-identified.
        columns: The columns that are left, as the YAML has them; see ``schema``.
        quasi_identifiers: What the k-anonymity check compares.
        policy: The rules that checks apply.
        minimum_count: No count below it is told; the policy's, or higher.
        minimum_k: Rows that must be alike; the policy's, or higher.
        modes: The modes, each with its settings (``rows``, ``max_parents``).
        schedule: When tables are regenerated, as cron; ``None`` for never.
        owner: Who answers for the assets.
    """

    name: str
    title: str
    source: str
    reference_assets: tuple[str, ...]
    reference_files: Mapping[str, str]
    steps: tuple[Step, ...]
    columns: tuple[Mapping[str, Any], ...]
    quasi_identifiers: tuple[str, ...]
    policy: Policy
    minimum_count: int
    minimum_k: int
    modes: Mapping[Mode, Mapping[str, int]]
    schedule: str | None
    owner: str

    def __post_init__(self) -> None:
        """Refuse a name that would clash with another asset's, and limits below the policy's."""
        clash = self.name.startswith(tuple(f"{mode}_" for mode in MODES)) or self.name.endswith(RESERVED_ENDINGS)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name) or clash or self.name in MODES:
            message = (
                f"A dataset cannot be called {self.name!r}. Allowed: small letters, digits and _, not starting with a "
                f"mode ({', '.join(MODES)}) and not ending in {', '.join(RESERVED_ENDINGS)}."
            )
            raise SchemaError(message)
        for rule, value in ((self.policy.minimum_count, self.minimum_count), (self.policy.minimum_k, self.minimum_k)):
            if value < rule.limit:
                message = (
                    f"Dataset {self.name!r} sets {rule.name} to {value}. Policy {self.policy.name!r} asks for at least "
                    f"{rule.limit:g} ({rule.source}); a dataset may only ask for more."
                )
                raise SchemaError(message)
        names = [column.get("name") for column in self.columns]
        unknown = [name for name in self.quasi_identifiers if name not in names]
        if unknown:
            message = f"Quasi-identifier(s) {', '.join(unknown)} are not declared columns of dataset {self.name!r}."
            raise SchemaError(message)

    @property
    def freshness(self) -> dg.FreshnessPolicy | None:
        """With a schedule, synthetic tables should be no older than two weeks; a warning after eight days."""
        if self.schedule is None:
            return None
        return dg.FreshnessPolicy.time_window(fail_window=timedelta(days=14), warn_window=timedelta(days=8))

    @property
    def deidentified(self) -> str:
        """The asset that holds the de-identified table."""
        return f"deidentified_{self.name}"

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
        return Schema.from_dict({"columns": [self._column(column, tools) for column in self.columns]})

    def fingerprint(self, schema: Schema, mode: Mode) -> str:
        """A hash of all that a description depends on besides the data: equal where it would come out the same."""
        settings = {key: value for key, value in self.modes[mode].items() if key != "rows"}
        said = [schema.to_dict(), mode, settings, self.minimum_count]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def _files(self, input_folder: Path) -> dict[str, pl.DataFrame]:
        return {name: pl.read_csv(input_folder / file) for name, file in self.reference_files.items()}

    def _column(self, column: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
        domain = column.get("domain")
        if isinstance(domain, Mapping) and "categories_from" in domain:
            table, name = domain["categories_from"]
            values = tools.reference(table, name)[name].to_list()
            return {**column, "domain": {"categories": values}}
        if isinstance(domain, Mapping) and "pseudonyms_from" in domain:
            return {**column, "domain": {"categories": sorted(self._pseudonyms(domain["pseudonyms_from"], tools))}}
        return dict(column)

    def _pseudonyms(self, into: str, tools: Tools) -> list[str]:
        for step in self.steps:
            if isinstance(step, Pseudonymise) and step.into == into:
                return list(step.numbers(tools).values())
        message = (
            f"No step of dataset {self.name!r} makes pseudonyms called {into!r}. Name a pseudonymise step's 'into'."
        )
        raise SchemaError(message)
