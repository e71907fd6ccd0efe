"""What would be released, judged: each table by its evidence, all of them by what is out; and the bundle of it."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster import DagsterInstance

from synth_assets.components.copied import Held
from synth_assets.components.dataset import Dataset
from synth_assets.components.evidence import Candidate
from synth_assets.components.history import is_of_a_run
from synth_assets.components.judged import failed, left_open
from synth_assets.components.resources import Workplace
from synth_assets.policy import Policy
from synth_assets.release import Bundle, ReleasedTable, Verdict, release_id
from synth_assets.release.earlier import Earlier
from synth_assets.schema import Mode
from synth_assets.storage.key import keyed_hash

EVIDENCE_CHECK, EARLIER_CHECK, CAPS_CHECK = "evidence_passes", "no_difference_tells", "within_caps"
RELEASED_TO, DIGEST = "released to", "manifest digest (SHA-256)"
"""Metadata of a release in Dagster's history."""

_PAGE = 100


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


def judge(  # noqa: PLR0913, PLR0917 - what, by which rules, and where
    dataset: Dataset,
    held: Held,
    tables: Mapping[str, Any],
    policy: Policy,
    workplace: Workplace,
    instance: DagsterInstance,
) -> Judged:
    """Each mode's table with its verdicts, worked out anew.

    Args:
        dataset: As declared.
        held: The tables, copied.
        tables: With their descriptions.
        policy: The rules.
        workplace: Folders and key.
        instance: Dagster's history.
    """
    candidates = {
        mode: Candidate(dataset, mode, held, tables[f"{mode}_description"], policy, workplace, instance)
        for mode in held.tables
    }
    return Judged(candidates, {mode: list(candidate.verdicts()) for mode, candidate in candidates.items()})


def results_of(
    judged: Judged, dataset: Dataset, policy: Policy, workplace: Workplace, instance: DagsterInstance
) -> Iterator[dg.AssetCheckResult]:
    """The three checks of a release."""
    left_out = {mode: failed(several) for mode, several in judged.verdicts.items() if failed(several)}
    may = f"May be released: {', '.join(judged.passed)}" if judged.passed else "No mode may be released"
    said = f"{may} (policy {policy.name}). "
    open_ = {mode: left_open(judged.verdicts[mode]) for mode in judged.passed}
    said += " ".join(f"Not excluded, {mode}: {what}. " for mode, what in open_.items() if what)
    said += " ".join(f"Left out, {mode}: {why}" for mode, why in left_out.items())
    yield dg.AssetCheckResult(
        check_name=EVIDENCE_CHECK,
        passed=bool(judged.passed),
        description=said.strip(),
        metadata={"modes released": len(judged.passed), "modes left out": len(left_out), "policy": policy.name},
    )
    if not judged.passed:
        yield from (_nothing_to_release(name) for name in (EARLIER_CHECK, CAPS_CHECK))
        return
    folder = workplace.folder
    earlier = Earlier.of(folder.published, dataset.name, folder.released, _made(dataset, instance), dataset.formerly)
    made = [judged.candidates[mode] for mode in judged.passed]
    apart, told = earlier.differences([one.description for one in made], int(policy.minimum_count.limit))
    yield dg.AssetCheckResult(check_name=EARLIER_CHECK, passed=apart, description=told)
    kept, told = earlier.caps(
        [(one.description, one.rows) for one in made],
        most_releases=int(policy.most_releases.limit),
        most_rows_per_row=policy.most_rows_per_row.limit,
    )
    yield dg.AssetCheckResult(check_name=CAPS_CHECK, passed=kept, description=told)


def _nothing_to_release(check: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=check,
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"Not run: no mode may be released (see {EVIDENCE_CHECK}), so there is nothing to look at.",
    )


def _made(dataset: Dataset, instance: DagsterInstance) -> dict[str, str]:
    """The releases that Dagster's history knows, with the digests of their manifests."""
    made: dict[str, str] = {}
    cursor, more = None, True
    while more:
        found = instance.fetch_materializations(dg.AssetKey(dataset.release), limit=_PAGE, cursor=cursor)
        for record in found.records:
            told = record.asset_materialization.metadata if record.asset_materialization else {}
            if is_of_a_run(record.event_log_entry) and RELEASED_TO in told and DIGEST in told:
                made[Path(str(told[RELEASED_TO].value)).name] = str(told[DIGEST].value)
        cursor, more = found.cursor, found.has_more
    return made


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
                one.mode,
                dataset.synthetic(one.mode),
                one.table,
                one.description,
                tuple(judged.verdicts[one.mode]),
                one.made,
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
