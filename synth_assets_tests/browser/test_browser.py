"""What a person sees in headless Chromium: the graph, a materialisation, a check's text, a figure."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from synth_assets_tests.browser.chromium import MARKS
from synth_assets_tests.browser.conftest import ROWS
from synth_assets_tests.browser.server import Server

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

GROUPS = ("source", "protected", "descriptions", "synthetic")
WAIT_MS = 60_000

pytestmark = MARKS


@pytest.fixture
def page(browser: "playwright.Browser", ui: Server, request: pytest.FixtureRequest) -> Iterator["playwright.Page"]:
    """A page at the UI; errors on its console fail the test. Pictures go where SYNTH_ASSETS_SCREENSHOTS says."""
    opened = browser.new_page(base_url=ui.address, viewport={"width": 1600, "height": 950})
    opened.set_default_timeout(WAIT_MS)
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    folder = os.environ.get("SYNTH_ASSETS_SCREENSHOTS")
    if folder:
        opened.screenshot(path=Path(folder) / f"{request.node.name}.png")
    opened.close()
    assert errors == []


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


def test_a_branch_is_materialised_and_its_check_can_be_read(page: "playwright.Page", ui: Server):
    page.goto("/asset-groups/")
    page.locator("svg foreignObject").get_by_text("source", exact=True).first.wait_for()
    page.locator(".CodeMirror").first.click()
    page.keyboard.type('+key:"random_ae"')
    page.keyboard.press("Enter")
    page.wait_for_url("**random_ae**")
    page.locator("svg foreignObject").get_by_text("reports", exact=True).wait_for(state="detached")
    page.locator("svg foreignObject").get_by_text("synthetic", exact=True).click()
    page.locator("svg foreignObject").get_by_text("random_ae", exact=True).wait_for()

    page.get_by_role("button", name="Materialize").first.click()
    page.get_by_text("Launched run").wait_for()
    page.get_by_text("View", exact=True).last.click()
    page.wait_for_url("**/runs/*")
    page.get_by_text("Success", exact=True).first.wait_for(timeout=2 * WAIT_MS)
    run_id = page.url.rsplit("/", maxsplit=1)[1].split("?")[0]
    assert ui.told(run_id, "mock_ae")["rows"] == 10_000
    assert ROWS < ui.told(run_id, "deidentified_ae")["rows out"] < 10_000

    page.goto("/assets/deidentified_ae?view=checks")
    page.get_by_text("minimum_k_anonymity").first.click()
    page.get_by_text("k = 1 (limit 5)").first.wait_for()
    text = page.locator("body").inner_text()
    assert "This table is not anonymous: it stays inside." in text
    assert f"{ui.told(run_id, 'deidentified_ae')['rows out']}" in text
    assert "no_direct_identifier" in text


def test_a_comparison_shows_its_figures(page: "playwright.Page"):
    page.goto("/assets/correlated_ae_comparison?view=events")
    for title, place in (("histograms", 0), ("mutual information", 1)):
        page.get_by_text("Show Markdown").nth(place).click()
        image = page.locator("img[src^='data:image/png']")
        image.wait_for()
        page.wait_for_function("document.querySelector(\"img[src^='data:image/png']\").naturalWidth > 0")
        assert image.evaluate("image => image.naturalWidth") == 900
        assert page.get_by_text(title, exact=True).count() >= 1
        if title == "histograms":
            page.get_by_role("button", name="Close").click()
            image.wait_for(state="detached")


def test_an_asset_shows_owner_kinds_columns_and_source(page: "playwright.Page"):
    page.goto("/assets/correlated_ae")
    page.get_by_text("synthetic.py").first.wait_for()

    for told in ("data-stewards", "synthetic", "DuckDB", "Polars", "defs.yaml", "Drawn from correlated_ae_desc"):
        page.get_by_text(told).first.wait_for()
