"""The evidence behind a release, worked out anew: no result that somebody stored or reported is taken for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
from dagster import DagsterInstance

from synth_assets.components.attacks import measure_risk
from synth_assets.components.copied import Held, asks_for_original
from synth_assets.components.dataset import Dataset
from synth_assets.components.history import last_told
from synth_assets.components.judged import house, not_run, ruled
from synth_assets.components.parameters import parameters
from synth_assets.components.protected import table_version, told_version
from synth_assets.components.resources import Randomness, Workplace
from synth_assets.components.risks import not_excluded, risk_sentence
from synth_assets.describe import Description
from synth_assets.describe.privacy import LedgerMark
from synth_assets.errors import SynthAssetsError
from synth_assets.frames import in_order
from synth_assets.generate import generate_batches
from synth_assets.ledger import Anchor, Ledger
from synth_assets.measure.conformity import conformity
from synth_assets.policy import Policy
from synth_assets.protect import anonymity, direct_identifiers
from synth_assets.protect.identifiers import together
from synth_assets.release.bundle import Made, Verdict
from synth_assets.release.earlier import VERSION_KEY
from synth_assets.schema import Mode
from synth_assets.storage.fingerprint import fingerprint
from synth_assets.storage.key import keyed_hash
from synth_assets.storage.sample import rows_of
from synth_assets.storage.warehouse import TableHandle

DOCUMENT_HASH = "document hash"


def document_hash(description: Description, key: bytes) -> str:
    """A keyed hash of a description's document."""
    return keyed_hash(key, "description document", description.to_json()).hex()


@dataclass(frozen=True)
class Candidate:
    """A table that would be released, and all that is needed to work its evidence out.

    Attributes:
        dataset: Whose.
        mode: In which it was made.
        held: The tables, as they were when they were copied.
        description: The description, as it is stored.
        policy: The rules.
        workplace: Folders and key.
        instance: Dagster's history.
    """

    dataset: Dataset
    mode: Mode
    held: Held
    description: Description
    policy: Policy
    workplace: Workplace
    instance: DagsterInstance

    def verdicts(self) -> Iterator[Verdict]:
        """One a check; what cannot be worked out counts as not passed."""
        checks = [self._document, self._declared, self._remade, self._schema, self._identifiers]
        if self.description.privacy is None:
            checks += [self._counts, *([self._anonymised] if self.dataset.start_from == "anonymised" else [])]
            if asks_for_original(self.description):
                checks += [self._current, self._attacks]
        elif self.mode != "random":
            checks.append(self._booked)
        for check in checks:
            try:
                yield from check()
            except SynthAssetsError as error:
                yield not_run(check.__name__.strip("_"), str(error))

    @property
    def table(self) -> pl.LazyFrame:
        """The synthetic table."""
        return self.held.tables[self.mode]

    @cached_property
    def rows(self) -> int:
        """Of the table."""
        return rows_of(self.table)

    @cached_property
    def made(self) -> Made | None:
        """What the rows are to be, drawn again from the description; ``None`` where the history tells no seed."""
        told, key = self._told(self.dataset.synthetic(self.mode)), self.workplace.key
        if not {"seed", "regeneration", "rows"} <= set(told):
            return None
        rng = Randomness(seed=int(told["seed"]), regeneration=int(told["regeneration"])).rng(
            self.dataset.synthetic(self.mode)
        )
        return Made(fingerprint(generate_batches(self.description, rows=int(told["rows"]), rng=rng), key), key)

    def _document(self) -> Iterator[Verdict]:
        """The description is the one that Dagster recorded."""
        told = self._told(f"{self.dataset.synthetic(self.mode)}_description")
        same = told.get(DOCUMENT_HASH) == document_hash(self.description, self.workplace.key)
        said = "is" if same else "is NOT"
        yield house(
            "description_unchanged", "description", f"The description {said} the one that was made.", passed=same
        )

    def _declared(self) -> Iterator[Verdict]:
        """The description is what the YAML asks for now: another mode's privacy, limits or schema are another's."""
        original = TableHandle(self.workplace.warehouse, self.dataset.original)
        _, now = parameters(self.dataset, self.mode, original, self.workplace)
        same = now.items() <= dict(self.description.provenance).items()
        said = "is" if same else "is NOT"
        sentence = f"The description {said} made with the schema and settings that are declared now."
        if not same:
            sentence += f" Materialise {self.dataset.synthetic(self.mode)} and its description again."
        yield house("made_as_declared", "description", sentence, passed=same)

    def _current(self) -> Iterator[Verdict]:
        """The description is of the data that are there: attacks on other data would be no evidence."""
        key = self.workplace.key
        version = table_version(self.held.original, self.held.units, key)
        same = self.description.provenance.get(VERSION_KEY) == told_version(version, key)
        said = f"The description {'is' if same else 'is NOT'} of the data that {self.dataset.original} holds now."
        yield house("description_is_current", "description", said, passed=same)

    def _remade(self) -> Iterator[Verdict]:
        """The table is what its description and seed give, row for row: nothing else can have got into it."""
        made = self.made
        same = made is not None and made.fingerprint == fingerprint(self.table, self.workplace.key)
        said = "is" if same else "is NOT"
        sentence = f"Made again from its description and seed alone, the table {said} the same, row for row."
        yield house("made_from_description_alone", "schema", sentence, passed=same)

    def _told(self, asset: str) -> dict[str, Any]:
        return last_told(self.instance, asset)

    def _schema(self) -> Iterator[Verdict]:
        found = conformity(self.table, self.description)
        said = "; ".join(found.departures) or f"All {found.rows:,} rows fit the description's domains and constraints."
        yield house("matches_schema_and_domain", "schema", said, passed=not found.departures)

    def _identifiers(self) -> Iterator[Verdict]:
        found = together(finding for batch in in_order(self.table) for finding in direct_identifiers(batch))
        said = "; ".join(map(str, found)) or "No value reads like a name, an NHS number or a postcode."
        yield house("no_direct_identifier", "schema", said, passed=not found)

    def _counts(self) -> Iterator[Verdict]:
        """What exact counts, and domains that were read from the data, tell keeps the policy's limits."""
        description, persons = self.description, self.dataset.privacy.rows_per_person
        if self.mode == "random" and not description.domains_from_data:
            return
        least = description.minimum_count // persons
        if self.mode == "random":
            columns = ", ".join(map(repr, description.domains_from_data))
            said = f"The domain of {columns} was read from the data; no value of fewer than {least} persons is named"
            yield ruled(self.policy, self.policy.minimum_count, least, said)
            return
        said = f"No count of fewer than {least} persons is told"
        yield ruled(self.policy, self.policy.minimum_count, least, said)
        told = "exact" if description.round_to == 1 else f"rounded to multiples of {description.round_to}"
        yield ruled(self.policy, self.policy.round_to, description.round_to, f"Counts are {told}")

    def _booked(self) -> Iterator[Verdict]:
        """The spend is in the ledger, and the ledger is whole."""
        mark = self.description.ledger
        if not isinstance(mark, LedgerMark):
            yield house("ledger_booked", "ledger", "The description's spend is booked nowhere.", passed=False)
            return
        ledger = Ledger(self.workplace.folder.ledger, self.workplace.key)
        faults = ledger.verify([Anchor(mark.sequence, mark.digest)])
        said = "; ".join(faults) or f"The spend is row {mark.sequence} of a ledger that is whole."
        yield house("ledger_booked", "ledger", said, passed=not faults)

    def _attacks(self) -> Iterator[Verdict]:
        """Attacks, made anew on the tables as they are."""
        dataset = self.dataset
        rng = Randomness().rng(f"{dataset.risk(self.mode)} for a release")
        original, units = self.held.original, self.held.units_file
        found = measure_risk(dataset, self.workplace, original, units, self.table, self.description, rng)
        if found is None:
            said = "Not run: nobody is held out from the description, so no attack can be measured."
            for rule in (self.policy.attack_risk, self.policy.copy_risk):
                yield Verdict(rule.name, rule.name, rule.object, None, rule.limit, False, said, rule.source)  # noqa: FBT003 - not passed
            return
        least, weak = self.policy.least_held_out, 0
        said = "Enough persons are held out"
        if not least.allows(found.held_out):
            said = (
                f"Too few persons are held out, {found.held_out:,}: set hold_out higher than {dataset.hold_out:g}, or "
                "get rows of more persons"
            )
        yield ruled(self.policy, least, found.held_out, said, reads_original=True)
        for rule in (self.policy.attack_risk, self.policy.copy_risk):
            verdict = found.judged(rule, self.policy)
            kept, said = verdict.outcome != "fail", risk_sentence(verdict, rule, self.policy.name)
            left = not_excluded(verdict) if verdict.outcome == "not enough evidence" else ""
            weak += bool(left)
            yield Verdict(
                rule.name,
                rule.name,
                rule.object,
                verdict.lower,
                rule.limit,
                kept,
                said,
                rule.source,
                not_excluded=left,
            )
        said = f"{weak} of 2 checks of attacks have too little evidence to exclude more than their limit"
        yield ruled(self.policy, self.policy.most_not_excluded, weak, said, reads_original=True)

    def _anonymised(self) -> Iterator[Verdict]:
        """The table that was described is as anonymous as the policy asks."""
        dataset = self.dataset
        found = anonymity(
            self.held.original,
            quasi_identifiers=list(dataset.hierarchies),
            sensitive=dataset.sensitive,
        )
        yield ruled(self.policy, self.policy.minimum_k, found.k, f"k = {found.k}", reads_original=True)
        if found.l is not None:
            yield ruled(self.policy, self.policy.minimum_l, found.l, f"l = {found.l}", reads_original=True)
