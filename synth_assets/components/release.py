"""The release of a dataset: made by hand, from evidence that is worked out anew, or not at all."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import dagster as dg
from pydantic import Field

from synth_assets.components.copied import copied
from synth_assets.components.dataset import Dataset
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.inputs import gated
from synth_assets.components.judged import as_table
from synth_assets.components.judging import (
    CAPS_CHECK,
    DIGEST,
    EARLIER_CHECK,
    EVIDENCE_CHECK,
    RELEASED_TO,
    Judged,
    bundle,
    judge,
    results_of,
)
from synth_assets.components.metadata import told_columns
from synth_assets.components.portraits import of_release
from synth_assets.components.resources import Workplace
from synth_assets.describe import Description
from synth_assets.errors import SchemaError
from synth_assets.policy import Policy, load_policy, stricter
from synth_assets.release.kept import turn_at
from synth_assets.release.write import Written, write_release
from synth_assets.schema import Mode
from synth_assets.storage.files import remove_leftovers
from synth_assets.storage.turn import turn
from synth_assets.storage.warehouse import TableHandle

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

    policy: Literal["internal", "nhs_small_numbers", "ons_10_5", "ema_0070", "public_release"] = Field(
        default="internal", description="The dataset's own policy always holds; another one can only add to it."
    )
    mode: Literal["independent", "correlated", "whichever is declared"] = Field(
        default="whichever is declared",
        description="Which mode without epsilon goes out; if not said, correlated where it is declared.",
    )


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
                (EVIDENCE_CHECK, "Asks that at least one table keeps all that the policy asks of it, worked out anew."),
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
        modes = _modes(dataset, config.mode)
        with taking_turn(dataset, workplace), copied(dataset, modes, tables, workplace) as held:
            judged = judge(dataset, held, tables, policy, workplace, context.instance)
            results = list(results_of(judged, dataset, policy, workplace, context.instance))
            yield from results
            refuse_failed(results)
            folder = workplace.folder
            written = write_release(folder.published, bundle(judged, dataset, policy, workplace), folder.released)
        table = as_table(judged.verdicts)
        told = _told(written, judged, policy) | of_release(table, dataset.release, folder.reports)
        yield dg.Output(table, metadata=told)

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


@contextmanager
def taking_turn(dataset: Dataset, workplace: Workplace) -> Generator[None]:
    """No other release or withdrawal of the dataset goes on, from the look at earlier releases until this one stands.

    Raises:
        StorageError: One does, and does not come to an end.
    """
    folder, wait_s = workplace.folder, workplace.warehouse.lock_timeout_s
    with turn(turn_at(folder.released, dataset.name), f"release of {dataset.name!r}", wait_s):
        remove_leftovers(folder.published / dataset.name)
        remove_leftovers(folder.released / dataset.name)
        yield


def refuse_failed(results: Sequence[dg.AssetCheckResult]) -> None:
    """Release nothing where a check failed.

    Raises:
        Failure: One did.
    """
    if not all(result.passed for result in results):
        reasons = [result for result in results if not result.passed and result.severity == dg.AssetCheckSeverity.ERROR]
        said = " ".join(str(result.description) for result in reasons)
        raise dg.Failure(description=f"Nothing was released: {said}", allow_retries=False)


def _modes(dataset: Dataset, wanted: str) -> list[Mode]:
    """Random, the modes with epsilon, and one that counts exactly: correlated, unless another is asked for."""
    exact = [mode for mode in dataset.modes if mode != "random" and mode not in dataset.private_modes]
    order: list[Mode] = ["correlated", "independent"] if wanted == "whichever is declared" else [wanted]  # pyrefly: ignore[bad-assignment]  # one of the modes, by its type
    chosen = [mode for mode in order if mode in exact][:1]
    if wanted != "whichever is declared" and wanted not in {*exact, *dataset.private_modes}:
        message = f"Dataset {dataset.name!r} makes no table in {wanted} mode. Allowed: {', '.join(dataset.modes)}."
        raise SchemaError(message)
    return [mode for mode in dataset.modes if mode == "random" or mode in {*chosen, *dataset.private_modes}]


def _told(written: Written, judged: Judged, policy: Policy) -> dict[str, Any]:
    return {
        RELEASED_TO: dg.MetadataValue.path(str(written.path)),
        DIGEST: written.manifest_digest,
        "verify it": f"python {written.path / 'verify.py'} --digest {written.manifest_digest}",
        "modes": ", ".join(judged.passed),
        "policy": policy.name,
        "files": len(written.files),
        "withdraw it": f"synth-assets withdraw {written.path.parent.name} {written.path.name} --reason ...",
    }
