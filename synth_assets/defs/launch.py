"""Run the main job in this process, and gather what came of it. Printing is the caller's."""

import logging
import uuid
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster import DagsterInstance
from dagster.components.core.component_tree import ComponentTreeException

from synth_assets.components.metadata import DATASET_TAG
from synth_assets.defs.results import RunResult, gather
from synth_assets.errors import SynthAssetsError

JOB = "everything"


def loaded(definitions: Callable[[], dg.Definitions]) -> dg.Definitions:
    """The code location.

    Args:
        definitions: Makes it.

    Raises:
        SynthAssetsError: A dataset's YAML or the environment cannot be used.
    """
    try:
        return definitions()
    except (ComponentTreeException, dg.DagsterError) as error:
        causes = list(_causes(error))
        ours = next((cause for cause in causes if isinstance(cause, SynthAssetsError)), None)
        message = f"The definitions cannot be loaded: {causes[-1]}"
        raise ours or SynthAssetsError(message) from None


def select(definitions: dg.Definitions, selection: str | None) -> list[dg.AssetKey]:
    """The assets that Dagster's selection syntax names, in flow order, without releases.

    Args:
        definitions: With all assets.
        selection: Such as ``key:random_ae`` or ``+key:random_ae`` (with all that it is made from); several are parted
            by commas. ``None`` for all.

    Raises:
        SynthAssetsError: The selection does not parse or names nothing.
    """
    graph = definitions.resolve_asset_graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # of the parser's own calls
        try:
            parts = "*" if selection is None else [part.strip() for part in selection.split(",")]
            keys = (dg.AssetSelection.from_coercible(parts) - dg.AssetSelection.groups("releases")).resolve(graph)
        except dg.DagsterInvalidSubsetError:
            keys = set()
        except (dg.DagsterError, ValueError) as error:
            raise SynthAssetsError(_unusable(selection, graph, "it is not in Dagster's syntax")) from error
    if not keys:
        raise SynthAssetsError(_unusable(selection, graph, "it names no asset, or one that there is not"))
    return [key for key in graph.toposorted_asset_keys if key in keys]


def of_datasets(definitions: dg.Definitions, datasets: Sequence[str]) -> list[dg.AssetKey]:
    """The assets of some datasets and all that they are made from, in flow order, without releases.

    Raises:
        SynthAssetsError: There is no such dataset.
    """
    graph = definitions.resolve_asset_graph()
    known = {graph.get(key).tags.get(DATASET_TAG) for key in graph.toposorted_asset_keys} - {None}
    unknown = [name for name in datasets if name not in known]
    if unknown:
        message = f"There is no dataset {', '.join(map(repr, unknown))}. Allowed: {', '.join(sorted(map(str, known)))}."
        raise SynthAssetsError(message)
    wanted = {key for key in graph.toposorted_asset_keys if graph.get(key).tags.get(DATASET_TAG) in datasets}
    keys = (dg.AssetSelection.assets(*wanted).upstream() - dg.AssetSelection.groups("releases")).resolve(graph)
    return [key for key in graph.toposorted_asset_keys if key in keys]


def release_of(definitions: dg.Definitions, dataset: str) -> tuple[list[dg.AssetKey], str]:
    """The release asset of a dataset, and the job that makes it.

    Raises:
        SynthAssetsError: There is no such dataset.
    """
    graph = definitions.resolve_asset_graph()
    releases = [key for key in graph.toposorted_asset_keys if graph.get(key).group_name == "releases"]
    key = dg.AssetKey(f"{dataset}_release")
    if key not in releases:
        names = ", ".join(one.to_user_string().removesuffix("_release") for one in releases)
        message = f"There is no dataset {dataset!r} to release. Allowed: {names or 'none is declared'}."
        raise SynthAssetsError(message)
    return [key], f"release_{dataset}"


def run_config(keys: list[dg.AssetKey], definitions: dg.Definitions, sizes: Mapping[str, Any]) -> dict[str, Any]:
    """Run config for the sizes that were asked for; for the others the assets' own defaults hold.

    Args:
        keys: The assets of the run.
        definitions: With all assets.
        sizes: ``rows``, ``patients``, ``synthetic_rows``, ``seed``; missing or ``None`` where not asked for.
    """
    graph, names = definitions.resolve_asset_graph(), {key.to_user_string() for key in keys}
    ops: dict[str, Any] = {}
    admissions = {name: sizes[name] for name in ("rows", "patients") if sizes.get(name) is not None}
    if admissions and "mock_ae" in names:
        ops["mock_ae"] = {"config": admissions}
    if sizes.get("synthetic_rows") is not None:
        synthetic = [key for key in keys if graph.get(key).group_name == "synthetic"]
        ops |= {key.to_user_string(): {"config": {"rows": sizes["synthetic_rows"]}} for key in synthetic}
    config: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}, "ops": ops}
    if sizes.get("seed") is not None:
        config["resources"] = {"randomness": {"config": {"seed": sizes["seed"]}}}
    return config


def run(  # noqa: PLR0913 - what to run, where, and who hears of it
    definitions: dg.Definitions,
    instance: DagsterInstance,
    keys: list[dg.AssetKey],
    config: Mapping[str, Any],
    progress: Callable[[str, str], None],
    *,
    job: str = JOB,
) -> RunResult:
    """Run the assets and their checks, in this process.

    Args:
        definitions: The code location.
        instance: Where the run is recorded.
        keys: Which assets, in flow order.
        config: Run config.
        job: Of which the assets are a part.
        progress: Called with an event (``start``, ``done``, ``failed``) and the step's name.
    """
    run_id = str(uuid.uuid4())
    events: list[dg.DagsterEvent] = []

    def hear(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is not None:
            events.append(event)
            word = {"STEP_START": "start", "STEP_SUCCESS": "done", "STEP_FAILURE": "failed"}.get(event.event_type_value)
            if word:
                progress(word, str(event.step_key))

    instance.add_event_listener(run_id, hear)
    with _quiet():
        definitions.resolve_job_def(job).execute_in_process(
            run_config=config, instance=instance, asset_selection=keys, run_id=run_id, raise_on_error=False
        )
    return gather(run_id, events, [key.to_user_string() for key in keys])


@contextmanager
def _quiet() -> Generator[None]:
    """Dagster's log goes to its own database; the terminal shows progress."""
    logger = logging.getLogger("dagster")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _unusable(selection: str | None, graph: Any, reason: str) -> str:  # noqa: ANN401 - Dagster's asset graph
    names = ", ".join(key.to_user_string() for key in graph.toposorted_asset_keys)
    return (
        f"The selection {selection!r} cannot be used: {reason}. Examples: key:random_ae, +key:random_ae (with all that "
        f"it is made from), group:synthetic. Assets: {names}."
    )
