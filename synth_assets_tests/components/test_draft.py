"""The draft of a dataset's YAML: it can be read, holds no value of a row, and marks every guess."""

from typing import Any

import polars as pl
import pytest
import yaml

from synth_assets.components.draft import draft
from synth_assets.protect.profile import profile
from synth_assets.schema import Schema

ROWS = 1_000
ODD = ["yes", "1", "null", "a: b", "# no comment", "it's", 'say "x"', " padded ", "é", "2024-01-01", "{ x }", "[a]"]


def table(**columns: list[Any]) -> pl.DataFrame:
    return pl.DataFrame({name: pl.Series(values * (ROWS // len(values))) for name, values in columns.items()})


def drafted(frame: pl.DataFrame, **source: object) -> dict[str, Any]:
    found = profile([frame], minimum_count=5)
    text = draft("mine", source or {"file": "mine.csv"}, found, place="mine.csv")
    return yaml.safe_load(text)["attributes"]


def test_it_has_all_that_a_dataset_needs():
    frame = table(sex=["F", "M"], cost=[0.5, 2.0]).with_columns(pl.int_range(ROWS).alias("id"))
    said = drafted(frame, file="mine.csv", types={"id": "integer"}, missing=["", "NA"])
    assert said["source"] == {"file": "mine.csv", "types": {"id": "integer"}, "missing": ["", "NA"]}
    assert [step["columns"] for step in said["steps"]] == [["id"]]
    assert [column["name"] for column in said["columns"]] == ["sex", "cost"]
    assert set(said["modes"]) == {"random", "independent", "correlated"}
    assert said["privacy"] == {"person_column": "id", "max_rows_per_person": 1, "epsilon": None}
    assert said["unreviewed"]
    Schema.from_dict({"columns": said["columns"]})


def test_odd_names_and_categories_come_back_as_they_are():
    frame = table(**dict.fromkeys(ODD, ODD[:10]))
    said = drafted(frame, file="odd: #1.csv", types=dict.fromkeys(ODD, "text"))
    assert [column["name"] for column in said["columns"]] == ODD
    assert said["columns"][0]["domain"] == {"categories": sorted(ODD[:10])}
    assert said["source"] == {"file": "odd: #1.csv", "types": dict.fromkeys(ODD, "text")}


def test_no_value_that_few_rows_hold_is_in_it():
    frame = table(ward=["north", "south"], day=[20.25, 31.75], note=["frequent", "frequent", "both", "both"])
    rare = frame.head(4).with_columns(
        pl.lit("Strahovski").alias("ward"), pl.lit(987_654.321).alias("day"), pl.lit("unique word").alias("note")
    )
    text = draft("mine", {"file": "mine.csv"}, profile([frame, rare], minimum_count=5), place="mine.csv")
    assert "north" in text
    assert "frequent" in text
    assert not any(value in text for value in ("Strahovski", "987", "20.25", "31.75", "unique word"))


def test_every_guess_is_marked_and_listed():
    frame = table(sex=["F", "M"], age=[30, 40], email=["x"])
    found = profile([frame], minimum_count=5)
    text = draft("mine", {"file": "mine.csv"}, found, place="mine.csv")
    said = yaml.safe_load(text)["attributes"]["unreviewed"]
    assert all(any(name in line for line in said) for name in ("sex", "age", "email", "whose row"))
    for column in ("sex", "age"):
        after = text.split(f"- name: {column}\n")[1].split("- name:")[0]
        assert "REVIEW" in after.split("role:")[1].splitlines()[0]


@pytest.mark.parametrize("place", ["two\nlines.csv", "a # b.csv", "é.csv"])
def test_the_place_cannot_break_out_of_its_comment(place: str):
    text = draft("mine", {"file": "x.csv"}, profile([table(sex=["F", "M"])], minimum_count=5), place=place)
    assert list(yaml.safe_load(text)) == ["type", "attributes"]


def test_without_identifiers_it_asks_whether_that_is_so():
    said = drafted(table(sex=["F", "M"]))
    assert said["steps"] == []
    assert said["privacy"] == {"epsilon": None}


def test_long_lists_of_categories_stay_out():
    said = drafted(table(ward=[f"w{place}" for place in range(100)]))
    assert "domain" not in said["columns"][0]
