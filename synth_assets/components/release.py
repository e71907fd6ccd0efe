"""The release of a dataset: made by hand, from evidence that is worked out anew, or not at all."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Literal

import dagster as dg
from dagster import DagsterInstance

from synth_assets.components.dataset import Dataset
from synth_assets.components.evidence import Candidate
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.inputs import gated
from synth_assets.components.judged import as_table, failed, left_open
from synth_assets.components.metadata import told_columns
from synth_assets.components.resources import Workplace
from synth_assets.describe import Description
from synth_assets.errors import SchemaError
from synth_assets.policy import Policy, load_policy, stricter
from synth_assets.release import Bundle, ReleasedTable, Verdict, release_id
from synth_assets.release.earlier import Earlier
from synth_assets.release.write import Written, write_release
from synth_assets.schema import Mode
from synth_assets.storage.key import keyed_hash
from synth_assets.storage.warehouse import TableHandle

EVIDENCE_CHECK, EARLIER_CHECK, CAPS_CHECK = "evidence_passes", "no_difference_tells", "within_caps"
RELEASE_COLUMNS = {
    "mode": ("text", "Of the table that was judged"),
    "check": ("text", "What was looked at"),
    "object": ("text", "What the rule is about"),
    "rule": ("text", "The policy's rule"),
    "figure": ("float", "What was measured"),
    "limit": ("float", "What the rule allows"),
    "passed": ("boolean", "Whether the rule is kept, with enough evidence"),
    "verdict": ("text", "The same in words; what is not excluded where evidence is too little"),
    "sentence": ("text", "The verdict, to be read out"),
    "source": ("text", "Whom the rule quotes"),
}


class ReleaseConfig(dg.Config):
    """Under which policy, and which counting mode: exact counts of two modes side by side would tell hidden ones."""

    policy: str = "internal"
    mode: Literal["independent", "correlated", "whichever is declared"] = "whichever is declared"


@dataclass(frozen=True)
class Judged:
    """The tables that would be released, and what is said of them.

    Attributes:
        candidates: By mode.
        verdicts: By mode.
    """

    candidates: Mapping[Mode, Candidate]
    verdicts: Mapping[Mode, Sequence[Verdict]]

    @property
    def passed(self) -> list[Mode]:
        """The modes of which everything passed."""
        return [mode for mode, several in self.verdicts.items() if all(verdict.passed for verdict in several)]


def release_definitions(dataset: Dataset) -> tuple[dg.AssetsDefinition, Any]:
    """The asset ``<name>_release`` and the job that makes it."""
    job = dg.define_asset_job(
        f"release_{dataset.name}",
        selection=dg.AssetSelection.assets(dataset.release),
        description=f"Release what passed of {dataset.title}. Nothing is made anew, and nothing is released by itself.",
        hooks={say_what_to_do},
    )
    return _release(dataset), job


def _release(dataset: Dataset) -> dg.AssetsDefinition:
    inputs: dict[str, dg.AssetIn] = {}
    for mode in dataset.modes:
        inputs[f"{mode}_description"] = dg.AssetIn(f"{dataset.synthetic(mode)}_description", dagster_type=Description)
        inputs[mode] = gated(dataset, dataset.synthetic(mode), TableHandle)

    @dg.asset(
        name=dataset.release,
        ins=inputs,
        deps=[*(dataset.risk(mode) for mode in dataset.modes), *([dataset.ledger] if dataset.private_modes else [])],
        group_name="releases",
        owners=[dataset.owner],
        kinds={"python", "parquet", "duckdb"},
        description=f"What passed of {dataset.title}, with its evidence, in data/published. Made by hand.",
        metadata={"dagster/column_schema": told_columns(RELEASE_COLUMNS)},
        hooks={say_what_to_do},
        check_specs=[
            dg.AssetCheckSpec(name, asset=dataset.release, blocking=True, description=said)
            for name, said in (
                (EVIDENCE_CHECK, "Asks that all that the policy asks of a table, worked out anew, lets one leave."),
                (
                    EARLIER_CHECK,
                    "Asks that no count tells, beside an earlier release, of fewer people than may be told of.",
                ),
                (CAPS_CHECK, "Asks for no more releases, and no more synthetic rows, than the policy allows."),
            )
        ],
    )
    def release(
        context: dg.AssetExecutionContext,
        config: ReleaseConfig,
        workplace: Workplace,
        **tables: Any,  # noqa: ANN401 - descriptions and tables, by the inputs' names
    ) -> Iterator[Any]:
        policy = stricter(dataset.policy, load_policy(config.policy))
        refuse_drafts(dataset)
        judged = judge(dataset, _modes(dataset, config.mode), tables, policy, workplace, context.instance)
        results = list(results_of(judged, dataset, policy, workplace))
        yield from results
        if not all(result.passed for result in results):
            said = " ".join(str(result.description) for result in results if not result.passed)
            raise dg.Failure(description=f"Nothing was released: {said}", allow_retries=False)
        written = write_release(workplace.folder.published, bundle(judged, dataset, policy, workplace))
        yield dg.Output(as_table(judged.verdicts), metadata=_told(written, judged, policy))

    return release


def refuse_drafts(dataset: Dataset) -> None:
    """Refuse a dataset whose declaration nobody has reviewed.

    Raises:
        SchemaError: Something in it is still a guess.
    """
    if dataset.unreviewed:
        message = (
            f"Dataset {dataset.name!r} has guesses that nobody has reviewed: {', '.join(dataset.unreviewed)}. Look at "
            "them in its YAML, correct them, and take them off the list 'unreviewed'."
        )
        raise SchemaError(message)


def _modes(dataset: Dataset, wanted: str) -> list[Mode]:
    """Random, the modes with epsilon, and one that counts exactly: correlated, unless another is asked for."""
    exact = [mode for mode in dataset.modes if mode != "random" and mode not in dataset.private_modes]
    order: list[Mode] = ["correlated", "independent"] if wanted == "whichever is declared" else [wanted]  # pyrefly: ignore[bad-assignment]  # one of the modes, by its type
    chosen = [mode for mode in order if mode in exact][:1]
    if wanted != "whichever is declared" and wanted not in {*exact, *dataset.private_modes}:
        message = f"Dataset {dataset.name!r} makes no table in {wanted} mode. Allowed: {', '.join(dataset.modes)}."
        raise SchemaError(message)
    return [mode for mode in dataset.modes if mode == "random" or mode in {*chosen, *dataset.private_modes}]


def judge(  # noqa: PLR0913, PLR0917 - what, by which rules, and where
    dataset: Dataset,
    modes: Sequence[Mode],
    tables: Mapping[str, Any],
    policy: Policy,
    workplace: Workplace,
    instance: DagsterInstance,
) -> Judged:
    """Each mode's table with its verdicts, worked out anew."""
    candidates = {
        mode: Candidate(dataset, mode, tables[mode], tables[f"{mode}_description"], policy, workplace, instance)
        for mode in modes
    }
    return Judged(candidates, {mode: list(candidate.verdicts()) for mode, candidate in candidates.items()})


def results_of(judged: Judged, dataset: Dataset, policy: Policy, workplace: Workplace) -> Iterator[dg.AssetCheckResult]:
    """The three checks of a release."""
    left_out = {mode: failed(several) for mode, several in judged.verdicts.items() if failed(several)}
    said = f"May be released: {', '.join(judged.passed) or 'no mode'} (policy {policy.name}). "
    open_ = {mode: left_open(judged.verdicts[mode]) for mode in judged.passed}
    said += " ".join(f"Not excluded, {mode}: {what}. " for mode, what in open_.items() if what)
    said += " ".join(f"Left out, {mode}: {why}" for mode, why in left_out.items())
    yield dg.AssetCheckResult(
        check_name=EVIDENCE_CHECK,
        passed=bool(judged.passed),
        description=said.strip(),
        metadata={"modes released": len(judged.passed), "modes left out": len(left_out), "policy": policy.name},
    )
    earlier = Earlier.of(workplace.folder.published, dataset.name, workplace.folder.withdrawn, dataset.formerly)
    descriptions = [judged.candidates[mode].description for mode in judged.passed]
    for name, (passed, sentence) in (
        (EARLIER_CHECK, earlier.differences(descriptions, int(policy.minimum_count.limit))),
        (
            CAPS_CHECK,
            earlier.caps(
                [(judged.candidates[mode].description, judged.candidates[mode].table.rows) for mode in judged.passed],
                most_releases=int(policy.most_releases.limit),
                most_rows_per_row=policy.most_rows_per_row.limit,
            ),
        ),
    ):
        yield dg.AssetCheckResult(check_name=name, passed=passed, description=sentence)


def bundle(judged: Judged, dataset: Dataset, policy: Policy, workplace: Workplace) -> Bundle:
    """What is released."""
    now = datetime.now(UTC)
    made = [judged.candidates[mode] for mode in judged.passed]
    key = workplace.key
    inputs = {
        name: keyed_hash(key, "input of a release", said).hex()
        for one in made
        for name, said in one.description.provenance.items()
        if name != "original"
    }
    return Bundle(
        dataset=dataset.name,
        title=dataset.title,
        release_id=release_id(now, secrets.token_hex(2)),
        created=now,
        policy=policy.name,
        tables=tuple(
            ReleasedTable(
                one.mode, dataset.synthetic(one.mode), one.table, one.description, tuple(judged.verdicts[one.mode])
            )
            for one in made
        ),
        mock=dataset.mock,
        contact=dataset.contact,
        code_version=version("synth-assets"),
        config={
            "dataset": dataset.name,
            "source": dataset.source_name if dataset.source_asset else dataset.source_kind,
            "start_from": dataset.start_from,
            "minimum_count": dataset.minimum_count,
            "round_to": dataset.round_to,
            "hold_out": dataset.hold_out,
            "modes": {mode: dict(dataset.modes[mode]) for mode in judged.passed},
            "rules": {rule.name: rule.limit for rule in policy.rules},
        },
        inputs=inputs,
    )


def _told(written: Written, judged: Judged, policy: Policy) -> dict[str, Any]:
    return {
        "released to": dg.MetadataValue.path(str(written.path)),
        "manifest digest (SHA-256)": written.manifest_digest,
        "verify it": f"python {written.path / 'verify.py'} --digest {written.manifest_digest}",
        "modes": ", ".join(judged.passed),
        "policy": policy.name,
        "files": len(written.files),
        "withdraw it": f"synth-assets withdraw {written.path.parent.name} {written.path.name} --reason ...",
    }
