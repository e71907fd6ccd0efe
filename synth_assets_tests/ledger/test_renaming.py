"""Renamed datasets: what was spent goes on with them, once, and the same data never have two budgets."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from synth_assets.errors import BudgetError, LedgerError
from synth_assets.ledger import Ledger, SpendRequest
from synth_assets.ledger.accounting import spend_of
from synth_assets.ledger.faults import faults
from synth_assets_tests.ledger.test_ledger import BUDGET, KEY, REQUEST, rewrite

UNITS = REQUEST.units
LARGER = (9.0, 1e-9)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path / "state" / "ledger.sqlite", KEY, timeout_s=5)
    made.spend(REQUEST)
    return made


def asked(name: str, formerly: Sequence[str] = (), version: str = "v2", **changes: object) -> SpendRequest:
    return replace(REQUEST, dataset=name, formerly=tuple(formerly), data_version=version, **changes)  # pyrefly: ignore[bad-argument-type]  # as the tests need


def spent(ledger: Ledger, name: str, formerly: Sequence[str] = ()) -> int:
    return ledger.status(name, budget=BUDGET, formerly=formerly).spent_units


def test_a_renamed_dataset_has_spent_what_it_spent_before(ledger: Ledger):
    assert spent(ledger, "stays") == 0
    assert spent(ledger, "stays", ["visits"]) == UNITS

    entry = ledger.spend(asked("stays", ["visits"]))
    renamed = ledger.entries()[-2]

    assert entry.cumulative_units == 2 * UNITS
    assert (renamed.kind, renamed.dataset, renamed.parameters, renamed.reason) == (
        "rename",
        "stays",
        "visits",
        "formerly visits",
    )
    assert ledger.verify() == []
    assert spent(ledger, "stays") == spent(ledger, "stays", ["visits"]) == 2 * UNITS
    assert [row.dataset for row in ledger.of_names("stays")] == ["visits", "visits", "stays", "stays"]


def test_it_is_carried_on_once(ledger: Ledger):
    for version in ("v2", "v3"):
        ledger.spend(asked("stays", ["visits"], version))

    assert [row.kind for row in ledger.entries()] == ["open", "spend", "rename", "spend", "spend"]
    assert spent(ledger, "stays", ["visits"]) == 3 * UNITS


def test_the_budget_of_all_names_together_is_never_overspent(ledger: Ledger):
    room = spend_of(*BUDGET) // UNITS
    for place in range(room - 1):
        ledger.spend(asked("stays", ["visits"], f"v{place + 2}"))
    with pytest.raises(BudgetError, match="does not bear this description"):
        ledger.spend(asked("stays", ["visits"], "one more"))


def test_the_same_data_under_another_name_are_refused_with_the_remedy(ledger: Ledger):
    with pytest.raises(LedgerError, match=r"are those of 'visits', on which row 2 .* declare formerly: \[visits\]"):
        ledger.spend(asked("stays", version=REQUEST.data_version))
    with pytest.raises(LedgerError, match="one table has one budget"):
        ledger.refuse_data_of_others("stays", [], REQUEST.data_version)

    ledger.refuse_data_of_others("stays", ["visits"], REQUEST.data_version)
    ledger.refuse_data_of_others("stays", [], "v2")
    assert len(ledger.entries()) == 2


def test_once_carried_on_the_ledger_knows_the_names_itself(ledger: Ledger):
    ledger.spend(asked("stays", ["visits"]))

    ledger.refuse_data_of_others("stays", [], REQUEST.data_version)
    assert ledger.spend(asked("stays", version="v3")).cumulative_units == 3 * UNITS


def test_nothing_is_spent_under_the_old_name_any_more(ledger: Ledger):
    ledger.spend(asked("stays", ["visits"]))
    with pytest.raises(LedgerError, match=r"budget of 'visits' goes on as that of 'stays'.*formerly: \[stays\]"):
        ledger.spend(asked("visits", version="v3"))
    with pytest.raises(LedgerError, match="goes on as that of 'stays'"):
        ledger.raise_budget("visits", 9.0, 1e-9, reason="more")
    assert len(ledger.entries()) == 4


def test_two_datasets_cannot_both_carry_it_on(ledger: Ledger):
    ledger.spend(asked("stays", ["visits"]))
    with pytest.raises(LedgerError, match=r"If 'beds' is 'stays' renamed, declare formerly: \[visits, stays\]"):
        ledger.spend(asked("beds", ["visits"], "v3"))


def test_a_dataset_may_be_renamed_twice_and_back(ledger: Ledger):
    ledger.spend(asked("stays", ["visits"], "v2"))
    ledger.spend(asked("beds", ["visits", "stays"], "v3"))
    back = ledger.spend(asked("visits", ["stays", "beds"], "v4"))

    assert back.cumulative_units == 4 * UNITS
    assert ledger.verify() == []
    assert spent(ledger, "visits") == 4 * UNITS
    assert ledger.spend(asked("visits", version="v5", budget_epsilon=3.0, units=1)).cumulative_units == 4 * UNITS + 1


def test_two_datasets_become_one(ledger: Ledger):
    ledger.spend(asked("wards", version="of wards", budget_epsilon=9.0, units=7))
    made = ledger.spend(asked("stays", ["visits", "wards"], "v3", units=1))

    assert made.cumulative_units == UNITS + 8
    assert made.budget_epsilon == 9.0
    assert ledger.verify() == []
    assert ledger.status("stays", budget=BUDGET).budget_units == spend_of(*BUDGET)


def test_a_former_name_that_is_declared_late_still_counts(ledger: Ledger):
    ledger.spend(asked("stays", version="v2"))

    assert spent(ledger, "stays", ["visits"]) == 2 * UNITS
    assert ledger.spend(asked("stays", ["visits"], "v3")).cumulative_units == 3 * UNITS
    assert ledger.verify() == []


def test_a_renaming_raises_no_budget(ledger: Ledger):
    with pytest.raises(LedgerError, match=r"the ledger holds 3\. .* synth-assets budget visits --epsilon 9"):
        ledger.spend(asked("stays", ["visits"], budget_epsilon=9.0))
    ledger.raise_budget("visits", 9.0, 1e-9, reason="more consented")

    assert ledger.spend(asked("stays", ["visits"], budget_epsilon=9.0)).budget_epsilon == 9.0
    assert ledger.raise_budget("stays", 12.0, 1e-9, reason="and more").dataset == "stays"
    assert ledger.verify() == []


def test_a_renaming_keeps_the_delta(ledger: Ledger):
    with pytest.raises(LedgerError, match="A budget keeps its delta: declare 1e-09 again"):
        ledger.spend(asked("stays", ["visits"], budget_delta=1e-6))


def test_names_that_never_spent_carry_nothing_on(ledger: Ledger):
    ledger.spend(asked("stays", ["never"]))

    assert [row.kind for row in ledger.entries()] == ["open", "spend", "open", "spend"]


def test_what_was_spent_for_just_this_is_found_under_a_former_name(ledger: Ledger):
    wanted = (REQUEST.mode, REQUEST.data_version, REQUEST.parameters)

    assert ledger.find("stays", *wanted) is None
    assert ledger.find("stays", *wanted, ["visits"]) == ledger.entries()[1]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("cumulative_units = 1", "was changed"),
        ("parameters = 'nobody'", "was changed"),
        ("budget_units = budget_units * 2", "was changed"),
    ],
)
def test_a_changed_renaming_is_found(ledger: Ledger, change: str, fault: str):
    ledger.spend(asked("stays", ["visits"]))
    rewrite(ledger, f"update ledger set {change} where kind = 'rename'")  # noqa: S608 - a test's own words

    assert any(fault in said for said in ledger.verify())


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"cumulative_units": 1}, "row 3 does not add up"),
        ({"units": 5}, "row 3 does not add up"),
        ({"parameters": "nobody"}, "row 3 carries on a budget that there is not"),
        ({"dataset": "visits"}, "row 3 carries on a budget that there is not"),
        ({"budget_units": 10**15}, "row 3 changes the budget"),
    ],
)
def test_a_renaming_that_does_not_add_up_is_found_under_the_key_too(
    ledger: Ledger, changes: dict[str, object], fault: str
):
    ledger.spend(asked("stays", ["visits"]))
    opened, first, renamed, _ = ledger.entries()
    forged = replace(renamed, **changes).sealed(KEY)  # pyrefly: ignore[bad-argument-type]  # as the tests need

    assert fault in list(faults([opened, first, forged], KEY, []))
