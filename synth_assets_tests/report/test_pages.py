"""The pages: whole, self-contained, in order for those who listen, and fit for awkward tables."""

import re
import time
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from synth_assets.describe import Description
from synth_assets.errors import StorageError
from synth_assets.measure import Comparison
from synth_assets.report.across_report import across_report
from synth_assets.report.description_report import description_report
from synth_assets.report.mode_report import ModeEvidence, mode_report
from synth_assets.report.page import Prose, Section, Table, render, write_page
from synth_assets.schema import MODES, Mode
from synth_assets_tests.report.pages import across, compared, evidence, sensitive, write_all

MOST_BYTES = 3_000_000


class Tags(HTMLParser):
    """What a page is made of: every start tag with its attributes, and the words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += f"{data} "

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag in names]


def check(text: str) -> Tags:
    """What holds of every page."""
    tags = Tags(text)
    assert len(text.encode()) < MOST_BYTES
    assert not tags.all("script", "iframe", "link", "img", "object")[1:], "only the empty icon"
    assert not re.search(r'(?:src|href)="(?:https?:)?//', re.sub(r"xmlns\S*|http://www.w3.org/\S+", "", text))
    assert [len(tags.all(name)) for name in ("h1", "main", "header", "footer", "nav")] == [1] * 5
    assert tags.all("html")[0]["lang"] == "en"
    assert len(tags.all("caption")) == len(tags.all("table"))
    assert all("scope" in attributes for attributes in tags.all("th"))
    assert all(attributes.get("aria-label") or "aria-hidden" in attributes for attributes in tags.all("svg"))
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    anchors = [(attributes.get("href") or "")[1:] for attributes in tags.all("a")]
    assert {one for one in anchors if one and one in ids} >= {"content", "provenance"}
    return tags


@pytest.fixture(scope="module")
def things() -> ModeEvidence:
    return evidence(sensitive(1_000), measured=True)


def test_the_page_of_a_mode(things: ModeEvidence):
    tags = check(render(mode_report(things), figures="here"))
    said = f"{tags.words} {[one.get('aria-label') for one in tags.all('svg')]}"
    for words in ("Column by column", "Utility, with what sampling alone would give", "Network:", "20190401"):
        assert words in said
    assert len([one for one in tags.all("a") if (one.get("href") or "").startswith("here/")]) >= 7


def test_three_sentences_and_a_verdict(things: ModeEvidence):
    page = mode_report(things)
    assert page.verdict
    assert len(page.sentences) == 3
    assert all(sentence.endswith(".") for sentence in page.sentences)


def test_every_figure_of_utility_has_its_floor(things: ModeEvidence):
    [utility, *_] = mode_report(things).sections[0].blocks
    assert utility.kind == "table"
    assert len(utility.rows) == 10
    assert all(row[1].text and row[2].text for row in utility.rows)


def test_more_sections_come_before_where_it_comes_from(things: ModeEvidence):
    extra = Section("drift", "Drift between regenerations", (Prose("None."),))
    text = render(mode_report(things, [extra]))
    assert text.index('id="privacy"') < text.index('id="drift"') < text.index('id="provenance"')


@pytest.mark.parametrize("mode", MODES)
def test_the_page_of_a_description_is_made_from_the_description_alone(mode: Mode):
    _, description, _, _ = compared(sensitive(400), mode)
    read = Description.from_json(description.to_json())
    page = description_report(read, name="x_description", title="Things")
    tags = check(render(page))
    assert ("What is counted" in tags.words) == (mode != "random")
    assert ("Edges" in tags.words) == (mode == "correlated")


def test_the_page_across_modes_says_what_is_not_kept():
    found: dict[Mode, ModeEvidence] = {mode: evidence(sensitive(400), mode) for mode in MODES}
    page = across_report(across(found))
    assert (page.verdict, page.tone) == ("Correlated: attacks gain too much", "bad")
    assert "attacks on correlated gain more than the policy allows" in page.sentences[1].lower()
    tags = check(render(page))
    assert "Each attack, with its interval and the limit" in tags.words
    [drawn] = page.sections[-1].blocks
    assert isinstance(drawn, Table)
    assert drawn.head == ("of the table", *MODES)
    assert [[cell.text for cell in row] for row in drawn.rows] == [["Seed", *["20190401"] * len(MODES)]]


def test_awkward_tables_have_a_page(awkward: Comparison):
    check(render(mode_report(ModeEvidence("n", "T", "independent", awkward))))


def wide(columns: int) -> pl.DataFrame:
    rng = np.random.Generator(np.random.PCG64(1))
    names = [f"{place}. a column with a name that is rather long, as exports have them" for place in range(columns)]
    return pl.DataFrame({name: rng.integers(0, 5, 300) for name in names})


def test_many_columns_fit_below_three_megabytes():
    check(render(mode_report(evidence(wide(60), "independent"))))


def test_200_categories_and_columns_that_are_all_missing():
    rng = np.random.Generator(np.random.PCG64(1))
    table = pl.DataFrame(
        {"many": [f"category {place:03d}" for place in rng.integers(0, 200, 4_000)], "none": pl.Series([None] * 4_000)}
    )
    tags = check(render(mode_report(evidence(table, "independent"))))
    assert "all other" in tags.words


def test_of_a_few_rows_no_figure_is_told():
    table = pl.DataFrame({"x": [1, 2, 3, 4] * 3, "y": ["a", "b", "c", "a"] * 3})
    page = mode_report(evidence(table))
    assert page.verdict == "Too few rows to tell"
    tables = [block for block in page.sections[0].blocks if isinstance(block, Table)]
    told = {cell.text for table in tables for row in table.rows for cell in row if cell.number}
    assert told == {"not told", "\N{EN DASH}"}
    assert "of 1;" not in render(page)


def test_names_that_look_like_html_are_words():
    table = pl.DataFrame(
        {"<script>alert(1)</script>": ["<img src=x onerror=y>", "b&c"] * 40, "\u202eevil": [1, 2] * 40}
    )
    text = render(mode_report(evidence(table)))
    check(text)
    assert "<script" not in text
    assert "<img" not in text
    assert "\u202e" not in text


def test_a_page_that_cannot_be_written_says_so(things: ModeEvidence, tmp_path: Path):
    (tmp_path / "page").write_text("in the way")
    with pytest.raises(StorageError, match="Cannot write the report"):
        write_page(mode_report(things), tmp_path / "page.html")


def test_all_pages_of_a_table_link_to_each_other(tmp_path: Path):
    pages = write_all(sensitive(300), tmp_path)
    names = {page.name for page in pages}
    for page in pages:
        tags = check(page.read_text(encoding="utf-8"))
        targets = [one["href"] or "" for one in tags.all("a")]
        assert all(target in names for target in targets if target.endswith(".html"))
        assert all((tmp_path / target).is_file() for target in targets if target.endswith(".svg"))


def test_a_report_is_made_from_counts_in_a_few_seconds():
    found = evidence(sensitive(10_000))
    started = time.process_time()
    render(mode_report(found))
    assert time.process_time() - started < 5
