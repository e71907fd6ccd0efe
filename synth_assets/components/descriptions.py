"""A description per mode: made anew only when the data, the schema or the parameters changed."""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster import DagsterInstance
from pydantic import Field

from synth_assets.components.dataset import DEFAULT_MAX_PARENTS, Dataset
from synth_assets.components.evidence import DOCUMENT_HASH, document_hash
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.inputs import gated
from synth_assets.components.metadata import DECIMALS, figure, told_columns
from synth_assets.components.pages import Made, description_page
from synth_assets.components.parameters import PARAMETERS, parameters
from synth_assets.components.portraits import of_description
from synth_assets.components.protected import table_version, told_version, units_of
from synth_assets.components.resources import Workplace
from synth_assets.components.run_config import CheckedConfig, takes
from synth_assets.components.spending import MARK_DIGEST, MARK_SEQUENCE, Spending, data_version, known_anchors
from synth_assets.components.stored import DOCUMENT, standing_description
from synth_assets.describe import Description, describe
from synth_assets.describe.domain import has_public_domain
from synth_assets.describe.privacy import LedgerMark, Privacy
from synth_assets.describe.private import Request
from synth_assets.errors import DescriptionError
from synth_assets.ledger import Ledger
from synth_assets.ledger.explain import explained, posterior_table
from synth_assets.report.network import write_network
from synth_assets.schema import Mode, Schema
from synth_assets.storage.beside import FilteredTable
from synth_assets.storage.key import keyed_hash
from synth_assets.storage.tables import TableName
from synth_assets.storage.warehouse import TableHandle

DOCUMENT_COLUMNS = {
    DOCUMENT: ("text", "The description as JSON: domains and protected counts. From the de-identified table")
}
SAID = {
    "random": "the columns' domains and no count; of domains that are not declared, values that enough rows hold",
    "independent": "each column's protected counts",
    "correlated": "a network between columns, and protected counts along its edges",
}


def description_asset(dataset: Dataset, mode: Mode) -> dg.AssetsDefinition:
    """The asset ``<mode>_<name>_description``."""
    name = f"{dataset.synthetic(mode)}_description"
    takes(name, Redescribe)

    @dg.asset(
        name=name,
        ins={"original": gated(dataset, dataset.original, TableHandle)},
        group_name="descriptions",
        owners=[dataset.owner],
        kinds={"python", "json", "duckdb"},
        description=f"What may be told of {dataset.title} in {mode} mode: {_said(dataset, mode)}.",
        metadata={"dagster/column_schema": told_columns(DOCUMENT_COLUMNS)},
        hooks={say_what_to_do},
    )
    def description(
        context: dg.AssetExecutionContext, config: Redescribe, workplace: Workplace, original: TableHandle
    ) -> dg.Output[Description]:
        started = time.perf_counter()
        task = Describing(dataset, mode, original, workplace)
        context.log.info("Describing %s rows in %s mode", f"{original.rows:,}", mode)
        if dataset.privacy.bound(mode)[0] is None or mode == "random":
            made, reused = task.describe_or_reuse()
        else:
            made, reused = task.describe_privately_or_reuse(context.instance, context.run.run_id, config)
        seconds = time.perf_counter() - started
        done = "Nothing changed: described before, used again" if reused else "Described"
        context.log.info("%s in %.1f s", done, seconds)
        told = _drawn(made, name, workplace) | _shown(made, reused=reused, seconds=seconds)
        told["report"] = dg.MetadataValue.path(str(description_page(Made(dataset, workplace, context), made, name)))
        told[DOCUMENT_HASH] = document_hash(made, workplace.key)
        return dg.Output(made, metadata=told)

    return description


class Redescribe(CheckedConfig):
    """Whether to spend privacy budget again on data that did not change."""

    redescribe: bool = Field(
        default=False, description="true: describe anew though nothing changed; with epsilon that is a spend."
    )
    reason: str = Field(default="", description="Why; the ledger keeps it. Needed where redescribe is true.")

    def check(self) -> None:
        """Refuse to spend again without a reason.

        Raises:
            DescriptionError: There is none.
        """
        if self.redescribe and not self.reason.strip():
            message = "redescribe is true without a reason. Say why the budget is spent again; the ledger keeps it."
            raise DescriptionError(message)


@dataclass(frozen=True)
class Describing:
    """One description to be made.

    Attributes:
        dataset: Of which.
        mode: In which mode.
        original: The de-identified table.
        workplace: The data folder and the key.
    """

    dataset: Dataset
    mode: Mode
    original: TableHandle
    workplace: Workplace

    def describe_or_reuse(self) -> tuple[Description, bool]:
        """The stored description where it still holds, else a new one; and whether it was reused."""
        schema, provenance = self._parameters()
        if self.mode != "random" or not all(has_public_domain(column) for column in schema):
            provenance["original_version"] = told_version(self._version(), self.workplace.key)
        stored = standing_description(self.workplace.warehouse, self.dataset, self.mode, schema, provenance)
        if stored is not None:
            return stored, True
        return self._described(schema, None).with_provenance(**provenance), False

    def describe_privately_or_reuse(
        self, instance: DagsterInstance, run_id: str, config: Redescribe
    ) -> tuple[Description, bool]:
        """The same with differential privacy: what is new is booked, or refused before a row is read.

        Raises:
            LedgerError: The budget does not bear it, the ledger is not whole, or it was spent for this already.
            DescriptionError: The data are not what Dagster's history says they are.
        """
        schema, provenance = self._parameters()
        version = data_version(self.dataset, instance)
        provenance["original_version"] = told_version(version, self.workplace.key)
        warehouse, folder = self.workplace.warehouse, self.workplace.folder
        spending = Spending(
            self.dataset,
            self.mode,
            provenance["original_version"],
            provenance[PARAMETERS],
            Ledger(folder.ledger, self.workplace.key),
            known_anchors(self.dataset, warehouse, instance),
            run_id,
        )
        stored = standing_description(warehouse, self.dataset, self.mode, schema, provenance)
        if stored is not None and not config.redescribe:
            spending.ledger.refuse_unless_intact(spending.known)
            return stored, True
        spending.check(self._request().units, redescribe=config.redescribe)
        if self._version() != version:
            message = (
                f"{self.dataset.deidentified!r} in the warehouse is not the one that Dagster's history tells of, so it "
                "cannot be booked. Materialise it again. Nothing was spent."
            )
            raise DescriptionError(message)
        made = self._described(schema, functools.partial(spending.book, reason=config.reason))
        return made.with_provenance(**provenance), False

    def _parameters(self) -> tuple[Schema, dict[str, str]]:
        return parameters(self.dataset, self.mode, self.original, self.workplace)

    def _version(self) -> str:
        """The version of what the table holds now, whoever wrote it."""
        return table_version(self.original, self._units, self.workplace.key)

    @property
    def _units(self) -> TableHandle:
        held = units_of(self.dataset.original)
        return TableHandle(self.original.warehouse, held.name, held.schema)

    def _request(self) -> Request:
        privacy = self.dataset.privacy
        epsilon, delta = privacy.bound(self.mode)
        person = privacy.person_column is not None
        return Request(float(epsilon or 0), delta, person, privacy.rows_per_person)

    def _described(self, schema: Schema, book: Callable[[Privacy], LedgerMark] | None) -> Description:
        dataset, key = self.dataset, self.workplace.key
        epsilon, delta = dataset.privacy.bound(self.mode)
        rows = FilteredTable(
            self.original.warehouse, TableName(self.original.name), units_of(dataset.original), column="described"
        )
        return describe(
            rows,
            schema,
            mode=self.mode,
            max_parents=dataset.modes[self.mode].get("max_parents", DEFAULT_MAX_PARENTS),
            minimum_count=dataset.minimum_count,
            round_to=1 if epsilon is not None else dataset.round_to,
            key=keyed_hash(key, "rounding of counts", dataset.first_name),
            network=dataset.network(self.mode),
            epsilon=epsilon,
            delta=delta,
            max_rows_per_person=None if dataset.privacy.person_column is None else dataset.privacy.rows_per_person,
            book=book,
        )


def _drawn(made: Description, name: str, workplace: Workplace) -> dict[str, Any]:
    """The network as a file, and as a preview; the columns in modes that have none."""
    if made.mode != "correlated":
        return of_description(made, name, workplace.folder.reports)
    picture = write_network(made, workplace.folder.reports / name, name=name)
    return figure("network drawn", picture)


def _constraints(made: Description) -> str:
    """What every row keeps, and that saying so has a price."""
    if not made.constraints:
        return "none"
    listed = "\n".join(f"- {rule}" for rule in made.constraints)
    return f"{listed}\n\nThey are public: what they tell together with the counts is not covered by the protection."


def _shown(made: Description, *, reused: bool, seconds: float) -> dict[str, Any]:
    links = [f"- {edge.parent} → {edge.child} ({edge.mutual_information:.3f} nats)" for edge in made.edges]
    return _bound(made) | {
        "mode": made.mode,
        "rows described": made.rows if made.rows is not None else _uncounted(made),
        "domains read from the data": ", ".join(made.domains_from_data) or "none",
        "minimum count": made.minimum_count,
        "counts": _said_counts(made),
        "share hidden": round(made.share_hidden, DECIMALS),
        "network": dg.MetadataValue.md("\n".join(links) or "no edges"),
        "constraints": dg.MetadataValue.md(_constraints(made)),
        "reused": reused,
        "seconds": round(seconds, 3),
    }


def _uncounted(made: Description) -> str:
    return "not told: rows were read for domains alone" if made.domains_from_data else "none: no row was read"


def _said(dataset: Dataset, mode: Mode) -> str:
    epsilon, _ = dataset.privacy.bound(mode)
    if mode == "random" or epsilon is None:
        return SAID[mode]
    return f"{SAID[mode].replace('protected', 'noisy')}; differentially private, epsilon {epsilon:g}"


def _said_counts(made: Description) -> str:
    if made.epsilon is not None:
        return "with noise; what is told is fitted to it"
    return "exact" if made.round_to == 1 else f"rounded at random to multiples of {made.round_to}"


def _bound(made: Description) -> dict[str, Any]:
    """What its differential privacy bounds, for whom, and what was spent on it."""
    privacy = made.privacy
    if privacy is None:
        return {"differential privacy": "off: this description is protected by counts, and claims no epsilon"}
    if not privacy.units:
        return {"differential privacy": "no row is read: nothing is spent", "epsilon": 0.0}
    told: dict[str, Any] = {
        "differential privacy": explained(privacy.epsilon, privacy.delta, unit=privacy.protects),
        "what an attacker can learn": dg.MetadataValue.md(posterior_table(privacy.epsilon)),
        "epsilon": privacy.epsilon,
        "delta": privacy.delta,
        "mechanism": privacy.mechanism,
        "unit of privacy": privacy.protects,
    }
    if isinstance(made.ledger, LedgerMark):
        mark = made.ledger
        told |= {MARK_SEQUENCE: mark.sequence, MARK_DIGEST: mark.digest, "epsilon spent in all": mark.spent_epsilon}
    return told
