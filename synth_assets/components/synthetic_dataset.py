"""The component ``SyntheticDataset``: a dataset's YAML -> its assets, checks, job and schedule."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

import dagster as dg
from pydantic import BaseModel, Field

from synth_assets.components.anonymised import anonymised_asset
from synth_assets.components.dataset import DEFAULT_MAX_PARENTS, Dataset, without_references
from synth_assets.components.descriptions import description_asset
from synth_assets.components.faults.dialect import with_schema
from synth_assets.components.ledger import ledger_definitions
from synth_assets.components.metadata import DATASET_TAG
from synth_assets.components.privacy import DEFAULT_DELTA, PrivacySettings
from synth_assets.components.protected import protected_definitions
from synth_assets.components.regeneration import regeneration_definitions
from synth_assets.components.release import release_definitions
from synth_assets.components.reports import across_modes_asset, comparison_definitions
from synth_assets.components.risks import risk_asset
from synth_assets.components.source_table import source_asset
from synth_assets.components.synthetic import synthetic_definitions
from synth_assets.policy import load_policy
from synth_assets.protect import hierarchies_from_dict
from synth_assets.protect.catalogue import step_from_dict
from synth_assets.schema import Mode, Schema


def _as_written(context: dg.ResolutionContext, value: Any) -> Any:  # noqa: ANN401 - whatever the YAML says
    """The value with its templates filled in; text without one stays as it is (Dagster would read '1' as a number)."""
    if isinstance(value, Mapping):
        return {key: _as_written(context, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_written(context, inner) for inner in value]
    return context.resolve_value(value) if isinstance(value, str) and "{" in value else value


HIERARCHY = "hierarchy"
"""A column's key for how it may be generalised."""

DEFAULT_HOLD_OUT = 0.2
AsWritten = dg.Resolver(_as_written)
Entries: TypeAlias = Annotated[Sequence[Mapping[str, Any]], AsWritten]
Edges: TypeAlias = Annotated[Sequence[Sequence[str]] | None, AsWritten]


class SourceSettings(dg.Model, dg.Resolvable):
    """Where a table stands."""

    file: str | None = Field(default=None, description="A CSV or Parquet file, or several with * in the name.")
    package: str | None = Field(default=None, description="The installed Python package that the file is in.")
    duckdb: str | None = Field(default=None, description="A DuckDB file.")
    postgres: str | None = Field(default=None, description="The environment variable that holds the connection.")
    table: str | None = Field(default=None, description="The table in the DuckDB file or in Postgres.")
    types: Mapping[str, Literal["integer", "float", "text", "boolean", "date", "datetime"]] | None = Field(
        default=None, description="Types of a text file's columns; the others' are worked out from all values."
    )
    missing: Sequence[str] | None = Field(
        default=None, description="What stands for a missing value in a text file; by default nothing at all."
    )
    trim: bool | None = Field(default=None, description="Whether spaces around a text file's values go.")
    delimiter: str | None = Field(default=None, description="Between a text file's values; found where not given.")


def _source(context: dg.ResolutionContext, value: Any) -> Any:  # noqa: ANN401 - text or a model
    if isinstance(value, str):
        return _as_written(context, value)
    return _as_written(context, value.model_dump(exclude_none=True))


Source: TypeAlias = Annotated[
    str | Mapping[str, Any],
    dg.Resolver(_source, model_field_type=Annotated[str, Field(min_length=1)] | SourceSettings),
]


def _number(context: dg.ResolutionContext, value: Any) -> float | None:  # noqa: ANN401 - whatever the YAML says
    """A number; YAML reads 1e-9, without a point, as text."""
    read = context.resolve_value(value)
    return float(read) if isinstance(read, str) else read


_WRITTEN = Annotated[str, Field(pattern=r"^[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?$|^\{")]
Positive: TypeAlias = Annotated[
    float | None, dg.Resolver(_number, model_field_type=Annotated[float, Field(gt=0)] | _WRITTEN | None)
]
Chance: TypeAlias = Annotated[
    float | None, dg.Resolver(_number, model_field_type=Annotated[float, Field(ge=0, lt=1)] | _WRITTEN | None)
]


class ModeSettings(dg.Model, dg.Resolvable):
    """How one mode is generated."""

    rows: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Rows to generate; as many as described where not given."
    )
    epsilon: Positive = Field(
        default=None, description="Differential privacy of this mode alone; the dataset's where not given."
    )
    delta: Chance = Field(
        default=None, description="The dataset's where not given; 0, in independent mode, for pure epsilon."
    )


class PrivacyModel(dg.Model, dg.Resolvable):
    """Whose rows they are, and differential privacy."""

    epsilon: Positive = Field(
        default=None, description="The bound of each description; smaller is more private; null is off."
    )
    delta: Chance = Field(default=DEFAULT_DELTA, description="The chance with which the bound may not hold.")
    budget: Positive = Field(
        default=None, description="The epsilon of all descriptions of the dataset together, ever; needed with epsilon."
    )
    person_column: str | None = Field(
        default=None,
        min_length=1,
        description="The source's column that says whose row each is; without it, a row is the unit.",
    )
    max_rows_per_person: Annotated[int, Field(ge=1)] = Field(
        default=1, description="The most rows of one person that are described."
    )


class NetworkSettings(dg.Model, dg.Resolvable):
    """What must hold of a network, whatever the data say."""

    force: Edges = Field(default=None, description="Edges [parent, child] that are in it.")
    forbid: Edges = Field(default=None, description="Edges [parent, child] that are not.")
    order: Edges = Field(default=None, description="Lists of columns, of which none depends on a later one.")
    network: Annotated[Mapping[str, Sequence[str]] | None, AsWritten] = Field(
        default=None, description="The whole network, in place of 'force': each column with a list of its parents."
    )


class CorrelatedSettings(ModeSettings):
    """How correlated mode is described and generated."""

    max_parents: Literal[0, 1, 2, 3, 4] = Field(
        default=DEFAULT_MAX_PARENTS, description="The most columns that one may depend on."
    )
    network: NetworkSettings | None = Field(default=None, description="What must hold of the network, in any case.")


class ModesSettings(dg.Model, dg.Resolvable):
    """The modes to make; each that is named is made."""

    random: ModeSettings | None = Field(
        default=None, description="Values drawn evenly from the domains; it reads no row, and only tests programs."
    )
    independent: ModeSettings | None = Field(
        default=None, description="Each column as it is distributed, none with another."
    )
    correlated: CorrelatedSettings | None = Field(default=None, description="Columns with what depends on what.")


class SyntheticDataset(dg.Component, dg.Model, dg.Resolvable):
    """One dataset: de-identified, described, generated, compared and checked in each mode."""

    name: str = Field(description="Part of every asset's name.")
    title: str = Field(min_length=1, description="What people call the table.")
    formerly: Sequence[str] = Field(
        default=(),
        description=(
            "Names that the dataset had before, the first one first: its privacy budget, releases and descriptions go "
            "on from them."
        ),
    )
    source: Source = Field(
        description=(
            "The asset that holds the table; or where it stands: 'file: path' (CSV or Parquet; * for several), "
            "'duckdb: path' or 'postgres: VARIABLE' with 'table: name'."
        )
    )
    enabled: bool = Field(default=True, description="Whether assets are made; if not, the YAML is only checked.")
    owner: str = Field(default="team:data-stewards", description="Who answers for the assets.")
    reference_assets: Sequence[str] = Field(default=(), description="Look-up tables that are assets.")
    reference_files: Mapping[str, str] = Field(
        default_factory=dict, description="Look-up tables in data/input: the name that steps use, and the file."
    )
    steps: Entries = Field(description="De-identification steps, in order.")
    columns: Entries = Field(description="The columns that are left, with roles and domains.")
    constraints: Entries = Field(
        default=(),
        description=(
            "Rules between columns that every row keeps: 'forbidden: {column: value, column: [values]}', 'ordered: "
            "[columns]' from small to large, or 'determined: column' with 'by: [columns]'."
        ),
    )
    modes: ModesSettings = Field(description="The modes to make, with their settings.")
    quasi_identifiers: Annotated[Sequence[str] | None, AsWritten] = Field(
        default=None, description="What the k-anonymity check compares; by default the columns of that role."
    )
    policy: str = Field(default="internal", description="The policy whose rules the checks apply.")
    minimum_count: int | None = Field(default=None, description="No count below it is told; the policy's if not given.")
    minimum_k: int | None = Field(
        default=None, description="Rows that must be alike in the quasi-identifiers; the policy's if not given."
    )
    round_to: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None,
        description="Counts are rounded at random to a multiple of it; 1 for exact ones; the policy's if not given.",
    )
    privacy: PrivacyModel | None = Field(
        default=None, description="Whose rows they are, and differential privacy with its budget."
    )
    start_from: Literal["deidentified", "anonymised"] = Field(
        default="deidentified",
        description="The table that is described; 'anonymised' takes hierarchies and no epsilon.",
    )
    hold_out: Chance = Field(
        default=None,
        description=(
            "The share of persons that no description sees, so that attacks can be measured against them: 0.2 where "
            "not given, 0 with epsilon."
        ),
    )
    contact: str = Field(default="", description="Whom to ask about a release; the owner where not given.")
    mock: bool = Field(default=False, description="Whether the source is made up; releases say so.")
    unreviewed: Sequence[str] = Field(
        default=(), description="Guesses in this file that nobody has reviewed yet; with any, nothing is released."
    )
    schedule: str | None = Field(default=None, description="When tables are drawn anew, as cron.")
    release_on_schedule: bool = Field(
        default=False,
        description="Whether scheduled runs also try to release; what does not pass is refused, as by hand.",
    )

    @classmethod
    def get_model_cls(cls) -> type[BaseModel] | None:
        """What Dagster reads the attributes with; ``dg check yaml`` and editors go by its schema."""
        return with_schema(cls.model(), cls)

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> Self:
        """The component of a YAML file.

        Raises:
            FaultsError: Something is wrong in the file; each fault is shown with its line.
        """
        from synth_assets.components.faults.checks import faults, refuse  # noqa: PLC0415 - they check this class

        tree = context.resolution_context.source_position_tree
        if tree is not None:
            refuse(faults(Path(tree.position.filename)))
        return super().load(attributes, context)

    def dataset(self) -> Dataset:
        """The same as values of our own."""
        columns = tuple({key: value for key, value in column.items() if key != HIERARCHY} for column in self.columns)
        hierarchies = {str(column.get("name")): column[HIERARCHY] for column in self.columns if HIERARCHY in column}
        policy = load_policy(self.policy)
        plain = Schema.from_dict({"columns": [without_references(column) for column in columns]})
        made: dict[Mode, ModeSettings | None] = {
            "random": self.modes.random,
            "independent": self.modes.independent,
            "correlated": self.modes.correlated,
        }
        privacy = self._privacy(made)
        return Dataset(
            name=self.name,
            title=self.title,
            source=self.source if isinstance(self.source, str) else dict(self.source),
            reference_assets=tuple(self.reference_assets),
            reference_files=dict(self.reference_files),
            steps=tuple(step_from_dict(step) for step in self.steps),
            columns=columns,
            constraints=tuple(dict(rule) for rule in self.constraints),
            quasi_identifiers=tuple(
                plain.with_role("quasi_identifier") if self.quasi_identifiers is None else self.quasi_identifiers
            ),
            policy=policy,
            minimum_count=int(policy.minimum_count.limit) if self.minimum_count is None else self.minimum_count,
            minimum_k=int(policy.minimum_k.limit) if self.minimum_k is None else self.minimum_k,
            round_to=int(policy.round_to.limit) if self.round_to is None else self.round_to,
            modes={mode: _given(settings) for mode, settings in made.items() if settings is not None},
            schedule=self.schedule,
            owner=self.owner,
            privacy=privacy,
            hierarchies=hierarchies_from_dict(hierarchies),
            start_from=self.start_from,
            hold_out=self._hold_out(privacy.private_modes(mode for mode, said in made.items() if said is not None)),
            contact=self.contact or self.owner,
            mock=self.mock,
            release_on_schedule=self.release_on_schedule,
            unreviewed=tuple(self.unreviewed),
            formerly=tuple(self.formerly),
        )

    def _hold_out(self, private_modes: Sequence[Mode]) -> float:
        if self.hold_out is not None:
            return self.hold_out
        return 0.0 if private_modes else DEFAULT_HOLD_OUT

    def _privacy(self, modes: Mapping[Mode, ModeSettings | None]) -> PrivacySettings:
        said = self.privacy or PrivacyModel()
        own = {
            mode: (
                said.epsilon if settings.epsilon is None else settings.epsilon,
                settings.delta if settings.delta is not None else DEFAULT_DELTA if said.delta is None else said.delta,
            )
            for mode, settings in modes.items()
            if settings is not None
        }
        return PrivacySettings(
            epsilon=said.epsilon,
            delta=DEFAULT_DELTA if said.delta is None else said.delta,
            budget=said.budget,
            person_column=said.person_column,
            max_rows_per_person=said.max_rows_per_person,
            by_mode=own,
        )

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002 - as every component
        """The dataset's definitions."""
        dataset = self.dataset()
        if not self.enabled:
            return dg.Definitions()
        assets, checks = ([] if dataset.source_asset else [source_asset(dataset)]), []
        for asset, check in (
            protected_definitions(dataset),
            *(synthetic_definitions(dataset, mode) for mode in dataset.modes),
            *(comparison_definitions(dataset, mode) for mode in dataset.modes),
        ):
            assets.append(asset)
            checks.append(check)
        assets += [description_asset(dataset, mode) for mode in dataset.modes]
        assets += [risk_asset(dataset, mode) for mode in dataset.modes]
        if dataset.hierarchies:
            assets.append(anonymised_asset(dataset))
        if dataset.private_modes:
            asset, check = ledger_definitions(dataset)
            assets.append(asset)
            checks.append(check)
        release, release_job = release_definitions(dataset)
        assets.append(release)
        job, schedules = regeneration_definitions(dataset)
        tagged = [
            asset.map_asset_specs(lambda spec: spec.merge_attributes(tags={DATASET_TAG: dataset.name}))
            for asset in (*assets, across_modes_asset(dataset))
        ]
        return dg.Definitions(
            assets=dg.with_source_code_references(tagged),
            asset_checks=checks,
            jobs=[job, release_job],
            schedules=schedules,
        )


def _given(settings: ModeSettings) -> dict[str, Any]:
    return settings.model_dump(exclude_none=True)
