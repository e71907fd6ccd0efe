"""Every mistake that a person can make in a dataset's YAML is found where it stands, and said in one message."""

import copy
import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from synth_assets.components.faults import report
from synth_assets.components.faults.checks import faults, faults_of, problems
from synth_assets_tests.components.faults.written import STAYS, changed, first_change, write

AE = Path(__file__).parents[3] / "synth_assets" / "defs" / "ae" / "defs.yaml"

FORM = [
    # unknown keys, at every level
    ("  title: Hospital stays", "  titel: Hospital stays", "no key 'titel' here. Did you mean 'title'?"),
    ("attributes:", "atributes: {}\nattributes:", "no key 'atributes' here. Did you mean 'attributes'?"),
    ("    missing:", "    mising:", "no key 'mising' here. Did you mean 'missing'?"),
    ("      digits: 6", "      digit: 6", "no key 'digit' here. Did you mean 'digits'?"),
    ("      values: [F, M]", "      value: [F, M]", "no key 'value' here. Did you mean 'values'?"),
    ("      nullable: true", "      nulable: true", "no key 'nulable' here. Did you mean 'nullable'?"),
    (", bins: 10}", ", bin: 10}", "no key 'bin' here. Did you mean 'bins'?"),
    ("{intervals: [2, 4]", "{interval: [2, 4]", "no key 'interval' here. Did you mean 'intervals'?"),
    ("    - ordered: [Day, Left]", "    - order: [Day, Left]", "no key 'order' here. Did you mean 'ordered'?"),
    ("    random: {rows: 50}", "    random: {row: 50}", "no key 'row' here. Did you mean 'rows'?"),
    ("    random: {", "    randomly: {", "no key 'randomly' here. Did you mean 'random'?"),
    ("      max_parents: 2", "      max_parent: 2", "no key 'max_parent' here. Did you mean 'max_parents'?"),
    ("        force: ", "        forced: ", "no key 'forced' here. Did you mean 'force'?"),
    ("    budget: 3", "    budgets: 3", "no key 'budgets' here. Did you mean 'budget'?"),
    # wrong types
    ("    random: {rows: 50}", "    random: {rows: many}", "'rows' is 'many'. Allowed: a whole number or null."),
    ("  mock: false", "  mock: perhaps", "'mock' is 'perhaps'. Allowed: true or false."),
    ("      columns: [Patient]", "      columns: Patient", "'columns' is 'Patient'. Allowed: a list."),
    ("      values: [F, M]", "      values: [1.5, M]", "Item 1 of 'values' is 1.5. Allowed: text or a whole number"),
    ("[0-17, 18-64, 65+], o", "[0-17, 18-64, 65], o", "Item 3 of 'categories' is 65. Allowed: text. Put it in quotes."),
    (
        "      starts: [0, 18, 65]",
        "      starts: [0, 18.5, 65]",
        "Item 2 of 'starts' is 18.5. Allowed: a whole number.",
    ),
    ("      nullable: true", "      nullable: 1", "'nullable' is 1. Allowed: true or false."),
    ("      known: [wards, Ward]", "      known: [wards]", "'known' holds 1. Allowed: at least 2."),
    ("    - ordered: [Day, Left]", "    - 3", "Item 2 of 'constraints' is 3. Allowed: keys with values."),
    ("    independent: {epsilon: 0.5", "    independent: {epsilon: half", "'epsilon' is 'half'. Allowed: a number."),
    (
        "        force: [[Age band, Cost]]",
        "        force: [Age band]",
        "Item 1 of 'force' is 'Age band'. Allowed: a list.",
    ),
    ('  schedule: "0 3 * * 1"', "  schedule: 3", "'schedule' is 3. Allowed: text or null. Put it in quotes."),
    ("Days: integer, Cost", "Days: number, Cost", "'Days' is 'number'. Allowed: integer, float, text"),
    (
        "  title: Hospital stays",
        "  title: Hospital stays\n  formerly: visits",
        "'formerly' is 'visits'. Allowed: a list.",
    ),
    # out of range
    ("    random: {rows: 50}", "    random: {rows: 0}", "'rows' is 0. Allowed: 1 or more."),
    ("      max_parents: 2", "      max_parents: 5", "'max_parents' is 5. Allowed: 0, 1, 2, 3, 4."),
    ("    max_rows_per_person: 2", "    max_rows_per_person: 0", "'max_rows_per_person' is 0. Allowed: 1 or more."),
    ("  round_to: 5", "  round_to: 2000", "'round_to' is 2000. Allowed: 1000 or less."),
    ("  hold_out: 0", "  hold_out: 1.5", "'hold_out' is 1.5. Allowed: less than 1."),
    ("    epsilon: 1\n", "    epsilon: 0\n", "'epsilon' is 0. Allowed: more than 0."),
    (", bins: 10}", ", bins: 0}", "'bins' is 0. Allowed: 1 or more."),
    ("      columns: [Patient]", "      columns: []", "'columns' holds nothing. Allowed: at least 1."),
    ("[0-17, 18-64, 65+], o", "[], o", "'categories' holds nothing. Allowed: at least 1."),
    # words that do not exist
    (
        "    - step: band_hours",
        "    - step: band_hour",
        "'step' is 'band_hour'. Did you mean 'band_hours'? Allowed: drop",
    ),
    ("      unmatched: missing", "      unmatched: skip", "'unmatched' is 'skip'. Allowed: missing, remove, error."),
    ("      type: float", "      type: decimal", "'type' is 'decimal'. Allowed: integer, float, category"),
    ("      role: sensitive", "      role: secret", "'role' is 'secret'. Allowed: direct_identifier, quasi_identifier"),
    ("  start_from: deid", "  start_from: Deid", "'start_from' is 'Deidentified'. Did you mean 'deidentified'?"),
    ("      hierarchy: any", "      hierarchy: all", "'hierarchy' is 'all'. Allowed: any."),
]
MISSING = [
    # what lacks, told where it should stand
    ("      reason: It names the patient\n", "", "    - step: drop", "The key 'reason' lacks: why the step is taken"),
    ("      into: Day\n", "", "    - step: truncate_to_date", "The key 'into' lacks"),
    ("      type: float\n", "", "    - name: Cost", "The key 'type' lacks: what kind of values it holds."),
    ("  title: Hospital stays\n", "", "attributes:", "The key 'title' lacks: what people call the table."),
    ("    - step: drop\n      col", "    - col", "    - columns: [Patient]", "The key 'step' lacks: which step it is."),
    (
        "      by: [Ward ID]\n",
        "",
        "    - determined: Tenth",
        "'determined' stands without 'by'. Give both, or neither.",
    ),
    (", maximum: 700", "", "      domain: {minimum: 0}", "'minimum' stands without 'maximum'. Give both, or neither."),
]
MEANING = [
    # names
    ("  name: stays", "  name: random_stays", "A dataset cannot be called 'random_stays'. Allowed: small letters"),
    ("  name: stays", "  name: Stays", "A dataset cannot be called 'Stays'."),
    ("  name: stays", "  name: stays_release", "not ending in _description"),
    (
        "  title: Hospital stays",
        "  title: Hospital stays\n  formerly: [stays]",
        "has formerly: [stays]. Not allowed in it: stays.",
    ),
    (
        "  title: Hospital stays",
        "  title: Hospital stays\n  formerly: [visits, My visits]",
        "Not allowed in it: My visits. Allowed: names that this dataset had before",
    ),
    (
        "  title: Hospital stays",
        "  title: Hospital stays\n  formerly: [visits, visits]",
        "has formerly: [visits, visits]. Not allowed in it: visits.",
    ),
    ("  owner: team:data-stewards", "  owner: data stewards", "'owner' is 'data stewards'. Allowed: an e-mail address"),
    ("  policy: internal", "  policy: intern", "There is no policy 'intern'. Allowed: ema_0070, internal"),
    ("  minimum_count: 5", "  minimum_count: 2", "'minimum_count' is 2. Policy 'internal' asks for at least 5"),
    ("  minimum_k: 5", "  minimum_k: 1", "'minimum_k' is 1. Policy 'internal' asks for at least 5"),
    (
        '  schedule: "0 3 * * 1"',
        '  schedule: "0 25 * * 1"',
        "'schedule' is '0 25 * * 1'. Allowed: cron with five parts",
    ),
    ('  schedule: "0 3 * * 1"', "  schedule: weekly", "'schedule' is 'weekly'. Allowed: cron"),
    ("  hold_out: 0", "  hold_out: 0.7", "'hold_out' is 0.7. Allowed: a share of persons from 0 to 0.5"),
    ("  title: Hospital stays", '  title: ""', "'title' holds nothing. Allowed: at least 1."),
    (
        "    random: {rows: 50}",
        "    random:",
        "'random' is empty (null), so it is not made. Write random: {} to make it",
    ),
    # the source
    ("    file: stays.csv", '    file: ""', "'file' is ''. Give text."),
    (
        "    file: stays.csv",
        "    file: stays.csv\n    postgres: DATABASE",
        "'source' has 'file', 'postgres'. Allowed: exactly one",
    ),
    ('    delimiter: ";"', "    table: stays", "A source with 'file' has no 'table'. Allowed besides it: 'package'"),
    ('    delimiter: ";"', "    delimiter: tab", "'delimiter' is 'tab'. Allowed: one character"),
    ("    wards: wards.csv", "    wards: wards.xlsx", "'wards' is 'wards.xlsx'. Allowed: a CSV file in data/input."),
    ("  reference_assets: [areas]", "  reference_assets: [areas, wards]", "'wards' is a reference file too."),
    # steps
    ("      reference: areas", "      reference: area", "'area' is no declared reference. Did you mean 'areas'?"),
    (
        "      known: [wards, Ward]",
        "      known: [hospitals, Ward]",
        "'hospitals' is no declared reference. Allowed: wards",
    ),
    ("      hours: 12", "      hours: 5", "A range of 5 hours does not divide the day."),
    (
        "      starts: [0, 18, 65]",
        "      starts: [0, 65, 18]",
        "starts is [0, 65, 18]. Allowed: whole numbers, ascending",
    ),
    ("      column: Age\n", "      column: Sex\n", "Column 'Sex' holds text. Allowed: integer or float."),
    ("      column: Admitted\n", "      column: Left\n", "Column 'Left' holds date. Allowed: datetime."),
    (
        "      column: Sex\n",
        "      column: Age\n",
        "Column 'Age' holds integer, and never 'F', 'M', which the step names.",
    ),
    ("      into: Day\n", "      into: Left\n", "The table has a column 'Left' already. Drop it first"),
    (
        "      column: Ward\n",
        "      column: Postcode\n",
        "There is no column 'Postcode' any more: step 3 took it away.",
    ),
    ("      columns: [Admitted]", "      columns: [Admitted, Admitted]", "Column 'Admitted' is listed twice."),
    # columns
    ("      into: Hours", "      into: Hour", "Column 'Hour' is left after the steps, but not declared. Drop it"),
    (
        "      role: sensitive",
        "      role: direct_identifier",
        "Column 'Ward ID' is a direct_identifier, and still there",
    ),
    ("maximum: 90000.5", "maximum: lots", "Column 'Cost' has bound 'lots'. Allowed: a value of type float."),
    ("{minimum: 0, maximum: 700}", "{minimum: 900, maximum: 700}", "The minimum 900 is above the maximum 700."),
    (
        "maximum: 2024-12-31",
        "maximum: 2024-13-31",
        "Column 'Day' has bound '2024-13-31'. Allowed: a value of type date.",
    ),
    ("[0-17, 18-64, 65+], o", "[0-17, 0-17, 65+], o", "Categories are listed more than once: 0-17."),
    ("      unit: tenths", "      time_zone: Europe/London", "has time_zone 'Europe/London'. Allowed: a zone's name"),
    ("[sexes, Sex]", "[genders, Sex]", "'genders' is no declared reference. Allowed: wards, sexes."),
    (
        "      domain: {pseudonyms_from: Ward ID}",
        "      domain: {pseudonyms_from: Ward}",
        "No step makes pseudonyms called 'Ward'.",
    ),
    (
        "  quasi_identifiers: [Sex,",
        "  quasi_identifiers: [Sexe,",
        "names 'Sexe', which is no declared column. Did you mean 'Sex'?",
    ),
    (
        "  quasi_identifiers: [Sex, Age band, Tenth]",
        "  quasi_identifiers: []",
        "No column has the role quasi_identifier.",
    ),
    # hierarchies
    ("{intervals: [2, 4]", "{intervals: [2, 5]", "Allowed: widths that ascend, each a multiple of the one before."),
    (
        "{intervals: [2, 4], start: 1, any",
        "{intervals: [2], prefixes: [1], any",
        "Allowed: 'any', or a mapping with at most one",
    ),
    ("{intervals: [2, 4], start: 1, any", "{dates: month, any", "does not cover 1, 2, 3, 4, 5, ... at level 1."),
    (
        "      domain: {minimum: 0, maximum: 700}",
        "      hierarchy: any\n      domain: {minimum: 0, maximum: 700}",
        "Column 'Days' has a hierarchy, but is no quasi-identifier.",
    ),
    # constraints
    (
        "    - ordered: [Day, Left]",
        "    - ordered: [Day, Gone]",
        "names 'Gone', which is no declared column. Allowed: Sex",
    ),
    (
        "    - determined: Tenth",
        "    - determined: Tenths",
        "names 'Tenths', which is no declared column. Did you mean 'Tenth'?",
    ),
    ("      by: [Ward ID]", "      by: [Ward]", "names 'Ward', which is no declared column. Did you mean 'Ward ID'?"),
    (
        "    - forbidden: {Age band: 0",
        "    - forbidden: {Age bands: 0",
        "names 'Age bands', which is no declared column.",
    ),
    (
        "    - forbidden: {Age band: 0-17",
        "    - forbidden: {Age band: 0-18",
        "gives 'Age band' the value '0-18'. Allowed: 0-17, 18-64, 65+",
    ),
    (
        "    - ordered: [Day, Left]",
        "    - ordered: [Sex, Left]",
        "names 'Sex', of type category. Allowed: integer, float, date, datetime.",
    ),
    ("    - ordered: [Day, Left]", "    - ordered: [Days, Left]", "compares columns of several types."),
    # networks
    (
        "        force: [[Age band, Cost]]",
        "        force: [[Age band, Price]]",
        "The network names 'Price', which is no declared column.",
    ),
    (
        "        order: [[Sex, Tenth]]",
        "        order: [[Sex, Tenths]]",
        "The network names 'Tenths', which is no declared column.",
    ),
    # privacy
    (
        "{epsilon: 0.5, delta",
        "{epsilon: 5, delta",
        "'epsilon' is 5 in independent mode, and the budget of all descriptions together is 3.",
    ),
    ("    epsilon: 1\n", "    epsilon: 2000\n", "'epsilon' is 2000.0. Allowed: numbers from 0.001 to 1000"),
    ("    delta: 1e-9\n", "    delta: 0.5\n", "'delta' is 0.5. Allowed: numbers above 0 and up to 0.01"),
    (
        "  start_from: deidentified",
        "  start_from: anonymised",
        "'start_from' is 'anonymised', but its search looks at all rows",
    ),
    ("      unit: tenths", "      domain_source: data", "column 'Tenth' must declare its domain"),
]
ELSEWHERE = [
    ("      type: float", "      type: category", "maximum: 90000.5", "Column 'Cost' of type category has domain"),
    # where the line that is told is not the one that was changed
    (
        "            adult: [18-64, 65+]",
        "            adult: [18-64]",
        "          - minor",
        "does not cover 65+ at level 1.",
    ),
    ("      unit: tenths", "      unique: true", "{minimum: 1,", "Column 'Tenth' of type integer is declared unique."),
    (
        "      by: [Ward ID]",
        "      by: [Tenth]",
        "    - determined",
        "a column decides itself. Allowed: other columns.",
    ),
    ("forbid: [[Cost, Days]]", "forbid: [[Age band, Cost]]", "        force:", "is forced and forbidden; drop one of"),
    ("[Age band, Cost]]", "[Cost, Tenth], [Tenth, Cost]]", "        force:", "forced edges and orders form a cycle"),
    ("    budget: 3\n", "    budget: 0.75\n", "    epsilon: 1", "'epsilon' is 1 in correlated mode, and the budget"),
    ("    budget: 3\n", "", "    independent:", "'epsilon' is asked for without a budget. Name one under 'privacy'"),
    ("      domain: {minimum: 0, maximum: 700}\n", "", "    - name: Days", "column 'Days' must declare its domain"),
    ("      hierarchy: any\n", "", "    - name: Sex", "Quasi-identifier 'Sex' has no hierarchy, but others have."),
    ("[F, M]", "[F, M", "      reason: Others", "This is not YAML: while parsing a flow sequence"),
    ('  schedule: "0 3 * * 1"\n', "", "  release_on", "'release_on_schedule' is true, but there is no schedule."),
    ("    file: stays.csv\n", "", "  source:", "'source' has no place. Allowed: exactly one of 'file'"),
]
SEVERAL = [
    # the fault that explains the others is among them
    (
        "    - name: Ward ID",
        "    - name: Ward",
        "    - name: Ward",
        "Column 'Ward' is declared, but step 4 takes it away.",
    ),
    ("    - name: Sex", "    - name: Patient", "    - name: Pat", "Column 'Patient' is declared, but step 1 takes it"),
    ("    - name: Cost", "    - name: Days", "      type: float", "Column 'Days' is declared more than once."),
    (
        "      type: date\n      domain: {minimum: 2024-01-01, maximum: 2025",
        "      type: datetime\n      domain: {minimum: 2024-01-01, maximum: 2025",
        "      type: datetime",
        "is declared as datetime, but the steps leave date",
    ),
    (
        "[Patient]",
        "[Postcode]",
        "      column: Postcode",
        "There is no column 'Postcode' any more: step 1 took it away.",
    ),
    (
        "  policy: internal",
        "  policy: ema_0070",
        "  minimum_k",
        "'minimum_k' is 5. Policy 'ema_0070' asks for at least",
    ),
]
BROKEN = [
    ("  title: Hospital stays", "  title: Hospital: stays", "This is not YAML: mapping values are not allowed here"),
    ("  title: Hospital stays", "  title: Hospital stays\n  title: Stays", "The key 'title' is written twice"),
    (
        "type: synth_assets.components.SyntheticDataset",
        "type: synth_assets.components.SynthetikDataset",
        "There is no component",
    ),
]


def line_with(text: str, start: str) -> int:
    """The first line that holds a text."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if start in line)


def said_once(folder: Path, text: str) -> tuple[int, str]:
    """The line and message of the only fault, and that the report points to it."""
    found = faults(write(folder, text))
    assert len(found) == 1, report(found) or "no fault was found"
    shown = report(found)
    assert "Traceback" not in shown
    assert f"defs.yaml:{found[0].line} - " in shown
    caret = next(line for line in shown.splitlines() if line.endswith("^"))
    above = shown.splitlines()[shown.splitlines().index(caret) - 1]
    assert above.startswith(f"{found[0].line} |".rjust(len(caret.partition("|")[0]) + 1))
    assert above[len(caret) - 1] not in " \n"
    return found[0].line, found[0].message


def test_a_dataset_without_faults_has_none(tmp_path: Path):
    assert report(faults(write(tmp_path, STAYS))) == ""
    assert report(faults(AE)) == ""


@pytest.mark.parametrize(("old", "new", "said"), [*FORM, *MEANING, *BROKEN])
def test_a_mistake_is_found_on_its_line(tmp_path: Path, old: str, new: str, said: str):
    text = changed((old, new))

    line, message = said_once(tmp_path, text)

    assert said in message
    assert line == first_change(text)


@pytest.mark.parametrize(("old", "new", "where", "said"), [*MISSING, *ELSEWHERE])
def test_what_lacks_or_contradicts_is_found_where_it_shows(tmp_path: Path, old: str, new: str, where: str, said: str):
    text = changed((old, new))

    line, message = said_once(tmp_path, text)

    assert said in message
    assert line == line_with(text, where)


@pytest.mark.parametrize(("old", "new", "where", "said"), SEVERAL)
def test_a_mistake_that_has_consequences_is_among_them(tmp_path: Path, old: str, new: str, where: str, said: str):
    text = changed((old, new))

    found = faults(write(tmp_path, text))

    told = [fault.line for fault in found if said in fault.message]
    assert told == [line_with(text, where) - ("more than once" in said)]
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)


def test_the_person_column_must_not_be_left(tmp_path: Path):
    dropped = "    - step: drop\n      columns: [Patient]\n      reason: It names the patient\n"
    text = changed((dropped, ""), ("  constraints:", "    - name: Patient\n      type: text\n  constraints:"))

    line, message = said_once(tmp_path, text)

    assert "Column 'Patient' is the person_column" in message
    assert line == line_with(text, "- name: Patient")


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401 - YAML
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield from paths(held, (*path, key))


def test_no_value_anywhere_stops_the_search():
    odd = itertools.cycle([None, 3, -1, True, "", "x", [], {}, [1], {"a": 1}, [["a"]], 1.5, math.nan, {1: 2}])
    base = yaml.safe_load(STAYS)["attributes"]

    for path in list(paths(base))[1:]:
        attributes = copy.deepcopy(base)
        owner = attributes
        for part in path[:-1]:
            owner = owner[part]
        owner[path[-1]] = next(odd)
        assert all(problem.message.endswith((".", ")")) for problem in problems(attributes))


def test_several_mistakes_are_told_together_in_the_order_of_the_file(tmp_path: Path):
    text = changed(("minimum_k: 5", "minimum_k: 1"), ("title:", "titel:"), ("rows: 50", "rows: 0"))

    found = faults(write(tmp_path, text))

    assert [fault.path[-1] for fault in found] == ["titel", "rows", "minimum_k"]


def test_templates_are_left_to_dagster(tmp_path: Path):
    text = changed(
        ("      hours: 12", '      hours: "{{ env.HOURS }}"'),
        ("  minimum_k: 5", '  minimum_k: "{{ env.K }}"'),
        ("      columns: [Patient]", '      columns: "{{ env.DROPPED }}"'),
        ("  name: stays", '  name: "{{ env.NAME }}"'),
    )

    assert report(faults(write(tmp_path, text))) == ""


def test_other_components_and_documents_are_left_alone(tmp_path: Path):
    other = "type: dagster.DefsFolderComponent\nattributes: {anything: 1}\n---\n"

    found = faults(write(tmp_path, other + changed(("rows: 50", "rows: 0"))))

    assert [fault.line for fault in found] == [3 + first_change(changed(("rows: 50", "rows: 0")))]


def test_the_component_may_be_named_with_its_module(tmp_path: Path):
    named = ("components.SyntheticDataset", "components.synthetic_dataset.SyntheticDataset")

    assert report(faults(write(tmp_path, changed(named)))) == ""
    assert len(faults(write(tmp_path, changed(named, ("rows: 50", "rows: 0"))))) == 1


@pytest.mark.parametrize(
    "text", ["", "- 1\n", "name: x\n", "type: 3\n", "\x00", "a: *b\n", "? [1]\n: 2\n", "type: [\n"]
)
def test_what_is_no_dataset_at_all_is_said(tmp_path: Path, text: str):
    found = faults(write(tmp_path, text))

    assert len(found) == 1
    assert "Traceback" not in report(found)


def test_bytes_and_missing_files_are_said(tmp_path: Path):
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe")

    assert "It must be a file of text in UTF-8." in faults(tmp_path / "bytes.yaml")[0].message
    assert "It cannot be read" in report(faults(tmp_path / "none.yaml"))


def test_a_former_name_must_not_be_that_of_a_dataset_there_is(tmp_path: Path):
    for name, text in (
        ("one", STAYS),
        ("two", changed(("  name: stays", "  name: beds"), ("  owner:", "  formerly: [wards, stays]\n  owner:"))),
    ):
        (tmp_path / name).mkdir()
        write(tmp_path / name, text)

    files, found = faults_of([tmp_path])

    assert len(files) == 2
    assert [(fault.file.parent.name, fault.path[-1]) for fault in found] == [("two", 1)]
    assert "There is a dataset 'stays' now" in found[0].message
