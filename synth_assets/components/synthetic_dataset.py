"""The component ``SyntheticDataset``: a dataset's YAML -> its assets, checks, job and schedule."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import dagster as dg
from pydantic import Field

from synth_assets.components.dataset import Dataset, without_references
from synth_assets.components.descriptions import description_asset
from synth_assets.components.protected import protected_definitions
from synth_assets.components.regeneration import regeneration_definitions
from synth_assets.components.reports import across_modes_asset, comparison_definitions
from synth_assets.components.synthetic import synthetic_definitions
from synth_assets.policy import load_policy
from synth_assets.protect.catalogue import step_from_dict
from synth_assets.schema import Mode, Schema


class ModeSettings(dg.Model, dg.Resolvable):
    """How one mode is generated."""

    rows: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Rows to generate; as many as described where not given."
    )


class CorrelatedSettings(ModeSettings):
    """How correlated mode is described and generated."""

    max_parents: Literal[0, 1, 2, 3, 4] = Field(default=1, description="The most columns that one may depend on.")


class ModesSettings(dg.Model, dg.Resolvable):
    """The modes to make; each that is named is made."""

    random: ModeSettings | None = None
    independent: ModeSettings | None = None
    correlated: CorrelatedSettings | None = None


class SyntheticDataset(dg.Component, dg.Model, dg.Resolvable):
    """One dataset: de-identified, described, generated, compared and checked in each mode."""

    name: str = Field(description="Part of every asset's name.")
    title: str = Field(description="What people call the table.")
    source: str = Field(min_length=1, description="The asset that holds the sensitive table.")
    owner: str = Field(default="team:data-stewards", description="Who answers for the assets.")
    reference_assets: Sequence[str] = Field(default=(), description="Look-up tables that are assets.")
    reference_files: Mapping[str, str] = Field(
        default_factory=dict, description="Look-up tables in data/input: the name that steps use, and the file."
    )
    steps: Sequence[Mapping[str, Any]] = Field(description="De-identification steps, in order.")
    columns: Sequence[Mapping[str, Any]] = Field(description="The columns that are left, with roles and domains.")
    modes: ModesSettings = Field(description="The modes to make, with their settings.")
    quasi_identifiers: Sequence[str] | None = Field(
        default=None, description="What the k-anonymity check compares; by default the columns of that role."
    )
    policy: str = Field(default="internal", description="The policy whose rules the checks apply.")
    minimum_count: int = Field(default=5, description="No count below it is told.")
    minimum_k: int = Field(default=5, description="Rows that must be alike in the quasi-identifiers.")
    schedule: str | None = Field(default=None, description="When tables are drawn anew, as cron.")

    def dataset(self) -> Dataset:
        """The same as values of our own."""
        columns = tuple(dict(column) for column in self.columns)
        plain = Schema.from_dict({"columns": [without_references(column) for column in columns]})
        made: dict[Mode, ModeSettings | None] = {
            "random": self.modes.random,
            "independent": self.modes.independent,
            "correlated": self.modes.correlated,
        }
        return Dataset(
            name=self.name,
            title=self.title,
            source=self.source,
            reference_assets=tuple(self.reference_assets),
            reference_files=dict(self.reference_files),
            steps=tuple(step_from_dict(step) for step in self.steps),
            columns=columns,
            quasi_identifiers=tuple(
                plain.with_role("quasi_identifier") if self.quasi_identifiers is None else self.quasi_identifiers
            ),
            policy=load_policy(self.policy),
            minimum_count=self.minimum_count,
            minimum_k=self.minimum_k,
            modes={mode: _given(settings) for mode, settings in made.items() if settings is not None},
            schedule=self.schedule,
            owner=self.owner,
        )

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002 - as every component
        """The dataset's definitions."""
        dataset = self.dataset()
        assets, checks = [], []
        for asset, check in (
            protected_definitions(dataset),
            *(synthetic_definitions(dataset, mode) for mode in dataset.modes),
            *(comparison_definitions(dataset, mode) for mode in dataset.modes),
        ):
            assets.append(asset)
            checks.append(check)
        assets += [description_asset(dataset, mode) for mode in dataset.modes]
        job, schedules = regeneration_definitions(dataset)
        return dg.Definitions(
            assets=dg.with_source_code_references([*assets, across_modes_asset(dataset)]),
            asset_checks=checks,
            jobs=[job],
            schedules=schedules,
        )


def _given(settings: ModeSettings) -> dict[str, int]:
    return {key: value for key, value in settings.model_dump().items() if value is not None}
