"""What the k-anonymity check shows of special uniques: numbers of rows that are not small."""

import polars as pl
import pytest

from synth_assets.components.protected import anonymity_verdict
from synth_assets.components.uniqueness import special_unique_figures
from synth_assets_tests.components.clinic import clinic

NUMBER = clinic(quasi_identifiers=["Ward ID", "Sex"])


def alone(rows: int, together: int = 14) -> pl.DataFrame:
    """So many rows with a ward of their own, beside others of one ward."""
    wards = [f"own {place}" for place in range(rows)] + ["shared"] * together
    return pl.DataFrame({"Ward ID": wards, "Sex": ["F"] * len(wards)})


@pytest.mark.parametrize(
    ("rows", "count", "share"),
    [(0, 0, 0.0), (1, "fewer than 5", None), (4, "fewer than 5", None), (6, 6, 0.3)],
)
def test_small_numbers_are_not_told(rows: int, count: int | str, share: float | None):
    found = special_unique_figures(alone(rows), 20, NUMBER)
    assert (found["special uniques"], found.get("share special unique")) == (count, share)
    assert found["a special unique is"] == "alone by at most 2 of the 2 quasi-identifiers (SUDA)"


def test_large_tables_are_passed_over_and_said_to_be():
    assert special_unique_figures(alone(6), 20, NUMBER, most_work=60)["special uniques"] == 6
    assert special_unique_figures(alone(6), 20, NUMBER, most_work=59) == {
        "special uniques": "not counted: 20 rows x 3 sets of columns are more than 59"
    }


def test_the_check_on_the_deidentified_table_shows_them():
    told = {key: value.value for key, value in anonymity_verdict(alone(6), NUMBER).metadata.items()}
    assert (told["special uniques"], told["share special unique"], told["share unique"]) == (6, 0.3, 0.3)
    assert not any("own" in str(value) for value in told.values())
