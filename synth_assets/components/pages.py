"""The HTML reports of a dataset's comparisons and descriptions: what they are made from, and where they are written."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from synth_assets.components.clauses import attack_lines, risk_clauses
from synth_assets.components.dataset import Dataset
from synth_assets.components.evidence import document_hash
from synth_assets.components.history import is_of_present, last_told
from synth_assets.components.resources import Workplace
from synth_assets.components.stored import stored_description
from synth_assets.describe import Description
from synth_assets.ledger.explain import explained
from synth_assets.measure import Comparison
from synth_assets.measure.utility import Utility
from synth_assets.report.across_report import AcrossEvidence, across_report
from synth_assets.report.description_report import description_report, ledger_state
from synth_assets.report.drift import drift_section
from synth_assets.report.mode_report import ModeEvidence, mode_report
from synth_assets.report.page import Fact, write_page
from synth_assets.report.privacy_tables import Clause
from synth_assets.schema import Mode
from synth_assets.storage.key import key_id

_PACKAGES = ("synth-assets", "dagster", "polars", "numpy", "matplotlib")
_SYNTHETIC_FACTS = {"rows": "Synthetic rows drawn", "seed": "Seed", "regeneration": "Regeneration"}


@dataclass(frozen=True)
class Made:
    """Where and when a page is made.

    Attributes:
        dataset: Whose.
        workplace: The data folder and the key.
        context: The run.
    """

    dataset: Dataset
    workplace: Workplace
    context: dg.AssetExecutionContext

    def path(self, asset: str) -> Path:
        """Of an asset's page."""
        return self.workplace.folder.reports / f"{asset}.html"

    def facts(self) -> tuple[Fact, ...]:
        """What every page says of its making."""
        versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
        return (
            Fact("Made at", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
            Fact("Run", self.context.run.run_id),
            Fact("Policy", self.dataset.policy.name),
            Fact("Key", f"known by {key_id(self.workplace.key)}"),
            Fact("Versions", f"{versions}, Python {platform.python_version()}"),
        )

    def drawn(self, mode: Mode) -> tuple[Fact, ...]:
        """How a mode's table was drawn, as Dagster recorded it."""
        told = last_told(self.context.instance, self.dataset.synthetic(mode))
        return tuple(Fact(words, str(told[key])) for key, words in _SYNTHETIC_FACTS.items() if key in told)

    def described(self, description: Description | None) -> tuple[Fact, ...]:
        """From what a table was drawn, as names and keyed hashes."""
        if description is None:
            return ()
        words = {
            "original": "Original",
            "original_version": "Original, keyed hash",
            "parameters": "Configuration, hash",
        }
        known = description.provenance
        facts = [Fact(said, known[name]) for name, said in words.items() if name in known]
        return (*facts, Fact("Description, keyed hash", document_hash(description, self.workplace.key)))


def mode_page(  # noqa: PLR0913 - all that a page is made from
    made: Made,
    mode: Mode,
    found: Comparison,
    measured: Utility,
    *,
    clause: Clause,
    risks: pl.DataFrame,
    earlier: pl.DataFrame,
    bound: Mapping[str, Any],
) -> Path:
    """Write the page ``<mode>_<name>_comparison.html``.

    Args:
        made: Where and when.
        mode: Whose table.
        found: The comparison with its original.
        measured: Its utility.
        clause: What the policy makes of how columns go together.
        risks: The table that the mode's risk asset left.
        earlier: The drawings of the table, this one last; see ``DRIFT_SCHEMA``.
        bound: What differential privacy bounds.
    """
    dataset, name, instance = made.dataset, made.dataset.synthetic(mode), made.context.instance
    description = stored_description(made.workplace.warehouse, dataset, mode)
    private = dataset.privacy.bound(mode)[0] is not None and mode != "random" and description is not None
    evidence = ModeEvidence(
        name=name,
        title=dataset.title,
        mode=mode,
        comparison=found,
        utility=measured.summary,
        description=description,
        clauses=(*risk_clauses(instance, dataset, mode, risks), clause),
        attacks=tuple(attack_lines(instance, dataset, mode, risks)),
        privacy=(*_sentences(bound), *([ledger_state(description)] if private and description else [])),
        bound=_in_few_words(dataset, mode) if private else "",
        links=(
            ("all modes", f"{dataset.comparison}.html"),
            ("the description", f"{name}_description.html"),
        ),
        provenance=(*made.drawn(mode), *made.described(description), *made.facts()),
        minimum_count=dataset.minimum_count,
    )
    drift = drift_section(earlier, found.original_rows, dataset.minimum_count)
    return write_page(mode_report(evidence, [drift]), made.path(f"{name}_comparison"))


def across_page(
    made: Made,
    measurements: Mapping[Mode, pl.DataFrame],
    risks: Mapping[Mode, pl.DataFrame],
    clauses: tuple[Clause, ...],
    earlier: pl.DataFrame,
) -> Path:
    """Write the page ``<name>_comparison.html``.

    Args:
        made: Where and when.
        measurements: Of each mode.
        risks: Of each mode, the table that its risk asset left.
        clauses: What the policy makes of each mode's use.
        earlier: The drawings of every mode's table; see ``DRIFT_SCHEMA``.
    """
    dataset, instance = made.dataset, made.context.instance
    told = tuple(clause for mode in measurements for clause in risk_clauses(instance, dataset, mode, risks[mode]))
    evidence = AcrossEvidence(
        name=dataset.name,
        title=dataset.title,
        measurements=measurements,
        clauses=(*told, *clauses),
        attacks=tuple(line for mode in measurements for line in attack_lines(instance, dataset, mode, risks[mode])),
        limit=dataset.policy.attack_risk.limit,
        privacy=tuple(f"{mode.capitalize()}: {_bound(made, mode)}" for mode in measurements),
        links={mode: _links(dataset, mode) for mode in measurements},
        drawn={mode: _of_mode(made, mode) for mode in measurements},
        provenance=made.facts(),
        minimum_count=dataset.minimum_count,
        old=tuple(mode for mode in measurements if not is_of_present(instance, *_compared(dataset, mode))),
    )
    drift = drift_section(earlier, evidence.rows, dataset.minimum_count)
    return write_page(across_report(evidence, [drift]), made.path(dataset.comparison))


def description_page(made: Made, description: Description, name: str) -> Path:
    """Write the page ``<mode>_<name>_description.html``, from the description alone."""
    known = Fact("Description, keyed hash", document_hash(description, made.workplace.key))
    page = description_report(description, name=name, title=made.dataset.title, provenance=(known, *made.facts()))
    return write_page(page, made.path(name))


def _compared(dataset: Dataset, mode: Mode) -> tuple[str, str, str]:
    """The comparison of a mode, and what it compares."""
    name = dataset.synthetic(mode)
    return f"{name}_comparison", name, dataset.original


def _links(dataset: Dataset, mode: Mode) -> tuple[tuple[str, str], ...]:
    name = dataset.synthetic(mode)
    return (("comparison", f"{name}_comparison.html"), ("description", f"{name}_description.html"))


def _of_mode(made: Made, mode: Mode) -> tuple[Fact, ...]:
    description = stored_description(made.workplace.warehouse, made.dataset, mode)
    return (*made.drawn(mode), *made.described(description))


def _sentences(bound: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{name[0].upper()}{name[1:]}: {said}" for name, said in bound.items())


def _in_few_words(dataset: Dataset, mode: Mode) -> str:
    epsilon, delta = dataset.privacy.bound(mode)
    chance = f", delta {delta:g}" if delta else ""
    return f"epsilon {epsilon:g}{chance}, for {dataset.privacy.unit}"


def _bound(made: Made, mode: Mode) -> str:
    """What differential privacy bounds for a mode's table, and where its spend stands."""
    epsilon, delta = made.dataset.privacy.bound(mode)
    if mode == "random":
        return "no row is read to draw this table."
    if epsilon is None:
        return "no differential privacy; small counts are hidden instead."
    description = stored_description(made.workplace.warehouse, made.dataset, mode)
    booked = f" {ledger_state(description)}" if description else ""
    return f"{explained(epsilon, delta, unit=made.dataset.privacy.unit)}{booked}"
