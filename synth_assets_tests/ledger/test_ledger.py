"""The ledger: budgets, refusals, and every way in which somebody could change what was written."""

import shutil
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from synth_assets.errors import BudgetError, LedgerError
from synth_assets.ledger import Entry, Ledger, SpendRequest, ledger_table
from synth_assets.ledger.accounting import spend_of
from synth_assets.ledger.entry import FIELDS
from synth_assets.ledger.store import mark_path

KEY = b"a key for tests, of at least 32 characters"
REQUEST = SpendRequest(
    dataset="visits",
    mode="correlated",
    mechanism="discrete Gaussian, zero-concentrated",
    data_version="v1",
    parameters="p1",
    epsilon=1.0,
    delta=1e-9,
    units=spend_of(1.0, 1e-9),
    budget_epsilon=3.0,
    budget_delta=1e-9,
    run_id="run",
)
BUDGET = (3.0, 1e-9)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "state" / "ledger.sqlite", KEY, timeout_s=5)


def filled(ledger: Ledger, spends: int = 3) -> list[Entry]:
    for place in range(spends):
        ledger.spend(replace(REQUEST, data_version=f"v{place}"))
    return ledger.entries()


def rewrite(ledger: Ledger, *statements: str) -> None:
    """What somebody does who can write the file."""
    with sqlite3.connect(ledger.path) as connection:
        for statement in ("drop trigger no_update", "drop trigger no_delete", *statements):
            connection.execute(statement)


# Spending.


def test_the_first_spend_opens_the_budget(ledger: Ledger):
    entry = ledger.spend(REQUEST)
    [opened, spent] = ledger.entries()

    assert spent == entry
    assert (opened.kind, opened.units, opened.budget_epsilon) == ("open", 0, 3.0)
    assert (spent.kind, spent.sequence, spent.previous) == ("spend", 2, opened.digest)
    assert spent.cumulative_units == REQUEST.units
    assert spent.cumulative_epsilon <= 1.0
    assert ledger.verify([spent.anchor]) == []


def test_the_file_is_for_its_owner_alone(ledger: Ledger):
    ledger.spend(REQUEST)

    assert stat.S_IMODE(ledger.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(ledger.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(mark_path(ledger.path).stat().st_mode) == 0o600


def test_a_spend_beyond_the_budget_is_refused_with_what_is_left(ledger: Ledger):
    made = spend_of(*BUDGET) // REQUEST.units
    filled(ledger, made)
    with pytest.raises(BudgetError, match=r"spent: 2\..* of epsilon .* would still fit, and this one costs"):
        ledger.spend(REQUEST)
    last = ledger.entries()[-1]

    assert len(ledger.entries()) == made + 1
    assert last.cumulative_units + REQUEST.units > last.budget_units >= last.cumulative_units
    assert ledger.status("visits", budget=BUDGET).remaining(REQUEST.units) == 0


def test_the_last_unit_can_be_spent_and_no_more(ledger: Ledger):
    ledger.spend(REQUEST)
    left = ledger.status("visits", budget=BUDGET).left_units
    ledger.spend(replace(REQUEST, units=left))

    with pytest.raises(BudgetError):
        ledger.spend(replace(REQUEST, units=1))


def test_budgets_are_of_one_dataset_each(ledger: Ledger):
    filled(ledger)
    other = ledger.spend(replace(REQUEST, dataset="other", data_version="of other data"))

    assert other.cumulative_units == REQUEST.units
    assert ledger.verify() == []


@pytest.mark.parametrize("units", [0, -1])
def test_a_spend_of_nothing_is_refused(ledger: Ledger, units: int):
    with pytest.raises(LedgerError, match="cannot be booked"):
        ledger.spend(replace(REQUEST, units=units))


def test_what_was_spent_is_found(ledger: Ledger):
    filled(ledger, 2)

    assert ledger.find("visits", "correlated", "v0", "p1") == ledger.entries()[1]
    assert ledger.find("visits", "correlated", "v0", "p2") is None
    assert ledger.find("visits", "independent", "v0", "p1") is None


# Budgets.


def test_a_lower_declared_budget_holds_at_once(ledger: Ledger):
    ledger.spend(REQUEST)

    with pytest.raises(BudgetError):
        ledger.spend(replace(REQUEST, budget_epsilon=1.0))
    assert ledger.spend(REQUEST).kind == "spend"


def test_a_higher_declared_budget_needs_a_reason(ledger: Ledger):
    ledger.spend(REQUEST)
    higher = replace(REQUEST, budget_epsilon=4.0)

    with pytest.raises(LedgerError, match=r'synth-assets budget visits --epsilon 4 --reason "..."'):
        ledger.spend(higher)
    raised = ledger.raise_budget("visits", 4.0, 1e-9, reason="a second cohort was consented")
    assert (raised.kind, raised.reason, raised.units) == ("raise", "a second cohort was consented", 0)
    assert ledger.spend(higher).budget_epsilon == 4.0
    assert ledger.verify() == []


@pytest.mark.parametrize(
    ("epsilon", "delta", "reason", "match"),
    [
        (4.0, 1e-9, " ", "with a reason"),
        (3.0, 1e-9, "why", "is not more"),
        (2.0, 1e-9, "why", "A budget can only rise"),
        (4.0, 1e-6, "why", "keeps its delta"),
    ],
)
def test_a_raise_that_is_none_is_refused(ledger: Ledger, epsilon: float, delta: float, reason: str, match: str):
    ledger.spend(REQUEST)

    with pytest.raises(LedgerError, match=match):
        ledger.raise_budget("visits", epsilon, delta, reason=reason)
    assert len(ledger.entries()) == 2


def test_a_budget_that_was_never_opened_cannot_be_raised(ledger: Ledger):
    with pytest.raises(LedgerError, match="no budget of 'visits' yet"):
        ledger.raise_budget("visits", 4.0, 1e-9, reason="why")
    assert ledger.verify() == []


def test_another_delta_is_refused(ledger: Ledger):
    ledger.spend(REQUEST)

    with pytest.raises(LedgerError, match="declare 1e-09 again"):
        ledger.spend(replace(REQUEST, budget_delta=1e-6))


def test_the_status_before_and_after(ledger: Ledger):
    before = ledger.status("visits", budget=BUDGET)
    filled(ledger, 1)
    after = ledger.status("visits", budget=BUDGET)

    assert (before.spent_units, before.left_units) == (0, spend_of(*BUDGET))
    assert after.spent_units == REQUEST.units
    assert after.remaining(REQUEST.units) == before.remaining(REQUEST.units) - 1
    assert not ledger.path.with_name("other").exists()


# Tampering.


@pytest.mark.parametrize("field", [field for field in FIELDS if field != "sequence"])
@pytest.mark.parametrize("row", [1, 2, 4])
def test_no_part_of_any_row_can_be_changed(ledger: Ledger, field: str, row: int):
    filled(ledger)
    old = getattr(ledger.entries()[row - 1], field)
    new = old + 1 if isinstance(old, int | float) else f"{old}x"
    with sqlite3.connect(ledger.path) as connection:
        connection.execute("drop trigger no_update")
        query = f"update ledger set {field} = ? where sequence = ?"  # noqa: S608 - our own names
        connection.execute(query, (new, row))

    assert any(f"row {row}" in fault for fault in ledger.verify())
    with pytest.raises(LedgerError, match="not as it was written"):
        ledger.spend(REQUEST)


def test_the_database_itself_refuses_changes(ledger: Ledger):
    filled(ledger)
    for statement in ("update ledger set units = 0", "delete from ledger"):
        with (
            sqlite3.connect(ledger.path) as connection,
            pytest.raises(sqlite3.IntegrityError, match="append only"),
        ):
            connection.execute(statement)


@pytest.mark.parametrize("row", [1, 2, 3, 4])
def test_no_row_can_be_removed(ledger: Ledger, row: int):
    filled(ledger)
    rewrite(ledger, f"delete from ledger where sequence = {row}")  # noqa: S608 - a number

    assert ledger.verify() != []


def test_no_row_can_be_removed_and_the_others_renumbered(ledger: Ledger):
    filled(ledger)
    rewrite(ledger, "delete from ledger where sequence = 3", "update ledger set sequence = 3 where sequence = 4")

    assert any("row 3" in fault for fault in ledger.verify())


def test_rows_cannot_be_swapped(ledger: Ledger):
    filled(ledger)
    rewrite(
        ledger,
        "update ledger set sequence = 9 where sequence = 3",
        "update ledger set sequence = 3 where sequence = 4",
        "update ledger set sequence = 4 where sequence = 9",
    )

    assert ledger.verify() != []


def test_a_tail_cut_off_with_its_mark_is_told_by_who_remembers_it(ledger: Ledger):
    entries = filled(ledger)
    rewrite(ledger, "delete from ledger where sequence = 4")
    assert any("ends at row 3: it was cut off" in fault for fault in ledger.verify())
    mark_path(ledger.path).write_text(f'{{"sequence": 3, "digest": "{entries[2].digest}"}}')

    assert ledger.verify() == []
    assert any("ends at row 3" in fault for fault in ledger.verify([entries[3].anchor]))


def test_a_mark_that_is_gone_is_a_fault(ledger: Ledger):
    filled(ledger)
    mark_path(ledger.path).unlink()

    assert any("mark ledger.head beside it is gone" in fault for fault in ledger.verify())


def test_a_crash_before_the_first_mark_stops_nothing(ledger: Ledger):
    ledger.spend(REQUEST)
    mark_path(ledger.path).unlink()

    assert ledger.verify() == []
    assert ledger.spend(REQUEST).sequence == 3
    assert ledger.verify() == []


def test_a_crash_between_a_commit_and_its_mark_stops_nothing(ledger: Ledger):
    filled(ledger, 2)
    old = mark_path(ledger.path).read_bytes()
    ledger.spend(REQUEST)
    mark_path(ledger.path).write_bytes(old)

    assert ledger.verify() == []
    assert ledger.spend(replace(REQUEST, units=1)).sequence == 5


@pytest.mark.parametrize("text", ["", "{}", '{"sequence": "x", "digest": ""}', "[1]"])
def test_a_damaged_mark_is_refused(ledger: Ledger, text: str):
    filled(ledger)
    mark_path(ledger.path).write_text(text)

    with pytest.raises(LedgerError, match="is damaged"):
        ledger.verify()


def test_an_older_copy_is_told_by_the_mark_and_by_who_remembers(ledger: Ledger):
    filled(ledger, 1)
    backup = ledger.path.with_name("backup")
    shutil.copy(ledger.path, backup)
    last = ledger.spend(REQUEST)
    shutil.copy(backup, ledger.path)

    assert any("was cut off" in fault for fault in ledger.verify())
    with pytest.raises(LedgerError, match="cut off"):
        ledger.spend(REQUEST, known=[last.anchor])


def test_a_ledger_that_was_replaced_is_told_by_who_remembers(ledger: Ledger, tmp_path: Path):
    entries = filled(ledger)
    other = Ledger(tmp_path / "other.sqlite", KEY)
    for _ in range(5):
        other.spend(replace(REQUEST, run_id="another run"))

    assert any("the ledger was replaced" in fault for fault in other.verify([entries[2].anchor]))


def test_another_key_reads_nothing_as_whole(ledger: Ledger):
    filled(ledger)

    assert any("another key" in fault for fault in Ledger(ledger.path, b"another key" * 4).verify())


def test_a_ledger_that_is_gone_is_a_fault_where_anything_remembers_it(ledger: Ledger):
    entries = filled(ledger)
    ledger.path.unlink()
    assert ledger.verify() != []
    mark_path(ledger.path).unlink()

    assert ledger.verify() == []
    assert ledger.verify([entries[-1].anchor]) != []
    with pytest.raises(LedgerError, match="the file is not there"):
        ledger.spend(REQUEST, known=[entries[-1].anchor])
    assert not ledger.path.exists()


def test_a_row_sealed_by_who_has_the_key_must_still_add_up(ledger: Ledger):
    """Not even the project's own code can write an overspend that is not told."""
    [*_, last] = filled(ledger)
    rewrite(ledger)
    cheat = replace(last, sequence=5, previous=last.digest, units=1, cumulative_units=last.cumulative_units).sealed(KEY)
    with sqlite3.connect(ledger.path) as connection:
        marks = ", ".join("?" * len(FIELDS))
        values = [getattr(cheat, field) for field in FIELDS]
        connection.execute(f"insert into ledger values ({marks})", values)  # noqa: S608 - our own names

    assert any("row 5 does not add up" in fault for fault in ledger.verify())


@pytest.mark.parametrize("content", [b"not a database at all", b""])
def test_a_file_that_is_no_ledger_is_refused_or_empty(ledger: Ledger, content: bytes):
    filled(ledger)
    ledger.path.write_bytes(content)

    if content:
        with pytest.raises(LedgerError, match="cannot be used"):
            ledger.spend(REQUEST)
    else:
        with pytest.raises(LedgerError, match="cut off"):
            ledger.spend(REQUEST)


def test_a_lock_that_is_held_ends_the_wait_with_the_file_named(tmp_path: Path):
    impatient = Ledger(tmp_path / "ledger.sqlite", KEY, timeout_s=0.1)
    impatient.spend(REQUEST)
    with sqlite3.connect(impatient.path, isolation_level=None) as connection:
        connection.execute("begin immediate")
        with pytest.raises(LedgerError, match=r"ledger\.sqlite cannot be used: database is locked"):
            impatient.spend(REQUEST)


def test_the_table_for_people_holds_no_hash(ledger: Ledger):
    filled(ledger)
    table = ledger_table(ledger.entries())

    assert table["row"].to_list() == [1, 2, 3, 4]
    assert table["spent_epsilon"].is_sorted()
    assert not {"digest", "previous", "data_version", "parameters"} & set(table.columns)


def test_looking_makes_no_file(ledger: Ledger):
    assert ledger.entries() == []
    assert ledger.verify() == []
    assert not ledger.path.exists()
