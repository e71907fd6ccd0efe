"""What a person sees in headless Chromium: the graph, a materialisation, a check's text, a figure."""

import re

import pytest

from synth_assets_tests.browser.check_page import read_check
from synth_assets_tests.browser.chromium import MARKS
from synth_assets_tests.browser.conftest import ROWS, WAIT_MS
from synth_assets_tests.browser.server import Server

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

GROUPS = ("source", "protected", "descriptions", "synthetic")
LOST = (
    r"Every row that is gone was removed by a step that says so\. (\d+|Fewer than 5) rows were removed, \d{3} are "
    r"left: (\d+|fewer than 5) by 'keep only' \(The other two values are so rare that they single patients out\)\."
)
ANONYMITY = (
    r"k = 1 \(limit 5\); \d\d\.\d% of rows are unique, \d+\.\d% are in classes below 5, by 6 quasi-identifiers\. This "
    r"table is not anonymous: it stays inside\. anonymised_ae has its rows, generalised and suppressed until it is\."
)
ATTACKS = (
    r"Not enough evidence\. The worst attack is .+: it succeeds on \S+% of those described and on \S+% of others, an "
    r"excess of \S+ \(from \S+ to \S+; policy internal: at most 0\.1\)\. Only an excess of 0\.\d\d or more would "
    r"have been found: hold more people out\. Not tried, and so not excluded: any of them on 100 persons held "
    r"out \(there are fewer\)\."
)

pytestmark = MARKS


def test_the_lineage_graph_shows_every_group_in_flow_order(page: "playwright.Page"):
    page.goto("/asset-groups/")
    nodes = page.locator("svg foreignObject")
    places = []
    for group in (*GROUPS, "reports"):
        box = nodes.get_by_text(group, exact=True).first.bounding_box()
        assert box is not None
        places.append(box["x"])

    assert places == sorted(places)
    assert page.get_by_text("Welcome to Dagster").count() == 0, "no modal over the first page"


def test_a_comparison_shows_its_figures(page: "playwright.Page"):
    page.goto("/assets/correlated_ae_comparison?view=events")
    for title, place in (("histograms", 0), ("mutual information", 1)):
        page.get_by_text("Show Markdown").nth(place).click()
        image = page.locator("img[src^='data:image/png']")
        playwright.expect(image).to_have_js_property("naturalWidth", 900)
        assert page.get_by_text(title, exact=True).count() >= 1
        if title == "histograms":
            page.get_by_role("button", name="Close").click()
            image.wait_for(state="detached")


def test_an_asset_shows_owner_kinds_columns_and_source(page: "playwright.Page"):
    page.goto("/assets/correlated_ae")
    page.get_by_text("synthetic.py").first.wait_for()

    for told in ("data-stewards", "synthetic", "DuckDB", "Polars", "defs.yaml", "Drawn from correlated_ae_desc"):
        page.get_by_text(told).first.wait_for()


@pytest.mark.parametrize(
    ("asset", "check", "badge", "sentence"),
    [
        ("deidentified_ae", "no_row_lost_without_reason", ("Passed", "green"), LOST),
        ("deidentified_ae", "minimum_k_anonymity", ("Failed", "yellow"), ANONYMITY),
        ("correlated_ae_risk", "attack_risk", ("Failed", "yellow"), ATTACKS),
    ],
    ids=["passes", "warns", "lacks evidence"],
)
def test_a_check_is_read_whole_and_its_badge_tells_a_warning_from_what_passed(
    page: "playwright.Page", asset: str, check: str, badge: tuple[str, str], sentence: str
):
    read = read_check(page, asset, check)

    assert (read.verdict, read.colour) == badge
    assert re.fullmatch(sentence, read.sentence), read.sentence


def test_a_branch_is_materialised_and_its_check_looks_at_the_new_rows(page: "playwright.Page", ui: Server):
    page.goto("/asset-groups/")
    page.locator("svg foreignObject").get_by_text("source", exact=True).first.wait_for()
    page.locator(".CodeMirror").first.click()
    page.keyboard.type('+key:"independent_ae"')
    page.keyboard.press("Enter")
    page.wait_for_url("**independent_ae**")
    page.locator("svg foreignObject").get_by_text("reports", exact=True).wait_for(state="detached")
    page.locator("svg foreignObject").get_by_text("synthetic", exact=True).click()
    page.locator("svg foreignObject").get_by_text("independent_ae", exact=True).wait_for()

    page.get_by_role("button", name="Materialize").first.click()
    page.get_by_text("Launched run").wait_for()
    page.get_by_text("View", exact=True).last.click()
    page.wait_for_url("**/runs/*")
    page.get_by_text("Success", exact=True).first.wait_for(timeout=2 * WAIT_MS)
    run_id = page.url.rsplit("/", maxsplit=1)[1].split("?")[0]
    assert ui.told(run_id, "mock_ae")["rows"] == 10_000
    assert ROWS < ui.told(run_id, "deidentified_ae")["rows out"] < 10_000

    read = read_check(page, "deidentified_ae", "minimum_k_anonymity")
    assert f"{ui.told(run_id, 'deidentified_ae')['rows out']}" in read.text
    assert "no_direct_identifier" in read.text
