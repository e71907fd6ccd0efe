"""A dataset's YAML that has no fault and uses every part of the form, and the same with one thing changed."""

from pathlib import Path

STAYS = """\
# Stays in a hospital.
type: synth_assets.components.SyntheticDataset

attributes:
  name: stays
  title: Hospital stays
  owner: team:data-stewards
  source:
    file: stays.csv
    types:
      {Patient: text, Sex: text, Age: integer, Ward: text, Postcode: text, Admitted: datetime, Left: date,
       Days: integer, Cost: float}
    missing: ["", NA]
    delimiter: ";"
  reference_assets: [areas]
  reference_files:
    wards: wards.csv
    sexes: sexes.csv
  steps:
    - step: drop
      columns: [Patient]
      reason: It names the patient
    - step: look_up
      column: Postcode
      reference: areas
      by: Postcode
      take: Tenth
      into: Tenth
      unmatched: missing
      reason: The area is enough
    - step: drop
      columns: [Postcode]
      reason: It is a handful of homes
    - step: pseudonymise
      column: Ward
      into: Ward ID
      known: [wards, Ward]
      digits: 6
      reason: A ward's name places its patients
    - step: truncate_to_date
      column: Admitted
      into: Day
      reason: The day is enough
    - step: band_hours
      column: Admitted
      into: Hours
      hours: 12
      reason: Half a day is enough
    - step: drop
      columns: [Admitted]
      reason: The second singles a patient out
    - step: keep_only
      column: Sex
      values: [F, M]
      reason: Others are rare
    - step: band_numbers
      column: Age
      into: Age band
      starts: [0, 18, 65]
      reason: A band is enough
  columns:
    - name: Sex
      type: category
      role: quasi_identifier
      domain: {categories_from: [sexes, Sex]}
      hierarchy: any
    - name: Age band
      type: category
      role: quasi_identifier
      domain: {categories: [0-17, 18-64, 65+], ordered: true}
      hierarchy:
        tree:
          - minor: [0-17]
            adult: [18-64, 65+]
        any: true
    - name: Ward ID
      type: category
      role: sensitive
      domain: {pseudonyms_from: Ward ID}
    - name: Tenth
      type: integer
      role: quasi_identifier
      domain: {minimum: 1, maximum: 10, bins: 10}
      nullable: true
      hierarchy: {intervals: [2, 4], start: 1, any: true}
      unit: tenths
    - name: Day
      type: date
      domain: {minimum: 2024-01-01, maximum: 2024-12-31}
    - name: Left
      type: date
      domain: {minimum: 2024-01-01, maximum: 2025-12-31}
    - name: Hours
      type: category
      domain: {categories: [00-11, 12-23], ordered: true}
    - name: Days
      type: integer
      domain: {minimum: 0, maximum: 700}
    - name: Cost
      type: float
      domain: {minimum: 0, maximum: 90000.5}
      description: In euros
  constraints:
    - forbidden: {Age band: 0-17, Hours: [00-11]}
    - ordered: [Day, Left]
    - determined: Tenth
      by: [Ward ID]
  modes:
    random: {rows: 50}
    independent: {epsilon: 0.5, delta: 1e-9}
    correlated:
      max_parents: 2
      network:
        force: [[Age band, Cost]]
        forbid: [[Cost, Days]]
        order: [[Sex, Tenth]]
  quasi_identifiers: [Sex, Age band, Tenth]
  policy: internal
  minimum_count: 5
  minimum_k: 5
  round_to: 5
  privacy:
    epsilon: 1
    delta: 1e-9
    budget: 3
    person_column: Patient
    max_rows_per_person: 2
  start_from: deidentified
  hold_out: 0
  contact: stewards@example.org
  mock: false
  enabled: true
  unreviewed: []
  schedule: "0 3 * * 1"
  release_on_schedule: true
"""


def changed(*changes: tuple[str, str]) -> str:
    """The YAML with the first place of each text replaced; each must be there."""
    text = STAYS
    for old, new in changes:
        assert old in text, f"{old!r} is not in the YAML"
        text = text.replace(old, new, 1)
    return text


def write(folder: Path, text: str) -> Path:
    """A file with the text."""
    path = folder / "defs.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def first_change(text: str) -> int:
    """The first line that is not as in the YAML without faults."""
    pairs = zip(text.splitlines(), STAYS.splitlines(), strict=False)
    return next(number for number, (new, old) in enumerate(pairs, start=1) if new != old)
