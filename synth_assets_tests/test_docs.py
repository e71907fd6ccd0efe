"""What the documents show does work: their Python runs, page by page, and their YAML can be read."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from synth_assets.constraints import constraint_from_dict

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")])
def test_the_python_of_a_page_runs_as_one_program(page: str):
    names: dict[str, Any] = {}
    for block in blocks(page, "python"):
        exec(compile(block, page, "exec"), names)  # noqa: S102 - our own page


def test_there_is_python_to_run():
    assert blocks("docs/tables.md", "python")


def test_the_constraints_in_yaml_are_those_in_python():
    written = next(yaml.safe_load(block) for block in blocks("docs/tables.md", "yaml") if "constraints" in block)
    assert [str(constraint_from_dict(one)) for one in written["constraints"]] == [
        "arrived <= left",
        "site is determined by ward",
        "never sex = M with ward = w3",
    ]


@pytest.mark.parametrize("page", [*PAGES, "README.md"])
def test_links_between_pages_lead_somewhere(page: str):
    targets = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    assert all(((ROOT / page).parent / target).exists() for target in targets)
