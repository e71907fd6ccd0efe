"""What the documents show does work: their Python runs, page by page, and their YAML can be read."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml

from synth_assets.components.faults import report
from synth_assets.components.faults.checks import faults
from synth_assets.components.reference import reference
from synth_assets.constraints import constraint_from_dict
from synth_assets.protect import Tools
from synth_assets.protect.catalogue import CATALOGUE, step_from_dict
from synth_assets.protect.columns import kind_of
from synth_assets_tests.docs.commands import PAGES, ROOT
from synth_assets_tests.docs.commands import blocks as blocks_of


def blocks(page: str, language: str) -> list[str]:
    return [block for found, block in blocks_of(text_of(page)) if found == language]


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


RUN_ELSEWHERE = ("docs/own_table.md",)
"""Pages whose Python is run as part of a whole project."""


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python") and page not in RUN_ELSEWHERE])
def test_the_python_of_a_page_runs_as_one_program(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    people().write_csv("my_table.csv")
    names: dict[str, Any] = {}
    for block in blocks(page, "python"):
        exec(compile(block, page, "exec"), names)  # noqa: S102 - our own page


def people() -> pl.DataFrame:
    """A table such as anybody may have."""
    rng = np.random.default_rng(6)
    return pl.DataFrame({"age": rng.integers(0, 95, 400), "sex": rng.choice(["F", "M"], 400)})


@pytest.mark.parametrize("page", ["README.md", "docs/tables.md"])
def test_there_is_python_to_run(page: str):
    assert blocks(page, "python")


def test_the_constraints_in_yaml_are_those_in_python():
    written = next(yaml.safe_load(block) for block in blocks("docs/tables.md", "yaml") if "constraints" in block)
    assert [str(constraint_from_dict(one)) for one in written["constraints"]] == [
        "arrived <= left",
        "site is determined by ward",
        "never sex = M with ward = w3",
    ]


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page: str):
    targets = re.findall(r"\]\(([^)#:]+)\)", text_of(page))
    assert all(((ROOT / page).parent / target).exists() for target in targets)


def test_the_steps_in_yaml_are_all_that_there_are_and_lead_where_the_page_says():
    [written] = [yaml.safe_load(block)["steps"] for block in blocks("docs/steps.md", "yaml")]
    steps = [step_from_dict(one) for one in written]
    table = pl.DataFrame(
        {
            "name": ["x"],
            "nhs number": ["1"],
            "status": ["final"],
            "sex": [1],
            "hospital": ["Barts"],
            "household": ["h"],
            "postcode": ["E1 6AN"],
            "age": [40],
            "arrived": [datetime.fromisoformat("2024-02-29 13:00")],
            "income": [1_234.5],
            "visits": [30],
            "born": [date(1920, 1, 1)],
        }
    )
    tools = Tools(
        b"k" * 32,
        {
            "hospitals": pl.DataFrame({"hospital": ["Barts"]}),
            "areas": pl.DataFrame({"postcode": ["E1 6AN"], "region": ["London"]}),
        },
    )
    kinds = {name: kind_of(dtype) for name, dtype in table.schema.items()}
    for step in steps:
        table, kinds = step.apply(table, tools), step.after(kinds)
    assert {one["step"] for one in written} == set(CATALOGUE)
    assert table.columns == list(kinds)
    assert table.drop("hospital id", "household id").to_dicts() == [
        {
            "status": "final",
            "sex": "Female",
            "region": "London",
            "age group": "18-64",
            "hours": "12-17",
            "day": date(2024, 2, 29),
            "month of arrival": date(2024, 2, 1),
            "income": 1_000.0,
            "visits": 20,
            "born": date(1930, 1, 1),
        }
    ]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any("attributes:" in text for text in blocks(page, "yaml"))]
)
def test_the_datasets_of_a_page_have_no_fault(page: str, tmp_path: Path):
    for number, text in enumerate(block for block in blocks(page, "yaml") if "attributes:" in block):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        assert report(faults(path)) == ""


def test_the_reference_of_the_yaml_is_that_of_the_form():
    assert text_of("docs/yaml.md") == reference(), "python -m synth_assets.components.reference > docs/yaml.md"
